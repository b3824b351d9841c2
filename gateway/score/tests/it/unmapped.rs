//! What evidence names that leads to no item.

use wellspring_model::credential::{Binding, VerifiedCredential};
use wellspring_model::report::Trust;
use wellspring_score::{ScoringPolicy, unmapped};

use crate::world::{achievement, associated, credential, guid, profile, report, requirements};

const NOWHERE: usize = 50;
const ELSEWHERE: usize = 51;

/// The identifiers that lead nowhere, given these associations.
fn named(associations: &[(usize, &str, usize)], evidence: &[VerifiedCredential]) -> Vec<String> {
    let requirements = requirements(&profile(&[1]), &associated(associations), &ScoringPolicy::default());
    let unmapped = unmapped(&requirements, evidence);
    unmapped.iter().map(|named| named.item().to_string()).collect()
}

#[test]
fn what_no_framework_has_is_named_once_whatever_the_order() {
    let mut evidence = vec![credential(0, &[ELSEWHERE, 5, NOWHERE]), credential(1, &[NOWHERE, 3])];
    let forwards = named(&[], &evidence);
    assert_eq!(forwards, [guid(NOWHERE), guid(ELSEWHERE)], "and no item that a framework has");
    evidence.reverse();
    assert_eq!(named(&[], &evidence), forwards);
}

#[test]
fn what_an_association_leads_from_leads_somewhere_and_what_is_only_related_does_not() {
    let evidence = [credential(0, &[NOWHERE])];
    for kind in ["exactMatchOf", "isPartOf", "isChildOf", "replacedBy", "isPeerOf", "precedes", "isTranslationOf"] {
        assert_eq!(named(&[(NOWHERE, kind, 0)], &evidence), [] as [String; 0], "{kind}");
    }
    assert_eq!(named(&[(NOWHERE, "isRelatedTo", 0)], &evidence), [guid(NOWHERE)]);
}

#[test]
fn what_would_not_count_names_nothing() {
    let of = |trust, unearned: Option<&str>| {
        let mut achievement = achievement(0, &[NOWHERE]);
        achievement.unearned = unearned.map(str::to_owned);
        let report = report(0, trust, Some(Binding::HashedIdentifier));
        VerifiedCredential::from_report(&report, vec![achievement]).expect("it passed")
    };
    assert_eq!(named(&[], &[of(Trust::Trusted, None)]), [guid(NOWHERE)]);
    assert_eq!(named(&[], &[of(Trust::NotListed, None)]), [] as [String; 0]);
    assert_eq!(named(&[], &[of(Trust::Trusted, Some("InProgress"))]), [] as [String; 0]);
}
