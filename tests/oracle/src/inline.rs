//! Inline contexts, as extensions of a standard use them, and what is said with their terms. Most are legal; every kind of
//! definition that JSON-LD 1.1 has may come.

use serde_json::{Value, json};

use crate::{
    places::{self, Place},
    rng::Rng,
    text::{any, iri, plain},
    values::{language, language_map, node, value},
};

const NAMES: [&str; 14] = [
    "level", "note", "rating", "house", "kind", "ext", "ext:term", "x", "größe", "a b", "Type1", "Type2", "seeAlso",
    "schema",
];
/// Terms that the published contexts have, most of them protected.
const KNOWN: [&str; 6] = ["name", "id", "Achievement", "description", "xsd", "VerifiableCredential"];

/// A term with the definition that it has in the inline context.
type Defined = (String, Value);

/// Puts an inline context on the record or on a node within, and uses its terms there and, seldom, elsewhere.
pub fn extend(record: &mut Value, rng: &mut Rng) {
    let mut terms = Vec::new();
    let context = context(rng, &mut terms, 2);
    let everywhere = rng.chance(60);
    let place = if everywhere { Place::root() } else { places::any(record, rng) };
    let Some(carrier) = place.get(record) else { return };
    let mut contexts = match carrier.get_mut("@context").map(Value::take) {
        Some(Value::Array(contexts)) => contexts,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    contexts.push(context);
    let single = contexts.len() == 1 && rng.chance(50);
    carrier["@context"] = if single { contexts.remove(0) } else { contexts.into() };
    for _ in 0..rng.between(1, 4) {
        let place = if everywhere || rng.chance(5) { places::any(record, rng) } else { place.clone() };
        if let (Some(object), false) = (place.get(record), terms.is_empty()) {
            use_term(object, rng, &terms);
        }
    }
}

/// Says something with a term, mostly as its definition wants it.
fn use_term(object: &mut Value, rng: &mut Rng, terms: &[Defined]) {
    let (name, definition) = terms[rng.below(terms.len())].clone();
    let usable = |(_, definition): &&Defined| !definition.is_null() && !text_of(definition, "@id").starts_with('@');
    let names: Vec<String> = terms.iter().filter(usable).map(|(name, _)| name.clone()).collect();
    if !names.contains(&name) && rng.chance(80) {
        return;
    }
    let container = definition["@container"].to_string();
    let has = |what: &str| container.contains(what);
    object[name.clone()] = match rng.below(12) {
        0 => {
            object["type"] = json!([object["type"].as_str().unwrap_or("Profile"), name]);
            return;
        }
        1 => {
            object[format!("{name}:{}", plain(rng).len())] = json!(any(rng));
            return;
        }
        2 => value(rng, 3, &names),
        _ if has("@language") => language_map(rng),
        _ if has("@graph") => json!({"@id": iri(rng), iri(rng): value(rng, 1, &[])}),
        _ if has("@list") => (0..rng.below(4)).map(|_| value(rng, 1, &[])).collect(),
        3..6 => node(rng, 2, &names),
        6 if text_of(&definition, "@type") == "@vocab" => json!(name),
        7..9 if text_of(&definition, "@type").starts_with('@') => json!(iri(rng)),
        _ => value(rng, 3, &[]),
    };
}

/// A member of a definition, or all of a short one.
fn text_of<'d>(definition: &'d Value, member: &str) -> &'d str {
    definition.as_str().filter(|_| member == "@id").or_else(|| definition[member].as_str()).unwrap_or_default()
}

fn context(rng: &mut Rng, terms: &mut Vec<Defined>, depth: usize) -> Value {
    let mut context = json!({});
    for _ in 0..rng.between(1, 4) {
        let name = if rng.chance(6) { rng.pick(&KNOWN) } else { rng.pick(&NAMES) };
        let definition = definition(rng, name, depth);
        terms.push((name.to_owned(), definition.clone()));
        context[name] = definition;
    }
    if rng.chance(20) {
        context["@vocab"] = json!(rng.pick(&["https://vocab.example/#", "urn:vocab:", "https://vocab.example/ns/"]));
    }
    if rng.chance(10) {
        context["@language"] = if rng.chance(20) { Value::Null } else { json!(language(rng)) };
    }
    if rng.chance(10) {
        context["@version"] = json!(1.1);
    }
    if rng.chance(10) {
        context["@protected"] = json!(rng.chance(70));
    }
    if rng.chance(4) {
        let (key, value) = rng.pick(&[
            ("@propagate", json!(false)),
            ("@propagate", json!(true)),
            ("@vocab", Value::Null),
            ("@vocab", json!("")),
            ("@vocab", json!("ext:")),
            ("@base", json!("https://base.example/")),
            ("@base", Value::Null),
            ("@direction", json!("rtl")),
            ("@import", json!("https://w3id.org/security/data-integrity/v2")),
            ("@version", json!(1.0)),
            ("@type", json!({"@container": "@set"})),
            ("@type", json!({"@container": "@set", "@protected": true})),
            ("@type", json!({"@id": "urn:type"})),
            ("@foo", json!("urn:foo")),
            ("@id", json!("urn:id")),
            ("", json!("urn:empty")),
        ]);
        context[key] = value;
    }
    context
}

fn definition(rng: &mut Rng, name: &str, depth: usize) -> Value {
    let id = match rng.below(30) {
        0 => return Value::Null,
        1 => json!(rng.pick(&["@id", "@type", "@value", "@language", "@none", "@set", "@list"])),
        2 if rng.chance(30) => json!(rng.pick(&[
            "@graph",
            "@nest",
            "@index",
            "@included",
            "@reverse",
            "@context",
            "@base",
            "@foo",
            "@preserve"
        ])),
        3 => json!(rng.pick(&["schema:level", "xsd:string", "ext:level", "cred:x", "note", "relative", "level"])),
        4 if rng.chance(30) => json!("_:blank"),
        5 => json!(name),
        6..11 => json!(rng.pick(&[
            "https://ext.example/#",
            "https://ext.example/terms/",
            "urn:ext:",
            "https://ext.example/q?"
        ])),
        _ => json!(iri(rng)),
    };
    if rng.chance(30) {
        return id;
    }
    let mut definition = json!({"@id": id});
    if rng.chance(5) {
        definition = json!({});
    }
    if rng.chance(45) {
        definition["@type"] = json!(rng.pick(&[
            "@id",
            "@id",
            "@vocab",
            "@json",
            "@none",
            "http://www.w3.org/2001/XMLSchema#date",
            "http://www.w3.org/2001/XMLSchema#double",
            "http://www.w3.org/2001/XMLSchema#double",
            "http://www.w3.org/2001/XMLSchema#boolean",
            "https://ext.example/type",
            "http://www.w3.org/2001/XMLSchema#string",
            "http://www.w3.org/2001/XMLSchema#integer",
            "xsd:double",
        ]));
    }
    if rng.chance(4) {
        definition["@type"] = json!(rng.pick(&["note", "@list", "relative", "_:b", "@foo", "schema:x"]));
    }
    if rng.chance(45) {
        definition["@container"] = rng.pick(&[
            json!("@set"),
            json!("@list"),
            json!("@language"),
            json!("@set"),
            json!("@list"),
            json!("@graph"),
            json!(["@set"]),
            json!(["@language", "@set"]),
            json!(["@graph", "@set"]),
            json!(["@list"]),
            json!("@language"),
        ]);
    }
    if rng.chance(4) {
        definition["@container"] = rng.pick(&[
            json!("@index"),
            json!("@id"),
            json!(["@list", "@set"]),
            json!("@foo"),
            json!([]),
            Value::Null,
            json!(["@list", 5]),
            json!("@type"),
            json!(["@graph", "@id"]),
            json!(["@language", "@index"]),
            json!(["@graph", "@list"]),
        ]);
    }
    more(rng, &mut definition, depth);
    definition
}

/// The rarer members of a definition.
fn more(rng: &mut Rng, definition: &mut Value, depth: usize) {
    if rng.chance(12) {
        definition["@language"] = if rng.chance(40) { Value::Null } else { json!(language(rng)) };
    }
    if rng.chance(12) {
        definition["@protected"] = json!(rng.chance(80));
    }
    if rng.chance(10) {
        definition["@prefix"] = json!(rng.chance(80));
    }
    if depth > 0 && rng.chance(20) {
        definition["@context"] = match rng.below(12) {
            0 => Value::Null,
            1 => json!([]),
            2 => json!("https://w3id.org/security/data-integrity/v2"),
            3 if rng.chance(20) => json!("https://unknown.example/context"),
            4 => json!([null, context(rng, &mut Vec::new(), depth - 1)]),
            _ => context(rng, &mut Vec::new(), depth - 1),
        };
    }
    if rng.chance(4) {
        let (key, value) = rng.pick(&[
            ("@direction", json!("ltr")),
            ("@direction", Value::Null),
            ("@nest", json!("@nest")),
            ("@index", json!("urn:index")),
            ("@reverse", json!("urn:reverse")),
            ("@foo", json!(1)),
            ("@protected", json!("yes")),
            ("@prefix", json!(1)),
        ]);
        definition[key] = value;
    }
}
