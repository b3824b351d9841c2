//! Time and chance as arguments.
//!
//! Nothing below the edge reads a clock or draws a random number by itself: it is handed one of these. Tests hand in a
//! clock they can move.

use jiff::Timestamp;
use uuid::Uuid;

/// The wall clock.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The source of randomness for ids, tokens and jitter.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// A UUIDv7: sorts by `now`, unpredictable otherwise.
    fn uuid(&self, now: Timestamp) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}
