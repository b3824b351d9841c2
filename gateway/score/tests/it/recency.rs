//! The age of evidence: without a rule it changes nothing, with one older evidence counts less, and nothing else is touched.

use std::collections::BTreeSet;

use proptest::{collection::vec, option, prelude::*, sample::subsequence};
use wellspring_model::{
    Date,
    achievement::Achievement,
    assessment::{Assessment, LineCode, Ppm},
    competency::ItemId,
    credential::{Binding, VerifiedCredential},
    report::Trust,
};
use wellspring_score::{RecencyRule, ScoringPolicy};

use crate::world::{ITEMS, achievement, associated, canonical, guid, report, run_over};

const REASON: &str = "The regulations for this equipment have changed since.";

fn ppm(millionths: u32) -> Ppm {
    Ppm::new(millionths).expect("at most one")
}

fn dated(index: usize, items: &[usize], date: Option<Date>) -> VerifiedCredential {
    let report = report(index, Trust::Trusted, Some(Binding::SubjectId));
    let achievement = Achievement { date, ..achievement(index, items) };
    VerifiedCredential::from_report(&report, vec![achievement]).expect("it passed")
}

fn day(text: &str) -> Option<Date> {
    Some(text.parse().expect("a date"))
}

/// That evidence of these items counts so much once it is older than a year.
fn rule(items: &[usize], worth: u32) -> RecencyRule {
    let items = items.iter().map(|item| ItemId::parse(&guid(*item))).collect();
    RecencyRule { items, months: 12, worth: ppm(worth), reason: REASON.to_owned() }
}

fn with(rules: &[RecencyRule]) -> ScoringPolicy {
    let policy = ScoringPolicy { recency: rules.to_vec(), ..ScoringPolicy::default() };
    assert_eq!(policy.check(), Ok(()));
    policy
}

/// Item 0 is asked for; 6 is an exact match of it, 5 what it is a part of.
fn by(policy: &ScoringPolicy, evidence: &[VerifiedCredential]) -> Assessment {
    run_over(&associated(&[(6, "exactMatchOf", 0), (0, "isPartOf", 5)]), &[1], evidence, policy)
}

#[test]
fn older_evidence_counts_less_where_a_rule_is_about_the_requirement_and_says_so_with_the_reason() {
    let policy = with(&[rule(&[0], 400_000)]);
    let line = |date| by(&policy, &[dated(0, &[0], date)]).lines.remove(0);
    let old = line(day("2025-02-28"));
    assert_eq!((old.score, old.factor, old.code), (ppm(400_000), Ppm::ONE, LineCode::Older));
    let told = old.recency.expect("the rule is told");
    assert_eq!((told.older, told.worth, told.months, told.reason.as_str()), (true, ppm(400_000), 12, REASON));
    assert_eq!(old.evidence.expect("there is evidence").date, day("2025-02-28"));
    for recent in [day("2025-03-01"), None] {
        let line = line(recent);
        assert_eq!((line.score, line.code), (Ppm::ONE, LineCode::SameItem), "{recent:?}");
        assert!(!line.recency.expect("it applies all the same").older);
    }
    let elsewhere = by(&with(&[rule(&[1], 400_000)]), &[dated(0, &[0], day("1999-01-01"))]);
    assert_eq!((elsewhere.lines[0].score, &elsewhere.lines[0].recency), (Ppm::ONE, &None), "the rule is about another");
}

#[test]
fn age_is_multiplied_with_the_way_and_what_is_worth_least_gives_the_code() {
    let scored = |worth, item| {
        let line = by(&with(&[rule(&[0], worth)]), &[dated(0, &[item], day("2020-01-01"))]).lines.remove(0);
        (line.score, line.code)
    };
    assert_eq!(scored(900_000, 6), (ppm(900_000), LineCode::Older));
    assert_eq!(scored(900_000, 5), (ppm(450_000), LineCode::Broader));
    assert_eq!(scored(400_000, 5), (ppm(200_000), LineCode::Older));
    let both = [dated(0, &[0], day("2020-01-01")), dated(1, &[5], day("2026-01-01"))];
    let best = by(&with(&[rule(&[0], 400_000)]), &both).lines.remove(0);
    assert_eq!((best.score, best.code), (ppm(500_000), LineCode::Broader), "the best single way wins");
}

#[test]
fn rules_that_do_not_fit_are_refused_with_their_place() {
    let fault = |change: fn(&mut RecencyRule)| {
        let mut second = rule(&[1], 500_000);
        change(&mut second);
        let policy = ScoringPolicy { recency: vec![rule(&[0], 500_000), second], ..ScoringPolicy::default() };
        policy.check().err().map(|fault| fault.pointer.as_str().to_owned())
    };
    assert_eq!(fault(|_| {}), None);
    assert_eq!(fault(|rule| rule.reason = " too short ".to_owned()).as_deref(), Some("/recency/1/reason"));
    assert_eq!(fault(|rule| rule.reason = " ".repeat(50)).as_deref(), Some("/recency/1/reason"));
    assert_eq!(fault(|rule| rule.months = 0).as_deref(), Some("/recency/1/months"));
    assert_eq!(fault(|rule| rule.worth = ppm(9_999)).as_deref(), Some("/recency/1/worth"));
    assert_eq!(fault(|rule| rule.worth = Ppm::ONE).as_deref(), Some("/recency/1/worth"));
    assert_eq!(fault(|rule| rule.items = BTreeSet::new()).as_deref(), Some("/recency/1/items"));
    assert_eq!(fault(|rule| rule.items = [ItemId::parse(&guid(0))].into()).as_deref(), Some("/recency/1/items"));
    let mut unreasoned = serde_json::to_value(with(&[rule(&[0], 500_000)])).expect("it is JSON");
    unreasoned["recency"][0].as_object_mut().expect("a rule").remove("reason");
    let refused = ScoringPolicy::read(unreasoned.to_string().as_bytes());
    assert!(refused.is_err_and(|fault| fault.why.contains("reason")), "no rule without a reason");
}

fn date() -> impl Strategy<Value = Option<Date>> {
    option::of((1960_i16..2027, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| Date::constant(year, month, day)))
}

/// The items that a piece of evidence names, a date of it, and another one.
type Dated = (Vec<usize>, Option<Date>, Option<Date>);

/// Evidence with dates of its own, and as many other dates.
fn evidence() -> impl Strategy<Value = Vec<Dated>> {
    vec((subsequence((0..ITEMS).collect::<Vec<_>>(), 0..4), date(), date()), 0..8)
}

fn graph() -> impl Strategy<Value = Vec<(usize, &'static str, usize)>> {
    let kind = prop_oneof![Just("exactMatchOf"), Just("replacedBy"), Just("isChildOf"), Just("isPartOf")];
    vec((0..ITEMS, kind, 0..ITEMS), 0..24)
}

/// With nothing that is only shown, and nothing that only says what was read.
fn without_dates(mut assessment: Assessment) -> String {
    for line in &mut assessment.lines {
        line.evidence.iter_mut().for_each(|evidence| evidence.date = None);
    }
    assessment.inputs_digest = wellspring_model::digest::Digest::from_bytes([0; 32]);
    canonical(&assessment)
}

proptest! {
    #[test]
    fn without_a_rule_dates_change_no_byte_but_the_dates_that_are_shown(graph in graph(), evidence in evidence()) {
        let frameworks = associated(&graph);
        let all = |date: fn(&Dated) -> Option<Date>| {
            let credentials: Vec<_> =
                evidence.iter().enumerate().map(|(index, one)| dated(index, &one.0, date(one))).collect();
            without_dates(run_over(&frameworks, &[3, 2, 1], &credentials, &ScoringPolicy::default()))
        };
        let plain = all(|_| None);
        prop_assert_eq!(&all(|one| one.1), &plain);
        prop_assert_eq!(&all(|one| one.2), &plain);
    }

    #[test]
    fn with_a_rule_more_recent_evidence_is_never_worth_less_and_nothing_more_than_without_the_rule(
        graph in graph(), evidence in evidence(), worth in 10_000_u32..1_000_000, months in 1_u16..=600
    ) {
        let (frameworks, rule) = (associated(&graph), RecencyRule { months, ..rule(&[0, 2], worth) });
        let policy = with(&[rule]);
        let of = |date: fn(Option<Date>, Option<Date>) -> Option<Date>, policy: &ScoringPolicy| {
            let one = |(index, (items, one, other)): (usize, &Dated)| dated(index, items, date(*one, *other));
            let credentials: Vec<_> = evidence.iter().enumerate().map(one).collect();
            run_over(&frameworks, &[3, 2, 1], &credentials, policy)
        };
        let earlier = of(|one, other| one.zip(other).map(|(one, other)| one.min(other)), &policy);
        let later = of(|one, other| one.zip(other).map(|(one, other)| one.max(other)), &policy);
        let off = of(|one, _| one, &ScoringPolicy::default());
        for ((earlier, later), off) in earlier.lines.iter().zip(&later.lines).zip(&off.lines) {
            prop_assert!(earlier.score <= later.score && later.score <= off.score, "{earlier:?} {later:?} {off:?}");
            prop_assert_eq!(earlier.score == Ppm::ZERO, off.score == Ppm::ZERO, "old evidence is evidence");
        }
        prop_assert_eq!(&earlier.lines[1].score, &off.lines[1].score, "no rule is about it");
    }

    #[test]
    fn with_a_rule_more_evidence_never_lowers_a_line(
        graph in graph(), evidence in evidence(), extra in evidence(), worth in 10_000_u32..1_000_000
    ) {
        let (frameworks, policy) = (associated(&graph), with(&[rule(&[0, 1], worth)]));
        let of = |all: &[Dated]| {
            let one = |(index, one): (usize, &Dated)| dated(index, &one.0, one.1);
            run_over(&frameworks, &[3, 2, 1], &all.iter().enumerate().map(one).collect::<Vec<_>>(), &policy)
        };
        let (fewer, more) = (of(&evidence), of(&[evidence.clone(), extra].concat()));
        for (fewer, more) in fewer.lines.iter().zip(&more.lines) {
            prop_assert!(fewer.score <= more.score, "{fewer:?} {more:?}");
        }
    }
}
