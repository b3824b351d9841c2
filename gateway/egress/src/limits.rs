//! How much and how long.

use std::time::Duration;

/// Bounds for one request and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EgressLimits {
    /// A request's body.
    pub request_bytes: usize,
    /// An answer's body, after decompression.
    pub body_bytes: usize,
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// Until the answer's head has come as a whole, connecting included.
    pub first_byte: Duration,
    /// Between two pieces of an answer's body.
    pub between_bytes: Duration,
    /// From beginning to end.
    pub total: Duration,
    /// Header fields of a request.
    pub headers: usize,
    /// All header fields of a request, in bytes.
    pub header_bytes: usize,
    /// A request's path and query.
    pub path_bytes: usize,
    /// Requests of one connection that are under way at once.
    pub at_once: usize,
    /// Requests of one connection that wait for their turn; one more is refused.
    pub waiting: usize,
}

impl Default for EgressLimits {
    fn default() -> Self {
        Self {
            request_bytes: 32 * 1024 * 1024,
            body_bytes: 4 * 1024 * 1024,
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(20),
            between_bytes: Duration::from_secs(10),
            total: Duration::from_secs(30),
            headers: 64,
            header_bytes: 16 * 1024,
            path_bytes: 8 * 1024,
            at_once: 16,
            waiting: 64,
        }
    }
}
