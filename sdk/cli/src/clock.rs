//! The one place of this program where the clock is read and randomness is drawn.

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::Failure;

#[expect(clippy::disallowed_methods, reason = "this is the clock that everything else here is handed")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

#[expect(clippy::disallowed_methods, reason = "this is the source of keys; everything else here is handed them")]
pub fn seed() -> Result<Zeroizing<[u8; 32]>, Failure> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed)
        .map(|()| seed)
        .map_err(|error| Failure { code: 70, message: format!("the operating system gives no randomness: {error}") })
}
