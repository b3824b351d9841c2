//! What each target starts from, written before it runs. Nothing of it is anybody's: all is made here.

use std::{fs, path::Path};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use wellspring_verify::sign::Suite;

use crate::{
    documents::{
        BADGE, LIST, V2, badge, badge_with, claims, entry, fold, header, key, list, list_of, older_badge, record,
        signed, signed_as,
    },
    pictures,
    words::{WORDS, dictionary},
};

/// Where seeds and dictionary go, if whoever runs a target asks for them.
const FOLDER: &str = "WELLSPRING_FUZZ_SEEDS";

/// Writes the seeds of a target and a dictionary. libFuzzer reads both after it has called a target's initialisation.
pub fn write(seeds: &[Vec<u8>]) {
    write_with(seeds, WORDS);
}

/// As [`write`], with other words.
pub fn write_with(seeds: &[Vec<u8>], words: &[&str]) {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).expect("the folder for seeds can be made");
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("{number:03}")), seed).expect("a seed can be written");
    }
    fs::write(folder.with_extension("dict"), dictionary(words)).expect("the dictionary can be written");
}

fn more(name: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value)])
}

/// Credentials that are as they should be.
pub fn sound() -> Vec<Value> {
    let chained = signed_as(badge(), Suite::EddsaRdfc2022, more("id", json!("urn:proof:1")));
    let subject = |name: &str, value: Value| badge_with(|badge| badge["credentialSubject"][name] = value);
    let achievement =
        |name: &str, value: Value| badge_with(|badge| badge["credentialSubject"]["achievement"][name] = value);
    let status = |entry: Value| badge_with(|badge| badge["credentialStatus"] = entry);
    vec![
        signed(badge()),
        signed_as(badge(), Suite::EddsaJcs2022, Map::new()),
        signed_as(older_badge(), Suite::Ed25519Signature2020, Map::new()),
        signed_as(chained, Suite::EddsaRdfc2022, more("previousProof", json!("urn:proof:1"))),
        signed_as(badge(), Suite::EddsaRdfc2022, more("expires", json!("2027-01-01T00:00:00Z"))),
        signed(subject("result", json!([{"id": "urn:result", "type": ["Result"], "status": "Failed", "value": "F"}]))),
        signed(subject("result", json!([{"type": ["Result"], "status": "Completed", "value": "A"}]))),
        signed(achievement("creator", json!({"id": "https://else.example/", "type": ["Profile"]}))),
        signed(achievement("creator", json!({"id": key(1).did_key(), "type": ["Profile"]}))),
        signed(status(entry("revocation", "1", 1))),
        signed(status(json!([entry("revocation", "7", 2), entry("suspension", "9", 1)]))),
        signed(badge_with(|badge| badge["validUntil"] = json!("2027-01-01T00:00:00Z"))),
        signed(badge_with(|badge| badge["evidence"] = json!([{"id": "urn:e", "type": ["Evidence"], "name": "Work"}]))),
        signed(record(&[signed(badge()), badge()])),
    ]
}

/// Credentials that were signed and must not pass all the same, however they are written.
pub fn unsound() -> Vec<Value> {
    let with = |name: &str, value: Value| signed(badge_with(|badge| badge[name] = value));
    vec![
        badge(),
        with("validUntil", json!("2026-06-01T00:00:00Z")),
        with("validFrom", json!("2027-01-01T00:00:00Z")),
        with("credentialStatus", entry("revocation", "0", 1)),
        with("credentialStatus", entry("suspension", "5", 2)),
        with("credentialStatus", json!([entry("revocation", "1", 1), entry("suspension", "10", 1)])),
        with("issuer", json!({"id": key(9).did_key(), "type": ["Profile"]})),
        signed_as(badge(), Suite::EddsaRdfc2022, more("expires", json!("2026-06-01T00:00:00Z"))),
        signed_as(badge(), Suite::EddsaRdfc2022, more("proofPurpose", json!("authentication"))),
    ]
}

/// JSON-LD beyond what credentials use.
fn plain() -> Vec<Value> {
    let inline = json!({
        "@version": 1.1, "@vocab": "urn:v#", "x": "https://x.example/", "t": {"@id": "x:t", "@type": "@id"},
        "l": {"@id": "x:l", "@container": "@list"}, "m": {"@id": "x:m", "@container": "@language"},
        "g": {"@id": "x:g", "@container": "@graph"}, "j": {"@id": "x:j", "@type": "@json"},
        "S": {"@id": "x:S", "@context": {"n": {"@id": "x:n", "@type": "@vocab"}}},
        "p": {"@id": "x:p", "@context": {"@propagate": false, "n": "x:q"}}
    });
    let blank = |n: usize, others: &[usize]| json!({"@id": format!("_:b{n}"), "urn:p": others.iter().map(|m| json!({"@id": format!("_:b{m}")})).collect::<Vec<_>>()});
    vec![
        json!({
            "@context": inline, "@id": "x:1", "@type": "S", "n": "S", "t": ["x:2", "_:b0"], "l": [1, [2.5, "a"], true],
            "m": {"en": "a", "de": ["b", "c"]}, "g": {"free": "text"}, "j": {"b": 1, "a": [null, "\u{10000}"]},
            "p": {"n": {"@value": "x", "@language": "EN"}}
        }),
        json!({"@graph": [blank(0, &[1, 2]), blank(1, &[2, 0]), blank(2, &[0, 1]), blank(3, &[3])]}),
        json!({"@context": [null, V2, {"extra": "urn:extra"}], "type": "VerifiableCredential", "extra": {"@set": [1e21, -0.0, 0.1]}}),
        json!({"@context": V2, "type": "VerifiablePresentation", "verifiableCredential": [signed(badge())]}),
    ]
}

fn texts(values: impl IntoIterator<Item = Value>) -> Vec<Vec<u8>> {
    values.into_iter().map(|value| value.to_string().into_bytes()).collect()
}

pub fn jsonld() -> Vec<Vec<u8>> {
    texts(sound().into_iter().chain(unsound()).chain(plain()))
}

/// The tokens that pass as they are: the profile of Open Badges 3.0, the `vc` claim, the credential alone, and one inside of
/// a presentation.
pub fn tokens() -> Vec<String> {
    let mut inner = older_badge();
    for name in ["id", "issuanceDate"] {
        inner.as_object_mut().and_then(|inner| inner.remove(name));
    }
    let older = json!({"vc": inner, "iss": key(1).did_key(), "jti": BADGE, "sub": "did:example:ada", "nbf": 1_767_225_600, "exp": 1_893_456_000});
    let alone = json!({"typ": "vc+jwt", "kid": key(1).did_key_method()});
    vec![key(1).jwt(&header(), &claims()), key(1).jwt(&header(), &older), key(1).jwt(&alone, &badge())]
}

pub fn jwt() -> Vec<Vec<u8>> {
    let tokens = tokens();
    let [profile, older, alone] = &tokens[..] else { unreachable!("three shapes") };
    let enveloped = json!({"@context": V2, "id": format!("data:application/vc+jwt,{alone}"), "type": "EnvelopedVerifiableCredential"});
    let presented =
        json!({"@context": V2, "type": "VerifiablePresentation", "verifiableCredential": [enveloped, older]});
    let in_token = json!({"iss": key(1).did_key(), "vp": presented});
    let mut seeds: Vec<Vec<u8>> = tokens.iter().map(|token| token.clone().into_bytes()).collect();
    seeds.extend(texts([json!(profile), enveloped.clone(), presented.clone()]));
    seeds.push(key(1).jwt(&header(), &in_token).into_bytes());
    let lines = |signer: char, header: &Value, claims: &Value| format!("{signer}{header}\n{claims}").into_bytes();
    let older_claims =
        older.split('.').nth(1).and_then(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok()).unwrap_or_default();
    let older_claims: Value = serde_json::from_slice(&older_claims).expect("claims");
    for signer in ['+', '-'] {
        for claims in [&claims(), &older_claims, &badge(), &in_token] {
            seeds.push(lines(signer, &header(), claims));
        }
        seeds.push(lines(signer, &json!({"alg": "EdDSA", "crit": ["exp"]}), &claims()));
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": BASE64_URL_SAFE_NO_PAD.encode(key_bytes(1))});
        seeds.push(lines(signer, &json!({"alg": "Ed25519", "typ": "vc+ld+jwt", "jwk": jwk}), &claims()));
        let mut ended = claims();
        ended["exp"] = json!(1_790_000_000);
        seeds.push(lines(signer, &header(), &ended));
    }
    seeds
}

/// The public half of a key of the seeds.
pub fn key_bytes(number: u8) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(&[number; 32]).verifying_key().to_bytes()
}

fn baked() -> Vec<String> {
    let mut texts = vec![signed(badge()).to_string(), badge().to_string(), "{}".to_owned(), "null".to_owned()];
    texts.extend(tokens().into_iter().take(1));
    texts
}

pub fn png() -> Vec<Vec<u8>> {
    let pictures = |text: &String| [pictures::png(text.as_bytes(), true), pictures::png(text.as_bytes(), false)];
    let mut seeds: Vec<Vec<u8>> = baked().iter().flat_map(pictures).collect();
    let twice =
        [pictures::chunk(b"iTXt", b"openbadges\0\0\0\0\0{}"), pictures::chunk(b"tEXt", b"openbadges\0{}")].concat();
    seeds.push([pictures::PNG, &twice].concat());
    seeds.push([pictures::PNG, &pictures::chunk(b"iTXt", b"openbadgecredential\0\x01\0\0\0x\x9c")].concat());
    seeds.push([pictures::PNG, &u32::MAX.to_be_bytes(), b"iTXt"].concat());
    seeds
}

pub fn svg() -> Vec<Vec<u8>> {
    let mut seeds: Vec<String> = baked().iter().map(|text| pictures::svg(text)).collect();
    let around = |inner: &str| {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:o="https://purl.imsglobal.org/clr/v2p0">{inner}</svg>"#
        )
    };
    seeds.extend([
        around("<o:credential><![CDATA[ {\"a\":\"&lt;\"} ]]></o:credential>"),
        around("<o:credential verify=\"a.b&amp;.c\"/>"),
        around("<credential xmlns='http://openbadges.org'/><assertion xmlns='http://openbadges.org'>{}</assertion>"),
        around("<o:credential>{<!-- said beside -->}<?p i?></o:credential>"),
        around("<o:credential>{<o:b>1</o:b>}</o:credential>"),
        format!(
            "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://a.example/svg11.dtd\">{}",
            around("<o:credential>&#x7b;&#125;</o:credential>")
        ),
        "<!DOCTYPE svg [<!ENTITY a \"ha\">]><svg>&a;</svg>".to_owned(),
    ]);
    seeds.into_iter().map(String::into_bytes).collect()
}

/// See [`crate::targets::status`] for what the first bytes say.
pub fn status() -> Vec<Vec<u8>> {
    let bits: Vec<u8> = (0..64_u8).map(|n| n.wrapping_mul(37)).collect();
    let packed = fold(&bits);
    let letters = BASE64_URL_SAFE_NO_PAD.encode(&packed);
    let named = [&[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3][..], b"list\0", &packed[10..]].concat();
    let revoked = |list: Value| list.to_string().into_bytes();
    let payloads: [(u8, Vec<u8>); 13] = [
        (0, bits.clone()),
        (1, packed.clone()),
        (1, fold(&vec![0; 64 << 10])),
        (1, fold(&vec![0; 9 << 20])),
        (1, named),
        (2, format!("u{letters}").into_bytes()),
        (2, format!("{letters}==").into_bytes()),
        (3, list_of(&format!("u{letters}"), true).to_string().into_bytes()),
        (3, list_of(&letters, false).to_string().into_bytes()),
        (
            4,
            revoked(json!({"id": LIST, "issuer": key(1).did_key(), "revokedCredential": [{"id": BADGE}, "urn:other"]})),
        ),
        (4, revoked(json!({"revokedCredential": [{"id": BADGE, "revoked": false, "revocationReason": "none"}]}))),
        (5, signed(list()).to_string().into_bytes()),
        (5, key(1).jwt(&json!({"typ": "vc+jwt", "kid": key(1).did_key_method()}), &list()).into_bytes()),
    ];
    let mut seeds = Vec::new();
    for (way, payload) in payloads {
        for (flags, index) in [(0, 0), (0b0001_0000, 5), (0b0011, 3), (0b0100, 10)] {
            seeds.push([&[way, flags, 0, 0, 0, index], payload.as_slice()].concat());
        }
    }
    seeds
}

/// Requests of a connector, sound and not. See [`crate::targets::egress`].
pub fn egress() -> Vec<Vec<u8>> {
    let plain =
        |base: &str, path: &str| json!({"method": "GET", "base": base, "path": path, "as": "bearer", "ways": "012345"});
    let mut seeds = vec![
        plain("api", "/candidates/1"),
        plain("root", "/"),
        plain("root", ""),
        plain("inside", "/"),
        plain("named", "/"),
        plain("literal", "/"),
        plain("root", "/..;/admin"),
        plain("api", "/../admin"),
        plain("api", "//evil.example"),
        json!({"method": "POST", "base": "api", "path": "/notes", "query": [["a b", "c&d"]], "as": "basic", "layers": "01",
            "headers": [["X-Own", "1"], ["Idempotency-Key", "k"]], "json": "{\"a\":1}", "ways": "000000", "status": 401}),
        json!({"method": "PUT", "base": "api", "path": "/x", "as": "header", "bytes": "0\r\n\r\n", "status": 307, "ways": "2"}),
        json!({"method": "PATCH", "base": "api", "path": "/x", "form": [["a", "b\r\n"]], "headers": [["Content-Type", "a/b"]]}),
        json!({"method": "DELETE", "base": "root", "path": "/é", "headers": [["Host", "evil.example"]], "layers": "10"}),
        json!({"method": "HEAD", "base": "api", "path": "/x", "as": "field", "field": "X-Key", "status": 204}),
        json!({"method": "GET", "base": "api", "path": "/x", "as": "field", "field": "Host"}),
        json!({"method": "GET", "base": "api", "path": "/x", "as": "field", "field": "authorization", "ways": "3343"}),
    ];
    for name in ["Content-Length", "Transfer-Encoding", "X Own", "X-Own", "x-api-key", "Authorization", ":authority"] {
        seeds.push(json!({"method": "GET", "base": "api", "path": "/x", "headers": [[name, "1"]]}));
    }
    seeds.iter().map(|seed| seed.to_string().into_bytes()).collect()
}
