//! Made-up frameworks, profiles and records.

use uuid::Uuid;
use wellspring_model::{
    achievement::{AchievedLevel, Achievement, Alignment, AssessedResult},
    competency::{
        Association, Framework, FrameworkDocument, FrameworkVersion, Item, ItemId, Node, Profile, RequiredLevel,
        Requirement,
    },
    credential::{Binding, VerifiedCredential},
    digest::Digest,
    finding::Outcome,
    id::ProfileId,
    pointer::Pointer,
    report::{CredentialReport, Trust},
};

/// A fixed sequence of numbers (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).expect("it is below a usize")
    }
}

/// Identifiers whose order is not that in which they were made.
fn guid(number: usize) -> String {
    Uuid::from_u128((number as u128).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)).hyphenated().to_string()
}

fn uri(number: usize) -> String {
    format!("https://case.example/ims/case/v1p1/CFItems/{}", guid(number))
}

pub fn framework(items: usize, associations: super::Edges) -> Vec<(Framework, FrameworkVersion)> {
    let item = |number| Item {
        identifier: guid(number),
        uri: uri(number),
        full_statement: format!("Does what is asked for under number {number}, without being told how"),
        abbreviated_statement: None,
        human_coding_scheme: Some(format!("A.{number}")),
        status_end_date: None,
    };
    let node = |number| Node { identifier: guid(number), uri: uri(number) };
    let association = |(place, (origin, kind, destination)): (usize, (usize, &str, usize))| Association {
        identifier: guid(items + place),
        kind: kind.to_owned(),
        origin: node(origin),
        destination: node(destination),
    };
    let document = FrameworkDocument {
        identifier: guid(usize::MAX),
        uri: "https://case.example/document".to_owned(),
        title: "Made up".to_owned(),
        version: None,
        last_changed: "2026-01-01T00:00:00Z".to_owned(),
    };
    let version = FrameworkVersion {
        id: document.identifier.clone(),
        title: document.title.clone(),
        version: None,
        digest: Digest::from_bytes([1; 32]),
    };
    let framework = Framework {
        document,
        items: (0..items).map(item).collect(),
        associations: associations.into_iter().enumerate().map(association).collect(),
        rubrics: Vec::new(),
    };
    vec![(framework, version)]
}

/// A tree, and associations of all types across it.
pub fn usual(items: usize, associations: usize) -> super::Edges {
    let mut chance = Chance(1);
    let mut edges: super::Edges = (1..items).map(|item| (item, "isChildOf", (item - 1) / 8)).collect();
    let kinds = ["exactMatchOf", "isRelatedTo", "isPeerOf", "precedes", "replacedBy", "isPartOf", "isTranslationOf"];
    while edges.len() < associations {
        edges.push((chance.below(items), kinds[chance.below(kinds.len())], chance.below(items)));
    }
    edges
}

/// So many requirements, each third one at a level.
pub fn profile(requirements: usize, items: usize) -> Profile {
    let mut chance = Chance(2);
    let levels = ["novice", "competent", "expert"];
    let level = |place: usize| RequiredLevel {
        scale: "dreyfus".to_owned(),
        required: levels[place / 3 % levels.len()].to_owned(),
    };
    let requirement = |place: usize| Requirement {
        item: ItemId::parse(&guid((place * 97 + chance.below(90)) % items)),
        weight: u32::try_from(place % 5 + 1).expect("it is small"),
        must: place.is_multiple_of(7),
        level: (place % 3 == 1).then(|| level(place)),
    };
    Profile {
        id: ProfileId::from_uuid(Uuid::from_u128(1)),
        title: "Made up".to_owned(),
        framework: Vec::new(),
        requirements: (0..requirements).map(requirement).collect(),
    }
}

/// A record of so many achievements with two alignments each, every second one with a result.
pub fn record(achievements: usize, items: usize, trust: Trust) -> Vec<VerifiedCredential> {
    let mut chance = Chance(3);
    let mut credential = |number: usize| {
        let path = Pointer::root().key("credentials").index(0).key("credentialSubject").key("verifiableCredential");
        let path = path.index(number);
        let at = path.key("credentialSubject").key("achievement");
        let mut alignment = |place: usize| Alignment {
            pointer: at.key("alignment").index(place),
            target_url: uri(chance.below(items)),
            target_code: None,
            target_framework: None,
            target_name: None,
        };
        let achievement = Achievement {
            id: format!("urn:uuid:{}", guid(number)),
            name: format!("Module {number}"),
            creator: None,
            kind: Some("Course".to_owned()),
            date: None,
            alignments: (0..2).map(&mut alignment).collect(),
            results: if number.is_multiple_of(2) { vec![result(&path)] } else { Vec::new() },
            unearned: None,
            pointer: at,
        };
        VerifiedCredential::from_report(&passed(path, trust), vec![achievement]).expect("it passed")
    };
    (0..achievements).map(&mut credential).collect()
}

fn result(path: &Pointer) -> AssessedResult {
    AssessedResult {
        pointer: path.key("credentialSubject").key("result"),
        kind: Some("RubricCriterionLevel".to_owned()),
        alignments: Vec::new(),
        level: Some(AchievedLevel {
            title: "Competent".to_owned(),
            ids: vec!["competent".to_owned()],
            scales: Vec::new(),
        }),
        unearned: None,
    }
}

fn passed(path: Pointer, trust: Trust) -> CredentialReport {
    CredentialReport {
        path,
        id: None,
        types: Vec::new(),
        name: None,
        issuer: None,
        issuer_name: None,
        outcome: Outcome::Passed,
        trust: Some(trust),
        trust_trace: Vec::new(),
        endorsed_by: Vec::new(),
        binding: Some(Binding::SubjectId),
        checks: Vec::new(),
        notices: Vec::new(),
    }
}
