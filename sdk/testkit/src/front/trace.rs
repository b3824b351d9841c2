//! What was exchanged, for people and for rules. Secrets never get here: they are taken out where the request comes in.

use std::time::Duration;

use super::{Answer, Asked};

/// A request and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// When it came, since the server started.
    pub at: Duration,
    pub took: Duration,
    pub asked: Asked,
    /// `None`: the connection was cut.
    pub answer: Option<Answer>,
    /// What was made to go wrong.
    pub fault: Option<&'static str>,
}

impl Exchange {
    /// Method, base and path, as on one line of a log.
    pub fn line(&self) -> String {
        let query =
            self.asked.query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let query = if query.is_empty() { query } else { format!("?{query}") };
        format!("{} {}:{}{query}", self.asked.method, self.asked.base, self.asked.path)
    }

    /// Whether something was asked to be done, and was.
    pub fn has_written(&self) -> bool {
        let reads = matches!(self.asked.method.as_str(), "GET" | "HEAD");
        !reads && self.answer.as_ref().is_some_and(|answer| (200..300).contains(&answer.status))
    }
}
