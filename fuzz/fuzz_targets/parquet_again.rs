#![no_main]

wirecopy_fuzz::fuzz!("parquet_again");
