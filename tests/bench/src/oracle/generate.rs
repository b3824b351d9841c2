//! Records made up from a seed: as people issue them, and with whatever JSON-LD allows beside it. The same seed and number
//! make the same record.

use serde_json::{Map, Value, json};

use super::odd;

/// SplitMix64: a few lines, the same everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64, number: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number.wrapping_mul(0xd1b5_4a32_d192_ed03))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below a usize")
    }

    /// Once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

const V2: &str = "https://www.w3.org/ns/credentials/v2";
const V1: &str = "https://www.w3.org/2018/credentials/v1";
const CLR: [&str; 2] = [
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
    "https://purl.imsglobal.org/spec/clr/v2p0/context.json",
];
const OB: [&str; 4] = [
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
];
const EXTENSIONS: &str = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";

/// Numbers as JSON has them. Not among them: small ones that ECMAScript writes without a point, such as 1e-7, which npm
/// `jsonld` takes for whole numbers and writes as "0" (JSON-LD API §8.2.2 asks for a double).
const NUMBERS: [f64; 11] = [
    0.0,
    6.0,
    -3.0,
    -0.0,
    0.1,
    1e21,
    1e20,
    3.333_333_333_333_333_5,
    123_456_789_012_345.0,
    1.5e-7,
    1.797_693_134_862_315_7e308,
];

/// The older contexts of Open Badges redefine what the data model 2.0 protects.
fn badges_context(dice: &mut Dice, is_old: bool) -> &'static str {
    if is_old { dice.one_of(&OB) } else { dice.one_of(&OB[1..3]) }
}

const WORDS: [&str; 12] = [
    "Data cleaning",
    "Grüße aus Köln",
    "統計學",
    "a \"quoted\" \\ word",
    "line\nbreak\ttab",
    "ends with a space ",
    "",
    "emoji 🎓 and more",
    "\u{1}control\u{7f}",
    "<b>&amp;</b>",
    "e\u{301}",
    "_:b0",
];

pub fn record(seed: u64, number: u64) -> Value {
    let mut dice = Dice::new(seed, number);
    let dice = &mut dice;
    let is_old = dice.once_in(4);
    let mut record = base(dice, is_old, "ClrCredential");
    let ob = badges_context(dice, is_old);
    let mut contexts = vec![json!(if is_old { V1 } else { V2 }), json!(dice.one_of(&CLR)), json!(ob)];
    if !dice.once_in(16) {
        contexts.push(json!(EXTENSIONS));
    }
    record.insert("@context".to_owned(), Value::Array(contexts));
    let badges: Vec<Value> = (0..dice.below(4)).map(|n| badge(dice, is_old, ob, n)).collect();
    let mut subject = json!({"type": ["ClrSubject"], "verifiableCredential": badges});
    if dice.once_in(2) {
        subject["id"] = json!(id(dice, "learner", number as usize));
    }
    if dice.once_in(3) {
        subject["association"] = json!([{
            "type": "Association", "associationType": "isParentOf",
            "sourceId": id(dice, "badge", 0), "targetId": id(dice, "badge", 1)
        }]);
    }
    if dice.once_in(3) {
        subject["achievement"] = json!([achievement(dice, 9)]);
    }
    record.insert("credentialSubject".to_owned(), subject);
    let mut record = Value::Object(record);
    if dice.once_in(3) {
        for _ in 0..=dice.below(2) {
            odd::apply(&mut record, dice);
        }
    }
    record
}

fn base(dice: &mut Dice, is_old: bool, kind: &str) -> Map<String, Value> {
    let mut credential = json!({
        "id": id(dice, "credential", 0), "type": ["VerifiableCredential", kind], "name": word(dice),
        "issuer": {
            "id": dice.one_of(&["did:key:z6MkA", "did:web:college.example", "https://college.example/issuer"]),
            "type": ["Profile"], "name": word(dice)
        },
    });
    let from = if is_old { "issuanceDate" } else { "validFrom" };
    credential[from] = json!(dice.one_of(&["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5+02:00"]));
    if dice.once_in(3) {
        credential[if is_old { "expirationDate" } else { "validUntil" }] = json!("2030-01-01T00:00:00Z");
    }
    if dice.once_in(3) {
        let entry = json!({
            "id": "https://college.example/status/1#7", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
            "statusListIndex": "7", "statusListCredential": "https://college.example/status/1"
        });
        let older = json!({"id": "https://college.example/revoked", "type": "1EdTechRevocationList"});
        credential["credentialStatus"] = if is_old || dice.once_in(2) { older } else { entry };
    }
    if !is_old && dice.once_in(2) {
        credential["proof"] = json!([{
            "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "created": "2026-01-01T00:00:00Z",
            "verificationMethod": "did:key:z6MkA#z6MkA", "proofPurpose": "assertionMethod", "proofValue": "z3FXQ"
        }]);
    }
    if kind.starts_with("Achievement") && dice.once_in(12) {
        credential["awardedDate"] = json!("2026-01-01T00:00:00Z");
    }
    if dice.once_in(4) {
        credential["evidence"] = json!([{
            "id": id(dice, "evidence", 0), "type": ["Evidence"], "name": word(dice), "narrative": word(dice)
        }]);
    }
    if dice.once_in(4) {
        let schema = "https://purl.imsglobal.org/spec/clr/v2p0/schema/json/clr_v2p0_clrcredential_schema.json";
        credential["credentialSchema"] = json!([{"id": schema, "type": "1EdTechJsonSchemaValidator2019"}]);
    }
    object(credential)
}

fn badge(dice: &mut Dice, is_old: bool, ob: &str, n: usize) -> Value {
    let kind = dice.one_of(&["AchievementCredential", "OpenBadgeCredential"]);
    let mut badge = base(dice, is_old, kind);
    if dice.once_in(3) {
        badge.insert(
            "@context".to_owned(),
            json!([if is_old { V1 } else { V2 }, if dice.once_in(9) { OB[2] } else { ob }, EXTENSIONS]),
        );
    }
    let mut subject =
        json!({"id": id(dice, "learner", 0), "type": ["AchievementSubject"], "achievement": achievement(dice, n)});
    if dice.once_in(2) {
        subject["result"] = json!([{
            "type": ["Result"], "resultDescription": id(dice, "result", n), "value": word(dice),
            "status": dice.one_of(&["Completed", "Failed", "InProgress"])
        }]);
    }
    if dice.once_in(3) {
        subject["creditsEarned"] = number(dice);
    }
    if dice.once_in(3) {
        subject["identifier"] = json!([{
            "type": "IdentityObject", "hashed": dice.once_in(2), "identityHash": "ada@example.org",
            "identityType": "emailAddress"
        }]);
    }
    if dice.once_in(4) {
        subject["image"] = json!({"id": "https://college.example/a.png", "type": "Image", "caption": word(dice)});
    }
    badge.insert("credentialSubject".to_owned(), subject);
    if dice.once_in(5) {
        badge.insert("endorsement".to_owned(), json!([endorsement(dice, is_old)]));
    }
    Value::Object(badge)
}

fn endorsement(dice: &mut Dice, is_old: bool) -> Value {
    let mut endorsement = base(dice, is_old, "EndorsementCredential");
    let subject = json!({"id": id(dice, "badge", 0), "type": ["EndorsementSubject"], "endorsementComment": word(dice)});
    endorsement.insert("credentialSubject".to_owned(), subject);
    Value::Object(endorsement)
}

fn achievement(dice: &mut Dice, n: usize) -> Value {
    let mut achievement = json!({
        "id": id(dice, "achievement", n), "type": ["Achievement"], "name": word(dice), "description": word(dice),
        "criteria": {"narrative": word(dice)}
    });
    if dice.once_in(2) {
        let alignments = (0..dice.below(3)).map(|m| {
            json!({
                "type": ["Alignment"], "targetName": word(dice), "targetType": "CFItem",
                "targetUrl": format!("https://case.example/ims/case/v1p1/CFItems/{n}-{m}")
            })
        });
        achievement["alignment"] = alignments.collect();
    }
    if dice.once_in(3) {
        achievement["resultDescription"] = json!([{
            "id": id(dice, "result", n), "type": ["ResultDescription"], "name": word(dice), "resultType": "LetterGrade",
            "allowedValue": ["A", "B", "C"], "requiredValue": "B",
            "rubricCriterionLevel": [{"id": id(dice, "level", n), "type": ["RubricCriterionLevel"], "name": "Good"}]
        }]);
    }
    if dice.once_in(4) {
        achievement["creator"] = json!({"id": "https://agency.example/", "type": ["Profile"]});
    }
    if dice.once_in(4) {
        achievement["tag"] = json!([word(dice), word(dice)]);
    }
    if dice.once_in(40) {
        achievement["inLanguage"] = json!("es");
    }
    if dice.once_in(6) {
        achievement["achievementType"] = json!(dice.one_of(&["Course", "ext:Club"]));
    }
    achievement
}

fn id(dice: &mut Dice, kind: &str, n: usize) -> String {
    match dice.below(3) {
        0 => format!("urn:uuid:00000000-0000-4000-8000-{:012}", n + kind.len() * 1000),
        1 => format!("https://college.example/{kind}/{n}"),
        _ => format!("https://college.example/{kind}/é{n}"),
    }
}

pub fn word(dice: &mut Dice) -> &'static str {
    dice.one_of(&WORDS)
}

pub fn number(dice: &mut Dice) -> Value {
    let number = dice.one_of(&NUMBERS);
    // Half of the whole ones as JSON mostly has them, without a point.
    if number.fract() == 0.0 && number.abs() < 1e15 && dice.once_in(2) { json!(number as i64) } else { json!(number) }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => unreachable!("an object was written"),
    }
}
