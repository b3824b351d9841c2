//! What credentials are made of below the achievement: results, alignments, profiles, evidence.

use serde_json::{Map, Value, json};

use crate::{
    rng::Rng,
    text::{any, date, iri, plain, urn},
};

/// One member of an object, in so many cases of a hundred.
pub fn some(rng: &mut Rng, percent: usize, object: &mut Value, key: &str, value: impl FnOnce(&mut Rng) -> Value) {
    if rng.chance(percent) {
        object[key] = value(rng);
    }
}

pub fn many(rng: &mut Rng, most: usize, mut one: impl FnMut(&mut Rng) -> Value) -> Value {
    (0..rng.between(0, most)).map(|_| one(rng)).collect()
}

/// A type as a text or in an array, as both are found.
pub fn typed(rng: &mut Rng, name: &str) -> Value {
    if rng.chance(50) { json!(name) } else { json!([name]) }
}

pub fn result_description(rng: &mut Rng) -> Value {
    let mut description =
        json!({"id": urn(rng), "type": typed(rng, "ResultDescription"), "name": any(rng), "resultType": "LetterGrade"});
    some(rng, 40, &mut description, "allowedValue", |rng| many(rng, 5, |rng| json!(any(rng))));
    some(rng, 20, &mut description, "alignment", |rng| many(rng, 2, alignment));
    some(rng, 20, &mut description, "requiredLevel", |rng| json!(urn(rng)));
    some(rng, 20, &mut description, "requiredValue", |rng| json!(any(rng)));
    some(rng, 20, &mut description, "valueMax", |rng| json!(any(rng)));
    some(rng, 30, &mut description, "rubricCriterionLevel", |rng| {
        many(
            rng,
            3,
            |rng| json!({"id": urn(rng), "type": typed(rng, "RubricCriterionLevel"), "name": any(rng), "level": any(rng), "points": any(rng)}),
        )
    });
    description
}

pub fn result(rng: &mut Rng) -> Value {
    let mut result = json!({"type": typed(rng, "Result")});
    some(rng, 50, &mut result, "resultDescription", |rng| json!(urn(rng)));
    some(rng, 30, &mut result, "achievedLevel", |rng| json!(urn(rng)));
    some(rng, 30, &mut result, "alignment", |rng| many(rng, 1, alignment));
    some(rng, 30, &mut result, "status", |rng| json!(rng.pick(&["Completed", "Failed"])));
    some(rng, 70, &mut result, "value", |rng| json!(any(rng)));
    result
}

pub fn alignment(rng: &mut Rng) -> Value {
    let mut alignment = json!({"type": typed(rng, "Alignment"), "targetName": any(rng), "targetUrl": iri(rng)});
    some(rng, 40, &mut alignment, "targetCode", |rng| json!(any(rng)));
    some(rng, 40, &mut alignment, "targetDescription", |rng| json!(any(rng)));
    some(rng, 40, &mut alignment, "targetFramework", |rng| json!(any(rng)));
    some(rng, 40, &mut alignment, "targetType", |rng| json!(rng.pick(&["CFItem", "ceasn:Competency", "ext:Own"])));
    alignment
}

pub fn association(rng: &mut Rng) -> Value {
    let kind = rng.pick(&["isChildOf", "isPartOf", "precedes", "isPeerOf"]);
    json!({"type": typed(rng, "Association"), "associationType": kind, "sourceId": urn(rng), "targetId": iri(rng)})
}

pub fn evidence(rng: &mut Rng) -> Value {
    let mut evidence = json!({"type": typed(rng, "Evidence")});
    some(rng, 50, &mut evidence, "id", |rng| json!(iri(rng)));
    some(rng, 50, &mut evidence, "name", |rng| json!(any(rng)));
    some(rng, 50, &mut evidence, "narrative", |rng| json!(any(rng)));
    some(rng, 30, &mut evidence, "genre", |rng| json!(any(rng)));
    some(rng, 30, &mut evidence, "audience", |rng| json!(any(rng)));
    evidence
}

pub fn image(rng: &mut Rng) -> Value {
    let mut image =
        json!({"id": format!("data:image/png;base64,{}", "iVBORw0KGgo".repeat(rng.between(1, 40))), "type": "Image"});
    some(rng, 50, &mut image, "caption", |rng| json!(any(rng)));
    image
}

pub fn identity(rng: &mut Rng) -> Value {
    json!({
        "type": "IdentityObject", "hashed": rng.chance(50), "identityHash": plain(rng), "identityType": "emailAddress",
        "salt": any(rng)
    })
}

pub fn identifier(rng: &mut Rng) -> Value {
    json!({"type": "IdentifierEntry", "identifier": any(rng), "identifierType": "sourcedId"})
}

pub fn profile(rng: &mut Rng, parents: usize) -> Value {
    let mut profile = json!({"id": iri(rng), "type": typed(rng, "Profile")});
    for (key, percent) in
        [("name", 90), ("description", 20), ("phone", 20), ("email", 30), ("official", 20), ("givenName", 10)]
    {
        some(rng, percent, &mut profile, key, |rng| json!(any(rng)));
    }
    some(rng, 30, &mut profile, "url", |rng| json!(iri(rng)));
    some(rng, 15, &mut profile, "image", image);
    some(rng, 10, &mut profile, "dateOfBirth", |rng| json!(date(rng)));
    some(rng, 15, &mut profile, "otherIdentifier", |rng| many(rng, 2, identifier));
    some(rng, 25, &mut profile, "address", address);
    if parents > 0 && rng.chance(20) {
        profile["parentOrg"] = self::profile(rng, parents - 1);
    }
    profile
}

pub fn address(rng: &mut Rng) -> Value {
    let mut address = Map::from_iter([("type".to_owned(), typed(rng, "Address"))]);
    for key in ["addressCountry", "addressLocality", "addressRegion", "postalCode", "streetAddress"] {
        if rng.chance(60) {
            address.insert(key.to_owned(), json!(any(rng)));
        }
    }
    if rng.chance(20) {
        let (latitude, longitude) = (rng.below(180) as f64 - 90.0, rng.below(3600) as f64 / 10.0 - 180.0);
        address
            .insert("geo".to_owned(), json!({"type": "GeoCoordinates", "latitude": latitude, "longitude": longitude}));
    }
    address.into()
}
