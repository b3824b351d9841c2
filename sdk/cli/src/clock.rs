//! The one place of the tool where the clock is read and randomness is drawn. Everything else is handed them.

use wellspring_model::{Timestamp, time::Clock};
use zeroize::Zeroizing;

use crate::Failure;

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is handed")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The time by it.
pub fn now() -> Timestamp {
    SystemClock.now()
}

/// Something different each time: a start for numbers that only have to differ. Not for secrets.
pub fn start() -> u64 {
    u64::try_from(now().as_nanosecond() & i128::from(u64::MAX >> 1)).unwrap_or(1)
}

/// What a key is made of.
#[expect(clippy::disallowed_methods, reason = "this is the source of keys; everything else here is handed them")]
pub fn seed() -> Result<Zeroizing<[u8; 32]>, Failure> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed)
        .map(|()| seed)
        .map_err(|error| Failure::internal(format!("the operating system gives no randomness: {error}")))
}
