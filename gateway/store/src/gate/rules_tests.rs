use super::*;

fn gate() -> Gate {
    Gate {
        state: State::Open,
        changed_at: 0,
        trips: 0,
        wait_until: 0,
        pace: Pace::default(),
        most_leased: Some(8),
        window: Window::default(),
        task_micros: 0,
        task_calls: 0,
        failing: None,
        shut_after: None,
    }
}

fn passage(verdict: Verdict) -> Passage {
    Passage { calls: 1, took: Duration::from_millis(100), verdict, wait: None }
}

#[test]
fn half_of_ten_failing_trips_it_and_fewer_or_less_do_not() {
    let mut few = gate();
    (0..9).for_each(|_| few.passed(&passage(Verdict::Ill), SECOND));
    assert_eq!(few.state, State::Open, "nine are no sample");
    let mut less = gate();
    (0..60).for_each(|n| less.passed(&passage(if n % 5 < 2 { Verdict::Ill } else { Verdict::Well }), SECOND));
    assert_eq!(less.state, State::Open, "two of five are a bad minute");
    few.passed(&passage(Verdict::Ill), SECOND);
    assert_eq!(few.state, State::Tripped { probe_at: 16 * SECOND });
    assert_eq!(few.allows(0, 15 * SECOND), 0);
}

#[test]
fn failures_of_another_minute_are_forgotten() {
    let mut gate = gate();
    (0..9).for_each(|_| gate.passed(&passage(Verdict::Ill), SECOND));
    gate.passed(&passage(Verdict::Ill), 62 * SECOND);
    assert_eq!(gate.state, State::Open);
}

#[test]
fn one_probe_passes_and_decides() {
    let mut gate = gate();
    (0..10).for_each(|_| gate.passed(&passage(Verdict::Ill), 0));
    assert_eq!(gate.allows(0, 15 * SECOND), 1, "one, not eight");
    assert_eq!(gate.allows(1, 15 * SECOND), 0, "not a second one beside it");
    gate.passed(&passage(Verdict::Ill), 16 * SECOND);
    assert_eq!(gate.state, State::Tripped { probe_at: 46 * SECOND }, "twice as long");
    gate.passed(&passage(Verdict::Ill), 17 * SECOND);
    assert_eq!(gate.state, State::Tripped { probe_at: 46 * SECOND }, "one that began before says nothing new");
    gate.passed(&passage(Verdict::Well), 47 * SECOND);
    assert_eq!((gate.state.clone(), gate.trips), (State::Open, 0));
    assert_eq!(gate.allows(0, 47 * SECOND), 8);
}

#[test]
fn it_rests_ten_minutes_at_most() {
    let mut gate = gate();
    (0..10).for_each(|_| gate.passed(&passage(Verdict::Ill), 0));
    for _ in 0..40 {
        let State::Tripped { probe_at } = gate.state else { panic!("{gate:?}") };
        gate.passed(&passage(Verdict::Ill), probe_at);
        assert!(matches!(gate.state, State::Tripped { probe_at: next } if next - probe_at <= LONGEST_REST));
    }
}

#[test]
fn a_refusal_pauses_until_somebody_opens_it() {
    let mut gate = gate();
    gate.passed(&passage(Verdict::Refuses(FailureCode::Auth)), 5);
    assert_eq!(gate.state, State::Paused { reason: "AUTH".into() });
    assert_eq!(gate.allows(0, i64::MAX / 2), 0);
    assert_eq!(gate.clear_at(3, 5), None);
    gate.passed(&passage(Verdict::Well), 6);
    assert_eq!(gate.allows(0, 7), 0, "an older answer does not open it");
    gate.become_open(8);
    assert_eq!(gate.allows(0, 8), 8);
}

const HOUR: i64 = 60 * 60 * SECOND;

#[test]
fn one_that_fails_for_five_days_is_shut_and_one_success_begins_anew() {
    let mut gate = Gate { shut_after: Some(120 * HOUR), ..gate() };
    let fail = |gate: &mut Gate, hour: i64| gate.passed(&passage(Verdict::Ill), hour * HOUR);
    (0..119).step_by(24).for_each(|hour| fail(&mut gate, hour));
    gate.passed(&passage(Verdict::Well), 119 * HOUR);
    (120..240).step_by(24).for_each(|hour| fail(&mut gate, hour));
    assert_ne!(gate.state, State::Shut { reason: "FAILING".into() }, "four days and a half since it was well");
    fail(&mut gate, 240);
    assert_eq!(gate.state, State::Shut { reason: "FAILING".into() });
    gate.passed(&passage(Verdict::Well), 241 * HOUR);
    assert_eq!(gate.allows(0, 241 * HOUR), 0, "somebody has to open it");
    gate.become_open(242 * HOUR);
    fail(&mut gate, 243);
    assert_eq!(gate.state, State::Open, "with nothing held against it");
}

#[test]
fn days_in_which_nothing_was_tried_are_no_days_of_failing() {
    let mut gate = Gate { shut_after: Some(120 * HOUR), ..gate() };
    gate.passed(&passage(Verdict::Ill), 0);
    gate.passed(&passage(Verdict::Ill), 200 * HOUR);
    assert_eq!(gate.state, State::Open);
    gate.passed(&passage(Verdict::Wait(Duration::from_secs(1))), 240 * HOUR);
    assert_eq!(gate.failing, Some(Failing { since: 200 * HOUR, last: 240 * HOUR }), "asking to wait is no success");
}

#[test]
fn one_without_a_limit_may_fail_for_ever_and_one_that_is_gone_is_shut_at_once() {
    let mut gate = gate();
    (0..1_000).for_each(|hour| gate.passed(&passage(Verdict::Ill), hour * HOUR));
    assert!(matches!(gate.state, State::Open | State::Tripped { .. }), "{gate:?}");
    gate.passed(&passage(Verdict::Gone), 1_000 * HOUR);
    assert_eq!(gate.state, State::Shut { reason: "GONE".into() });
}

#[test]
fn what_the_destination_asks_for_holds_for_all() {
    let mut gate = gate();
    gate.passed(&passage(Verdict::Wait(Duration::from_secs(30))), 0);
    assert_eq!(gate.allows(0, 29 * SECOND), 0);
    gate.passed(&passage(Verdict::Wait(Duration::from_secs(1))), 0);
    assert_eq!(gate.allows(0, 29 * SECOND), 0, "a shorter wait does not shorten it");
    assert_eq!(gate.allows(0, 30 * SECOND), 8);
}

#[test]
fn an_answer_that_says_that_nothing_is_left_is_good_and_holds_the_others() {
    let mut gate = gate();
    gate.passed(&Passage { wait: Some(Duration::from_secs(9)), ..passage(Verdict::Well) }, SECOND);
    assert_eq!((gate.state.clone(), gate.allows(0, 9 * SECOND), gate.allows(0, 10 * SECOND)), (State::Open, 0, 8));
}

#[test]
fn the_pace_is_kept_over_any_time_and_calls_beyond_the_first_are_paid_later() {
    let mut gate = Gate { most_leased: None, ..gate() };
    gate.pace = Pace { call: SECOND / 5, burst: 10 * SECOND, until: 0 };
    let (mut calls, mut now) = (0, 1_000 * SECOND);
    let end = now + 1_000 * SECOND;
    while now < end {
        let tasks = gate.allows(0, now).min(20);
        gate.lease(tasks, now);
        for _ in 0..tasks {
            gate.passed(&Passage { calls: 4, took: Duration::ZERO, verdict: Verdict::Well, wait: None }, now);
            calls += 4;
        }
        now += SECOND / 3;
    }
    let (allowed, burst) = (1_000 * 5, 50);
    assert!(calls <= allowed + burst + 20 * 4, "{calls}");
    assert!(calls >= allowed - 20 * 4, "{calls}: what is allowed is used");
}

#[test]
fn when_it_will_be_clear_follows_pace_and_time() {
    let mut gate = gate();
    gate.pace = Pace { call: SECOND, burst: SECOND, until: 0 };
    gate.passed(&Passage { calls: 2, took: Duration::from_secs(1), verdict: Verdict::Well, wait: None }, 0);
    let clear = gate.clear_at(100, 10 * SECOND);
    assert_eq!(clear, Some(210 * SECOND), "two calls each at one a second");
}
