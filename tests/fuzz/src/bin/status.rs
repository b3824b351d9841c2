#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use wellspring_fuzz::{mutate, seeds, targets::status};

fuzz_target!(init: seeds::write(&seeds::status()), |bytes: &[u8]| status::run(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| { mutate::after_head(6, data, size, most, seed) });
