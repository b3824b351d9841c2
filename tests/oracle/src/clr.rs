//! Comprehensive Learner Records with Open Badges inside, as issuers make them: every member that the standards have, in every
//! version of their contexts.

use serde_json::{Value, json};

use crate::{
    parts::{
        alignment, association, evidence, identifier, identity, image, many, profile, result, result_description, some,
        typed,
    },
    rng::Rng,
    text::{any, date, date_time, iri, plain, urn},
};

const VC: [&str; 2] = ["https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"];
const CLR: [&str; 2] = [
    "https://purl.imsglobal.org/spec/clr/v2p0/context.json",
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
];
const OB: [&str; 5] = [
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context/ob_v3p0.jsonld",
];
const EXTENSIONS: &str = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";
const SUITES: [&str; 2] =
    ["https://w3id.org/security/suites/ed25519-2020/v1", "https://w3id.org/security/data-integrity/v2"];

/// The contexts of one record, which decide what it can say.
struct Style {
    contexts: Vec<Value>,
    v2: bool,
    clr: usize,
    ob: usize,
}

impl Style {
    fn has(&self, context: &str) -> bool {
        self.contexts.iter().any(|one| one == context)
    }
}

pub fn record(rng: &mut Rng) -> Value {
    let style = style(rng);
    let mut record = credential(rng, &style, "ClrCredential");
    // The first CLR context lacks these two.
    let percent = 30 * style.clr;
    some(rng, percent, &mut record, "partial", |rng| json!(rng.chance(50)));
    let mut subject = json!({"type": typed(rng, "ClrSubject")});
    some(rng, 80, &mut subject, "id", |rng| json!(iri(rng)));
    some(rng, 20, &mut subject, "name", |rng| json!(any(rng)));
    some(rng, percent, &mut subject, "identifier", |rng| many(rng, 2, identity));
    some(rng, 60, &mut subject, "achievement", |rng| many(rng, 3, |rng| achievement(rng, &style)));
    some(rng, 50, &mut subject, "association", |rng| many(rng, 4, association));
    let credentials = (0..rng.between(0, 3)).map(|_| badge(rng, &style));
    let credentials: Vec<Value> = credentials.collect();
    subject["verifiableCredential"] = credentials.into();
    record["credentialSubject"] = subject;
    record
}

fn style(rng: &mut Rng) -> Style {
    // In most records the versions fit each other, in some they do not.
    let v2 = rng.chance(60);
    let fitting = if v2 { rng.below(2) } else { rng.between(2, 4) };
    let ob = if rng.chance(94) { fitting } else { rng.below(OB.len()) };
    let clr = rng.below(CLR.len());
    let mut contexts = vec![json!(VC[usize::from(v2)]), json!(CLR[clr]), json!(OB[ob])];
    if rng.chance(40) {
        contexts.push(json!(EXTENSIONS));
    }
    if !v2 {
        contexts.push(json!(rng.pick(&SUITES)));
    }
    Style { contexts, v2, clr, ob }
}

fn credential(rng: &mut Rng, style: &Style, kind: &str) -> Value {
    let mut credential = json!({
        "@context": style.contexts, "id": iri(rng), "type": ["VerifiableCredential", kind],
        "issuer": if rng.chance(30) { json!(iri(rng)) } else { profile(rng, 1) }
    });
    let (from, until) = if style.v2 { ("validFrom", "validUntil") } else { ("issuanceDate", "expirationDate") };
    credential[from] = json!(date_time(rng));
    some(rng, 20, &mut credential, until, |rng| json!(date_time(rng)));
    some(rng, 80, &mut credential, "name", |rng| json!(any(rng)));
    some(rng, 20, &mut credential, "description", |rng| json!(any(rng)));
    let dated = if [0, 2].contains(&style.ob) { 40 } else { 0 };
    some(rng, dated, &mut credential, "awardedDate", |rng| json!(date_time(rng)));
    some(rng, 15, &mut credential, "image", image);
    if style.has(EXTENSIONS) {
        some(
            rng,
            40,
            &mut credential,
            "credentialSchema",
            |rng| json!([{"id": iri(rng), "type": "1EdTechJsonSchemaValidator2019"}]),
        );
        some(
            rng,
            30,
            &mut credential,
            "credentialStatus",
            |rng| json!({"id": iri(rng), "type": "1EdTechRevocationList"}),
        );
        some(
            rng,
            20,
            &mut credential,
            "refreshService",
            |rng| json!({"id": iri(rng), "type": "1EdTechCredentialRefresh"}),
        );
    }
    some(rng, 25, &mut credential, "evidence", |rng| many(rng, 2, evidence));
    // No published context defines it, so that every record with one is refused.
    some(rng, 1, &mut credential, "endorsementJwt", |rng| {
        many(rng, 2, |rng| json!(format!("eyJ{}.e30.c2ln", rng.below(99))))
    });
    some(rng, 60, &mut credential, "proof", |rng| proofs(rng, style));
    credential
}

fn proofs(rng: &mut Rng, style: &Style) -> Value {
    let one = |rng: &mut Rng| {
        let mut proof = json!({
            "type": "DataIntegrityProof", "created": date_time(rng), "cryptosuite": "eddsa-rdfc-2022",
            "proofPurpose": "assertionMethod", "verificationMethod": iri(rng), "proofValue": format!("z{}", rng.below(1 << 40))
        });
        if style.has(SUITES[0]) {
            proof["type"] = json!("Ed25519Signature2020");
            proof.as_object_mut().map(|proof| proof.remove("cryptosuite"));
        }
        some(rng, 20, &mut proof, "id", |rng| json!(urn(rng)));
        some(rng, 10, &mut proof, "challenge", |rng| json!(any(rng)));
        some(rng, 10, &mut proof, "domain", |rng| json!(plain(rng)));
        proof
    };
    match rng.below(5) {
        0 => many(rng, 3, one),
        // The same twice: two graphs that look alike.
        1 => Value::from(vec![one(rng); 2]),
        _ => one(rng),
    }
}

fn badge(rng: &mut Rng, style: &Style) -> Value {
    let kind = rng.pick(&["AchievementCredential", "OpenBadgeCredential"]);
    let mut badge = credential(rng, style, kind);
    let mut subject = json!({"type": typed(rng, "AchievementSubject"), "achievement": achievement(rng, style)});
    some(rng, 80, &mut subject, "id", |rng| json!(iri(rng)));
    some(rng, 20, &mut subject, "identifier", |rng| many(rng, 2, identity));
    some(rng, 30, &mut subject, "activityStartDate", |rng| json!(date(rng)));
    some(rng, 30, &mut subject, "activityEndDate", |rng| json!(date_time(rng)));
    some(rng, 40, &mut subject, "creditsEarned", crate::values::number);
    some(rng, 40, &mut subject, "result", |rng| many(rng, 3, result));
    some(rng, 20, &mut subject, "narrative", |rng| json!(any(rng)));
    some(rng, 20, &mut subject, "role", |rng| json!(any(rng)));
    some(rng, 20, &mut subject, "term", |rng| json!(any(rng)));
    some(rng, 10, &mut subject, "licenseNumber", |rng| json!(any(rng)));
    some(rng, 10, &mut subject, "source", |rng| profile(rng, 0));
    some(rng, 10, &mut subject, "image", image);
    badge["credentialSubject"] = subject;
    if rng.chance(25) {
        badge["endorsement"] = many(rng, 2, |rng| endorsement(rng, style));
    }
    badge
}

fn endorsement(rng: &mut Rng, style: &Style) -> Value {
    let mut endorsement = credential(rng, style, "EndorsementCredential");
    endorsement["credentialSubject"] =
        json!({"id": iri(rng), "type": typed(rng, "EndorsementSubject"), "endorsementComment": any(rng)});
    endorsement
}

fn achievement(rng: &mut Rng, style: &Style) -> Value {
    let mut achievement = json!({
        "id": urn(rng), "type": typed(rng, "Achievement"), "name": any(rng), "description": any(rng),
        "criteria": {"narrative": any(rng)}
    });
    some(rng, 50, &mut achievement, "achievementType", |rng| json!(rng.pick(&["Course", "Degree", "ext:Workshop"])));
    some(rng, 40, &mut achievement, "alignment", |rng| many(rng, 3, alignment));
    some(rng, 20, &mut achievement, "creator", |rng| profile(rng, 1));
    some(rng, 30, &mut achievement, "creditsAvailable", crate::values::number);
    some(rng, 20, &mut achievement, "fieldOfStudy", |rng| json!(any(rng)));
    some(rng, 30, &mut achievement, "humanCode", |rng| json!(any(rng)));
    some(rng, 15, &mut achievement, "image", image);
    some(rng, if style.ob == 0 { 30 } else { 0 }, &mut achievement, "inLanguage", |rng| {
        json!(rng.pick(&["en", "de-AT", "zh-Hant"]))
    });
    some(rng, 15, &mut achievement, "otherIdentifier", |rng| many(rng, 2, identifier));
    some(rng, 15, &mut achievement, "related", |rng| {
        many(rng, 2, |rng| json!({"id": iri(rng), "type": typed(rng, "Related"), "version": any(rng)}))
    });
    some(rng, 40, &mut achievement, "resultDescription", |rng| many(rng, 2, result_description));
    some(rng, 15, &mut achievement, "specialization", |rng| json!(any(rng)));
    some(rng, 30, &mut achievement, "tag", |rng| many(rng, 4, |rng| json!(any(rng))));
    some(rng, 10, &mut achievement, "version", |rng| json!(any(rng)));
    if style.ob == 0 && rng.chance(5) {
        achievement["endorsement"] = json!([endorsement(rng, style)]);
    }
    achievement
}
