//! Whose calls are in the sandbox at once. It has so many slots, and nobody gets them all: neither one connection, whose ATS may be
//! slow, nor all calls to ATSs together, nor all of theirs to us.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};
use wellspring_model::id::ConnectionId;

/// Connections that are remembered, before those are forgotten that have no call under way.
const MOST: usize = 1_000;

/// Who calls whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// We call an ATS.
    Out,
    /// An ATS calls us, and waits.
    In,
}

/// The turns of all connections.
pub(crate) struct Turns {
    of_each: usize,
    connections: Mutex<HashMap<ConnectionId, Arc<Semaphore>>>,
    out: Arc<Semaphore>,
    inbound: Arc<Semaphore>,
}

/// Whose calls had the turns for as long as this one may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missed {
    /// Those of its own connection.
    ByItsOwn,
    ByOthers,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _of_connection: OwnedSemaphorePermit,
    _of_direction: OwnedSemaphorePermit,
    /// What is left of the time that the call has.
    pub left: Duration,
}

impl Turns {
    /// A quarter of the slots is the most for one connection, and kept for each direction.
    pub fn new(slots: u32) -> Self {
        let slots = usize::try_from(slots).unwrap_or(Semaphore::MAX_PERMITS).clamp(1, Semaphore::MAX_PERMITS);
        let of_direction = || Arc::new(Semaphore::new(slots - slots / 4));
        Self { of_each: slots.div_ceil(4), connections: Mutex::default(), out: of_direction(), inbound: of_direction() }
    }

    /// Waits for a turn. The wait counts towards the time that the call has.
    ///
    /// # Errors
    /// That time has passed; whose calls had the turns meanwhile.
    pub async fn take(
        &self,
        connection: ConnectionId,
        direction: Direction,
        deadline: Duration,
    ) -> Result<Turn, Missed> {
        let end = Instant::now() + deadline;
        let Ok(Ok(of_connection)) = timeout_at(end, self.of(connection).acquire_owned()).await else {
            return Err(Missed::ByItsOwn);
        };
        let of_direction = match direction {
            Direction::Out => &self.out,
            Direction::In => &self.inbound,
        };
        let Ok(Ok(of_direction)) = timeout_at(end, Arc::clone(of_direction).acquire_owned()).await else {
            return Err(Missed::ByOthers);
        };
        let left = end.saturating_duration_since(Instant::now());
        Ok(Turn { _of_connection: of_connection, _of_direction: of_direction, left })
    }

    fn of(&self, connection: ConnectionId) -> Arc<Semaphore> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if connections.len() >= MOST && !connections.contains_key(&connection) {
            connections.retain(|_, turns| Arc::strong_count(turns) > 1);
        }
        let turns = connections.entry(connection).or_insert_with(|| Arc::new(Semaphore::new(self.of_each)));
        Arc::clone(turns)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const SOON: Duration = Duration::from_millis(50);

    fn connection(number: u128) -> ConnectionId {
        ConnectionId::from_uuid(Uuid::from_u128(number))
    }

    /// Guards the turns of each connection: an ATS that holds its answers would hold every slot.
    #[tokio::test(start_paused = true)]
    async fn one_connection_leaves_three_of_four_slots_to_others() {
        let turns = Turns::new(8);
        let take = |number| turns.take(connection(number), Direction::In, SOON);
        let first = take(1).await.expect("a turn");
        let _second = take(1).await.expect("another");
        assert_eq!(take(1).await.err(), Some(Missed::ByItsOwn), "it waited as long as the call may take");
        let _other = take(2).await.expect("a turn of another connection");
        drop(first);
        take(1).await.expect("there is a turn again");
    }

    /// Guards the turns of each direction: many slow ATSs would keep all others from being heard.
    #[tokio::test(start_paused = true)]
    async fn a_quarter_of_the_slots_is_kept_for_each_direction() {
        let turns = Turns::new(8);
        let mut under_way = Vec::new();
        for number in 0..6 {
            under_way.push(turns.take(connection(number), Direction::Out, SOON).await.expect("a turn"));
        }
        assert_eq!(turns.take(connection(7), Direction::Out, SOON).await.err(), Some(Missed::ByOthers));
        turns.take(connection(7), Direction::In, SOON).await.expect("a turn in the other direction");
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_counts_towards_the_time_of_the_call() {
        let turns = Turns::new(1);
        let first = turns.take(connection(1), Direction::Out, SOON).await.expect("a turn");
        let second = turns.take(connection(1), Direction::Out, Duration::from_secs(10));
        let (second, ()) = tokio::join!(second, async {
            tokio::time::advance(Duration::from_secs(4)).await;
            drop(first);
        });
        let left = second.expect("a turn").left;
        assert!(left <= Duration::from_secs(6), "{left:?}");
    }

    #[test]
    fn connections_without_a_call_are_forgotten() {
        let turns = Turns::new(4);
        let held = turns.of(connection(0));
        for number in 1..3_000 {
            turns.of(connection(number));
        }
        assert!(turns.connections.lock().unwrap().len() <= MOST);
        assert!(Arc::ptr_eq(&held, &turns.of(connection(0))), "whose call is under way is remembered");
    }
}
