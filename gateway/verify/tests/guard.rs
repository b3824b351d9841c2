//! Scoring cannot see what it must not use: two credentials that say the same of what was achieved, and different things of
//! the person, are the same evidence.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use ed25519::{badge, key, signed};
use judged::{ada, judge_as, relying};
use serde_json::{Value, json};
use wellspring_model::{
    achievement::Achievement,
    credential::{Assurance, IssuerId},
    finding::Outcome,
    trust::TrustRules,
};
use wellspring_verify::{Material, Verification};

mod ed25519;
mod judged;

fn judged(credential: Value) -> Verification {
    let rules = TrustRules { trusted_issuers: vec![IssuerId(key(1).did_key())], ..TrustRules::default() };
    judge_as(signed(credential).to_string().as_bytes(), &relying(rules), &ada(), &Material::default())
}

#[test]
fn evidence_does_not_change_with_the_person() {
    let plain = judged(badge());
    assert_eq!(plain.credentials[0].assurance(), Assurance::A);
    assert_eq!(plain.credentials[0].achievements().len(), 1);

    let personal = judged(personal(badge()));
    assert_eq!(personal.report.outcome(), Outcome::Passed, "{:?}", personal.report);
    assert_eq!(personal.credentials, plain.credentials);
    assert_eq!(personal.not_counted, plain.not_counted);
}

/// Of what people graduate with no day is read; of anything else the day, and nothing that follows from it.
#[test]
fn evidence_has_no_day_of_a_graduation() {
    let of_kind = |kind: &str, is_dated: bool| {
        let mut credential = badge();
        credential["credentialSubject"]["achievement"]["achievementType"] = json!(kind);
        if is_dated {
            credential["awardedDate"] = json!("1987-06-30T00:00:00Z");
            credential["credentialSubject"]["activityEndDate"] = json!("1987-06-30T00:00:00Z");
        }
        judged(credential).credentials
    };
    for kind in ["BachelorDegree", "SecondarySchoolDiploma"] {
        assert_eq!(of_kind(kind, false), of_kind(kind, true), "{kind}");
        assert_eq!(of_kind(kind, true)[0].achievements()[0].date, None);
    }
    let [plain, dated] = [false, true].map(|is_dated| of_kind("Course", is_dated)[0].achievements()[0].clone());
    assert_eq!(dated.date.map(|date| date.to_string()).as_deref(), Some("1987-06-30"));
    assert_eq!(plain, Achievement { date: plain.date, ..dated });
}

/// The same, with whatever a credential may say of a person beside what was achieved.
fn personal(mut personal: Value) -> Value {
    personal["issuer"]["name"] = json!("Another College");
    personal["issuer"]["address"] = json!({"type": ["Address"], "postalCode": "04109", "addressLocality": "Leipzig"});
    let subject = &mut personal["credentialSubject"];
    subject["identifier"].as_array_mut().unwrap().push(json!({
        "type": "IdentityObject", "hashed": false, "identityHash": "Ada Park", "identityType": "name"
    }));
    subject["image"] = json!({"id": "https://pictures.example/ada.png", "type": "Image"});
    subject["term"] = json!("Spring 1987");
    subject["narrative"] = json!("She was born in 1965.");
    subject["source"] = json!({
        "id": "urn:uuid:5f6b1f4e-9a43-4a0e-9d57-2f3f1e6a7c22", "type": ["Profile"], "name": "School of the North",
        "givenName": "Ada", "familyName": "Park", "dateOfBirth": "1965-01-01", "honorificPrefix": "Ms"
    });
    subject["achievement"]["fieldOfStudy"] = json!("Women's college programme");
    personal
}
