//! The process that runs guests, for tests of the host: what the hidden command of `wellspring` is in a gateway. With a clock that
//! stands still and randomness that is none, so that tests know what a guest sees.

use std::{process::ExitCode, sync::Arc};

use wellspring_model::{
    Timestamp,
    time::{Clock, Entropy},
};

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(1_795_392_000_000).unwrap_or_default()
    }
}

struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn main() -> ExitCode {
    wellspring_host::run_guests(Arc::new(StoppedClock), Arc::new(Sevens))
}
