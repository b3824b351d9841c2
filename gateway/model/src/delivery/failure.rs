//! Why an attempt failed, and whether and when there is another.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::Receipt;

/// Why an attempt did not deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryFailure {
    pub code: FailureCode,
    /// One plain sentence for an operator; free of secrets and learner data.
    pub message: String,
    pub retry: Retry,
    /// The ATS's HTTP status, where there was one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub remote_status: Option<u16>,
}

/// Whether and when to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// Trying again cannot help.
    Never,
    /// Not before this many milliseconds.
    AfterMs(u64),
    /// By the schedule.
    Backoff,
}

macro_rules! failure_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)+) => {
        /// Why an attempt failed. The first ten are the connector's own answers (`wellspring:connector/types.error-code`),
        /// the others what the sandbox saw.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum FailureCode {$(
            $(#[$doc])*
            #[serde(rename = $code)]
            $name,
        )+}

        impl FailureCode {
            pub const ALL: &'static [FailureCode] = &[$(Self::$name,)+];

            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $code,)+}
            }
        }
    };
}

failure_codes! {
    /// The ATS refused the content.
    InvalidInput = "INVALID_INPUT",
    /// Candidate or application not found at the ATS.
    NotFound = "NOT_FOUND",
    /// Somebody else changed it at the same time.
    Conflict = "CONFLICT",
    /// The ATS does not accept the connection's credentials.
    Auth = "AUTH",
    /// The credentials are good, the right is missing.
    Forbidden = "FORBIDDEN",
    /// Too many requests; the ATS asked to wait.
    RateLimited = "RATE_LIMITED",
    /// The ATS answered something unexpected.
    Upstream = "UPSTREAM",
    /// The ATS could not be reached or is down.
    Unavailable = "UNAVAILABLE",
    /// The connector does not do this.
    Unsupported = "UNSUPPORTED",
    /// The connector met a defect of its own.
    Internal = "INTERNAL",

    /// The connector used up its processor time (a loop without end).
    GuestCpu = "GUEST_CPU",
    /// The connector asked for more memory than its limit.
    GuestMemory = "GUEST_MEMORY",
    /// The connector trapped.
    GuestTrap = "GUEST_TRAP",
    /// The connector called the host more often, or handed over more, than its limit.
    GuestHostCalls = "GUEST_HOST_CALLS",
    /// The connector asked for an address that was not granted.
    OriginDenied = "ORIGIN_DENIED",
    /// The call as a whole took too long.
    Deadline = "DEADLINE",
    /// No connector of this name is installed.
    ConnectorMissing = "CONNECTOR_MISSING",
    /// The connection or what it needs is gone or incomplete.
    ConnectionInvalid = "CONNECTION_INVALID",
    /// The gateway's process ended in the midst of every attempt.
    Interrupted = "INTERRUPTED",
    /// The endpoint says that it is gone for good (410), or was removed.
    Gone = "GONE",
    /// The result is past the time that it is kept for.
    Retired = "RETIRED",
}

impl fmt::Display for FailureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Waits before the second, third … attempt: the schedule of Standard Webhooks, about 75 hours in all.
pub const RETRY_WAITS: [Duration; 9] = {
    const fn minutes(n: u64) -> Duration {
        Duration::from_secs(n * 60)
    }
    [
        Duration::from_secs(5),
        minutes(5),
        minutes(30),
        minutes(2 * 60),
        minutes(5 * 60),
        minutes(10 * 60),
        minutes(14 * 60),
        minutes(20 * 60),
        minutes(24 * 60),
    ]
};

/// The longest wait an ATS may ask for.
pub const RETRY_AFTER_CAP: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the schedule waits after `tries` tries, or `None` where no further one is made.
///
/// `jitter` spreads the schedule by ±20 %: it is a number drawn evenly from all of `u32`. What the ATS asked for
/// (`Retry::AfterMs`) is a minimum, capped at [`RETRY_AFTER_CAP`].
fn next_wait(tries: u32, retry: Retry, jitter: u32) -> Option<Duration> {
    let asked = match retry {
        Retry::Never => return None,
        Retry::AfterMs(ms) => Duration::from_millis(ms).min(RETRY_AFTER_CAP),
        Retry::Backoff => Duration::ZERO,
    };
    let index = usize::try_from(tries.checked_sub(1)?).ok()?;
    let scheduled = RETRY_WAITS.get(index)?.as_millis();
    // 80 % to 120 %, in whole milliseconds.
    let spread = scheduled * 8 / 10 + scheduled * 4 / 10 * u128::from(jitter) / u128::from(u32::MAX);
    Some(Duration::from_millis(u64::try_from(spread).ok()?).max(asked))
}

/// Tries in one series at most.
pub const MOST_TRIES: u32 = 10;

/// Tries at most where the connector itself fails in a way that another try hardly mends: it trapped, or passed a limit.
pub const MOST_TRIES_OF_A_FAULTY_GUEST: u32 = 3;

impl DeliveryFailure {
    /// How long to wait after so many tries, or `None` where no further one is made.
    pub fn wait(&self, tries: u32, jitter: u32) -> Option<Duration> {
        let is_faulty = matches!(
            self.code,
            FailureCode::GuestCpu | FailureCode::GuestMemory | FailureCode::GuestTrap | FailureCode::GuestHostCalls
        );
        if is_faulty && tries >= MOST_TRIES_OF_A_FAULTY_GUEST {
            return None;
        }
        next_wait(tries, self.retry, jitter)
    }
}

/// What the end of an attempt says of its destination, beside what became of the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It answered as a destination does that is well, whatever it said of the content.
    Well,
    /// It is down, or answers as one does that is.
    Ill,
    /// It asked everybody to wait.
    Wait(Duration),
    /// It does not let us in: every further attempt would fail the same way until somebody mends the connection.
    Refuses(FailureCode),
    /// It wants nothing from us any more.
    Gone,
    /// Nothing: it was not reached, for reasons of our own or the connector's.
    Silent,
}

impl Verdict {
    pub fn of(result: &Result<Receipt, DeliveryFailure>) -> Self {
        let Err(failure) = result else { return Self::Well };
        match (failure.code, failure.retry) {
            (code @ (FailureCode::Auth | FailureCode::Forbidden), _) => Self::Refuses(code),
            (FailureCode::RateLimited | FailureCode::Unavailable, Retry::AfterMs(ms)) => {
                Self::Wait(Duration::from_millis(ms).min(RETRY_AFTER_CAP))
            }
            (
                FailureCode::Unavailable | FailureCode::Upstream | FailureCode::Deadline | FailureCode::RateLimited,
                _,
            ) => Self::Ill,
            (FailureCode::InvalidInput | FailureCode::NotFound | FailureCode::Conflict, _) => Self::Well,
            _ => Self::Silent,
        }
    }

    /// As [`Self::of`], for an endpoint of events: whatever is no success is a failure of the endpoint's, since we say the
    /// same to all of them.
    pub fn of_endpoint(result: &Result<Receipt, DeliveryFailure>) -> Self {
        let Err(failure) = result else { return Self::Well };
        match (failure.code, failure.retry) {
            (FailureCode::Gone, _) => Self::Gone,
            // Until an operator grants the address.
            (code @ FailureCode::OriginDenied, _) => Self::Refuses(code),
            (FailureCode::RateLimited | FailureCode::Unavailable, Retry::AfterMs(ms)) => {
                Self::Wait(Duration::from_millis(ms).min(RETRY_AFTER_CAP))
            }
            (FailureCode::Interrupted | FailureCode::Internal, _) => Self::Silent,
            _ => Self::Ill,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(tries: u32, retry: Retry, jitter: u32) -> Option<u128> {
        next_wait(tries, retry, jitter).map(|wait| wait.as_millis())
    }

    #[test]
    fn the_schedule_is_spread_by_a_fifth_and_ends() {
        assert_eq!(wait(1, Retry::Backoff, 0), Some(4_000));
        assert_eq!(wait(1, Retry::Backoff, u32::MAX), Some(6_000));
        assert_eq!(wait(2, Retry::Backoff, u32::MAX / 2), Some(299_999));
        assert!(wait(9, Retry::Backoff, 0).is_some());
        assert_eq!(wait(MOST_TRIES, Retry::Backoff, 0), None, "ten tries are all there are");
        assert_eq!(wait(1, Retry::Never, 0), None);
    }

    #[test]
    fn a_connector_that_traps_is_tried_three_times_and_an_ats_that_is_down_ten_times() {
        let failure =
            |code| DeliveryFailure { code, message: String::new(), retry: Retry::Backoff, remote_status: None };
        let tries = |code| (1..20).take_while(|tries| failure(code).wait(*tries, 0).is_some()).count() + 1;
        assert_eq!(tries(FailureCode::GuestTrap), 3);
        assert_eq!(tries(FailureCode::GuestCpu), 3);
        assert_eq!(tries(FailureCode::Unavailable), 10);
    }

    #[test]
    fn what_an_ats_says_of_the_content_an_endpoint_says_of_itself() {
        let failed = |code, retry| Err(DeliveryFailure { code, message: String::new(), retry, remote_status: None });
        let not_found = failed(FailureCode::NotFound, Retry::Backoff);
        assert_eq!((Verdict::of(&not_found), Verdict::of_endpoint(&not_found)), (Verdict::Well, Verdict::Ill));
        let forbidden = failed(FailureCode::Forbidden, Retry::Backoff);
        assert_eq!(Verdict::of_endpoint(&forbidden), Verdict::Ill, "it uses up tries, as Standard Webhooks has it");
        assert_eq!(Verdict::of_endpoint(&failed(FailureCode::Gone, Retry::Never)), Verdict::Gone);
        let wait = Verdict::Wait(Duration::from_secs(7));
        assert_eq!(Verdict::of_endpoint(&failed(FailureCode::RateLimited, Retry::AfterMs(7_000))), wait);
    }

    #[test]
    fn what_the_ats_asks_for_is_a_minimum_with_a_cap() {
        assert_eq!(wait(1, Retry::AfterMs(60_000), 0), Some(60_000));
        assert_eq!(wait(2, Retry::AfterMs(1_000), 0), Some(240_000), "the schedule may be longer than what was asked");
        assert_eq!(wait(1, Retry::AfterMs(u64::MAX), 0), Some(86_400_000));
    }
}
