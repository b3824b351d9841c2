//! What must hold for any evidence: bounds, monotony, independence of order, and no summing up of badges.

use proptest::{collection::vec, prelude::*, sample::subsequence};
use wellspring_model::{
    achievement::Achievement,
    assessment::{Assessment, LineCode, NotCounted},
    credential::{Binding, NotCountedReason, VerifiedCredential},
    pointer::Pointer,
    report::Trust,
};
use wellspring_score::{Factors, ScoringPolicy};

use crate::world::{ITEMS, achievement, associated, canonical, credential, guid, hundredths, report, run, run_over};

fn weights() -> impl Strategy<Value = Vec<u32>> {
    vec(1_u32..50, 1..6)
}

pub fn evidence() -> impl Strategy<Value = Vec<Vec<usize>>> {
    vec(subsequence((0..ITEMS).collect::<Vec<_>>(), 0..4), 0..8)
}

fn credentials(items: &[Vec<usize>]) -> Vec<VerifiedCredential> {
    items.iter().enumerate().map(|(index, items)| credential(index, items)).collect()
}

proptest! {
    #[test]
    fn the_score_lies_between_0_and_100(weights in weights(), items in evidence()) {
        let assessment = run(&weights, &credentials(&items));
        prop_assert!(assessment.score.low <= assessment.score.value);
        prop_assert!(assessment.score.value <= assessment.score.high);
        prop_assert!(assessment.score.high.hundredths() <= 10_000);
    }

    #[test]
    fn more_evidence_never_lowers_the_score(weights in weights(), items in evidence(), extra in evidence()) {
        let fewer = run(&weights, &credentials(&items));
        let more: Vec<_> = items.iter().chain(&extra).cloned().collect();
        prop_assert!(hundredths(&run(&weights, &credentials(&more))) >= hundredths(&fewer));
    }

    #[test]
    fn order_and_repetition_of_the_evidence_change_no_byte(weights in weights(), items in evidence()) {
        let credentials = credentials(&items);
        let plain = canonical(&run(&weights, &credentials));
        let mut turned: Vec<_> = credentials.iter().rev().cloned().collect();
        turned.extend(credentials.iter().cloned());
        prop_assert_eq!(canonical(&run(&weights, &turned)), plain);
    }

    #[test]
    fn credentials_about_other_things_change_no_line(weights in weights(), items in evidence()) {
        let mut with_more = items.clone();
        with_more.push(vec![ITEMS - 1]);
        let (plain, more) = (run(&weights, &credentials(&items)), run(&weights, &credentials(&with_more)));
        prop_assert_eq!(plain.lines, more.lines);
        prop_assert_eq!(plain.score, more.score);
    }

    #[test]
    fn canonical_json_reads_back_the_same_assessment(weights in weights(), items in evidence()) {
        let assessment = run(&weights, &credentials(&items));
        let text = canonical(&assessment);
        prop_assert_eq!(serde_json::from_str::<Assessment>(&text).expect("it parses"), assessment);
    }
}

/// Associations of all types between any two items, cycles included.
pub fn graph() -> impl Strategy<Value = Vec<(usize, &'static str, usize)>> {
    let kind = prop_oneof![
        Just("exactMatchOf"),
        Just("isTranslationOf"),
        Just("replacedBy"),
        Just("isChildOf"),
        Just("isPartOf"),
        Just("isPeerOf"),
        Just("precedes"),
        Just("isRelatedTo")
    ];
    vec((0..ITEMS, kind, 0..ITEMS), 0..24)
}

/// A policy by which everything leads somewhere.
pub fn generous() -> ScoringPolicy {
    let default = ScoringPolicy::default();
    let half = default.factors.broader;
    ScoringPolicy { factors: Factors { peer: half, later_step: half, ..default.factors }, ..default }
}

proptest! {
    #[test]
    fn in_any_graph_scores_are_bounded_grow_with_evidence_and_need_no_order(
        graph in graph(), weights in weights(), items in evidence(), extra in evidence()
    ) {
        let (frameworks, policy) = (associated(&graph), generous());
        let of = |items: &[Vec<usize>]| run_over(&frameworks, &weights, &credentials(items), &policy);
        let (fewer, more) = (of(&items), of(&[items.clone(), extra].concat()));
        prop_assert!(more.score.high.hundredths() <= 10_000);
        for (fewer, more) in fewer.lines.iter().zip(&more.lines) {
            prop_assert!(fewer.score <= more.score, "{fewer:?} {more:?}");
        }
        let mut turned = credentials(&items);
        turned.reverse();
        let mut turned_graph = graph;
        turned_graph.reverse();
        let turned = run_over(&associated(&turned_graph), &weights, &turned, &policy);
        prop_assert_eq!(canonical(&turned), canonical(&fewer));
    }

    #[test]
    fn in_any_graph_a_path_leads_from_the_evidence_to_the_requirement_and_comes_by_nothing_twice(
        graph in graph(), items in evidence()
    ) {
        let assessment = run_over(&associated(&graph), &[1, 1, 1], &credentials(&items), &generous());
        for line in assessment.lines.iter().filter(|line| !line.path.is_empty()) {
            prop_assert!(line.path.len() <= 3);
            prop_assert_eq!(&line.path[line.path.len() - 1].to, &line.item);
            for pair in line.path.windows(2) {
                prop_assert_eq!(&pair[0].to, &pair[1].from);
            }
            let mut passed: Vec<_> = line.path.iter().map(|step| &step.to).chain([&line.path[0].from]).collect();
            passed.sort();
            passed.dedup();
            prop_assert_eq!(passed.len(), line.path.len() + 1, "{:?}", line.path);
            let steps_down = line.path.iter().filter(|step| step.against && step.kind.starts_with("isChild"));
            prop_assert!(steps_down.count() <= 1);
        }
    }
}

#[test]
fn ten_badges_for_one_item_are_worth_one() {
    let one = run(&[1, 1], &[credential(0, &[0])]);
    let ten: Vec<_> = (0..10).map(|index| credential(index, &[0])).collect();
    assert_eq!(hundredths(&run(&[1, 1], &ten)), hundredths(&one));
    assert_eq!(hundredths(&one), 5_000);
}

#[test]
fn an_exact_match_counts_and_its_path_is_kept() {
    let assessment = run(&[1], &[credential(0, &[6])]);
    let line = &assessment.lines[0];
    assert_eq!(line.code, LineCode::ExactMatch);
    assert_eq!(line.path.len(), 1);
    assert_eq!(line.path[0].from.as_str(), guid(6));
    assert_eq!(line.path[0].to.as_str(), guid(0));
    assert_eq!(assessment.score.value.to_string(), "100.00");
}

#[test]
fn two_exact_matches_in_a_row_are_not_walked() {
    // 6 matches 0; nothing matches 6 but 0, so evidence for 0 shows 6, and evidence for 7 shows neither.
    assert_eq!(run(&[1], &[credential(0, &[7])]).lines[0].code, LineCode::NoEvidence);
}

#[test]
fn what_does_not_count_is_listed_with_its_reason() {
    let reason = |trust, binding| {
        let report = report(0, trust, binding);
        let credential = VerifiedCredential::from_report(&report, vec![achievement(0, &[0])]).expect("it passed");
        let assessment = run(&[1], &[credential]);
        assert_eq!(assessment.score.value.to_string(), "0.00");
        assessment.not_counted.iter().map(|one| one.reason).collect::<Vec<_>>()
    };
    let bound = Some(Binding::PlainIdentifier);
    assert_eq!(reason(Trust::NotListed, bound), [NotCountedReason::IssuerNotTrusted]);
    assert_eq!(reason(Trust::Trusted, None), [NotCountedReason::NotBoundToApplicant]);
    let report = report(0, Trust::Denied, bound);
    assert_eq!(VerifiedCredential::from_report(&report, Vec::new()), Err(NotCountedReason::IssuerDenied));
}

#[test]
fn an_unearned_achievement_is_shown_and_never_scored() {
    let unearned = Achievement { unearned: Some("Failed".into()), ..achievement(0, &[0]) };
    let report = report(0, Trust::Trusted, Some(Binding::SubjectId));
    let credential = VerifiedCredential::from_report(&report, vec![unearned.clone()]).expect("it passed");
    let assessment = run(&[1], &[credential]);
    assert_eq!(assessment.lines[0].code, LineCode::NoEvidence);
    let expected = NotCounted {
        credential: Pointer::root().key("credentials").index(0),
        achievement: Some(unearned.id),
        reason: NotCountedReason::NotEarned,
    };
    assert_eq!(assessment.not_counted, [expected]);
}
