#![no_main]

use libfuzzer_sys::fuzz_target;
use wellspring_fuzz::{seeds, targets::png};

fuzz_target!(init: seeds::write(&seeds::png()), |bytes: &[u8]| png::run(bytes));
