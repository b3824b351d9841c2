//! JSON as text, with the members of every object in an order of chance: a document's statements may not depend on it.

use serde_json::Value;

use crate::rng::Rng;

pub fn shuffled(value: &Value, rng: &mut Rng) -> String {
    let mut out = String::new();
    write(&mut out, value, rng);
    out
}

fn write(out: &mut String, value: &Value, rng: &mut Rng) {
    match value {
        Value::Array(members) => {
            out.push('[');
            for (i, member) in members.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                write(out, member, rng);
            }
            out.push(']');
        }
        Value::Object(object) => {
            let mut members: Vec<_> = object.iter().collect();
            rng.shuffle(&mut members);
            out.push('{');
            for (i, (key, member)) in members.into_iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(out, member, rng);
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}
