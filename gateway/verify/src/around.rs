//! What judging needs beside the document that is judged.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::{
    Absence, Policy,
    material::{Library, Looked},
};

/// What a proof has to be made for (Controlled Identifiers 1.0 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// An issuer says something.
    Assertion,
    /// A holder shows that it is there.
    Authentication,
}

impl Purpose {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Assertion => "assertionMethod",
            Self::Authentication => "authentication",
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) library: &'a Library<'a>,
    pub(crate) policy: &'a Policy,
    pub(crate) now: Timestamp,
    pub(crate) purpose: Purpose,
    /// Whether what is judged was fetched. Its times are no reason to judge again: it may be fetched anew before they come.
    is_fetched: bool,
}

impl<'a> Around<'a> {
    pub(crate) fn new(library: &'a Library<'a>, policy: &'a Policy, now: Timestamp) -> Self {
        Self { library, policy, now, purpose: Purpose::Assertion, is_fetched: false }
    }

    /// The same for a document that was fetched.
    pub(crate) fn fetched(self) -> Self {
        Self { is_fetched: true, ..self }
    }

    /// The same for a presentation.
    pub(crate) fn authentication(self) -> Self {
        Self { purpose: Purpose::Authentication, ..self }
    }

    /// The keys that `controller` lists in its document at `url`, unless that was had too long ago to rely on.
    pub(crate) fn keys(&self, url: &Url, controller: &str) -> Looked {
        match self.library.document(url) {
            Ok(document) if self.is_older(document.fetched_at, self.policy.key_max_age_seconds) => {
                Looked::Absent(Absence::TooOld)
            }
            _ => self.library.keys(url, controller),
        }
    }

    fn skew(&self) -> SignedDuration {
        SignedDuration::from_secs(self.policy.clock_skew_seconds.into())
    }

    /// Whether a time has passed, for whoever's clock is behind. A tolerance that leaves the range of times tolerates
    /// nothing.
    pub(crate) fn is_over(&self, end: Timestamp) -> bool {
        let last = end.checked_add(self.skew()).unwrap_or(end);
        self.turning_point(last);
        self.now > last
    }

    /// Whether a time is yet to come, for whoever's clock is ahead.
    pub(crate) fn is_yet_to_come(&self, beginning: Timestamp) -> bool {
        let first = beginning.checked_sub(self.skew()).unwrap_or(beginning);
        self.turning_point(first);
        self.now < first
    }

    /// Whether a time has come, to the instant.
    pub(crate) fn has_come(&self, time: Timestamp) -> bool {
        self.turning_point(time);
        self.now >= time
    }

    fn turning_point(&self, time: Timestamp) {
        self.library.turning_point(time, self.now);
        if !self.is_fetched && time >= self.now {
            self.library.turns_at(time);
        }
    }

    /// Whether something is older than this many seconds.
    pub(crate) fn is_older(&self, since: Timestamp, seconds: u32) -> bool {
        let until = since.checked_add(SignedDuration::from_secs(seconds.into())).unwrap_or(since);
        self.library.turning_point(until, self.now);
        self.now > until
    }
}
