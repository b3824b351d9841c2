//! How often ATSs may call us. Each connection has a pace of its own, so that one that floods takes no more of the queue
//! before the sandbox than that; of the sandbox itself the host's turns leave the others their part.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use wellspring_model::{Timestamp, id::ConnectionId};

/// A minute: as many requests as are allowed in it may come at once.
const MINUTE: i64 = 60_000_000;
/// Connections that are remembered.
const MOST: usize = 10_000;

/// Until when the requests that came would have taken, had they come at an even pace: microseconds, by connection.
#[derive(Default)]
pub struct Pace(Mutex<HashMap<ConnectionId, i64>>);

impl Pace {
    /// Counts one more request of a connection's ATS. `Err`: it is one too many, and fits in so many seconds.
    pub fn take(&self, connection: ConnectionId, per_minute: u32, now: Timestamp) -> Result<(), u32> {
        let (now, each) = (now.as_microsecond(), MINUTE / i64::from(per_minute.max(1)));
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() >= MOST && !taken.contains_key(&connection) {
            taken.retain(|_, until| *until > now);
        }
        let until = taken.get(&connection).copied().unwrap_or(now).max(now) + each;
        let over = until - now - MINUTE;
        if over > 0 {
            return Err(u32::try_from(over / 1_000_000 + 1).unwrap_or(u32::MAX));
        }
        taken.insert(connection, until);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn so_many_may_come_at_once_and_then_as_many_in_a_minute() {
        let pace = Pace::default();
        let (one, other) = (ConnectionId::from_uuid(Uuid::from_u128(1)), ConnectionId::from_uuid(Uuid::from_u128(2)));
        let at = |seconds: i64| Timestamp::from_second(1_000 + seconds).expect("a time");
        for _ in 0..6 {
            assert_eq!(pace.take(one, 6, at(0)), Ok(()));
        }
        assert_eq!(pace.take(one, 6, at(0)), Err(11));
        assert_eq!(pace.take(other, 6, at(0)), Ok(()), "each has its own");
        assert_eq!(pace.take(one, 6, at(10)), Ok(()));
        assert!(pace.take(one, 6, at(11)).is_err());
        assert_eq!(pace.take(one, 6, at(1_000)), Ok(()));
    }
}
