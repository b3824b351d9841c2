//! What one call of a guest may use, and the counters that hold it to that.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wasmtime::ResourceLimiter;

/// The length of a tick of the engine's epoch. Processor time is counted in these.
pub const TICK: Duration = Duration::from_millis(10);

/// Memories of one call: those that are linked in beside the guest's own.
pub const MEMORIES: usize = 4;
/// Tables of one call.
pub const TABLES: usize = 8;

/// What one call of a guest may use. A connector's manifest cannot raise any of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Linear memory of one call, in bytes: of all its memories together.
    pub memory_bytes: usize,
    /// Elements of one call's tables, all together.
    pub table_elements: usize,
    /// Core instances within one component instance. What one adds to the above is what the engine keeps of it: a mebibyte at most
    /// where instances are pooled.
    pub instances: usize,
    /// Bytes that may pass between guest and host in one call of either.
    pub handover_bytes: usize,
    /// Processor time, in ticks of [`TICK`] in which the guest was running. Waiting for an ATS does not count.
    pub cpu_ticks: u32,
    /// The longest a call may take as a whole, waiting included.
    pub wall: Duration,
    /// Lines of log.
    pub logs: u32,
    /// HTTP requests.
    pub http: u32,
    /// What one request carries, in bytes.
    pub request_bytes: usize,
    /// Calls of any host function.
    pub host_calls: u32,
    /// Bytes that the host holds for the guest in blobs, and in the answers to requests that it makes side by side.
    pub held_bytes: usize,
    /// Bytes that a connector may keep for a connection between calls.
    pub state_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 128 << 20,
            table_elements: 20_000,
            // CPython with its extension modules is 38 of them.
            instances: 50,
            handover_bytes: 16 << 20,
            cpu_ticks: 200,
            wall: Duration::from_secs(60),
            logs: 1_000,
            http: 100,
            request_bytes: 32 << 20,
            host_calls: 10_000,
            held_bytes: 32 << 20,
            state_bytes: 64 << 10,
        }
    }
}

/// Watches memory and tables grow. Refusing makes `memory.grow` answer -1, as on a machine that is full; what the guest
/// makes of that (mostly an abort) is then known to be about memory.
#[derive(Debug)]
pub struct Growth {
    memory: Budget,
    tables: Budget,
    instances: usize,
    refused: bool,
}

/// So much of something, shared by all that grow.
#[derive(Debug)]
struct Budget {
    limit: usize,
    used: usize,
}

impl Budget {
    const fn new(limit: usize) -> Self {
        Self { limit, used: 0 }
    }

    /// Takes what is more than before, where it fits. What then fails to grow all the same stays taken: the call is near its end.
    fn take(&mut self, current: usize, desired: usize) -> bool {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        let fits = used <= self.limit;
        if fits {
            self.used = used;
        }
        fits
    }
}

impl Growth {
    pub fn new(limits: &Limits) -> Self {
        Self {
            memory: Budget::new(limits.memory_bytes),
            tables: Budget::new(limits.table_elements),
            instances: limits.instances,
            refused: false,
        }
    }

    /// Whether the guest asked for more memory, or larger tables, than it may have.
    pub fn refused(&self) -> bool {
        self.refused
    }
}

impl ResourceLimiter for Growth {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let fits = self.memory.take(current, desired);
        self.refused |= !fits;
        Ok(fits)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let fits = self.tables.take(current, desired);
        self.refused |= !fits;
        Ok(fits)
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}

/// Counts what a guest asks of the host.
#[derive(Debug, Default)]
pub struct Calls {
    all: u32,
    logs: u32,
    http: u32,
    /// Set once a request was refused for its number.
    pub http_refused: bool,
}

/// The guest called the host too often. It ends the call as a trap would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit} {what} in one call")]
pub struct TooManyCalls {
    pub what: &'static str,
    pub limit: u32,
}

/// The guest had the host hold more than it may. It ends the call as a trap would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit} bytes held at once")]
pub struct TooMuchHeld {
    pub limit: usize,
}

impl Calls {
    /// Counts a call of any kind.
    pub fn any(&mut self, limits: &Limits) -> Result<(), TooManyCalls> {
        bump(&mut self.all, limits.host_calls, "calls of the host")
    }

    /// Counts a line of log.
    pub fn log(&mut self, limits: &Limits) -> Result<(), TooManyCalls> {
        self.any(limits)?;
        bump(&mut self.logs, limits.logs, "lines of log")
    }

    /// Counts a request. A request too many is the guest's to handle (`quota`), so that it can end in good order.
    pub fn http(&mut self, limits: &Limits) -> Result<bool, TooManyCalls> {
        self.any(limits)?;
        let within = bump(&mut self.http, limits.http, "requests").is_ok();
        self.http_refused |= !within;
        Ok(within)
    }
}

fn bump(count: &mut u32, limit: u32, what: &'static str) -> Result<(), TooManyCalls> {
    *count = count.saturating_add(1);
    if *count > limit { Err(TooManyCalls { what, limit }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_beyond_a_limit_is_refused_and_remembered() {
        let mut growth = Growth::new(&Limits { memory_bytes: 100, ..Limits::default() });
        assert!(growth.memory_growing(0, 100, None).expect("answers"));
        assert!(!growth.refused());
        assert!(!growth.memory_growing(100, 101, None).expect("answers"));
        assert!(growth.refused());
    }

    #[test]
    fn memories_share_what_there_is() {
        let mut growth = Growth::new(&Limits { memory_bytes: 100, table_elements: 10, ..Limits::default() });
        assert!(growth.memory_growing(0, 60, None).expect("answers"), "the first begins");
        assert!(growth.memory_growing(0, 30, None).expect("answers"), "and another");
        assert!(growth.memory_growing(60, 70, None).expect("answers"), "all of it is used");
        assert!(!growth.memory_growing(30, 31, None).expect("answers"));
        assert!(growth.table_growing(0, 10, None).expect("answers"), "tables have their own");
        assert!(!growth.table_growing(0, 1, None).expect("answers"));
    }

    #[test]
    fn each_kind_of_call_has_its_own_limit() {
        let limits = Limits { logs: 1, http: 1, host_calls: 4, ..Limits::default() };
        let mut calls = Calls::default();
        assert_eq!(calls.log(&limits), Ok(()));
        assert_eq!(calls.log(&limits), Err(TooManyCalls { what: "lines of log", limit: 1 }));
        assert_eq!(calls.http(&limits), Ok(true));
        assert_eq!(calls.http(&limits), Ok(false));
        assert_eq!(calls.http(&limits), Err(TooManyCalls { what: "calls of the host", limit: 4 }));
    }
}
