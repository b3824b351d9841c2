//! What an ATS says of how much more it allows, in the headers of its answers.

use std::time::Duration;

use jiff::Timestamp;

/// Remaining requests and when there will be more, under the names that ATSs use.
const REMAINING: [&str; 3] = ["x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining"];
const RESET: [&str; 3] = ["x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset"];
/// A number of seconds as large as this is a time since 1970, one as large as that is in milliseconds.
const A_TIME: u64 = 1_000_000_000;
const IN_MILLIS: u64 = 1_000_000_000_000;

/// How long to leave the ATS alone after an answer with these headers, although it was a good one: nothing remains, and it
/// says when something will. `None` where more is allowed, or where it does not say.
pub fn wait<'h>(headers: impl Iterator<Item = (&'h str, &'h str)> + Clone, now: Timestamp) -> Option<Duration> {
    let named = |names: &[&str]| {
        let mut found = headers.clone().filter(|(name, _)| names.iter().any(|known| name.eq_ignore_ascii_case(known)));
        found.next().map(|(_, value)| value.trim())
    };
    let (remaining, reset) = match (named(&REMAINING), named(&RESET)) {
        (Some(remaining), Some(reset)) => (remaining.parse().ok()?, reset.parse().ok()?),
        _ => combined(named(&["ratelimit"])?)?,
    };
    if remaining > 0 {
        return None;
    }
    let now = u64::try_from(now.as_second()).ok()?;
    let seconds = match reset {
        seconds @ ..A_TIME => seconds,
        at @ ..IN_MILLIS => at.saturating_sub(now),
        millis => (millis / 1_000).saturating_sub(now),
    };
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

/// `"name";r=0;t=30`, one or several of them: the one with the least left.
fn combined(value: &str) -> Option<(u64, u64)> {
    let of_policy = |policy: &str| {
        let number = |key: &str| {
            let mut members = policy.split(';').map(str::trim);
            members.find_map(|member| member.strip_prefix(key)?.strip_prefix('=')?.parse::<u64>().ok())
        };
        Some((number("r")?, number("t")?))
    };
    value.split(',').filter_map(of_policy).min_by_key(|(remaining, reset)| (*remaining, u64::MAX - reset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(headers: &[(&str, &str)]) -> Option<u64> {
        let now = "2026-11-26T04:00:00Z".parse().unwrap();
        wait(headers.iter().copied(), now).map(|wait| wait.as_secs())
    }

    #[test]
    fn nothing_remains_until_a_time_or_for_some_seconds() {
        let epoch = "2026-11-26T04:00:09Z".parse::<Timestamp>().unwrap().as_second();
        let (seconds, millis) = (epoch.to_string(), (epoch * 1_000).to_string());
        for reset in ["9", &seconds, &millis] {
            assert_eq!(told(&[("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", reset)]), Some(9), "{reset}");
            assert_eq!(told(&[("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", reset)]), Some(9), "{reset}");
        }
        assert_eq!(told(&[("RateLimit", "\"burst\";r=5;t=1, \"day\";r=0;t=9")]), Some(9));
    }

    #[test]
    fn while_something_remains_or_nobody_says_when_there_is_no_wait() {
        assert_eq!(told(&[("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", "9")]), None);
        assert_eq!(told(&[("x-ratelimit-remaining", "0")]), None);
        assert_eq!(told(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000000001")]), None, "long ago");
        assert_eq!(told(&[("x-ratelimit-remaining", "none"), ("x-ratelimit-reset", "soon")]), None);
        assert_eq!(told(&[("ratelimit", "r;t=,;;=")]), None);
        assert_eq!(told(&[]), None);
    }
}
