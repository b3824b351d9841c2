#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use wellspring_fuzz::{mutate, seeds, targets::egress, wire};

fuzz_target!(init: seeds::write_with(&seeds::egress(), wire::WORDS), |bytes: &[u8]| egress::run(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| { mutate::request(data, size, most, seed) });
