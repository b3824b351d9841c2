//! Requirements stand apart: each line is what it would be if nothing else were asked for.

use proptest::{collection::vec, prelude::*};
use uuid::Uuid;
use wellspring_model::{
    Date,
    achievement::Achievement,
    assessment::{Line, Ppm},
    competency::{Framework, FrameworkVersion, ItemId, Profile, RequiredLevel, Requirement},
    credential::{Binding, VerifiedCredential},
    id::AssessmentId,
    report::Trust,
};
use wellspring_score::{RecencyRule, ScoringPolicy, assess};

use crate::{
    levels::result,
    properties::{evidence, generous, graph},
    world::{ITEMS, achievement, as_of, associated, guid, profile, report, requirements},
};

/// An item at a level of its own, every sixth at none: more levels than distances are kept for.
fn requirement(n: usize) -> Requirement {
    let scale = if n < ITEMS / 2 { "sfia" } else { "eqf" };
    let level = RequiredLevel { scale: scale.to_owned(), required: (n % 6 + 1).to_string() };
    let level = (!n.is_multiple_of(6)).then_some(level);
    Requirement { item: ItemId::parse(&guid(n)), weight: 1, must: false, level }
}

/// A credential for these items, at a level of either scale or at none. Every other one is old.
fn credential(index: usize, items: &[usize], level: Option<(&str, u32)>) -> VerifiedCredential {
    let named = |(scale, level): (&str, u32)| result(scale, &level.to_string());
    let date = index.is_multiple_of(2).then(|| Date::constant(2020, 1, 1));
    let results = level.map(named).into_iter().collect();
    let achievement = Achievement { date, results, ..achievement(index, items) };
    VerifiedCredential::from_report(&report(index, Trust::Trusted, Some(Binding::SubjectId)), vec![achievement])
        .expect("it passed")
}

/// With rules about the age of evidence for two thirds of the items.
fn policy() -> ScoringPolicy {
    let rule = |first: usize, worth| RecencyRule {
        items: (first..ITEMS).step_by(3).map(|item| ItemId::parse(&guid(item))).collect(),
        months: 12,
        worth: Ppm::new(worth).expect("at most one"),
        reason: "What is asked for here changes within a year.".to_owned(),
    };
    ScoringPolicy { recency: vec![rule(0, 600_000), rule(1, 300_000)], ..generous() }
}

fn lines(
    asked: Vec<Requirement>,
    frameworks: &[(Framework, FrameworkVersion)],
    evidence: &[VerifiedCredential],
) -> Vec<Line> {
    let profile = Profile { requirements: asked, ..profile(&[]) };
    let requirements = requirements(&profile, frameworks, &policy());
    assess(AssessmentId::from_uuid(Uuid::from_u128(1)), &requirements, evidence, Vec::new(), as_of()).lines
}

fn level() -> impl Strategy<Value = Option<(&'static str, u32)>> {
    proptest::option::of((prop_oneof![Just("sfia"), Just("eqf")], 1_u32..7))
}

proptest! {
    #[test]
    fn what_else_is_asked_for_changes_nothing_of_a_line(
        graph in graph(), items in evidence(), levels in vec(level(), 8)
    ) {
        let frameworks = associated(&graph);
        let pieces = items.iter().zip(levels).enumerate();
        let evidence: Vec<_> = pieces.map(|(index, (items, level))| credential(index, items, level)).collect();
        let all = lines((0..ITEMS).map(requirement).collect(), &frameworks, &evidence);
        for (n, line) in all.iter().enumerate() {
            prop_assert_eq!(&lines(vec![requirement(n)], &frameworks, &evidence), std::slice::from_ref(line));
        }
    }
}
