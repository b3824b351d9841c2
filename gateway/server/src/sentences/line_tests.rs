//! Each requirement is explained in whole sentences, in every language.

use std::collections::BTreeMap;

use uuid::Uuid;
use wellspring_model::{
    assessment::{
        Assessment, Coverage, EvidenceKind, EvidenceRef, Line, LineCode, LineLevel, LineRecency, LineState, Musts,
        NamedBy, NotCounted, PathStep, Percent, Ppm, ScaleSteps, Score,
    },
    competency::ItemId,
    credential::NotCountedReason,
    digest::Digest,
    id::{AssessmentId, ProfileId},
    pointer::Pointer,
    report::VerificationReport,
    submission::Language,
};

use crate::sentences::Sentences;

fn en() -> &'static Sentences {
    Sentences::get(Language::En)
}

fn ppm(millionths: u32) -> Ppm {
    Ppm::new(millionths).expect("at most one")
}

fn step(from: &str, kind: &str, to: &str, against: bool) -> PathStep {
    PathStep { from: ItemId::parse(from), kind: kind.into(), to: ItemId::parse(to), against }
}

fn line(code: LineCode, score: u32) -> Line {
    let evidence = EvidenceRef {
        credential: Pointer::root().key("credentials").index(0),
        pointer: Pointer::root(),
        achievement: "urn:a".into(),
        name: "SQL basics".into(),
        kind: EvidenceKind::Assessed,
        named: NamedBy::Identifier,
        date: None,
    };
    Line {
        item: ItemId::parse("urn:x"),
        statement: "Query databases".into(),
        weight: 3,
        must: false,
        code,
        score: ppm(score),
        up_to: None,
        evidence: (code != LineCode::NoEvidence).then_some(evidence),
        path: Vec::new(),
        factor: ppm(score),
        level: None,
        recency: None,
        assurance: None,
        not_counted: Vec::new(),
    }
}

fn at_level(code: LineCode, shown: Option<u32>, said: Option<&str>) -> Line {
    let titles = ["Beginning", "Developing", "Proficient", "Advanced"];
    let level = LineLevel {
        scale: "steps".into(),
        steps: Some(ScaleSteps {
            title: "Four steps".into(),
            levels: titles.map(str::to_owned).to_vec(),
            required: 3,
            shown,
        }),
        required: "s3".into(),
        shown: shown.map(|shown| format!("s{shown}")),
        said: said.map(str::to_owned),
    };
    Line { level: Some(level), factor: Ppm::ONE, ..line(code, 333_333) }
}

fn assessment(lines: Vec<Line>) -> Assessment {
    let zero = Percent::of(0, 1);
    Assessment {
        id: AssessmentId::from_uuid(Uuid::from_u128(1)),
        policy: "default@1".into(),
        profile: ProfileId::from_uuid(Uuid::from_u128(2)),
        frameworks: Vec::new(),
        score: Score { value: zero, low: zero, high: zero },
        coverage: Coverage { with_evidence: 0, of: 0 },
        musts: Musts { met: 0, of: 0 },
        lines,
        not_counted: Vec::new(),
        items: BTreeMap::new(),
        inputs_digest: Digest::from_bytes([7; 32]),
    }
}

#[test]
fn every_code_says_why_and_what_would_change_it_in_every_language() {
    for language in Language::ALL {
        let sentences = Sentences::get(language);
        for code in LineCode::ALL {
            let score = if code == LineCode::NoEvidence { 0 } else { 500_000 };
            let line = line(code, score);
            let would_change = sentences.would_change(&line, &VerificationReport::default());
            for sentence in would_change.iter().chain([&sentences.line_why(code), &sentences.worth(&line)]) {
                assert!(sentence.ends_with('.') && !sentence.contains("change-"), "{language:?} {code:?}: {sentence}");
            }
            assert!(!would_change.is_empty(), "{language:?} {code:?}");
        }
        for reason in NotCountedReason::ALL {
            for sentence in [sentences.not_counted(reason), sentences.not_counted_would_change(reason)] {
                assert!(sentence.ends_with('.') && !sentence.contains("counted-"), "{language:?}: {sentence}");
            }
        }
    }
}

#[test]
fn a_requirement_that_counts_in_full_says_that_nothing_has_to_change() {
    for code in LineCode::ALL.into_iter().filter(|code| code.state() == LineState::Verified) {
        let would_change = en().would_change(&line(code, 1_000_000), &VerificationReport::default());
        assert_eq!(would_change, ["Nothing has to: this requirement counts in full."]);
    }
}

fn walked(path: &[PathStep]) -> Line {
    Line { path: path.to_vec(), ..line(LineCode::Parts, 500_000) }
}

#[test]
fn a_path_is_told_in_the_words_of_its_items() {
    let path = [
        step("urn:1", "exactMatchOf", "urn:2", false),
        step("urn:2", "isPartOf", "urn:3", false),
        step("urn:3", "replacedBy", "urn:4", false),
    ];
    let words = [("urn:1", "Retrieve data"), ("urn:2", "Write a query"), ("urn:3", "Query databases")];
    let items = words.into_iter().map(|(id, words)| (ItemId::parse(id), words.to_owned())).collect();
    let told = |sentences: &Sentences, path: &[PathStep]| sentences.path(&walked(path), &items).expect("it is told");
    assert_eq!(
        told(en(), &path),
        "The credential names “Retrieve data”, which is declared an exact match of “Write a query”, which is one part of \
         “Query databases”, which was replaced by “urn:4”."
    );
    assert_eq!(
        told(Sentences::get(Language::Es), &path[..1]),
        "La credencial nombra «Retrieve data», que se declara equivalente exacto de «Write a query»."
    );
    assert_eq!(told(en(), &[]), "The credential names this very requirement.");
    assert_eq!(en().path(&line(LineCode::NoEvidence, 0), &items), None);
}

#[test]
fn every_association_is_told_whichever_way_it_was_walked() {
    let kinds =
        ["exactMatchOf", "isTranslationOf", "replacedBy", "isChildOf", "isPartOf", "isPeerOf", "precedes", "ext:x"];
    let told = |language, kind: &str, against| {
        let line = walked(&[step("urn:1", kind, "urn:2", against)]);
        Sentences::get(language).path(&line, &BTreeMap::new()).expect("it is told")
    };
    for language in Language::ALL {
        for (kind, against) in kinds.iter().flat_map(|kind| [(kind, false), (kind, true)]) {
            let told = told(language, kind, against);
            assert!(told.contains("urn:1") && told.contains("urn:2") && !told.contains("path-"), "{told}");
        }
    }
    assert!(told(Language::En, "isChildOf", true).contains("has “urn:2” as one of its parts"));
    assert!(told(Language::En, "precedes", true).contains("which comes after “urn:2”"));
}

#[test]
fn a_level_below_names_the_level_that_would_count_in_full() {
    let line = at_level(LineCode::LevelBelow, Some(1), None);
    assert_eq!((en().asked(&line).as_str(), en().shown(&line).as_str()), ("Proficient (3 of 4)", "Beginning (1 of 4)"));
    assert_eq!(
        en().would_change(&line, &VerificationReport::default()),
        ["Verified evidence at level “Proficient” or above would count in full."]
    );
    assert_eq!(
        en().level_counts(&line).expect("it is worth less"),
        "The level counts 33.33 %: place 1 on the scale, where place 3 is asked."
    );
}

#[test]
fn a_level_that_is_not_known_is_neither_guessed_nor_nothing() {
    let line = Line { up_to: Some(Ppm::ONE), ..at_level(LineCode::LevelUnknown, None, None) };
    assert_eq!(en().shown(&line), "Yes, level not stated");
    assert!(en().worth(&line).starts_with("Between 33.33 % and 100 %"), "{}", en().worth(&line));
    let elsewhere = at_level(LineCode::LevelNotComparable, None, Some("Distinction"));
    assert_eq!(en().shown(&elsewhere), "“Distinction”, on another scale");
    let would_change = en().would_change(&elsewhere, &VerificationReport::default());
    assert!(would_change[0].contains("“Four steps”") && would_change[0].contains("“Proficient”"), "{would_change:?}");
}

#[test]
fn points_say_what_a_requirement_brings_of_what_it_can_bring() {
    let lines = vec![line(LineCode::Broader, 500_000), Line { weight: 5, ..line(LineCode::NoEvidence, 0) }];
    let assessment = assessment(lines);
    assert_eq!(
        en().points(&assessment.lines[0], &assessment),
        "That is 18.75 of the 37.5 points out of 100 that this requirement can bring."
    );
    let none = en().points(&assessment.lines[1], &assessment);
    assert!(none.contains("0 of the 62.5 points"), "{none}");
}

#[test]
fn what_does_not_count_is_named_beside_the_requirement_that_it_would_serve() {
    let not_counted = NotCounted {
        credential: Pointer::root().key("credentials").index(3),
        achievement: Some("urn:a".into()),
        reason: NotCountedReason::IssuerNotTrusted,
    };
    let line = Line { not_counted: vec![not_counted], ..line(LineCode::NoEvidence, 0) };
    let would_change = en().would_change(&line, &VerificationReport::default());
    assert_eq!(
        would_change[0],
        "“Credential without a name” speaks of this and does not count. The credential is genuine, but the \
         employer’s list does not name its issuer. It would count if the issuer were on the employer’s list, or on one \
         that the employer relies on."
    );
}

#[test]
fn no_explanation_of_absent_evidence_speaks_of_the_person() {
    for language in Language::ALL {
        let sentences = Sentences::get(language);
        let line = line(LineCode::NoEvidence, 0);
        let mut told = sentences.would_change(&line, &VerificationReport::default());
        told.extend([sentences.worth(&line), sentences.shown(&line)]);
        for word in ["skill", "unable", "lacks", "cannot", "no sabe", "carece"] {
            assert!(!told.join(" ").to_lowercase().contains(word), "{told:?}");
        }
    }
}

#[test]
fn a_rule_about_age_is_told_with_its_reason_and_so_is_what_it_made_of_the_line() {
    let recency = |older| LineRecency {
        months: 24,
        worth: ppm(400_000),
        as_of: "2026-03-01".parse().expect("a date"),
        older,
        reason: "The rules\nhave changed \u{202E}since.".into(),
    };
    let mut line = Line { recency: Some(recency(false)), ..line(LineCode::SameItem, 1_000_000) };
    assert_eq!(
        en().recency(&line).as_deref(),
        Some(
            "Evidence of this counts in full for 24 months, and 40 % after that, as of the application on 1 March 2026. \
             The employer’s reason: “The rules have changed since.”"
        )
    );
    assert_eq!(en().dated(&line), None);
    line.evidence.as_mut().expect("there is evidence").date = Some("2023-12-31".parse().expect("a date"));
    assert_eq!(en().dated(&line).as_deref(), Some("31 December 2023"));
    let spanish = Sentences::get(Language::Es);
    let older = Line { recency: Some(recency(true)), code: LineCode::Older, score: ppm(400_000), ..line.clone() };
    assert_eq!(spanish.dated(&older).as_deref(), Some("31 de diciembre de 2023"));
    assert!(spanish.recency(&older).is_some_and(|told| told.contains("más de 24 meses") && told.contains("40 %")));
    let report = VerificationReport::default();
    assert_eq!(en().would_change(&older, &report), ["A more recent verified record of it would count in full."]);
    let in_part = Line { code: LineCode::Parts, score: ppm(200_000), ..older };
    let would_change = en().would_change(&in_part, &report);
    assert_eq!(
        would_change.last().map(String::as_str),
        Some("A more recent verified record of it would count in full.")
    );
}
