//! Things that go wrong at an ATS, or on the way to it.

use std::time::Duration;

/// Which request goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// The one with this number, from 1.
    Nth(usize),
    /// Each that is no `GET` or `HEAD`.
    Write,
    /// Each.
    Every,
}

impl Where {
    pub(super) fn is(self, number: usize, method: &str) -> bool {
        match self {
            Self::Nth(nth) => nth == number,
            Self::Write => !matches!(method, "GET" | "HEAD"),
            Self::Every => true,
        }
    }
}

/// How it goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 429 with `Retry-After`, in seconds.
    RateLimited(u64),
    /// 503.
    Unavailable,
    /// 401, whatever it proved itself with.
    Unauthorized,
    /// 403.
    Forbidden,
    /// Everything is done, and the connection ends before the answer.
    LostAnswer,
    /// Nothing is done, and the connection ends.
    Cut,
    /// Everything is done, and answered late.
    Slow(Duration),
    /// An answer larger than any answer may be.
    Oversize,
    /// A page for people where data should be, with status 200.
    Page,
}

impl Fault {
    /// In a few words, for a trace.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RateLimited(_) => "429, to wait",
            Self::Unavailable => "503, down",
            Self::Unauthorized => "401, token expired",
            Self::Forbidden => "403, right missing",
            Self::LostAnswer => "done, answer lost",
            Self::Cut => "connection cut",
            Self::Slow(_) => "slow",
            Self::Oversize => "oversize answer",
            Self::Page => "a web page instead of data",
        }
    }
}
