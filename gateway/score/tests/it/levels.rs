//! Levels: which are compared, what they are worth, and what is said where they are not known.

use proptest::{collection::vec, prelude::*};
use uuid::Uuid;
use wellspring_model::{
    achievement::{AchievedLevel, Achievement, AssessedResult},
    assessment::{Assessment, EvidenceKind, LineCode},
    competency::{RequiredLevel, Rubric, RubricCriterion, RubricLevel},
    credential::{Binding, NotCountedReason, VerifiedCredential},
    id::AssessmentId,
    pointer::Pointer,
    report::Trust,
};
use wellspring_score::{ScoringPolicy, assess};

use crate::world::{achievement, as_of, associated, credential, guid, profile, report, requirements};

/// A result that names a level: of the scale `sfia`, or of one of the issuer's own.
pub fn result(scale: &str, level: &str) -> AssessedResult {
    AssessedResult {
        pointer: Pointer::root().key("result"),
        kind: Some("RubricCriterionLevel".into()),
        alignments: Vec::new(),
        level: Some(AchievedLevel { title: level.into(), ids: Vec::new(), scales: vec![scale.into()] }),
        unearned: None,
    }
}

fn with_results(index: usize, items: &[usize], results: Vec<AssessedResult>) -> VerifiedCredential {
    let report = report(index, Trust::Trusted, Some(Binding::SubjectId));
    let achievement = Achievement { results, ..achievement(index, items) };
    VerifiedCredential::from_report(&report, vec![achievement]).expect("it passed")
}

/// Item 0 is asked for at a level of `scale`, with these associations and evidence.
fn at_level(
    scale: &str,
    required: &str,
    graph: &[(usize, &str, usize)],
    evidence: &[VerifiedCredential],
) -> Assessment {
    let mut profile = profile(&[1]);
    profile.requirements[0].level = Some(RequiredLevel { scale: scale.into(), required: required.into() });
    let id = AssessmentId::from_uuid(Uuid::from_u128(1));
    assess(id, &requirements(&profile, &associated(graph), &ScoringPolicy::default()), evidence, Vec::new(), as_of())
}

/// Value, low, high and code of item 0 at level 4 of `sfia`.
fn at_four(evidence: &[VerifiedCredential]) -> (String, String, LineCode) {
    let assessment = at_level("sfia", "4", &[], evidence);
    assert_eq!(assessment.score.value, assessment.score.low);
    (assessment.score.value.to_string(), assessment.score.high.to_string(), assessment.lines[0].code)
}

fn told(value: &str, high: &str, code: LineCode) -> (String, String, LineCode) {
    (value.to_owned(), high.to_owned(), code)
}

#[test]
fn a_level_that_is_reached_or_passed_counts_whole() {
    for level in ["4", "7"] {
        let evidence = [with_results(0, &[0], vec![result("sfia", level)])];
        assert_eq!(at_four(&evidence), told("100.00", "100.00", LineCode::SameItem));
    }
}

#[test]
fn a_lower_level_is_worth_the_share_of_its_place() {
    let assessment = at_level("sfia", "4", &[], &[with_results(0, &[0], vec![result("sfia", "3")])]);
    assert_eq!(assessment.score.value.to_string(), "75.00");
    let line = &assessment.lines[0];
    assert_eq!(line.code, LineCode::LevelBelow);
    let level = line.level.as_ref().unwrap();
    assert_eq!((level.shown.as_deref(), level.said.as_deref()), (Some("3"), Some("3")));
    let steps = level.steps.as_ref().unwrap();
    assert_eq!((steps.levels.len(), steps.required, steps.shown), (7, 4, Some(3)));
    assert_eq!(line.evidence.as_ref().unwrap().kind, EvidenceKind::Assessed);
    assert_eq!(assessment.musts.met, 0, "a must at a lower level is not met");
}

#[test]
fn a_level_that_is_not_said_is_the_lowest_or_the_one_that_is_asked_for() {
    let evidence = [credential(0, &[0])];
    assert_eq!(at_four(&evidence), told("25.00", "100.00", LineCode::LevelUnknown));
    let assessment = at_level("sfia", "4", &[], &evidence);
    assert_eq!(assessment.musts.met, 0, "a must whose level is unknown is not called met");
    assert_eq!(assessment.lines[0].evidence.as_ref().unwrap().kind, EvidenceKind::Issued);
}

#[test]
fn a_level_of_another_scale_is_not_comparable_and_never_nothing() {
    let evidence = [with_results(0, &[0], vec![result("https://school.example/grades", "4")])];
    assert_eq!(at_four(&evidence), told("25.00", "100.00", LineCode::LevelNotComparable));
    let assessment = at_level("sfia", "4", &[], &evidence);
    let level = assessment.lines[0].level.as_ref().unwrap();
    assert_eq!((level.shown.as_deref(), level.said.as_deref()), (None, Some("4")), "what was said is still told");
}

#[test]
fn a_scale_that_nobody_declared_compares_nothing_and_takes_not_everything() {
    for evidence in [credential(0, &[0]), with_results(0, &[0], vec![result("ours", "4")])] {
        let assessment = at_level("ours", "4", &[], &[evidence]);
        assert_eq!(assessment.score.low.to_string(), "50.00");
        assert_eq!(assessment.score.high.to_string(), "100.00");
        assert!(assessment.lines[0].level.as_ref().unwrap().steps.is_none());
    }
}

#[test]
fn whoever_has_reached_any_level_has_reached_the_lowest() {
    let assessment = at_level("sfia", "1", &[], &[credential(0, &[0])]);
    assert_eq!(assessment.lines[0].code, LineCode::SameItem);
    assert_eq!(assessment.score.low.to_string(), "100.00");
}

#[test]
fn level_and_path_are_multiplied_and_the_lesser_gives_the_code() {
    let graph = [(0, "isChildOf", 5)];
    let at = |level| at_level("sfia", "4", &graph, &[with_results(0, &[5], vec![result("sfia", level)])]);
    assert_eq!((at("3").lines[0].factor.get(), at("3").lines[0].score.get()), (500_000, 375_000), "the way by itself");
    assert_eq!((at("3").score.value.to_string().as_str(), at("3").lines[0].code), ("37.50", LineCode::Broader));
    assert_eq!((at("1").score.value.to_string().as_str(), at("1").lines[0].code), ("12.50", LineCode::LevelBelow));
}

#[test]
fn a_high_level_by_a_long_way_beats_a_low_one_outright() {
    let graph = [(5, "replacedBy", 0)];
    let evidence = [with_results(0, &[0], vec![result("sfia", "1")]), with_results(1, &[5], vec![result("sfia", "4")])];
    let assessment = at_level("sfia", "4", &graph, &evidence);
    assert_eq!(assessment.score.value.to_string(), "95.00");
    assert_eq!(assessment.lines[0].code, LineCode::EarlierEdition);
}

#[test]
fn a_result_about_an_item_of_its_own_says_nothing_of_the_others() {
    let own = |items: &[usize], unearned: Option<&str>| AssessedResult {
        alignments: achievement(0, items).alignments,
        unearned: unearned.map(str::to_owned),
        ..result("sfia", "4")
    };
    let assessed = [with_results(0, &[5], vec![own(&[0], None)])];
    assert_eq!(at_four(&assessed), told("100.00", "100.00", LineCode::SameItem), "it names the item by itself");
    let other = [with_results(0, &[0], vec![own(&[5], None)])];
    assert_eq!(at_four(&other).2, LineCode::LevelUnknown, "its level is that of another item");
    let failed = [with_results(0, &[5], vec![own(&[0], Some("Failed"))])];
    assert_eq!(at_four(&failed).2, LineCode::NoEvidence);
}

#[test]
fn what_a_machine_has_matched_is_shown_and_not_scored() {
    let by_machine = AssessedResult { kind: Some("ext:SimilarityScore".into()), level: None, ..result("", "") };
    let assessment = at_level("sfia", "4", &[], &[with_results(0, &[0], vec![by_machine])]);
    assert_eq!(assessment.lines[0].code, LineCode::NoEvidence);
    assert_eq!(assessment.not_counted[0].reason, NotCountedReason::MachineMatched);
}

#[test]
fn ten_easy_badges_never_beat_one_that_was_assessed() {
    let assessed = [with_results(0, &[0], vec![result("sfia", "3")])];
    let badges: Vec<_> = (0..10).map(|index| credential(index, &[0])).collect();
    let lowest: Vec<_> = (0..10).map(|index| with_results(index, &[0], vec![result("sfia", "1")])).collect();
    let value = |evidence: &[VerifiedCredential]| at_level("sfia", "4", &[], evidence).score.value;
    assert!(value(&badges) < value(&assessed));
    assert!(value(&lowest) < value(&assessed));
}

/// A rubric's criterion with levels of these ids at these places.
fn rubric(levels: &[(&str, Option<i64>)]) -> Rubric {
    let level = |(id, position): &(&str, Option<i64>)| RubricLevel {
        identifier: (*id).to_owned(),
        quality: Some(format!("as {id}")),
        description: None,
        score: None,
        position: *position,
    };
    let criterion = RubricCriterion {
        identifier: guid(50),
        description: Some("How well".into()),
        item: None,
        position: None,
        levels: levels.iter().map(level).collect(),
    };
    Rubric { identifier: guid(51), uri: "urn:rubric".into(), title: None, criteria: vec![criterion] }
}

fn by_rubric(levels: &[(&str, Option<i64>)], required: &str, achieved: &str) -> Assessment {
    let mut frameworks = associated(&[]);
    frameworks[0].0.rubrics = vec![rubric(levels)];
    let mut profile = profile(&[1]);
    let scale = format!("https://case.example/ims/case/v1p1/CFRubricCriteria/{}", guid(50));
    profile.requirements[0].level = Some(RequiredLevel { scale: guid(50), required: required.into() });
    let level = AchievedLevel { title: "?".into(), ids: vec![achieved.into()], scales: vec![scale] };
    let evidence = [with_results(0, &[0], vec![AssessedResult { level: Some(level), ..result("", "") }])];
    let id = AssessmentId::from_uuid(Uuid::from_u128(1));
    assess(id, &requirements(&profile, &frameworks, &ScoringPolicy::default()), &evidence, Vec::new(), as_of())
}

#[test]
fn a_criterion_of_a_rubric_is_a_scale_in_the_order_of_its_positions() {
    let levels = [("urn:high", Some(3)), ("urn:low", Some(1)), ("urn:middle", Some(2))];
    let value = |achieved| by_rubric(&levels, "urn:high", achieved).score.value.to_string();
    assert_eq!(
        (value("urn:low"), value("urn:middle"), value("urn:high")),
        ("33.33".into(), "66.67".into(), "100.00".into())
    );
    let steps = by_rubric(&levels, "urn:high", "urn:low").lines[0].level.clone().unwrap().steps.unwrap();
    assert_eq!((steps.title.as_str(), steps.levels[0].as_str()), ("How well", "as urn:low"));
}

#[test]
fn a_rubric_that_does_not_say_which_level_is_higher_is_no_scale() {
    for levels in [[("urn:a", Some(1)), ("urn:b", Some(1))], [("urn:a", None), ("urn:b", Some(1))]] {
        assert_eq!(by_rubric(&levels, "urn:a", "urn:a").lines[0].code, LineCode::LevelNotComparable);
    }
}

/// A piece of evidence for item 0: at a level of the scale, at one of another, or at none.
fn piece() -> impl Strategy<Value = Option<(bool, u32)>> {
    proptest::option::of((any::<bool>(), 1_u32..8))
}

fn pieces(pieces: &[Option<(bool, u32)>]) -> Vec<VerifiedCredential> {
    let results = |piece: &Option<(bool, u32)>| {
        let result = |(ours, level): (bool, u32)| result(if ours { "sfia" } else { "other" }, &level.to_string());
        piece.map(result).into_iter().collect()
    };
    pieces.iter().enumerate().map(|(index, piece)| with_results(index, &[0], results(piece))).collect()
}

proptest! {
    #[test]
    fn more_evidence_lowers_neither_end_whatever_its_level(
        few in vec(piece(), 0..5), more in vec(piece(), 0..5), required in 1_u32..8
    ) {
        let of = |evidence: &[_]| at_level("sfia", &required.to_string(), &[], &pieces(evidence)).score;
        let (fewer, more) = (of(&few), of(&[few.clone(), more].concat()));
        prop_assert!(fewer.low <= more.low && fewer.high <= more.high && fewer.value <= more.value);
        prop_assert!(more.low <= more.value && more.value <= more.high);
    }

    #[test]
    fn saying_the_level_never_costs_anything(others in vec(piece(), 0..4), level in 1_u32..8) {
        let value = |piece| {
            let all = [others.clone(), vec![piece]].concat();
            at_level("sfia", "5", &[], &pieces(&all)).score.value
        };
        prop_assert!(value(Some((true, level))) >= value(None));
    }
}
