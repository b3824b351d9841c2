//! What was signed, under other names: an alias, an IRI, a keyword renamed, an address in short. Each document here states
//! what its issuer signed, and shows something else to a reader of its JSON.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use ed25519::{badge, signed};
use rewriting::{EXTENSIONS, LIST, OB, OB_3_0_1, XSD, again, also, made, older, passes, refused, take};
use serde_json::json;

mod ed25519;
mod judged;
mod rewriting;

#[test]
fn a_foreign_creator_under_another_name() {
    let creator = json!({"id": "https://agency.example/", "type": ["Profile"]});
    let foreign = signed(made(|badge| badge["credentialSubject"]["achievement"]["creator"] = creator.clone()));
    let written = again(&foreign, |badge| {
        let achievement = &mut badge["credentialSubject"]["achievement"];
        achievement[format!("{OB}creator")] = take(achievement, "creator");
    });
    let at = "/credentialSubject/achievement/https:~1~1purl.imsglobal.org~1spec~1vc~1ob~1vocab.html#creator";
    refused("under its IRI", &written, at);

    // The first published context has one IRI for the member and for the class.
    let first = signed(made(|badge| {
        older(badge, &["https://purl.imsglobal.org/spec/ob/v3p0/context.json"]);
        badge["credentialSubject"]["achievement"]["creator"] = creator;
    }));
    passes("as the context has it", &first);
    let written = again(&first, |badge| {
        let achievement = &mut badge["credentialSubject"]["achievement"];
        achievement["Profile"] = take(achievement, "creator");
    });
    refused("under the name of its class", &written, "/credentialSubject/achievement/Profile");
}

#[test]
fn a_name_made_of_renamed_keywords() {
    let written = again(&signed(made(|_| {})), |badge| {
        let string = "http://www.w3.org/2001/XMLSchema#string";
        also(badge, json!({"en": "@type", "es": "@value", "Welding": string}));
        badge["credentialSubject"]["achievement"]["name"] = json!({"en": "Welding", "es": "Data cleaning"});
    });
    refused("a datatype for a name", &written, "/credentialSubject/achievement/name/en");
}

#[test]
fn members_that_change_places_by_a_context_within_the_document() {
    let url = "https://frameworks.example/welding";
    let aligned = signed(made(|badge| {
        older(badge, &[OB_3_0_1]);
        let alignment = &mut badge["credentialSubject"]["achievement"]["alignment"][0];
        alignment["targetDescription"] = json!(url);
    }));
    passes("as it was signed", &aligned);
    let swapped = again(&aligned, |badge| {
        let alignment = &mut badge["credentialSubject"]["achievement"]["alignment"][0];
        let real = alignment["targetUrl"].clone();
        alignment["targetUrl"] = json!(url);
        alignment["targetDescription"] = real;
        let typed = |name: &str, kind: &str| json!({"@id": format!("https://schema.org/{name}"), "@type": format!("{XSD}{kind}")});
        let scope = json!({
            "targetUrl": typed("targetDescription", "string"),
            "targetDescription": typed("targetUrl", "anyURI"),
            "targetName": typed("targetName", "string")
        });
        alignment["@context"] = json!({"Alignment": {"@id": "https://schema.org/AlignmentObject", "@context": scope}});
    });
    refused("a description as address", &swapped, "/credentialSubject/achievement/alignment/0/targetDescription");

    let coded = signed(made(|badge| {
        older(badge, &[OB_3_0_1]);
        badge["credentialSubject"]["achievement"]["humanCode"] = json!("urn:example:welding");
    }));
    let renamed = again(&coded, |badge| {
        let achievement = &mut badge["credentialSubject"]["achievement"];
        achievement["@id"] = achievement["id"].clone();
        achievement["id"] = take(achievement, "humanCode");
        let code = json!({"id": {"@id": format!("{OB}humanCode"), "@type": format!("{XSD}string")}});
        let scope = json!({
            "identifier": format!("{OB}identifier"),
            "achievement": {"@id": format!("{OB}achievement-0"), "@context": code}
        });
        badge["credentialSubject"]["@context"] =
            json!({"AchievementSubject": {"@id": format!("{OB}AchievementSubject"), "@context": scope}});
    });
    refused("a code as id", &renamed, "/credentialSubject/achievement/id");
}

#[test]
fn a_record_that_calls_itself_a_badge() {
    // What the subject of a record lists is not earned.
    let achievement = badge()["credentialSubject"]["achievement"].clone();
    let mut inner = badge();
    older(&mut inner, &[OB_3_0_1]);
    let mut record = ed25519::record(&[inner]);
    older(&mut record, &["https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", OB_3_0_1]);
    record["credentialSubject"]["achievement"] = achievement;
    let record = signed(record);
    let written = again(&record, |record| {
        let clr = "https://purl.imsglobal.org/spec/vc/clr/vocab.html#ClrCredential";
        also(record, json!({"AchievementCredential": clr}));
        record["type"] = json!(["VerifiableCredential", "AchievementCredential"]);
        record["credentialSubject"]["type"] = json!("ClrSubject");
    });
    refused("a record as badge", &written, "/type/1");
}

#[test]
fn an_address_in_short() {
    let listed = signed(made(|badge| {
        also(badge, json!(EXTENSIONS));
        badge["credentialStatus"] = json!({"id": LIST, "type": "1EdTechRevocationList"});
    }));
    // Whoever follows `https:example/lists/1` as an address asks another host.
    let written = again(&listed, |badge| {
        also(badge, json!({"https": {"@id": "https://status.", "@prefix": true}}));
        badge["credentialStatus"]["id"] = json!("https:example/lists/1");
    });
    refused("the address of a list", &written, "/credentialStatus/id");
}

#[test]
fn a_description_as_a_code() {
    let described = signed(made(|badge| {
        older(badge, &[OB_3_0_1]);
        badge["credentialSubject"]["achievement"]["alignment"][0]["targetDescription"] = json!("welding-1");
    }));
    let written = again(&described, |badge| {
        let alignment = &mut badge["credentialSubject"]["achievement"]["alignment"][0];
        alignment["targetCode"] = take(alignment, "targetDescription");
        let typed = |name: &str, kind: &str| json!({"@id": format!("https://schema.org/{name}"), "@type": format!("{XSD}{kind}")});
        let scope = json!({
            "targetCode": typed("targetDescription", "string"),
            "targetUrl": typed("targetUrl", "anyURI"),
            "targetName": typed("targetName", "string")
        });
        alignment["@context"] = json!({"Alignment": {"@id": "https://schema.org/AlignmentObject", "@context": scope}});
    });
    refused("a description as code", &written, "/credentialSubject/achievement/alignment/0/targetCode");
}

#[test]
fn a_status_of_a_kind_that_is_not_decided_as_one_that_is() {
    let own = "https://college.example/OwnStatus";
    let listed = signed(made(|badge| badge["credentialStatus"] = json!({"id": LIST, "type": own})));
    let written = again(&listed, |badge| {
        also(badge, json!({"1EdTechRevocationList": own}));
        badge["credentialStatus"]["type"] = json!("1EdTechRevocationList");
    });
    refused("a kind of its own as a list", &written, "/credentialStatus/type");
}

#[test]
fn keywords_under_names_that_readers_do_not_know() {
    let badge = signed(made(|_| {}));
    let value = again(&badge, |badge| {
        also(badge, json!({"en": "@value"}));
        badge["name"] = json!({"en": "Data cleaning"});
    });
    refused("a value", &value, "/name/en");
    let id = again(&badge, |badge| {
        let achievement = &mut badge["credentialSubject"]["achievement"];
        achievement["@id"] = take(achievement, "id");
    });
    refused("an achievement without an id", &id, "/credentialSubject/achievement/@id");
}
