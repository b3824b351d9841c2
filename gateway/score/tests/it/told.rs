//! What an assessment keeps so that it can be explained.

use std::collections::BTreeMap;

use wellspring_model::{
    assessment::{LineCode, NotCounted, Ppm},
    competency::ItemId,
    credential::{Binding, NotCountedReason, VerifiedCredential},
    pointer::Pointer,
    report::Trust,
};

use crate::world::{achievement, credential, guid, report, run};

/// A credential of an issuer that the employer does not know.
fn unlisted(index: usize, items: &[usize]) -> VerifiedCredential {
    let report = report(index, Trust::NotListed, Some(Binding::SubjectId));
    VerifiedCredential::from_report(&report, vec![achievement(index, items)]).expect("it passed")
}

fn named(index: usize, items: &[usize], reason: NotCountedReason) -> NotCounted {
    let credential = Pointer::root().key("credentials").index(index);
    NotCounted { credential, achievement: Some(achievement(index, items).id), reason }
}

#[test]
fn the_words_of_every_item_on_a_path_are_kept_and_of_no_other() {
    let assessment = run(&[1, 1], &[credential(0, &[6])]);
    let words = |n: usize| (ItemId::parse(&guid(n)), format!("can do {n}"));
    assert_eq!(assessment.items, BTreeMap::from([words(0), words(6)]));
    assert!(run(&[1], &[credential(0, &[0])]).items.is_empty(), "it names the requirement itself");
}

#[test]
fn what_speaks_of_a_requirement_and_does_not_count_is_named_beside_it_and_adds_nothing() {
    let assessment = run(&[1, 1], &[unlisted(1, &[6])]);
    let line = &assessment.lines[0];
    assert_eq!((line.code, line.score), (LineCode::NoEvidence, Ppm::ZERO));
    assert_eq!(line.not_counted, [named(1, &[6], NotCountedReason::IssuerNotTrusted)]);
    assert!(assessment.lines[1].not_counted.is_empty(), "it says nothing of the other");
}

#[test]
fn what_was_not_earned_is_named_beside_what_it_would_serve() {
    let mut unearned = achievement(0, &[0]);
    unearned.unearned = Some("InProgress".into());
    let report = report(0, Trust::Trusted, Some(Binding::SubjectId));
    let evidence = VerifiedCredential::from_report(&report, vec![unearned]).expect("it passed");
    let assessment = run(&[1], &[evidence]);
    assert_eq!(assessment.lines[0].not_counted, [named(0, &[0], NotCountedReason::NotEarned)]);
}

#[test]
fn beside_a_requirement_that_counts_in_full_nothing_is_named() {
    let assessment = run(&[1], &[credential(0, &[0]), unlisted(1, &[0])]);
    assert_eq!(assessment.lines[0].score, Ppm::ONE);
    assert!(assessment.lines[0].not_counted.is_empty());
}

#[test]
fn a_few_are_named_the_same_ones_in_any_order() {
    let mut evidence: Vec<_> = (0..9).map(|index| unlisted(index, &[0])).collect();
    let one_way = run(&[1], &evidence);
    evidence.reverse();
    let other_way = run(&[1], &evidence);
    assert_eq!(one_way, other_way);
    let reason = NotCountedReason::IssuerNotTrusted;
    assert_eq!(one_way.lines[0].not_counted, [0, 1, 2].map(|index| named(index, &[0], reason)));
}
