//! The one place of the tool where the clock is read and randomness is drawn. Everything else is handed them.

use wellspring_model::{
    Timestamp,
    time::{Clock, Entropy},
};
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

/// The operating system's randomness, for secrets as well.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is the source that everybody else is handed")]
    #[expect(
        clippy::panic,
        reason = "a secret that is not random protects nothing; there is nothing safe to go on with"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            panic!("the operating system gives no randomness: {error}");
        }
    }
}

/// What a key is made of.
#[expect(clippy::disallowed_methods, reason = "this is the source of keys; everything else here is handed them")]
pub fn seed() -> Result<Zeroizing<[u8; 32]>, Failure> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed)
        .map(|()| seed)
        .map_err(|error| Failure::internal(format!("the operating system gives no randomness: {error}")))
}
