#![no_main]

wirecopy_fuzz::fuzz!("arrow_again");
