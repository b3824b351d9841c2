//! The process that runs guests, for tests of the host: what the hidden command of `wellspring` is in a gateway. With a clock that
//! stands still and randomness that is none, so that tests know what a guest sees. With the argument `tries` it tries every system call
//! once it has given them up, and tells of them in the place of randomness.

#[cfg(target_os = "linux")]
mod tries;

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
    #[cfg(target_os = "linux")]
    if std::env::args().nth(1).is_some_and(|argument| argument == "tries") {
        return wellspring_host::run_guests(Arc::new(StoppedClock), Arc::new(tries::Tries::new()));
    }
    wellspring_host::run_guests(Arc::new(StoppedClock), Arc::new(Sevens))
}
