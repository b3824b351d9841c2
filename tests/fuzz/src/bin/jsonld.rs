#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use wellspring_fuzz::{mutate, seeds, targets::jsonld};

fuzz_target!(init: seeds::write(&seeds::jsonld()), |bytes: &[u8]| jsonld::run(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| { mutate::document(data, size, most, seed) });
