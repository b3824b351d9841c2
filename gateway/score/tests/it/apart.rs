//! Requirements stand apart: each line is what it would be if nothing else were asked for.

use proptest::{collection::vec, prelude::*};
use uuid::Uuid;
use wellspring_model::{
    assessment::Line,
    competency::{Framework, FrameworkVersion, ItemId, Profile, RequiredLevel, Requirement},
    credential::VerifiedCredential,
    id::AssessmentId,
};
use wellspring_score::assess;

use crate::{
    levels::{result, with_results},
    properties::{evidence, generous, graph},
    world::{ITEMS, associated, guid, profile, requirements},
};

/// An item at a level of its own, every sixth at none: more levels than distances are kept for.
fn requirement(n: usize) -> Requirement {
    let scale = if n < ITEMS / 2 { "sfia" } else { "eqf" };
    let level = RequiredLevel { scale: scale.to_owned(), required: (n % 6 + 1).to_string() };
    let level = (!n.is_multiple_of(6)).then_some(level);
    Requirement { item: ItemId::parse(&guid(n)), weight: 1, must: false, level }
}

/// A credential for these items, at a level of either scale or at none.
fn credential(index: usize, items: &[usize], level: Option<(&str, u32)>) -> VerifiedCredential {
    let named = |(scale, level): (&str, u32)| result(scale, &level.to_string());
    with_results(index, items, level.map(named).into_iter().collect())
}

fn lines(
    asked: Vec<Requirement>,
    frameworks: &[(Framework, FrameworkVersion)],
    evidence: &[VerifiedCredential],
) -> Vec<Line> {
    let profile = Profile { requirements: asked, ..profile(&[]) };
    let requirements = requirements(&profile, frameworks, &generous());
    assess(AssessmentId::from_uuid(Uuid::from_u128(1)), &requirements, evidence, Vec::new()).lines
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
