//! What the data model asks of any credential or presentation, whatever its kind (VCDM 2.0 §4; VCDM 1.1 §4 and §5 ask the
//! same of what they share).

use serde_json::{Map, Value};
use url::Url;
use wellspring_model::pointer::Pointer;

use crate::document::each;

/// Members whose values are objects that say what kind of thing they are.
const TYPED: [&str; 6] = ["credentialStatus", "termsOfUse", "evidence", "refreshService", "credentialSchema", "proof"];
/// What an object holds that stands for a text in one language.
const LANGUAGE_VALUE: [&str; 3] = ["@value", "@language", "@direction"];

/// The first place in a credential that the data model does not allow.
pub(crate) fn first_fault(credential: &Map<String, Value>) -> Option<Pointer> {
    let root = Pointer::root();
    contexts(credential)
        .or_else(|| texts_for_people(credential, &root))
        .or_else(|| match credential.get("issuer") {
            Some(Value::Object(issuer)) => texts_for_people(issuer, &root.key("issuer")),
            _ => None,
        })
        .or_else(|| TYPED.into_iter().find_map(|name| typed(credential, name)))
        .or_else(|| {
            each(credential, "credentialSubject").into_iter().find_map(|(at, subject)| match subject {
                Value::Object(subject) if subject.is_empty() => Some(at),
                Value::Object(subject) => id(subject, &at),
                _ => Some(at),
            })
        })
}

/// The first place in a presentation that the data model does not allow.
pub(crate) fn first_fault_of_presentation(presentation: &Map<String, Value>) -> Option<Pointer> {
    let root = Pointer::root();
    let holder = match presentation.get("holder") {
        None => None,
        Some(Value::String(holder)) => (!is_url(holder)).then(|| root.key("holder")),
        Some(Value::Object(holder)) if holder.contains_key("id") => id(holder, &root.key("holder")),
        Some(_) => Some(root.key("holder")),
    };
    let is_object = |value: &Value| value.is_object();
    contexts(presentation)
        .or(holder)
        .or_else(|| id(presentation, &root))
        .or_else(|| typed(presentation, "proof"))
        // A token is put into an object that envelopes it; the older data model had it as a text.
        .or_else(|| {
            let credentials = each(presentation, "verifiableCredential");
            let is_second = presentation.get("@context").is_some_and(|context| {
                let first = context.get(0).unwrap_or(context);
                first == crate::structure::VCDM_2
            });
            credentials.into_iter().find(|(_, one)| is_second && !is_object(one)).map(|(at, _)| at)
        })
}

/// Contexts are addresses or objects.
fn contexts(object: &Map<String, Value>) -> Option<Pointer> {
    let fits = |context: &Value| context.is_object() || context.as_str().is_some_and(is_url);
    each(object, "@context").into_iter().find(|(_, context)| !fits(context)).map(|(at, _)| at)
}

fn typed(credential: &Map<String, Value>, name: &str) -> Option<Pointer> {
    each(credential, name).into_iter().find_map(|(at, value)| {
        let Value::Object(object) = value else { return Some(at) };
        let types = each(object, "type");
        if types.is_empty() || !types.iter().all(|(_, one)| one.is_string()) {
            return Some(at.key("type"));
        }
        // Without its address a schema cannot be told from any other.
        if name == "credentialSchema" && !object.contains_key("id") {
            return Some(at.key("id"));
        }
        id(object, &at)
    })
}

/// An id is one address.
fn id(object: &Map<String, Value>, at: &Pointer) -> Option<Pointer> {
    let fits = |id: &Value| id.as_str().is_some_and(is_url);
    object.get("id").is_some_and(|id| !fits(id)).then(|| at.key("id"))
}

/// Names and descriptions: texts, or texts with their language, alone or in a list.
fn texts_for_people(object: &Map<String, Value>, at: &Pointer) -> Option<Pointer> {
    let fits = |value: &Value| match value {
        Value::String(_) => true,
        Value::Object(value) if value.contains_key("@value") => {
            value.keys().all(|key| LANGUAGE_VALUE.contains(&key.as_str()))
        }
        // 1EdTech's schemas take a text for each language.
        Value::Object(languages) => !languages.is_empty() && languages.values().all(Value::is_string),
        _ => false,
    };
    ["name", "description"]
        .into_iter()
        .find_map(|name| each(object, name).into_iter().find(|(_, value)| !fits(value)).map(|(tail, _)| at.join(&tail)))
}

fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok()
}
