//! Records to verify: as large as wanted, signed with a key that is thrown away.

use serde_json::{Value, json};
use wellspring_verify::sign::{ProofOptions, SigningKey, Suite, sign};

const CONTEXTS: [&str; 3] = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
];

pub fn key() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

pub fn signed(document: Value) -> Value {
    let key = key();
    let options = ProofOptions {
        suite: Suite::EddsaRdfc2022,
        verification_method: key.did_key_method(),
        created: "2026-01-01T00:00:00Z".parse().expect("a time"),
        more: Default::default(),
    };
    sign(document, &key, &options).expect("it is signed")
}

fn urn(kind: u8, n: usize) -> String {
    format!("urn:uuid:00000000-0000-4000-8{kind:03}-{n:012}")
}

/// One Open Badge with a result and two alignments.
pub fn badge(n: usize) -> Value {
    let key = key();
    signed(json!({
        "@context": [CONTEXTS[0], CONTEXTS[2]],
        "id": urn(1, n),
        "type": ["VerifiableCredential", "AchievementCredential"],
        "name": format!("Achievement {n}"),
        "issuer": {
            "id": key.did_key(), "type": ["Profile"], "name": "Example University", "url": "https://example.edu",
            "phone": "111-222-3333", "description": "A university for measuring.",
            "email": "registrar@example.edu", "official": "Ada Registrar"
        },
        "description": "Awarded for passing the examination, and for all the work that went before it over the whole of a term.",
        "awardedDate": "2026-01-01T00:00:00Z",
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:learner",
            "type": ["AchievementSubject"],
            "activityStartDate": "2025-09-01T00:00:00Z", "activityEndDate": "2025-12-20T00:00:00Z",
            "creditsEarned": 6, "term": "Autumn 2025", "narrative": "Took part in every seminar, handed in each of the exercises in time, and passed the examination at the first try.",
            "result": [{
                "type": ["Result"], "resultDescription": urn(3, n), "value": "A", "status": "Completed"
            }],
            "achievement": achievement(n)
        }
    }))
}

fn achievement(n: usize) -> Value {
    let alignment = |m: usize| {
        json!({
            "type": ["Alignment"], "targetName": format!("Competency {n}.{m}"),
            "targetUrl": format!("https://case.example/ims/case/v1p1/CFItems/{n}-{m}"),
            "targetFramework": "Framework of measuring", "targetType": "CFItem", "targetDescription": "What somebody can do who has learned this, in the words of the framework that it stands in.",
            "targetCode": format!("{n}.{m}")
        })
    };
    json!({
        "id": urn(2, n), "type": ["Achievement"], "achievementType": "Course", "name": format!("Course {n}"),
        "description": format!("What is learned in course {n}, said in a sentence of usual length."),
        "criteria": {"narrative": format!("Whoever passes the examination of course {n} has earned it.")},
        "humanCode": format!("C-{n}"), "alignment": [alignment(1), alignment(2)],
        "resultDescription": [{
            "id": urn(3, n), "type": ["ResultDescription"], "name": "Grade", "resultType": "LetterGrade",
            "allowedValue": ["A", "B", "C", "D", "F"]
        }]
    })
}

/// A record of `n` badges, with their achievements and how those belong together.
pub fn record(n: usize) -> Value {
    let key = key();
    let association = |m: usize| {
        json!({
            "type": "Association", "associationType": "isChildOf", "sourceId": urn(2, m), "targetId": urn(2, m / 2)
        })
    };
    signed(json!({
        "@context": CONTEXTS,
        "id": urn(4, n),
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": "A record to measure with",
        "issuer": {"id": key.did_key(), "type": ["Profile"], "name": "Example University"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:learner",
            "type": ["ClrSubject"],
            "verifiableCredential": (0..n).map(badge).collect::<Vec<_>>(),
            "achievement": (0..n).map(achievement).collect::<Vec<_>>(),
            "association": (1..n).map(association).collect::<Vec<_>>()
        }
    }))
}
