#![no_main]

wirecopy_fuzz::fuzz!("csv");
