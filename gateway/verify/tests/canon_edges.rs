//! The edges of JSON-LD at which implementations part: what we state there, and what we refuse rather than guess.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use serde_json::{Value, json};
use wellspring_verify::jsonld::{CanonError, CanonLimits, Contexts, canonical};

const DOUBLE: &str = "http://www.w3.org/2001/XMLSchema#double";

fn nquads(document: &Value) -> Result<String, CanonError> {
    canonical(document, Contexts::builtin(), &CanonLimits::default()).map(|canonical| canonical.nquads)
}

/// Contexts after one that names the keywords as readers know them.
fn after_names(context: &Value) -> Value {
    let mut contexts = vec![json!({"id": "@id", "type": "@type"})];
    match context {
        Value::Array(more) => contexts.extend_from_slice(more),
        one => contexts.push(one.clone()),
    }
    Value::Array(contexts)
}

/// One statement about `urn:a`, whose object comes out as given.
fn object(context: &Value, value: &Value) -> Result<String, CanonError> {
    let text = nquads(&json!({"@context": after_names(context), "id": "urn:a", "urn:p": value}))?;
    let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("<urn:a> <urn:p> ")).collect();
    assert_eq!(lines.len(), 1, "{text}");
    Ok(lines[0].trim_end_matches(" .").to_owned())
}

#[test]
fn a_double_between_two_texts_is_rounded_away_from_zero_and_zero_has_no_sign() {
    for (number, text) in [
        (556_189_611.660_156_2, "5.561896116601563E8"),
        (-67_811_735.267_578_12, "-6.781173526757813E7"),
        (2_251_799_813_685_248.5, "2.251799813685249E15"),
        (0.1 + 0.2, "3.0E-1"),
    ] {
        assert_eq!(object(&json!({}), &json!(number)).unwrap(), format!("\"{text}\"^^<{DOUBLE}>"));
    }
    let zero = object(&json!({}), &json!({"@value": -0.0, "@type": DOUBLE})).unwrap();
    assert_eq!(zero, format!("\"0.0E0\"^^<{DOUBLE}>"));
}

#[test]
fn the_values_of_a_set_are_read_without_the_type_scope_of_the_node_around_it() {
    let scope = json!({"p": {"@id": "urn:p", "@type": "urn:date"}});
    let context = after_names(&json!({"T": {"@id": "urn:T", "@context": scope}}));
    let document = |value: Value| json!({"@context": context, "id": "urn:a", "type": "T", "p": value});
    assert!(nquads(&document(json!("x"))).unwrap().contains("<urn:p> \"x\"^^<urn:date> ."));
    assert!(nquads(&document(json!({"@set": ["x"]}))).unwrap().contains("<urn:p> \"x\" ."));
}

#[test]
fn null_under_a_property_is_as_if_it_were_not_there() {
    let value = json!({"@value": "x", "urn:q": null});
    assert_eq!(object(&json!({}), &value).unwrap(), "\"x\"");
    let list = json!({"@list": [], "urn:q": null});
    assert_eq!(object(&json!({}), &list).unwrap(), "<http://www.w3.org/1999/02/22-rdf-syntax-ns#nil>");
    let graph = nquads(&json!({"@graph": [null, {"@id": "urn:a", "urn:p": "x"}]}));
    assert_eq!(graph.unwrap(), "<urn:a> <urn:p> \"x\" .\n");
    let json = json!({"j": {"@id": "urn:p", "@type": "@json"}});
    assert!(nquads(&json!({"@context": json, "j": null})).unwrap().contains("\"null\"^^"));
}

#[test]
fn a_term_of_two_parts_is_built_on_a_term_that_is_no_prefix() {
    for context in [
        json!({"ext": "urn:x", "ext:term": {"@id": "ext:term"}}),
        json!({"ext": "urn:x", "ext:term": {"@type": "urn:date"}}),
        json!([{"ext": "urn:x"}, {"ext:term": "ext:term"}]),
    ] {
        let text = nquads(&json!({"@context": after_names(&context), "id": "urn:a", "ext:term": "x"})).unwrap();
        assert!(text.starts_with("<urn:a> <urn:xterm> \"x\""), "{text}");
    }
}

#[test]
fn a_language_beside_a_type_says_nothing() {
    let context = json!({"p": {"@id": "urn:p", "@type": "@none", "@language": "de"}});
    let text = nquads(&json!({"@context": after_names(&context), "id": "urn:a", "p": "x"})).unwrap();
    assert_eq!(text, "<urn:a> <urn:p> \"x\" .\n");
}

#[test]
fn a_context_that_is_wrong_is_refused_whether_it_is_used_or_not() {
    let definitions = [
        json!({"@id": "@context"}),
        json!({"@id": "urn:t", "@container": ["@list", "@set"]}),
        json!({"@id": "urn:t", "@container": ["@graph", "@language"]}),
        json!({"@id": "urn:t", "@container": ["@language", "@id"]}),
        json!({"@id": "urn:t", "@container": ["@set", 5]}),
        json!({"@id": "urn:t", "@container": []}),
        json!({"@id": "urn:t", "@container": "@type", "@type": "urn:date"}),
        json!({"@id": "urn:t", "@index": "urn:i"}),
        json!({"@id": "urn:t", "@reverse": "urn:r"}),
        json!({"@id": "@type", "@prefix": true}),
        json!({"@id": "urn:t", "@context": "https://unknown.example/"}),
        json!({"@id": "urn:t", "@context": {"u": {"@id": "urn:u", "@context": "https://unknown.example/"}}}),
    ];
    let contexts = definitions.map(|definition| json!({ "t": definition })).into_iter().chain([
        json!({"ext:term": "other:term"}),
        json!({"a/b": "urn:t"}),
        json!({"ext:term": {"@prefix": true}}),
        json!([[]]),
        json!([{"@propagate": false}]),
        json!({"t": {"@id": "urn:t", "@context": [{"@propagate": false}]}}),
    ]);
    let accepted: Vec<Value> = contexts.filter(|context| object(context, &json!("x")).is_ok()).collect();
    assert!(accepted.is_empty(), "{accepted:?}");
}

#[test]
fn what_processors_read_differently_is_refused() {
    let values = [
        json!({"@value": "x", "@type": "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}),
        json!({"@list": null}),
        json!({"@set": null}),
        json!({"@list": [["x"]]}),
        json!({"@list": [{"@set": ["x"]}]}),
        json!({"id": "urn:\u{feff}x"}),
        json!({"id": "_:a b"}),
        json!({"id": "_:\u{feff}"}),
    ];
    let accepted: Vec<&Value> = values.iter().filter(|value| object(&json!({}), value).is_ok()).collect();
    assert!(accepted.is_empty(), "{accepted:?}");
    let context = json!({"p": {"@id": "urn:p", "@container": "@language", "@type": "@json"}});
    assert!(nquads(&json!({"@context": context, "p": {"en": "x"}})).is_err());
}

#[test]
fn a_refused_keyword_is_named() {
    let named = nquads(&json!({"@nest": {"urn:p": "x"}}));
    assert!(matches!(named, Err(CanonError::ContextUnsupported { what, .. }) if what == "@nest"));
}
