//! Things that go wrong at an ATS, on demand.

use tokio::sync::watch;

/// What a request asks of the ATS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Route {
    Token,
    Applications,
    Candidates,
    WriteCandidate,
    Notes,
    WriteNote,
    CustomFields,
    Other,
}

impl Route {
    pub(crate) fn of(method: &str, path: &str) -> Self {
        match (method, path.strip_prefix("/v3/").unwrap_or(path)) {
            ("POST", "/token") => Self::Token,
            ("GET", "applications") => Self::Applications,
            ("GET", "candidates") => Self::Candidates,
            ("PATCH", path) if path.starts_with("candidates/") => Self::WriteCandidate,
            ("GET", "notes") => Self::Notes,
            ("POST", "notes") => Self::WriteNote,
            ("GET", "custom_fields") => Self::CustomFields,
            _ => Self::Other,
        }
    }
}

/// How a request goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 429 with the headers that say when to come again.
    RateLimited,
    /// 503.
    ServerError,
    /// 401, whatever the token.
    Unauthorized,
    /// Nothing is done and the connection ends without an answer.
    DropConnection,
    /// Nothing is done, and the answer is a gigabyte of nothing.
    Huge,
    /// Nothing is done and nothing answered until somebody lets go.
    HoldBefore,
    /// Everything is done and nothing answered until somebody lets go.
    HoldAfter,
}

/// What becomes of requests that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Release,
    Drop,
}

/// Requests that are held, and what was decided about them last.
pub(crate) struct Holding {
    count: watch::Sender<usize>,
    verdict: watch::Sender<Option<Verdict>>,
}

impl Holding {
    pub(crate) fn new() -> Self {
        Self { count: watch::Sender::new(0), verdict: watch::Sender::new(None) }
    }

    pub(crate) fn count(&self) -> usize {
        *self.count.borrow()
    }

    pub(crate) async fn wait_for(&self, least: usize) {
        // The sender lives as long as `self`, so this ends only when the number is reached.
        let mut counted = self.count.subscribe();
        let _reached = counted.wait_for(|count| *count >= least).await;
    }

    pub(crate) fn let_go(&self, verdict: Verdict) {
        self.verdict.send_replace(Some(verdict));
    }

    /// Waits for the next decision. The caller may go away while it waits; it is no longer counted then.
    pub(crate) async fn hold(&self) -> Verdict {
        struct Held<'a>(&'a watch::Sender<usize>);
        impl Drop for Held<'_> {
            fn drop(&mut self) {
                self.0.send_modify(|count| *count -= 1);
            }
        }
        let mut decided = self.verdict.subscribe();
        // What was decided before is about others.
        decided.mark_unchanged();
        self.count.send_modify(|count| *count += 1);
        let _held = Held(&self.count);
        match decided.changed().await {
            Ok(()) => decided.borrow().unwrap_or(Verdict::Drop),
            Err(_) => Verdict::Drop,
        }
    }
}
