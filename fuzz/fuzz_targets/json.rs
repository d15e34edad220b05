#![no_main]

wirecopy_fuzz::fuzz!("json");
