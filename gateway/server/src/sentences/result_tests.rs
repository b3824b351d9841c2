//! The lines that end up in a note at an ATS.

use std::collections::BTreeMap;

use uuid::Uuid;
use wellspring_model::{
    assessment::{
        Assessment, Coverage, EvidenceKind, EvidenceRef, Line, LineCode, LineState, Musts, NamedBy, NotCounted,
        Percent, Ppm, Score,
    },
    competency::ItemId,
    credential::{IssuerId, NotCountedReason},
    digest::Digest,
    finding::{Finding, FindingCode, Outcome},
    id::{AssessmentId, ProfileId},
    pointer::Pointer,
    report::{Check, CheckName, CredentialReport, Trust, VerificationReport},
    submission::Language,
};

use crate::sentences::{Said, Sentences};

fn credential(trust: Trust) -> CredentialReport {
    CredentialReport {
        path: Pointer::root().key("credentials").index(0),
        id: None,
        types: vec!["OpenBadgeCredential".into()],
        name: Some("SQL basics".into()),
        issuer: Some(IssuerId("did:web:college.example".into())),
        issuer_name: Some("Example College".into()),
        outcome: Outcome::Passed,
        trust: Some(trust),
        trust_trace: Vec::new(),
        endorsed_by: Vec::new(),
        binding: None,
        checks: Vec::new(),
        notices: Vec::new(),
    }
}

fn line(statement: &str, must: bool, code: LineCode) -> Line {
    let found = code != LineCode::NoEvidence;
    Line {
        item: ItemId::parse("urn:x"),
        statement: statement.into(),
        weight: 1,
        must,
        code,
        up_to: None,
        score: if found { Ppm::ONE } else { Ppm::ZERO },
        evidence: found.then(|| EvidenceRef {
            credential: Pointer::root().key("credentials").index(0),
            pointer: Pointer::root(),
            achievement: "urn:a".into(),
            name: "SQL basics".into(),
            kind: EvidenceKind::Issued,
            named: NamedBy::Identifier,
            date: None,
        }),
        path: Vec::new(),
        factor: Ppm::ONE,
        level: None,
        recency: None,
        assurance: None,
        not_counted: Vec::new(),
    }
}

fn assessment(lines: Vec<Line>, not_counted: Vec<NotCounted>) -> Assessment {
    let count = |test: fn(&Line) -> bool| u32::try_from(lines.iter().filter(|line| test(line)).count()).expect("few");
    let with_evidence = count(|line| line.evidence.is_some());
    let share = Percent::of(with_evidence.into(), lines.len() as u128);
    Assessment {
        id: AssessmentId::from_uuid(Uuid::from_u128(1)),
        policy: "default@1".into(),
        profile: ProfileId::from_uuid(Uuid::from_u128(2)),
        frameworks: Vec::new(),
        score: Score { value: share, low: share, high: share },
        coverage: Coverage { with_evidence, of: count(|_| true) },
        musts: Musts {
            met: count(|line| line.must && line.code.state() == LineState::Verified),
            of: count(|line| line.must),
        },
        lines,
        not_counted,
        items: BTreeMap::new(),
        inputs_digest: Digest::from_bytes([7; 32]),
    }
}

#[test]
fn a_headline_counts_requirements_and_musts() {
    let lines = vec![
        line("SQL", true, LineCode::SameItem),
        line("Python", true, LineCode::NoEvidence),
        line("R", false, LineCode::ExactMatch),
    ];
    let assessment = assessment(lines, Vec::new());
    assert_eq!(Sentences::get(Language::En).headline(&assessment), "2 of 3 requirements verified, 1 of 2 musts met");
    assert_eq!(
        Sentences::get(Language::Es).headline(&assessment),
        "2 de 3 requisitos verificados, 1 de 2 imprescindibles cumplidos"
    );
}

#[test]
fn a_headline_does_not_speak_of_musts_or_requirements_that_do_not_exist() {
    let en = Sentences::get(Language::En);
    assert_eq!(
        en.headline(&assessment(vec![line("SQL", false, LineCode::SameItem)], Vec::new())),
        "1 of 1 requirements verified"
    );
    let partly = vec![line("SQL", true, LineCode::SameItem), line("Python", true, LineCode::Broader)];
    let partly = assessment(partly, Vec::new());
    assert_eq!(en.headline(&partly), "1 of 2 requirements verified, 1 in part, 1 of 2 musts met");
    let es = Sentences::get(Language::Es);
    assert_eq!(es.headline(&partly), "1 de 2 requisitos verificados, 1 en parte, 1 de 2 imprescindibles cumplidos");
    let partly = assessment(vec![line("R", false, LineCode::Parts)], Vec::new());
    assert_eq!(en.headline(&partly), "0 of 1 requirements verified, 1 in part");
    let unclear = vec![line("SQL", false, LineCode::LevelUnknown), line("R", false, LineCode::SameItem)];
    let unclear = assessment(unclear, Vec::new());
    assert_eq!(en.headline(&unclear), "1 of 2 requirements verified, 1 at a level that is not known");
    assert_eq!(en.headline(&assessment(Vec::new(), Vec::new())), "This job lists no requirements");
}

#[test]
fn a_summary_stands_alone() {
    let lines = vec![line("Writes SQL.", true, LineCode::SameItem), line("Uses Python", false, LineCode::NoEvidence)];
    let not_counted = [NotCountedReason::VerificationFailed, NotCountedReason::NotAskedFor].map(|reason| NotCounted {
        credential: Pointer::root(),
        achievement: None,
        reason,
    });
    let report = VerificationReport { credentials: vec![credential(Trust::Trusted)], ..VerificationReport::default() };
    assert_eq!(
        Sentences::get(Language::En).summary(&assessment(lines, not_counted.to_vec()), &report),
        [
            "Score: 50 of 100",
            "Writes SQL (must): Verified. Evidence: SQL basics, issued by Example College",
            "Uses Python: No verified evidence supplied",
            "1 item was shown but not counted; the report says why.",
            "“No verified evidence supplied” does not mean “not skilled”. People decide, not this score.",
        ]
    );
}

#[test]
fn an_issuer_nobody_accepts_is_not_called_by_the_name_it_gives_itself_alone() {
    let report =
        VerificationReport { credentials: vec![credential(Trust::NotListed)], ..VerificationReport::default() };
    let summary = Sentences::get(Language::En)
        .summary(&assessment(vec![line("SQL", false, LineCode::SameItem)], Vec::new()), &report);
    assert!(summary[1].ends_with("issued by Example College (did:web:college.example)"), "{summary:?}");
}

#[test]
fn a_long_profile_is_cut_and_the_cut_is_said() {
    let lines: Vec<_> = (0..45).map(|n| line(&format!("Skill {n}"), false, LineCode::NoEvidence)).collect();
    let report = VerificationReport::default();
    let summary = Sentences::get(Language::En).summary(&assessment(lines, Vec::new()), &report);
    assert_eq!(summary.iter().filter(|line| line.starts_with("Skill")).count(), 40);
    assert!(summary.contains(&"5 more requirements are in the report.".to_owned()), "{summary:?}");
}

/// What was said of one credential, with these lines.
fn said(outcome: Outcome, lines: Vec<Line>) -> (VerificationReport, Assessment) {
    let mut credential = credential(Trust::Trusted);
    credential.outcome = outcome;
    if outcome == Outcome::Failed {
        let finding = Finding::new(FindingCode::Revoked, Pointer::root());
        credential.checks.push(Check { check: CheckName::Status, outcome, finding });
    }
    let report = VerificationReport { credentials: vec![credential], ..VerificationReport::default() };
    (report, assessment(lines, Vec::new()))
}

fn correction(
    language: Language,
    before: &(VerificationReport, Assessment),
    now: &(VerificationReport, Assessment),
) -> Vec<String> {
    let at = |text: &str| text.parse().expect("a time");
    let before = Said { at: at("2026-11-23T12:00:00Z"), report: &before.0, assessment: &before.1 };
    let now = Said { at: at("2026-11-30T08:30:00Z"), report: &now.0, assessment: &now.1 };
    Sentences::get(language).correction(Some(before), now)
}

#[test]
fn a_correction_says_what_is_no_longer_as_it_was_and_nothing_else() {
    let of = |code| vec![line("Writes SQL.", true, code), line("Uses Python", false, LineCode::NoEvidence)];
    let before = said(Outcome::Passed, of(LineCode::SameItem));
    let now = said(Outcome::Failed, of(LineCode::NoEvidence));
    let headline = Sentences::get(Language::En).correction_headline(&now.1);
    assert_eq!(headline, "Correction: 0 of 2 requirements verified, 0 of 1 musts met");
    assert_eq!(
        correction(Language::En, &before, &now),
        [
            "A check on 30 November 2026 at 08:30 UTC came to something else than the result of 23 November 2026 at 12:00 UTC.",
            "SQL basics: Failed (before: Passed). The issuer has withdrawn this credential.",
            "Writes SQL: No verified evidence supplied (before: Verified)",
            "Score: 0 of 100 (before: 50)",
            "“No verified evidence supplied” does not mean “not skilled”. People decide, not this score.",
        ]
    );
    let spanish = correction(Language::Es, &now, &before);
    assert!(spanish.contains(&"SQL basics: Superada (antes: No superada)".to_owned()), "{spanish:?}");
    assert_eq!(spanish.len(), 5);
    let elsewhere = correction(Language::En, &before, &before);
    assert_eq!(elsewhere[1], "Something else in the checks changed; the report has it.");
}

#[test]
fn a_correction_of_very_much_is_cut_and_the_cut_is_said() {
    let of = |code| (0..45).map(|n| line(&format!("Skill {n}"), false, code)).collect::<Vec<_>>();
    let (before, now) =
        (said(Outcome::Passed, of(LineCode::SameItem)), said(Outcome::Passed, of(LineCode::NoEvidence)));
    let lines = correction(Language::En, &before, &now);
    assert_eq!(lines.iter().filter(|line| line.starts_with("Skill")).count(), 40);
    assert!(lines.contains(&"5 more changes are in the report.".to_owned()), "{lines:?}");
}
