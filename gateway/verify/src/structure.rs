//! The members and types that a credential must have (VCDM §4; OB 3.0 and CLR 2.0 data models; OB 3.0 §verification,
//! step 1).

use serde_json::{Map, Value};
use url::Url;
use wellspring_model::{
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::{
    Policy,
    document::{each, id_of, text, texts},
    form::Form,
    vcdm,
};

pub(crate) const VCDM_1: &str = "https://www.w3.org/2018/credentials/v1";
pub(crate) const VCDM_2: &str = "https://www.w3.org/ns/credentials/v2";
const OPEN_BADGES: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context";
const CLR: &str = "https://purl.imsglobal.org/spec/clr/v2p0/context";

/// Whether a credential is of the first generation of the data model (VCDM 1.1).
pub(crate) fn is_first_generation(credential: &Map<String, Value>) -> bool {
    texts(credential, "@context").first() == Some(&VCDM_1)
}

/// The first thing that is wrong, or that nothing is; and what is merely unusual.
pub(crate) fn judge(
    credential: &Map<String, Value>,
    form: Form,
    policy: &Policy,
) -> ((Outcome, Finding), Vec<Finding>) {
    let mut notices = Vec::new();
    let finding = match check(credential, form, policy, &mut notices) {
        Ok(()) => return ((Outcome::Passed, Finding::new(FindingCode::StructureOk, Pointer::root())), notices),
        Err(finding) => finding,
    };
    ((Outcome::Failed, *finding), notices)
}

fn check(
    credential: &Map<String, Value>,
    form: Form,
    policy: &Policy,
    notices: &mut Vec<Finding>,
) -> Result<(), Box<Finding>> {
    contexts(credential, form, notices)?;
    let is_1edtech = matches!(form, Form::Achievement | Form::Clr);
    if is_1edtech && let Some(at) = first_null(credential) {
        return Err(Box::new(Finding::new(FindingCode::MemberInvalid, at)));
    }
    match credential.get("id") {
        Some(Value::String(id)) if is_uri(id) => {}
        Some(_) => return Err(invalid("id")),
        None if is_1edtech => return Err(missing("id")),
        None => {}
    }
    match id_of(credential, "issuer") {
        Some(id) if is_uri(id) => {}
        Some(_) => return Err(invalid("issuer")),
        None if credential.contains_key("issuer") => return Err(invalid("issuer")),
        None => return Err(missing("issuer")),
    }
    let begins = if is_first_generation(credential) { "issuanceDate" } else { "validFrom" };
    // The second generation of the data model lets other credentials do without.
    if !credential.contains_key(begins) && (is_1edtech || begins == "issuanceDate") {
        return Err(missing(begins));
    }
    subjects(credential, is_1edtech, policy)?;
    match vcdm::first_fault(credential) {
        Some(at) => Err(Box::new(Finding::new(FindingCode::MemberInvalid, at))),
        None => Ok(()),
    }
}

/// The same for a presentation.
pub(crate) fn judge_presentation(presentation: &Map<String, Value>) -> (Outcome, Finding) {
    let first = each(presentation, "@context").first().and_then(|(_, context)| context.as_str());
    if !matches!(first, Some(VCDM_1 | VCDM_2)) {
        return (Outcome::Failed, Finding::new(FindingCode::ContextOrder, Pointer::root().key("@context")));
    }
    match vcdm::first_fault_of_presentation(presentation) {
        Some(at) => (Outcome::Failed, Finding::new(FindingCode::MemberInvalid, at)),
        None => (Outcome::Passed, Finding::new(FindingCode::StructureOk, Pointer::root())),
    }
}

/// The data model's context first, then that of the credential's own standard.
fn contexts(credential: &Map<String, Value>, form: Form, notices: &mut Vec<Finding>) -> Result<(), Box<Finding>> {
    let at = Pointer::root().key("@context");
    let order = || Box::new(Finding::new(FindingCode::ContextOrder, at.clone()));
    let listed: Vec<Option<&str>> = each(credential, "@context").iter().map(|(_, value)| value.as_str()).collect();
    if !matches!(listed.first(), Some(Some(VCDM_1 | VCDM_2))) {
        return Err(order());
    }
    let needed: &[&str] = match form {
        Form::Clr => &[CLR, OPEN_BADGES],
        Form::Achievement => &[OPEN_BADGES],
        _ => &[],
    };
    for (i, family) in needed.iter().enumerate() {
        let of_family = |context: &Option<&str>| context.is_some_and(|context| is_version_of(context, family));
        match listed.iter().position(of_family) {
            None => return Err(order()),
            Some(place) if place == i + 1 => {}
            Some(_) if notices.is_empty() => {
                notices.push(Finding::new(FindingCode::ContextOrderUnusual, at.clone()));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// `…/context.json`, `…/context-3.0.3.json`, and the older `…/context/ob_v3p0.jsonld`.
fn is_version_of(context: &str, family: &str) -> bool {
    let version = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    context.strip_prefix(family).is_some_and(|rest| {
        rest == ".json"
            || rest == "/ob_v3p0.jsonld"
            || rest.strip_prefix('-').and_then(|rest| rest.strip_suffix(".json")).is_some_and(version)
    })
}

fn subjects(credential: &Map<String, Value>, is_1edtech: bool, policy: &Policy) -> Result<(), Box<Finding>> {
    let subjects = each(credential, "credentialSubject");
    let at = Pointer::root().key("credentialSubject");
    if subjects.is_empty() {
        return Err(Box::new(Finding::new(FindingCode::SubjectMissing, Pointer::root())));
    }
    if is_1edtech && subjects.len() > 1 {
        return Err(Box::new(Finding::new(FindingCode::MemberInvalid, at).with("member", "credentialSubject")));
    }
    for (at, subject) in subjects {
        let Value::Object(subject) = subject else {
            return Err(Box::new(Finding::new(FindingCode::MemberInvalid, at).with("member", "credentialSubject")));
        };
        let is_named = text(subject, "id").is_some_and(is_uri) || !each(subject, "identifier").is_empty();
        if !is_named && subject.contains_key("id") {
            let at = at.key("id");
            return Err(Box::new(Finding::new(FindingCode::MemberInvalid, at).with("member", "id")));
        }
        if !is_named && !policy.accept_unidentified_subject {
            return Err(Box::new(Finding::new(FindingCode::SubjectUnidentified, at)));
        }
    }
    Ok(())
}

/// 1EdTech's data models leave out what has no value (OB 3.0 §serialization). A null reaches no signed statement, so what
/// it stands for in the JSON could differ from what was signed.
fn first_null(credential: &Map<String, Value>) -> Option<Pointer> {
    // The way is kept as it is walked; a pointer is written for a find only.
    let mut way = Vec::new();
    has_null_member(credential, &mut way).then(|| {
        way.iter().rev().fold(Pointer::root(), |at, step| match step {
            Step::Key(key) => at.key(key),
            Step::Index(index) => at.index(*index),
        })
    })
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

fn has_null_member<'a>(object: &'a Map<String, Value>, way: &mut Vec<Step<'a>>) -> bool {
    // Within a context, null has a meaning.
    let mut members = object.iter().filter(|(key, _)| *key != "@context");
    members.any(|(key, member)| is_or_has_null(member, way).then(|| way.push(Step::Key(key))).is_some())
}

fn is_or_has_null<'a>(value: &'a Value, way: &mut Vec<Step<'a>>) -> bool {
    match value {
        Value::Null => true,
        Value::Array(members) => members
            .iter()
            .enumerate()
            .any(|(i, member)| is_or_has_null(member, way).then(|| way.push(Step::Index(i))).is_some()),
        Value::Object(object) => has_null_member(object, way),
        _ => false,
    }
}

fn is_uri(text: &str) -> bool {
    Url::parse(text).is_ok()
}

fn missing(member: &str) -> Box<Finding> {
    Box::new(Finding::new(FindingCode::MemberMissing, Pointer::root()).with("member", member))
}

fn invalid(member: &str) -> Box<Finding> {
    Box::new(Finding::new(FindingCode::MemberInvalid, Pointer::root().key(member)).with("member", member))
}
