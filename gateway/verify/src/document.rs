//! A credential as a JSON object, read by the names its standards use.

use serde_json::{Map, Value};
use wellspring_model::pointer::Pointer;

/// Members that may hold one value or a list of them (JSON-LD compaction), each with its pointer.
pub(crate) fn each<'a>(object: &'a Map<String, Value>, name: &str) -> Vec<(Pointer, &'a Value)> {
    let at = Pointer::root().key(name);
    match object.get(name) {
        None => Vec::new(),
        Some(Value::Array(members)) => members.iter().enumerate().map(|(i, value)| (at.index(i), value)).collect(),
        Some(single) => vec![(at, single)],
    }
}

/// The texts of a member that may hold one text or a list.
pub(crate) fn texts<'a>(object: &'a Map<String, Value>, name: &str) -> Vec<&'a str> {
    each(object, name).into_iter().filter_map(|(_, value)| value.as_str()).collect()
}

pub(crate) fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

/// A text for people: plain, with its language beside it, or in several languages, of which any will do.
pub(crate) fn words(object: &Map<String, Value>, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Object(one) if one.contains_key("@value") => text(one, "@value").map(str::to_owned),
        Value::Object(languages) => {
            languages.get("en").or_else(|| languages.values().next()).and_then(Value::as_str).map(str::to_owned)
        }
        _ => None,
    }
}

/// The `id` of a member that is a reference or an object (`issuer` is either).
pub(crate) fn id_of<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    match object.get(name)? {
        Value::String(id) => Some(id),
        Value::Object(member) => text(member, "id"),
        _ => None,
    }
}

/// Whom a credential is about, by the subject's id.
pub(crate) fn subject_of(credential: &Map<String, Value>) -> Option<&str> {
    each(credential, "credentialSubject").first().and_then(|(_, subject)| subject.get("id")?.as_str())
}

/// Whether one of an object's types is this one.
pub(crate) fn is_a(object: &Map<String, Value>, name: &str) -> bool {
    texts(object, "type").contains(&name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::words;

    #[test]
    fn a_text_is_read_in_each_of_its_forms() {
        for written in [json!("Welding"), json!({"@language": "de", "@value": "Welding"}), json!({"en": "Welding"})] {
            let object = json!({"name": written});
            assert_eq!(words(object.as_object().unwrap(), "name").as_deref(), Some("Welding"), "{object}");
        }
    }
}
