//! Frameworks, profiles and evidence for tests.

use uuid::Uuid;
use wellspring_model::{
    Date,
    achievement::{Achievement, Alignment},
    assessment::Assessment,
    canonical::canonical_json,
    competency::{
        Association, Framework, FrameworkDocument, FrameworkVersion, Item, ItemId, Node, Profile, Requirement,
    },
    credential::{Binding, VerifiedCredential},
    digest::Digest,
    finding::Outcome,
    id::{AssessmentId, ProfileId},
    pointer::Pointer,
    report::{CredentialReport, Trust},
};
use wellspring_score::{Frameworks, Requirements, ScoringPolicy, assess};

pub const ITEMS: usize = 12;

/// The day of the application.
pub fn as_of() -> Date {
    "2026-03-01".parse().expect("a date")
}

pub fn canonical(assessment: &Assessment) -> String {
    canonical_json(&serde_json::to_value(assessment).expect("it serialises")).expect("it has a canonical form")
}

pub fn guid(n: usize) -> String {
    Uuid::from_u128(0x1000 + n as u128).hyphenated().to_string()
}

pub fn item(n: usize) -> Item {
    Item {
        identifier: guid(n),
        uri: format!("https://framework.example/uri/{}", guid(n)),
        full_statement: format!("can do {n}"),
        abbreviated_statement: None,
        human_coding_scheme: Some(format!("C{n}")),
        status_end_date: None,
    }
}

/// Items 0 to 11; item 6+n is an exact match of item n for n in 0..3.
pub fn frameworks() -> Vec<(Framework, FrameworkVersion)> {
    associated(&[(6, "exactMatchOf", 0), (7, "exactMatchOf", 1), (8, "exactMatchOf", 2)])
}

/// Items 0 to 11, associated like this: origin, type, destination.
pub fn associated(associations: &[(usize, &str, usize)]) -> Vec<(Framework, FrameworkVersion)> {
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
        associations: associations
            .iter()
            .enumerate()
            .map(|(n, (origin, kind, destination))| Association {
                identifier: guid(200 + n),
                kind: (*kind).into(),
                origin: node(*origin),
                destination: node(*destination),
            })
            .collect(),
        rubrics: Vec::new(),
    };
    let version = FrameworkVersion {
        id: guid(99),
        title: "Framework".into(),
        version: Some("1".into()),
        digest: Digest::from_bytes([7; 32]),
    };
    vec![(framework, version)]
}

pub fn profile(weights: &[u32]) -> Profile {
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

pub fn report(index: usize, trust: Trust, binding: Option<Binding>) -> CredentialReport {
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

pub fn credential(index: usize, items: &[usize]) -> VerifiedCredential {
    let report = report(index, Trust::Trusted, Some(Binding::HashedIdentifier));
    VerifiedCredential::from_report(&report, vec![achievement(index, items)]).expect("it passed")
}

pub fn achievement(index: usize, items: &[usize]) -> Achievement {
    let at = Pointer::root().key("credentials").index(index).key("credentialSubject").key("achievement");
    Achievement {
        pointer: at.clone(),
        id: format!("urn:achievement:{items:?}"),
        name: "An achievement".into(),
        creator: None,
        kind: None,
        date: None,
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
        results: Vec::new(),
        unearned: None,
    }
}

pub fn requirements(
    profile: &Profile,
    frameworks: &[(Framework, FrameworkVersion)],
    policy: &ScoringPolicy,
) -> Requirements {
    Requirements::new(profile, Frameworks::new(frameworks).into(), policy.clone().into())
}

pub fn run(weights: &[u32], evidence: &[VerifiedCredential]) -> Assessment {
    run_over(&frameworks(), weights, evidence, &ScoringPolicy::default())
}

pub fn run_over(
    frameworks: &[(Framework, FrameworkVersion)],
    weights: &[u32],
    evidence: &[VerifiedCredential],
    policy: &ScoringPolicy,
) -> Assessment {
    let id = AssessmentId::from_uuid(Uuid::from_u128(1));
    assess(id, &requirements(&profile(weights), frameworks, policy), evidence, Vec::new(), as_of())
}

pub fn hundredths(assessment: &Assessment) -> u16 {
    assessment.score.value.hundredths()
}
