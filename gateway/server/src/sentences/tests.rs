//! Every code has its sentence in every language, every sentence has its code, and none shows what it should not.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use wellspring_model::{ats::WithdrawalReason, finding::FindingCode, pointer::Pointer};

use super::{messages::sources, *};

/// Messages with values: their names, and the values they are given.
const WITH_VALUES: &[(&str, &[&str])] = &[
    ("headline", &["verified", "partly", "unclear", "requirements", "met", "musts"]),
    ("summary-score", &["score"]),
    ("summary-score-range", &["score", "low", "high"]),
    ("summary-line", &["statement", "state"]),
    ("summary-line-must", &["statement", "state"]),
    ("summary-line-evidence", &["line", "evidence"]),
    ("summary-line-issuer", &["line", "evidence", "issuer"]),
    ("summary-more", &["count"]),
    ("summary-not-counted", &["count"]),
    ("summary-not-checked", &["count"]),
    ("correction-headline", &["headline"]),
    ("correction-dates", &["now", "before"]),
    ("correction-again", &["now", "before"]),
    ("correction-after-withdrawal", &["now", "before"]),
    ("change-credential", &["name", "now", "before"]),
    ("change-credential-why", &["change", "why"]),
    ("change-line", &["statement", "now", "before"]),
    ("change-policy", &["now", "before"]),
    ("change-score", &["now", "before"]),
    ("change-elsewhere", &[]),
    ("change-more", &["count"]),
    ("date", &["day", "month", "year"]),
    ("date-time", &["date", "time"]),
    ("report-page-title", &["role"]),
    ("level", &["level", "scale"]),
    ("level-place", &["level", "place", "count"]),
    ("scale", &["scale", "levels"]),
    ("level-elsewhere", &["level"]),
    ("path-whole", &["path"]),
    ("path-item", &["item"]),
    ("path-other", &["path", "item", "kind"]),
    ("evidence-issued-by", &["evidence", "issuer"]),
    ("evidence-alone", &["evidence"]),
    ("worth-shown", &["percent"]),
    ("worth-unknown", &["low", "high"]),
    ("worth-level", &["level", "shown", "required"]),
    ("points", &["points", "most"]),
    ("recency", &["months", "percent", "date", "reason"]),
    ("recency-older", &["months", "percent", "date", "reason"]),
    ("points-range", &["low", "high", "most"]),
    ("would-change-not-counted", &["name", "why", "change"]),
    ("chart-coverage", &["with", "of"]),
    ("chart-tally", &["count", "state"]),
    ("chart-score", &["score"]),
    ("chart-score-range", &["score", "high"]),
    ("chart-row", &["state", "percent"]),
    ("chart-row-range", &["state", "percent", "high"]),
    ("chart-levels", &["asked", "shown"]),
    ("chart-levels-none", &["asked"]),
    ("chart-row-levels", &["row", "levels"]),
    ("chart-line", &["statement", "row"]),
    ("chart-line-must", &["statement", "row"]),
    ("chart-more", &["count"]),
    ("credentials-more", &["count"]),
    ("trust-step-denied", &[]),
    ("trust-step-listed", &["answer"]),
    ("trust-step-registry", &["answer", "list"]),
    ("trust-step-accredited", &["answer", "list"]),
    ("trust-step-obtained", &["obtained", "sentence", "version"]),
];

/// Every message there should be, with the values it is given.
fn expected() -> BTreeMap<String, Vec<&'static str>> {
    let mut keys: Vec<String> = vec!["headline-nothing-asked".into(), "summary-people-decide".into()];
    keys.extend(["trust-none".into(), "binding-none".into(), "worth-none".into()]);
    keys.extend(["would-change-nothing", "would-change-match"].map(str::to_owned));
    keys.extend(["evidence-kind-assessed", "evidence-kind-issued"].map(str::to_owned));
    keys.extend(WithdrawalReason::ALL.iter().map(|by| format!("withdrawal-headline-{}", by.as_str())));
    let named = ["identifier", "address", "code", "code_in_framework", "elsewhere"];
    keys.extend(named.map(|named| format!("named-{named}")));
    let states = ["verified", "partly", "level-unknown", "no-evidence"];
    keys.extend(states.map(|state| format!("state-{state}")));
    keys.extend(["chart-title", "chart-key-asked", "chart-key-unknown"].map(str::to_owned));
    keys.extend(FindingCode::ALL.iter().map(|code| format!("finding-{code}")));
    keys.extend(
        Outcome::ALL.iter().flat_map(|outcome| [format!("outcome-{outcome}"), format!("credential-{outcome}")]),
    );
    keys.extend(CheckName::ALL.iter().map(|check| format!("check-{}", check.as_str())));
    keys.extend(Trust::ALL.iter().map(|trust| format!("trust-{}", trust.as_str())));
    keys.extend(Binding::ALL.iter().map(|binding| format!("binding-{}", binding.as_str())));
    let lines = LineCode::ALL.iter().map(|code| code.as_str());
    keys.extend(lines.flat_map(|code| [format!("line-{code}"), format!("line-why-{code}")]));
    let reasons = NotCountedReason::ALL.iter().map(|reason| reason.as_str());
    keys.extend(
        reasons.flat_map(|reason| [format!("not-counted-{reason}"), format!("not-counted-would-change-{reason}")]),
    );
    keys.extend(FailureCode::ALL.iter().map(|code| format!("failure-{code}")));
    keys.extend(Label::ALL.iter().map(|label| label.key().to_owned()));
    let mut expected: BTreeMap<_, _> = keys.into_iter().map(|key| (key, Vec::new())).collect();
    let level = || vec!["level", "scale"];
    expected.extend(LineCode::ALL.iter().map(|code| (format!("would-change-{}", code.as_str()), level())));
    let steps =
        ["exact-match", "translation", "replaced-by", "replaces", "part-of", "has-part", "peer", "precedes", "follows"];
    expected.extend(steps.map(|step| (format!("path-{step}"), vec!["path", "item", "kind"])));
    expected.extend(WITH_VALUES.iter().map(|(key, names)| ((*key).to_owned(), names.to_vec())));
    expected
}

/// The names of messages (`None`) and their attributes (`Some`), as the files have them.
fn written(language: Language) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    for line in sources(language).iter().flat_map(|(_, source)| source.lines()) {
        let name = |text: &str| text.split_once(" =").map(|(name, _)| name.to_owned());
        if let Some(attribute) = line.strip_prefix("    .").and_then(name) {
            let (message, _) = found.last().cloned().expect("an attribute follows its message");
            found.push((message, Some(attribute)));
        } else if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            found.push((name(line).expect("a message has a value"), None));
        }
    }
    found
}

#[test]
fn every_message_file_parses_and_no_message_stands_twice() {
    for language in Language::ALL {
        for (file, source) in sources(language) {
            let errors = FluentResource::try_new(source.to_owned()).err().map(|(_, errors)| errors);
            assert!(errors.is_none(), "{language:?} {file}: {errors:?}");
        }
        let all = written(language);
        let distinct: BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{language:?}: a message or attribute stands twice");
    }
}

#[test]
fn every_code_has_a_sentence_and_every_sentence_a_code_in_every_language() {
    let expected: BTreeSet<_> = expected().into_keys().collect();
    for language in Language::ALL {
        let written: BTreeSet<_> = written(language).into_iter().map(|(name, _)| name).collect();
        let missing: Vec<_> = expected.difference(&written).collect();
        let unused: Vec<_> = written.difference(&expected).collect();
        assert!(missing.is_empty() && unused.is_empty(), "{language:?}: missing {missing:?}, unused {unused:?}");
    }
}

#[test]
fn all_languages_know_the_same_exact_sentences() {
    assert_eq!(written(Language::En), written(Language::Es), "same messages and attributes, in the same order");
}

#[test]
fn no_message_asks_for_a_value_it_is_not_given() {
    for language in Language::ALL {
        let messages = &Sentences::get(language).messages;
        for (key, names) in expected() {
            assert_eq!(messages.errors(&key, &names), Vec::<String>::new(), "{language:?}");
        }
    }
}

#[test]
fn every_exact_sentence_is_filled_from_the_values_it_is_named_after() {
    for language in Language::ALL {
        let sentences = Sentences::get(language);
        for (message, attribute) in written(language) {
            let Some(attribute) = attribute else { continue };
            let code = FindingCode::ALL.iter().find(|code| format!("finding-{code}") == message);
            let mut finding = Finding::new(*code.expect("only findings have exact sentences"), Pointer::root());
            let plain = sentences.finding(&finding);
            for name in attribute.split("--") {
                finding = finding.with(name, "THE-VALUE");
            }
            let exact = sentences.finding(&finding);
            assert_ne!(exact, plain, "{language:?} {message}.{attribute}");
            assert!(exact.contains("THE-VALUE") && !exact.contains('{'), "{language:?} {message}.{attribute}: {exact}");
        }
    }
}

#[test]
fn a_finding_without_values_still_makes_a_whole_sentence() {
    for language in Language::ALL {
        for code in FindingCode::ALL {
            let sentence = Sentences::get(language).finding(&Finding::new(*code, Pointer::root()));
            assert!(sentence.ends_with('.') && !sentence.contains('{'), "{language:?} {code}: {sentence}");
        }
    }
}

#[test]
fn a_value_from_outside_cannot_break_or_reorder_a_sentence() {
    let finding = Finding::new(FindingCode::TermUndefined, Pointer::root());
    let sentence = Sentences::get(Language::En).finding(&finding.clone().with("term", "a\u{202E}b\n\nc\u{0007}"));
    assert!(sentence.contains("(“ab c”)"), "{sentence}");
    let long = Sentences::get(Language::En).finding(&finding.with("term", "x".repeat(1_000_000)));
    assert!(long.chars().count() < 300, "{} characters", long.chars().count());
}

#[test]
fn times_and_percentages_are_written_as_the_language_does() {
    let finding = Finding::new(FindingCode::Expired, Pointer::root()).with("until", "2026-03-01T10:05:00Z");
    let (en, es) = (Sentences::get(Language::En), Sentences::get(Language::Es));
    assert_eq!(en.finding(&finding), "The credential’s time ended on 1 March 2026.");
    assert_eq!(es.finding(&finding), "La vigencia de la credencial terminó el 1 de marzo de 2026.");
    let at = "2026-11-23T16:04:59Z".parse().expect("a time");
    assert_eq!(en.date_time(at), "23 November 2026 at 16:04 UTC");
    assert_eq!(es.date_time(at), "23 de noviembre de 2026 a las 16:04 UTC");
    for (hundredths, en_text, es_text) in
        [(7125, "71.25", "71,25"), (6250, "62.5", "62,5"), (10_000, "100", "100"), (0, "0", "0")]
    {
        let percent = Percent::of(hundredths, 10_000);
        assert_eq!((en.percent(percent).as_str(), es.percent(percent).as_str()), (en_text, es_text));
    }
}

#[test]
fn undecided_never_reads_like_false_and_no_evidence_never_like_no_skill() {
    let en = Sentences::get(Language::En);
    for sentence in [
        en.credential(Outcome::Undetermined),
        en.not_counted(NotCountedReason::VerificationUndetermined),
        en.finding(&Finding::new(FindingCode::KeyUnresolved, Pointer::root())),
        en.outcome(Outcome::Undetermined),
    ] {
        let claims = sentence
            .to_lowercase()
            .replace("does not mean that it is false", "")
            .replace("does not mean that the credential is false", "");
        for word in ["false", "fail", "invalid", "fake"] {
            assert!(!claims.contains(word), "{sentence}");
        }
    }
    assert_eq!(en.line(LineCode::NoEvidence), "No verified evidence supplied");
    for language in Language::ALL {
        let (state, why) = (
            Sentences::get(language).line(LineCode::NoEvidence),
            Sentences::get(language).line_why(LineCode::NoEvidence),
        );
        assert!(!format!("{state} {why}").to_lowercase().contains("skill"), "{state} {why}");
    }
}

#[test]
fn genuine_and_accepted_are_never_the_same_words() {
    for language in Language::ALL {
        let sentences = Sentences::get(language);
        let genuine = sentences.credential(Outcome::Passed);
        for trust in Trust::ALL {
            assert_ne!(sentences.trust(Some(trust)), genuine);
        }
        assert!(!genuine.to_lowercase().contains("trust") && !genuine.to_lowercase().contains("accept"), "{genuine}");
    }
}
