//! Status lists: what a list says of an index is what its bits say, and a list that cannot be read says nothing.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use wellspring_model::{
    credential::Applicant,
    finding::Outcome::{self, Failed, Passed, Undetermined},
    report::CheckName,
};
use wellspring_verify::{
    Material, Policy,
    sign::{ProofOptions, Suite, sign},
    verify,
};

use crate::{
    documents::{BADGE, LIST, badge, fold, key, list, list_of},
    judged::{document, now, read},
    oracles::list::{status, unfold},
};

const PURPOSES: [&str; 4] = ["revocation", "suspension", "refresh", "message"];

/// What is asked of a list.
struct Asked {
    /// A Bitstring Status List, or StatusList2021.
    is_newer: bool,
    purpose: &'static str,
    size: usize,
    index: u32,
}

/// Six bytes first: what the rest is; flags for the kind of the entry (1) and the list (2), the purpose (4, 8) and the size
/// (16 and up); the index.
pub fn run(bytes: &[u8]) {
    let Some(([way, flags, a, b, c, d], rest)) = bytes.split_first_chunk::<6>() else { return };
    let asked = Asked {
        is_newer: flags & 1 == 0,
        purpose: PURPOSES[usize::from(flags >> 2 & 3)],
        size: usize::from(flags >> 4) + 1,
        index: u32::from_be_bytes([*a, *b, *c, *d]),
    };
    let is_list_newer = flags & 2 == 0;
    match way % 6 {
        0 => bits(&asked, &letters(&fold(rest), is_list_newer), is_list_newer),
        1 => bits(&asked, &letters(rest, is_list_newer), is_list_newer),
        2 => bits(&asked, &String::from_utf8_lossy(rest), is_list_newer),
        3 => whole(&asked, rest),
        4 => revocation_list(rest),
        _ => forged(&asked, rest),
    }
}

fn letters(packed: &[u8], is_newer: bool) -> String {
    format!("{}{}", if is_newer { "u" } else { "" }, BASE64_URL_SAFE_NO_PAD.encode(packed))
}

fn entry(asked: &Asked) -> Value {
    json!({
        "type": if asked.is_newer { "BitstringStatusListEntry" } else { "StatusList2021Entry" },
        "statusPurpose": asked.purpose, "statusListCredential": LIST, "statusSize": asked.size,
        "statusListIndex": if asked.index.is_multiple_of(2) { json!(asked.index) } else { json!(asked.index.to_string()) }
    })
}

/// What the entry comes to with this document at the list's address. Nobody signed the badge, which is another check.
fn outcome(entry: &Value, list: &[u8]) -> Outcome {
    let mut credential = badge();
    credential["credentialStatus"] = entry.clone();
    let mut material = Material::default();
    material.insert(LIST, document(list));
    let unverified = read(credential.to_string().as_bytes()).expect("a credential");
    let report = verify(&unverified, &material, &Policy::default(), &Applicant::default(), now()).report;
    let check = report.credentials[0].checks.iter().find(|check| check.check == CheckName::Status);
    check.expect("an entry is looked up").outcome
}

/// Signed as a token, which takes any content.
fn signed(list: &Value) -> Vec<u8> {
    key(1).jwt(&json!({"typ": "vc+jwt", "kid": key(1).did_key_method()}), list).into_bytes()
}

/// What these bits mean for this purpose; nothing where there are none.
fn meaning(value: Option<u64>, purpose: &str) -> Outcome {
    match (value, purpose) {
        (None, _) => Undetermined,
        (Some(0), _) | (_, "refresh" | "message") => Passed,
        _ => Failed,
    }
}

fn bits(asked: &Asked, encoded: &str, is_list_newer: bool) {
    let list = list_of(encoded, is_list_newer);
    let lists_purpose = is_list_newer || asked.purpose == "revocation";
    let value = unfold(encoded, is_list_newer)
        .filter(|_| lists_purpose && is_list_newer == asked.is_newer)
        .and_then(|bits| status(&bits, asked.index.into(), asked.size as u128));
    assert_eq!(outcome(&entry(asked), &signed(&list)), meaning(value, asked.purpose), "{value:?}");
}

/// A list of any content, really signed: as a token, and with a proof where that can be made.
fn whole(asked: &Asked, text: &[u8]) {
    let Ok(list) = serde_json::from_slice::<Value>(text) else { return };
    if !list.is_object() {
        return;
    }
    let options = ProofOptions {
        suite: Suite::EddsaRdfc2022,
        verification_method: key(1).did_key_method(),
        created: now(),
        more: Default::default(),
    };
    let proved = sign(list.clone(), &key(1), &options).ok().map(|list| list.to_string().into_bytes());
    for signed in [Some(signed(&list)), proved].into_iter().flatten() {
        let outcome = outcome(&entry(asked), &signed);
        if outcome != Undetermined {
            assert_eq!(outcome, said(asked, &list), "{list}");
        }
    }
}

/// What a list says, read plainly.
fn said(asked: &Asked, list: &Value) -> Outcome {
    let content = if list["vc"].is_object() { &list["vc"] } else { list };
    let subject = &content["credentialSubject"];
    let holds = |value: &Value, wanted: &str| {
        value == wanted || value.as_array().is_some_and(|members| members.iter().any(|member| member == wanted))
    };
    let (credential, kind) = match asked.is_newer {
        true => ("BitstringStatusListCredential", "BitstringStatusList"),
        false => ("StatusList2021Credential", "StatusList2021"),
    };
    assert!(holds(&content["type"], credential) && holds(&subject["type"], kind), "a list of another kind");
    assert!(holds(&subject["statusPurpose"], asked.purpose), "a list for another purpose");
    let bits = subject["encodedList"].as_str().and_then(|encoded| unfold(encoded, asked.is_newer));
    meaning(bits.and_then(|bits| status(&bits, asked.index.into(), asked.size as u128)), asked.purpose)
}

/// 1EdTech's list is not signed; whatever it is, a credential that it names does not come out as clear.
fn revocation_list(text: &[u8]) {
    let outcome = outcome(&json!({"id": LIST, "type": "1EdTechRevocationList"}), text);
    let list: Value = serde_json::from_slice(text).unwrap_or_default();
    let listed = match list.get("revokedCredential") {
        Some(Value::Array(members)) => members.as_slice(),
        Some(single) => std::slice::from_ref(single),
        None => return assert_eq!(outcome, Undetermined, "there is no list"),
    };
    let names = |entry: &Value| entry == BADGE || (entry["id"] == BADGE && entry["revoked"] != false);
    let is_named = listed.iter().any(names);
    assert!(outcome == Undetermined || outcome == if is_named { Failed } else { Passed }, "{outcome:?}");
}

/// A list that nobody signed here: it decides what the seeds' own list says, or nothing.
fn forged(asked: &Asked, bytes: &[u8]) {
    let outcome = outcome(&entry(asked), bytes);
    if outcome != Undetermined {
        assert_eq!(outcome, said(asked, &list()), "a list that nobody signed decides");
    }
}
