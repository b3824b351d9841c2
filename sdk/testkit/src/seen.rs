//! What a double writes down of requests.

/// A request as it came, without what it proved itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSeen {
    pub method: String,
    pub path: String,
    pub query: Option<String>,
    /// Which trace the caller says it belongs to.
    pub traceparent: Option<String>,
    /// The answer's. `None` where none was sent (yet).
    pub status: Option<u16>,
}
