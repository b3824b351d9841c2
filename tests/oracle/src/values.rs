//! JSON-LD values of every kind: literals, value objects, references, nodes, lists, sets, and what is none of these.

use serde_json::{Value, json};

use crate::{
    rng::Rng,
    text::{any, date, date_time, iri, plain},
};

const XSD: &str = "http://www.w3.org/2001/XMLSchema#";
const LOCAL: [&str; 12] = [
    "string", "boolean", "integer", "decimal", "double", "float", "date", "dateTime", "anyURI", "long", "language",
    "duration",
];

/// A number as records have them.
pub fn number(rng: &mut Rng) -> Value {
    match rng.below(12) {
        0 => json!(rng.below(200) as f64 / 10.0),
        1 => json!(rng.pick(&[1.0, -0.0, 0.1, 3.75, 1e21, -2.5, 100.0, 1e20])),
        2 => json!(-(rng.below(100) as i64)),
        _ => json!(rng.below(40)),
    }
}

/// A number that is hard to write in one way only.
pub fn hard_number(rng: &mut Rng) -> Value {
    match rng.below(8) {
        0 => json!(rng.pick(&[
            -0.0,
            1e21,
            1e20,
            -1e21,
            5e-324,
            f64::MAX,
            f64::MIN_POSITIVE,
            123_456_789_012_345_680_000.0
        ])),
        1 => json!(rng.pick(&[1e-7, 1e-10, 2e-300, 1.5e-7, 0.000_001, 0.1 + 0.2, 1.0 / 3.0])),
        2 => json!(rng.pick(&[9_007_199_254_740_991_i64, -9_007_199_254_740_992, 9_007_199_254_740_993, i64::MAX])),
        // Exactly between two texts of 16 digits.
        3 => json!((1_u64 << 51) as f64 + rng.below(1000) as f64 + 0.5),
        4 => json!(rng.below(1 << 40) as f64 / 1024.0),
        5 | 6 => json!(rng.double()),
        _ => json!(rng.below(1 << 53) as f64 / 1e9),
    }
}

fn datatype(rng: &mut Rng) -> String {
    match rng.below(12) {
        0 => "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString".to_owned(),
        1 => "http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML".to_owned(),
        2 => iri(rng),
        _ => format!("{XSD}{}", rng.pick(&LOCAL)),
    }
}

/// An object with `@value`; mostly legal.
pub fn value_object(rng: &mut Rng) -> Value {
    let mut object = json!({"@value": scalar(rng)});
    match rng.below(20) {
        0..5 => object["@type"] = json!(datatype(rng)),
        5..10 => object = json!({"@value": any(rng), "@language": language(rng)}),
        10 => object = json!({"@value": date(rng), "@type": format!("{XSD}date")}),
        11 => object = json!({"@value": number(rng), "@type": format!("{XSD}{}", rng.pick(&LOCAL))}),
        12 => object = json!({"@value": json_value(rng, 3), "@type": "@json"}),
        13 => object["@language"] = Value::Null,
        14 => match rng.below(8) {
            0 => object["@value"] = Value::Null,
            1 => object["@direction"] = json!("ltr"),
            2 => object["@index"] = json!("one"),
            3 => object["@type"] = json!([datatype(rng)]),
            4 => object["@id"] = json!(iri(rng)),
            5 => object["@value"] = json!([any(rng)]),
            6 => object["@type"] = json!(rng.pick(&["_:b0", "relative", "@id", "@none", "@foo", ""])),
            _ => object["name"] = json!("beside a value"),
        },
        _ => {}
    }
    object
}

pub fn language(rng: &mut Rng) -> String {
    rng.pick(&[
        "en",
        "EN-us",
        "de-AT",
        "zh-Hant-TW",
        "x-klingon",
        "es",
        "fr",
        "en",
        "ja",
        "pt-BR",
        "it",
        "sl-rozaj-biske",
        "a",
        "e n",
    ])
    .to_owned()
}

pub fn language_map(rng: &mut Rng) -> Value {
    let mut map = json!({});
    for _ in 0..rng.between(1, 4) {
        let tag = rng.pick(&["en", "EN-GB", "de", "@none", "zh-Hant", "none", "fr"]);
        map[tag] = match rng.below(10) {
            0 => json!([any(rng), any(rng)]),
            1 => Value::Null,
            2 => json!([]),
            3 => json!([plain(rng), null]),
            4 if rng.chance(20) => json!(5),
            _ => json!(any(rng)),
        };
    }
    map
}

pub fn scalar(rng: &mut Rng) -> Value {
    match rng.below(12) {
        0 => json!(rng.chance(50)),
        1 => number(rng),
        2 => hard_number(rng),
        3 => json!(date_time(rng)),
        4 => json!(iri(rng)),
        5 => json!(rng.pick(&["5", "5.50", "1.0E0", "true", "false", "INF", "NaN", "-0", "2024-13-45"])),
        _ => json!(any(rng)),
    }
}

/// What a JSON literal may hold: anything.
pub fn json_value(rng: &mut Rng, depth: usize) -> Value {
    match rng.below(if depth == 0 { 6 } else { 10 }) {
        0 => Value::Null,
        1 => hard_number(rng),
        2 => number(rng),
        3 => json!(rng.chance(50)),
        4 | 5 => json!(any(rng)),
        6 => (0..rng.below(4)).map(|_| json_value(rng, depth - 1)).collect(),
        _ => {
            let mut object = json!({});
            for _ in 0..rng.below(5) {
                let key = if rng.chance(50) {
                    any(rng)
                } else {
                    rng.pick(&["@id", "@value", "a", "b", "\u{e000}", "z", "10", "9"]).to_owned()
                };
                object[key] = json_value(rng, depth - 1);
            }
            object
        }
    }
}

/// A reference or the whole of a node.
pub fn node(rng: &mut Rng, depth: usize, terms: &[String]) -> Value {
    let mut node = json!({});
    if rng.chance(50) {
        node["@id"] = json!(if rng.chance(30) { format!("_:b{}", rng.below(5)) } else { iri(rng) });
    }
    if rng.chance(20) {
        node["@type"] = json!([iri(rng)]);
    }
    for _ in 0..rng.below(3) {
        let key = match terms {
            [] => iri(rng),
            _ if rng.chance(20) => iri(rng),
            _ => terms[rng.below(terms.len())].clone(),
        };
        node[key] = value(rng, depth.saturating_sub(1), terms);
    }
    node
}

/// Any value of a property.
pub fn value(rng: &mut Rng, depth: usize, terms: &[String]) -> Value {
    match rng.below(if depth == 0 { 12 } else { 22 }) {
        0 => Value::Null,
        1..5 => value_object(rng),
        5..12 => scalar(rng),
        12..16 => node(rng, depth, terms),
        16 => json!({"@list": values(rng, depth, terms)}),
        17 => json!({"@set": values(rng, depth, terms)}),
        18 if rng.chance(10) => language_map(rng),
        19 if rng.chance(10) => rng.pick(&["@list", "@set"]).to_owned().into(),
        20 if rng.chance(20) => json!({rng.pick(&["@list", "@set"]): value(rng, 0, terms)}),
        _ => values(rng, depth, terms),
    }
}

fn values(rng: &mut Rng, depth: usize, terms: &[String]) -> Value {
    (0..rng.below(4)).map(|_| value(rng, depth - 1, terms)).collect()
}
