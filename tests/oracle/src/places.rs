//! Where in a record something can be changed.

use serde_json::Value;

use crate::rng::Rng;

/// A JSON pointer to an object of the record.
#[derive(Clone)]
pub struct Place(String);

impl Place {
    pub fn root() -> Self {
        Self(String::new())
    }

    pub fn get<'v>(&self, record: &'v mut Value) -> Option<&'v mut Value> {
        record.pointer_mut(&self.0).filter(|value| value.is_object())
    }
}

/// Any node of the record, by its look: an object with a type or an id.
pub fn any(record: &Value, rng: &mut Rng) -> Place {
    let mut found = Vec::new();
    collect(record, String::new(), &mut found);
    if found.is_empty() { Place::root() } else { found.swap_remove(rng.below(found.len())) }
}

fn collect(value: &Value, at: String, found: &mut Vec<Place>) {
    match value {
        Value::Array(members) => {
            members.iter().enumerate().for_each(|(i, member)| collect(member, format!("{at}/{i}"), found));
        }
        Value::Object(object) => {
            if ["id", "type", "@id", "@type"].iter().any(|key| object.contains_key(*key)) {
                found.push(Place(at.clone()));
            }
            for (key, member) in object.iter().filter(|(key, _)| *key != "@context") {
                collect(member, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => {}
    }
}

/// A member of an object that holds a text, by chance; not its id or type.
pub fn text_member(object: &Value, rng: &mut Rng) -> Option<String> {
    let object = object.as_object()?;
    let texts = object
        .iter()
        .filter(|(key, value)| value.is_string() && !["id", "type", "@id", "@type"].contains(&key.as_str()));
    let keys: Vec<&String> = texts.map(|(key, _)| key).collect();
    (!keys.is_empty()).then(|| keys[rng.below(keys.len())].clone())
}
