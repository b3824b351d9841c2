#![no_main]

use libfuzzer_sys::fuzz_target;
use wellspring_fuzz::{seeds, targets::svg};

fuzz_target!(init: seeds::write(&seeds::svg()), |bytes: &[u8]| svg::run(bytes));
