//! What makes a record unusual: legal, half legal or not at all, one feature at a place of chance.

use serde_json::{Value, json};

use crate::{
    inline,
    places::{self, text_member},
    rng::Rng,
    text::{any, iri, plain, urn},
    values::{hard_number, json_value, language_map, node, value, value_object},
};

type Feature = fn(&mut Value, &mut Rng);

/// Families of features, each with how often it is taken.
const FAMILIES: [(&str, usize, Feature); 6] = [
    ("values", 30, values),
    ("identifiers", 15, identifiers),
    ("types", 12, types),
    ("terms", 12, terms),
    ("contexts", 9, contexts),
    ("extensions", 22, inline::extend),
];

/// A family by chance.
pub fn choose(rng: &mut Rng) -> (&'static str, Feature) {
    let mut at = rng.below(FAMILIES.iter().map(|(_, weight, _)| weight).sum());
    for (name, weight, feature) in FAMILIES {
        if at < weight {
            return (name, feature);
        }
        at -= weight;
    }
    (FAMILIES[0].0, FAMILIES[0].2)
}

/// Changes a node of the record.
fn somewhere(record: &mut Value, rng: &mut Rng, change: impl FnOnce(&mut Value, &mut Rng)) {
    let place = places::any(record, rng);
    if let Some(object) = place.get(record) {
        change(object, rng);
    }
}

/// Another value in the place of a text, or beside what is there.
fn values(record: &mut Value, rng: &mut Rng) {
    somewhere(record, rng, |object, rng| {
        let key = text_member(object, rng).unwrap_or_else(|| "description".to_owned());
        let old = object[&key].take();
        object[key] = match rng.below(24) {
            0..4 => value_object(rng),
            4..6 => hard_number(rng),
            6 => json!([old, value_object(rng), any(rng)]),
            7 => json!([old.clone(), old]),
            8 => Value::Null,
            9 => json!([null, old, null]),
            10 => json!([[old, [any(rng)]], []]),
            11 => json!([]),
            12 => json!({}),
            13 => json!(rng.chance(50)),
            14 => json!({"@list": [old, any(rng), {"@list": [any(rng)]}]}),
            15 => json!({"@set": [old, value_object(rng)]}),
            16 => json!({"@value": json_value(rng, 4), "@type": "@json"}),
            17 => json!([{"@value": old, "@type": "http://www.w3.org/2001/XMLSchema#string"}, old]),
            18 => node(rng, 2, &[]),
            19 => language_map(rng),
            20 => json!({"@value": old, "@language": rng.pick(&["en", "De-at", "en", "e n"])}),
            _ => value(rng, 3, &[]),
        };
    });
}

fn identifiers(record: &mut Value, rng: &mut Rng) {
    let shared = urn(rng);
    match rng.below(18) {
        // One node in several places: their statements meet.
        0..3 => (0..3).for_each(|_| somewhere(record, rng, |object, _| object["id"] = json!(shared))),
        3..6 => {
            let label = rng.pick(&["_:b0", "_:c14n0", "_:b1", "_:", "_:ü", "_:a b", "_:0"]);
            (0..3).for_each(|_| somewhere(record, rng, |object, _| object["id"] = json!(label)));
        }
        _ => somewhere(record, rng, |object, rng| {
            object["id"] = match rng.below(14) {
                0 => json!(rng.pick(&[
                    "relative",
                    "../up",
                    "#fragment",
                    "",
                    "//host/x",
                    "?q",
                    ":colon",
                    "@id",
                    "@foo",
                    "@foo:bar"
                ])),
                1 => json!(rng.pick(&[
                    "urn:a b",
                    "urn:<x>",
                    "urn:{x}",
                    "urn:\"",
                    "urn:a\\b",
                    "urn:`",
                    "urn:a\u{0}",
                    "urn:\u{7f}",
                    "urn:^"
                ])),
                2 => json!(rng.pick(&[
                    "urn:\u{a0}x",
                    "urn:\u{2028}",
                    "urn:\u{feff}x",
                    "urn:\u{85}",
                    "urn:\u{180e}",
                    "urn:\u{ad}",
                    "urn:\u{e000}"
                ])),
                3 => json!(rng.pick(&[
                    "xsd:string",
                    "cred:x",
                    "schema:y",
                    "obi:Achievement",
                    "id:x",
                    "sec:z",
                    "type:a",
                    "did:x"
                ])),
                4 => json!(rng.pick(&["a,b:c", "1a:b", "a+b-c.d:e", "A:b", "http:", "urn:", "x::", "é:x", "a_b:c"])),
                5 => rng.pick(&[
                    json!(null),
                    json!(5),
                    json!([]),
                    json!(["urn:a"]),
                    json!({}),
                    json!({"@value": "urn:a"}),
                ]),
                6 => json!("urn:x\u{1f393}"),
                _ => json!(iri(rng)),
            };
            if rng.chance(8) {
                object["@id"] = json!(iri(rng));
            }
        }),
    }
}

fn types(record: &mut Value, rng: &mut Rng) {
    somewhere(record, rng, |object, rng| {
        let own = object["type"].clone();
        let own = own.as_str().or_else(|| own[0].as_str()).unwrap_or("Profile").to_owned();
        let key = if rng.chance(15) { "@type" } else { "type" };
        object[key] = match rng.below(16) {
            0 => json!([own, own]),
            1 => json!([own, iri(rng)]),
            2 => json!([iri(rng), own]),
            3 => json!([own, format!("_:b{}", rng.below(3))]),
            4 => json!([
                own,
                rng.pick(&["Profile", "Achievement", "Result", "Address", "Alignment", "Evidence", "ClrSubject"])
            ]),
            5 => json!([]),
            6 => json!([own, rng.pick(&["Undefined", "", "@json", "@id", "@foo", "id", "type", "name", "a b"])]),
            7 => rng.pick(&[
                json!(null),
                json!(5),
                json!({}),
                json!([null]),
                json!([[]]),
                json!([["Profile"]]),
                json!(true),
            ]),
            8 => json!([own, rng.pick(&["xsd:string", "obi:X", "schema:Thing", "cred:VerifiableCredential"])]),
            _ => json!([own, "Profile", iri(rng)]),
        };
    });
}

fn terms(record: &mut Value, rng: &mut Rng) {
    somewhere(record, rng, |object, rng| {
        let key = match rng.below(20) {
            0..9 => iri(rng),
            9 => rng.pick(&["undefined", "", " ", "a b", "Name", "näme", ":", "a:", "name ", "\u{0}"]).to_owned(),
            10 => rng
                .pick(&["@foo", "@foo2", "@", "@@", "@version", "@base", "@default", "@preserve", "@none", "@json"])
                .to_owned(),
            11 => rng
                .pick(&[
                    "@graph",
                    "@included",
                    "@nest",
                    "@reverse",
                    "@index",
                    "@set",
                    "@list",
                    "@direction",
                    "@language",
                ])
                .to_owned(),
            12 => rng.pick(&["_:b0", "_:", "xsd:", "xsd:x", "obi:x", "schema:x", "cred:x", "sec:y", "id:x"]).to_owned(),
            13 => rng.pick(&["urn:a b", "urn:<x>", "urn:{x}", "urn:\u{feff}", "a,b:c", "1:2", "urn:"]).to_owned(),
            14 => rng
                .pick(&["name", "description", "id", "type", "image", "proof", "issuer", "verifiableCredential"])
                .to_owned(),
            15 => "https://www.w3.org/2018/credentials#expirationDate".to_owned(),
            _ => format!("https://ext.example/{}", plain(rng).len()),
        };
        object[key] = if rng.chance(10) { json!({"@id": urn(rng), "urn:p": any(rng)}) } else { value(rng, 3, &[]) };
    });
}

fn contexts(record: &mut Value, rng: &mut Rng) {
    let change = |object: &mut Value, rng: &mut Rng| {
        let mut contexts = object["@context"].as_array().cloned().unwrap_or_default();
        match rng.below(12) {
            0 => rng.shuffle(&mut contexts),
            1 => contexts.extend(contexts.clone()),
            2 => contexts.push(json!({})),
            3 => contexts.push(json!([])),
            4 => contexts.insert(0, Value::Null),
            5 => contexts.push(Value::Null),
            6 => contexts.push(json!("https://unknown.example/v1")),
            7 => contexts.push(rng.pick(&[json!(5), json!("relative.json"), json!(""), json!(true)])),
            8 => contexts.truncate(1),
            9 => contexts.push(json!(rng.pick(&[
                "https://w3id.org/security/v2",
                "https://w3id.org/dcc/v1",
                "https://www.w3.org/ns/did/v1"
            ]))),
            10 => contexts.push(json!({"@context": {"x": "urn:x"}})),
            _ => contexts.push(json!(
                rng.pick(&["https://w3id.org/security/data-integrity/v2", "https://w3id.org/security/multikey/v1"])
            )),
        }
        object["@context"] = contexts.into();
    };
    match rng.chance(60) {
        true => change(record, rng),
        false => somewhere(record, rng, change),
    }
    if rng.chance(10) {
        let inner = record.take();
        let context = inner["@context"].clone();
        *record =
            json!({"@context": context, "@graph": rng.pick(&[json!([inner]), json!([inner, null]), inner.clone()])});
    }
}
