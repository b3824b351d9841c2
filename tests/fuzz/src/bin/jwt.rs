#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use wellspring_fuzz::{mutate, seeds, targets::jwt};

fuzz_target!(init: seeds::write(&seeds::jwt()), |bytes: &[u8]| jwt::run(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| { mutate::token(data, size, most, seed) });
