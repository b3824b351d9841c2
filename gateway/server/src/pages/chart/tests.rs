//! The picture is well formed, says all in words, and needs no colour.

use std::collections::BTreeSet;

use roxmltree::{Document, Node};
use serde_json::{Value, json};
use url::Url;
use wellspring_model::{
    assessment::{Assessment, LineCode, LineState},
    submission::Language,
};

use super::*;

fn site(language: Language) -> Site {
    Site::new(&Url::parse("https://gateway.example/").expect("an address"), language)
}

fn line(code: LineCode, statement: &str) -> Value {
    let score = match code.state() {
        LineState::Verified => 1_000_000,
        LineState::Partly => 400_000,
        LineState::LevelUnknown => 250_000,
        LineState::NoEvidence => 0,
    };
    let mut line = json!({
        "item": "urn:x", "statement": statement, "weight": 1, "must": true, "code": code, "score": score, "factor": score,
    });
    if code != LineCode::NoEvidence {
        line["evidence"] = json!({
            "credential": "", "pointer": "", "achievement": "urn:a", "name": "A badge", "kind": "issued", "named": "identifier"
        });
    }
    if code.state() == LineState::LevelUnknown {
        line["up_to"] = json!(1_000_000);
        line["level"] = json!({
            "scale": "steps", "required": "b",
            "steps": {"title": "Steps", "levels": ["Alpha", "Beta", "Gamma"], "required": 2}
        });
    }
    line
}

fn assessment(lines: &[Value]) -> Assessment {
    let zeros = "0".repeat(32);
    serde_json::from_value(json!({
        "id": format!("asm_{zeros}"), "policy": "x@1", "profile": format!("prf_{zeros}"), "frameworks": [],
        "score": {"value": 40.5, "low": 40.5, "high": 62.25}, "coverage": {"with_evidence": 3, "of": lines.len()},
        "musts": {"met": 1, "of": 4}, "lines": lines, "not_counted": [],
        "inputs_digest": wellspring_model::digest::Digest::from_bytes([7; 32]),
    }))
    .expect("an assessment")
}

fn of_all_codes() -> Assessment {
    let lines: Vec<Value> = LineCode::ALL.iter().map(|code| line(*code, &format!("Does {}", code.as_str()))).collect();
    assessment(&lines)
}

fn drawn(language: Language, assessment: &Assessment) -> String {
    chart(&site(language), assessment).expect("it is drawn")
}

fn parsed(svg: &str) -> Document<'_> {
    Document::parse(svg).unwrap_or_else(|error| panic!("{error}: {svg}"))
}

fn named<'a>(root: Node<'a, 'a>, name: &str) -> Vec<Node<'a, 'a>> {
    root.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", name))).collect()
}

#[test]
fn it_is_well_formed_and_tells_every_requirement_in_words_in_every_language() {
    let assessment = of_all_codes();
    for language in Language::ALL {
        let svg = drawn(language, &assessment);
        let document = parsed(&svg);
        let root = document.root_element();
        assert_eq!((root.attribute("role"), root.attribute("lang")), (Some("img"), Some(language.as_str())));
        let text = |name| named(root, name)[0].text().expect("it has a text").to_owned();
        assert!(!text("title").is_empty());
        let desc = text("desc");
        for line in &assessment.lines {
            let sentences = crate::sentences::Sentences::get(language);
            assert!(desc.contains(&line.statement) && desc.contains(&sentences.line(line.code)), "{desc}");
        }
        assert!(desc.contains("Beta (2"), "levels, too: {desc}");
    }
}

#[test]
fn what_is_written_in_a_framework_cannot_break_out_of_the_picture() {
    let hostile = "</desc></svg><script>alert(1)</script> & \u{0}\u{1}\u{FFFE}\u{FFFF}\u{202E}\" ' <b>";
    let svg = drawn(Language::En, &assessment(&[line(LineCode::SameItem, hostile)]));
    let document = parsed(&svg);
    assert!(named(document.root_element(), "script").is_empty());
    assert!(!svg.contains('\u{202E}'));
}

#[test]
fn every_state_has_a_pattern_a_sign_and_words_of_its_own() {
    let distinct = |all: Vec<&str>| all.iter().collect::<BTreeSet<_>>().len();
    assert_eq!(distinct(STATES.iter().map(|state| class(*state)).collect()), 4);
    assert_eq!(distinct(STATES.iter().map(|state| symbol(*state)).collect()), 4);
    // A state's class fills with a pattern or not at all; one alone may be a plain colour.
    let fill = |state: &LineState| {
        let rule = format!(".{} {{ fill: ", class(*state));
        STYLE.split(&rule).nth(1).and_then(|rest| rest.split(';').next()).expect("a rule").to_owned()
    };
    let plain: Vec<String> = STATES.iter().map(fill).filter(|fill| fill.starts_with("var(")).collect();
    assert_eq!(plain.len(), 1, "{plain:?}");
    let svg = drawn(Language::En, &of_all_codes());
    let document = parsed(&svg);
    for row in named(document.root_element(), "g").iter().filter(|one| !named(**one, "rect").is_empty()).skip(1) {
        assert_eq!(named(*row, "use").len(), 1, "a sign");
        assert!(
            named(*row, "text")
                .iter()
                .any(|text| text.attribute("class").is_some_and(|class| class.starts_with("chart-small"))),
            "words"
        );
    }
}

#[test]
fn every_sign_that_is_used_is_there() {
    let svg = drawn(Language::En, &of_all_codes());
    let document = parsed(&svg);
    let symbols: BTreeSet<_> =
        named(document.root_element(), "symbol").iter().filter_map(|one| one.attribute("id")).collect();
    for used in named(document.root_element(), "use") {
        let href = used.attribute("href").expect("it names a sign");
        assert!(symbols.contains(href.trim_start_matches('#')), "{href}");
    }
    for pattern in ["chart-stripes", "chart-dots"] {
        assert!(STYLE.contains(&format!("url(#{pattern})")) && svg.contains(&format!("<pattern id=\"{pattern}\"")));
    }
}

#[test]
fn a_level_that_is_asked_for_is_marked_and_the_mark_is_explained() {
    let svg = drawn(Language::En, &of_all_codes());
    assert_eq!(svg.matches("<line class=\"chart-asked\"").count(), 2, "two codes come with a level here");
    assert!(svg.contains("the level that is asked for"));
    let without = drawn(Language::En, &assessment(&[line(LineCode::SameItem, "x")]));
    assert!(!without.contains("the level that is asked for"));
}

#[test]
fn a_picture_of_very_much_is_bounded_and_says_that_there_is_more() {
    let long = "a very long statement about many things at once ".repeat(2_000);
    let lines: Vec<Value> = (0..1_000).map(|_| line(LineCode::Broader, &long)).collect();
    let svg = drawn(Language::En, &assessment(&lines));
    let document = parsed(&svg);
    let rows = named(document.root_element(), "g").len();
    assert!(rows <= MOST_ROWS + 8, "{rows} groups");
    assert!(svg.contains("800 more requirements are in the list of the report."));
    assert!(svg.len() < 1_200_000, "{} bytes", svg.len());
}

#[test]
fn a_job_that_asks_for_nothing_has_a_picture_too() {
    parsed(&drawn(Language::Es, &assessment(&[])));
}

#[tokio::test]
async fn it_is_sent_with_a_policy_that_allows_its_own_style_and_nothing_else() {
    let response = respond_chart(drawn(Language::En, &of_all_codes()));
    assert_eq!(response.headers()[header::CONTENT_TYPE], "image/svg+xml");
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    assert!(!STYLE.contains("@import") && !STYLE.contains("http") && !STYLE.contains("url(\""));
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("the body is read");
    assert!(std::str::from_utf8(&body).expect("text").contains(&format!("<style>{STYLE}</style>")), "byte by byte");
}
