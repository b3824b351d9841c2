//! How many requests of one connection are on their way at once, so that one that floods holds up nobody else.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{EgressLimits, SendFailure};

/// The turns of one connection.
pub(crate) struct Turns {
    under_way: Semaphore,
    /// For those under way and those that wait for it.
    places: Semaphore,
}

/// A turn, until it is dropped.
pub(crate) struct Turn<'a> {
    _under_way: SemaphorePermit<'a>,
    _place: SemaphorePermit<'a>,
}

impl Turns {
    pub fn new(limits: &EgressLimits) -> Self {
        let places = limits.at_once.saturating_add(limits.waiting).min(Semaphore::MAX_PERMITS);
        Self { under_way: Semaphore::new(limits.at_once), places: Semaphore::new(places) }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// Too many wait already.
    pub async fn take(&self) -> Result<Turn<'_>, SendFailure> {
        let place = self.places.try_acquire().map_err(|_| SendFailure::Quota)?;
        let under_way = self.under_way.acquire().await.map_err(|_| SendFailure::Quota)?;
        Ok(Turn { _under_way: under_way, _place: place })
    }
}
