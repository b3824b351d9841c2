//! The one place of the tool where the time is read. Everything else is handed it.

use wellspring_model::{Timestamp, time::Clock};

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is handed")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Something different each time: a start for numbers that only have to differ. Not for secrets.
pub fn seed() -> u64 {
    u64::try_from(SystemClock.now().as_nanosecond() & i128::from(u64::MAX >> 1)).unwrap_or(1)
}
