//! What must hold for any evidence: bounds, monotony, independence of order, and no summing up of badges.

use proptest::{collection::vec, prelude::*, sample::subsequence};
use uuid::Uuid;
use wellspring_model::{
    assessment::{Assessment, LineCode, NotCounted},
    canonical::canonical_json,
    competency::{
        Association, Framework, FrameworkDocument, FrameworkVersion, Item, ItemId, Node, Profile, RequiredLevel,
        Requirement,
    },
    credential::{Achievement, Alignment, Binding, NotCountedReason, VerifiedCredential},
    digest::Digest,
    finding::Outcome,
    id::{AssessmentId, ProfileId},
    pointer::Pointer,
    report::{CredentialReport, Trust},
};
use wellspring_score::{ScoringPolicy, assess};

const ITEMS: usize = 12;

fn canonical(assessment: &Assessment) -> String {
    canonical_json(&serde_json::to_value(assessment).expect("it serialises")).expect("it has a canonical form")
}

fn guid(n: usize) -> String {
    Uuid::from_u128(0x1000 + n as u128).hyphenated().to_string()
}

fn item(n: usize) -> Item {
    Item {
        identifier: guid(n),
        uri: format!("https://framework.example/uri/{}", guid(n)),
        full_statement: format!("can do {n}"),
        abbreviated_statement: None,
        human_coding_scheme: Some(format!("C{n}")),
    }
}

/// Items 0 to 11; item 6+n is an exact match of item n for n in 0..3.
fn frameworks() -> Vec<(Framework, FrameworkVersion)> {
    let node = |n| Node { identifier: guid(n), uri: item(n).uri };
    let framework = Framework {
        document: FrameworkDocument {
            identifier: guid(99),
            uri: "https://framework.example/document".into(),
            title: "Framework".into(),
            version: Some("1".into()),
            last_changed: "2026-01-01T00:00:00Z".into(),
        },
        items: (0..ITEMS).map(item).collect(),
        associations: (0..3)
            .map(|n| Association {
                identifier: guid(200 + n),
                kind: "exactMatchOf".into(),
                origin: node(6 + n),
                destination: node(n),
            })
            .collect(),
    };
    let version = FrameworkVersion {
        id: guid(99),
        title: "Framework".into(),
        version: Some("1".into()),
        digest: Digest::from_bytes([7; 32]),
    };
    vec![(framework, version)]
}

fn profile(weights: &[u32]) -> Profile {
    Profile {
        id: ProfileId::from_uuid(Uuid::from_u128(5)),
        title: "Role".into(),
        framework: vec![guid(99)],
        requirements: weights
            .iter()
            .enumerate()
            .map(|(n, weight)| Requirement {
                item: ItemId::parse(&guid(n)),
                weight: *weight,
                must: n == 0,
                level: None,
            })
            .collect(),
    }
}

fn report(index: usize, trust: Trust, binding: Option<Binding>) -> CredentialReport {
    CredentialReport {
        path: Pointer::root().key("credentials").index(index),
        id: None,
        types: Vec::new(),
        name: None,
        issuer: None,
        issuer_name: None,
        outcome: Outcome::Passed,
        trust_trace: Vec::new(),
        endorsed_by: Vec::new(),
        trust: Some(trust),
        binding,
        checks: Vec::new(),
        notices: Vec::new(),
    }
}

fn credential(index: usize, items: &[usize]) -> VerifiedCredential {
    let report = report(index, Trust::Trusted, Some(Binding::HashedIdentifier));
    VerifiedCredential::from_report(&report, vec![achievement(index, items)]).expect("it passed")
}

fn achievement(index: usize, items: &[usize]) -> Achievement {
    let at = Pointer::root().key("credentials").index(index).key("credentialSubject").key("achievement");
    Achievement {
        pointer: at.clone(),
        id: format!("urn:achievement:{items:?}"),
        name: "An achievement".into(),
        creator: None,
        kind: None,
        alignments: items
            .iter()
            .enumerate()
            .map(|(n, item_number)| Alignment {
                pointer: at.key("alignment").index(n),
                target_url: format!("https://framework.example/ims/case/v1p1/CFItems/{}", guid(*item_number)),
                target_code: None,
                target_framework: None,
                target_name: None,
            })
            .collect(),
        unearned: None,
    }
}

fn run(weights: &[u32], evidence: &[VerifiedCredential]) -> Assessment {
    let id = AssessmentId::from_uuid(Uuid::from_u128(1));
    assess(id, &profile(weights), &frameworks(), evidence, Vec::new(), &ScoringPolicy::default())
}

fn hundredths(assessment: &Assessment) -> u16 {
    assessment.score.value.hundredths()
}

fn weights() -> impl Strategy<Value = Vec<u32>> {
    vec(1_u32..50, 1..6)
}

fn evidence() -> impl Strategy<Value = Vec<Vec<usize>>> {
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
fn an_unknown_level_counts_as_met_and_as_not_shown() {
    let mut profile = profile(&[1, 1]);
    profile.requirements[0].level = Some(RequiredLevel { scale: "sfia".into(), required: "3".into() });
    let id = AssessmentId::from_uuid(Uuid::from_u128(1));
    let evidence = [credential(0, &[0]), credential(1, &[1])];
    let assessment = assess(id, &profile, &frameworks(), &evidence, Vec::new(), &ScoringPolicy::default());
    assert_eq!(assessment.lines[0].code, LineCode::LevelUnknown);
    assert_eq!(assessment.score.low.to_string(), "50.00");
    assert_eq!(assessment.score.high.to_string(), "100.00");
    assert_eq!(assessment.musts.met, 0, "a must whose level is unknown is not called met");
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
