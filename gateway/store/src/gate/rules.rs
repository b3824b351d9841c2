//! When a gate lets work through. Plain arithmetic over the times of the database, in microseconds.

use std::time::Duration;

use wellspring_model::delivery::{FailureCode, Verdict};

const SECOND: i64 = 1_000_000;
/// Tasks are counted over this long…
const WINDOW: i64 = 60 * SECOND;
/// …and a gate trips when of at least so many…
const LEAST_TASKS: i64 = 10;
/// …at least this part failed.
const FAILED: (i64, i64) = (1, 2);
/// How long a tripped gate rests before one task may try; twice as long each time that fails.
const FIRST_REST: i64 = 15 * SECOND;
const LONGEST_REST: i64 = 10 * 60 * SECOND;
/// A failure that is followed by nothing for so long does not count as failing on: the schedule tries once a day at least.
const FORGOTTEN: i64 = 48 * 60 * 60 * SECOND;

/// Whether work passes, and what is known of the destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gate {
    pub state: State,
    pub changed_at: i64,
    /// How often it tripped in a row.
    pub trips: i64,
    /// The destination asked us to wait until then.
    pub wait_until: i64,
    pub pace: Pace,
    pub most_leased: Option<i64>,
    pub window: Window,
    /// Moving means over the tasks that ended: how long one takes, and how many thousandths of a call it makes.
    pub task_micros: i64,
    pub task_calls: i64,
    /// Absent while the last task succeeded.
    pub failing: Option<Failing>,
    /// For how long everything may fail before nothing is brought there any more; `None` for ever.
    pub shut_after: Option<i64>,
}

/// A destination where everything fails: since when, and when it last did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failing {
    pub since: i64,
    pub last: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    /// Too much failed. From `probe_at` on one task at a time may see whether that is over.
    Tripped {
        probe_at: i64,
    },
    /// Somebody has to mend something first.
    Paused {
        reason: String,
    },
    /// Nothing passes any more.
    Shut {
        reason: String,
    },
}

/// How many calls a destination allows: one every `call`, and up to `burst` worth of them at once. `until` is when all
/// calls made so far will have been paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pace {
    pub call: i64,
    pub burst: i64,
    pub until: i64,
}

impl Pace {
    /// How many calls may be made now.
    fn allows(self, now: i64) -> i64 {
        if self.call == 0 {
            return i64::MAX;
        }
        let ahead = self.until.max(now) - now;
        (self.burst - ahead).max(0) / self.call
    }

    fn made(&mut self, calls: i64, now: i64) {
        self.until = self.until.max(now).saturating_add(self.call.saturating_mul(calls));
    }
}

/// What ended in the running minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Window {
    pub at: i64,
    pub tasks: i64,
    pub failures: i64,
}

/// A task that has ended: what it used of the destination, and what it says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Requests that were made to the destination.
    pub calls: u32,
    pub took: Duration,
    pub verdict: Verdict,
    /// For how long the destination asks to be left alone, whatever else it said.
    pub wait: Option<Duration>,
}

impl Gate {
    /// How many tasks may be leased now, where `leased` are.
    pub fn allows(&self, leased: i64, now: i64) -> i64 {
        if self.wait_until > now {
            return 0;
        }
        let by_state = match &self.state {
            State::Open => i64::MAX,
            State::Tripped { probe_at } if *probe_at <= now => 1 - leased,
            State::Tripped { .. } | State::Paused { .. } | State::Shut { .. } => 0,
        };
        let by_cap = self.most_leased.map_or(i64::MAX, |most| most - leased);
        // Each task will make at least one call; what it makes beyond is paid when it has ended.
        by_state.min(by_cap).min(self.pace.allows(now)).max(0)
    }

    /// So many tasks were leased.
    pub fn lease(&mut self, tasks: i64, now: i64) {
        self.pace.made(tasks, now);
    }

    /// A task has ended.
    pub fn passed(&mut self, passage: &Passage, now: i64) {
        self.pace.made(i64::from(passage.calls) - 1, now);
        self.learn(passage);
        if let Some(wait) = passage.wait {
            self.wait_until = self.wait_until.max(now.saturating_add(micros(wait)));
        }
        match passage.verdict {
            Verdict::Silent => {}
            Verdict::Well => self.well(now),
            Verdict::Wait(wait) => {
                self.wait_until = self.wait_until.max(now.saturating_add(micros(wait)));
                self.fails(now);
            }
            Verdict::Ill => {
                self.ill(now);
                self.fails(now);
            }
            Verdict::Refuses(code) => self.pause(code, now),
            Verdict::Gone => self.shut(FailureCode::Gone.as_str(), now),
        }
    }

    fn learn(&mut self, passage: &Passage) {
        let mean = |old: i64, new: i64| if old == 0 { new } else { old + (new - old) / 8 };
        self.task_micros = mean(self.task_micros, micros(passage.took));
        self.task_calls = mean(self.task_calls, i64::from(passage.calls) * 1_000);
    }

    fn well(&mut self, now: i64) {
        self.failing = None;
        self.count(0, now);
        if matches!(self.state, State::Tripped { .. }) {
            self.become_open(now);
        }
    }

    fn ill(&mut self, now: i64) {
        match self.state {
            State::Open => {
                self.count(1, now);
                let has_failed = self.window.failures * FAILED.1 >= self.window.tasks * FAILED.0;
                if self.window.tasks >= LEAST_TASKS && has_failed {
                    self.trip(now);
                }
            }
            // The one that was let through to see. Others began before it tripped, and say nothing new.
            State::Tripped { probe_at } if probe_at <= now => self.trip(now),
            State::Tripped { .. } | State::Paused { .. } | State::Shut { .. } => {}
        }
    }

    /// Once more, and too long by now?
    fn fails(&mut self, now: i64) {
        let since = self.failing.filter(|failing| now - failing.last <= FORGOTTEN).map_or(now, |failing| failing.since);
        self.failing = Some(Failing { since, last: now });
        if self.shut_after.is_some_and(|after| now - since >= after) {
            self.shut("FAILING", now);
        }
    }

    fn count(&mut self, failures: i64, now: i64) {
        if now - self.window.at > WINDOW || now < self.window.at {
            self.window = Window { at: now, tasks: 0, failures: 0 };
        }
        self.window.tasks += 1;
        self.window.failures += failures;
    }

    fn trip(&mut self, now: i64) {
        let rest = FIRST_REST.saturating_mul(1 << self.trips.clamp(0, 16)).min(LONGEST_REST);
        self.trips += 1;
        self.window = Window::default();
        self.change(State::Tripped { probe_at: now.saturating_add(rest) }, now);
    }

    fn pause(&mut self, code: FailureCode, now: i64) {
        if !matches!(self.state, State::Shut { .. } | State::Paused { .. }) {
            self.change(State::Paused { reason: code.as_str().to_owned() }, now);
        }
    }

    /// Lets nothing through any more, for this reason or an earlier one.
    pub fn shut(&mut self, reason: &str, now: i64) {
        if !matches!(self.state, State::Shut { .. }) {
            self.change(State::Shut { reason: reason.to_owned() }, now);
        }
    }

    /// Lets work through again, with nothing held against the destination.
    pub fn become_open(&mut self, now: i64) {
        self.trips = 0;
        self.failing = None;
        self.wait_until = 0;
        self.window = Window::default();
        self.change(State::Open, now);
    }

    pub fn change(&mut self, state: State, now: i64) {
        self.state = state;
        self.changed_at = now;
    }

    /// When `waiting` tasks will have been done, as far as can be told. `None` while somebody has to mend something first.
    pub fn clear_at(&self, waiting: i64, now: i64) -> Option<i64> {
        let opens = match self.state {
            State::Open => now,
            State::Tripped { probe_at } => probe_at.max(now),
            State::Paused { .. } | State::Shut { .. } => return None,
        };
        let side_by_side = self.most_leased.unwrap_or(1).max(1);
        let by_time = self.task_micros / side_by_side;
        let by_pace = self.pace.call.saturating_mul(self.task_calls.max(1_000)) / 1_000;
        let begin = opens.max(self.wait_until).max(self.pace.until - self.pace.burst);
        Some(begin.saturating_add(waiting.saturating_mul(by_time.max(by_pace))))
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
