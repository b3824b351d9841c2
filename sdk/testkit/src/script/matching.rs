//! Whether something is as a script says, and in what it differs, by JSON pointer.

use serde_json::{Map, Value};

/// One thing that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// RFC 6901; empty for the whole.
    pub pointer: String,
    /// In words.
    pub expected: String,
    /// As JSON; `nothing` where there is none.
    pub came: String,
}

/// The longest value that is shown of what came.
const SHOWN: usize = 400;

/// Everything in which `came` is not as `expected`. Objects may have more members than are expected; lists may not. Matchers are
/// objects with one member: `{"$contains": "text"}` (or several, all of them), `{"$any": true}` (whatever it is, it is there),
/// `{"$absent": true}`, `{"$exactly": …}` (no more members than these).
pub fn differences(expected: &Value, came: Option<&Value>) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(expected, came, String::new(), &mut found);
    found
}

fn compare(expected: &Value, came: Option<&Value>, pointer: String, found: &mut Vec<Difference>) {
    if let Some((matcher, wanted)) = matcher(expected) {
        if !fits(matcher, wanted, came) {
            found.push(difference(pointer, in_words(matcher, wanted), came));
        }
        return;
    }
    match (expected, came) {
        (Value::Object(members), Some(Value::Object(known))) => {
            for (name, value) in members {
                compare(value, known.get(name), format!("{pointer}/{}", escape(name)), found);
            }
        }
        (Value::Array(items), Some(Value::Array(known))) if items.len() == known.len() => {
            for (index, (item, value)) in items.iter().zip(known).enumerate() {
                compare(item, Some(value), format!("{pointer}/{index}"), found);
            }
        }
        (Value::Array(items), Some(Value::Array(known))) => {
            let expected = format!("{} items; there are {}", items.len(), known.len());
            found.push(difference(pointer, expected, came));
        }
        (Value::Number(one), Some(Value::Number(other))) if one.as_f64() == other.as_f64() => {}
        (one, Some(other)) if one == other => {}
        _ => found.push(difference(pointer, expected.to_string(), came)),
    }
}

fn matcher(expected: &Value) -> Option<(&str, &Value)> {
    let Value::Object(members) = expected else { return None };
    let (name, wanted) = members.iter().next()?;
    (members.len() == 1 && name.starts_with('$')).then_some((name, wanted))
}

fn fits(matcher: &str, wanted: &Value, came: Option<&Value>) -> bool {
    match matcher {
        "$any" => came.is_some(),
        "$absent" => came.is_none(),
        "$exactly" => came == Some(wanted),
        "$contains" => {
            let pieces =
                if let Value::Array(pieces) = wanted { pieces.as_slice() } else { std::slice::from_ref(wanted) };
            pieces.iter().all(|piece| match came {
                Some(Value::String(text)) => piece.as_str().is_some_and(|piece| text.contains(piece)),
                Some(Value::Array(items)) => items.iter().any(|item| differences(piece, Some(item)).is_empty()),
                _ => false,
            })
        }
        _ => false,
    }
}

fn in_words(matcher: &str, wanted: &Value) -> String {
    match matcher {
        "$any" => "anything, but something".to_owned(),
        "$absent" => "nothing".to_owned(),
        "$exactly" => format!("exactly {wanted}"),
        "$contains" => format!("it to contain {wanted}"),
        other => format!("{other}, which is no matcher: $any, $absent, $exactly and $contains are"),
    }
}

fn difference(pointer: String, expected: String, came: Option<&Value>) -> Difference {
    let came = came.map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let came = if came.chars().count() > SHOWN { came.chars().take(SHOWN).chain(['…']).collect() } else { came };
    Difference { pointer, expected, came }
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Fills gaps such as `{{marker}}` or `{{application.id}}` from what is known. A text that is nothing but a gap becomes the value
/// itself. A gap that nothing fills stays.
pub(super) fn fill(value: &Value, from: &Value) -> Value {
    match value {
        Value::String(text) => fill_text(text, from),
        Value::Array(items) => items.iter().map(|item| fill(item, from)).collect(),
        Value::Object(members) => {
            let filled = members.iter().map(|(name, value)| (name.clone(), fill(value, from)));
            Value::Object(filled.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn fill_text(text: &str, from: &Value) -> Value {
    let known = |name: &str| name.trim().split('.').try_fold(from, |value, part| value.get(part));
    if let Some(name) = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"))
        && let Some(value) = known(name)
    {
        return value.clone();
    }
    let mut filled = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once("{{") {
        let Some((name, after)) = tail.split_once("}}") else { break };
        filled.push_str(head);
        match known(name) {
            Some(Value::String(value)) => filled.push_str(value),
            Some(value) => filled.push_str(&value.to_string()),
            None => filled.push_str(&format!("{{{{{name}}}}}")),
        }
        rest = after;
    }
    filled.push_str(rest);
    Value::String(filled)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_expected_is_a_part_of_what_came() {
        let came = json!({"a": {"b": [1, {"c": "x", "d": 2}]}, "e": null});
        assert_eq!(differences(&json!({"a": {"b": [1.0, {"c": "x"}]}}), Some(&came)), []);
        let found = differences(&json!({"a": {"b": [1, {"c": "y"}]}, "f/g": 1}), Some(&came));
        let shown: Vec<_> = found.iter().map(|one| (one.pointer.as_str(), one.came.as_str())).collect();
        assert_eq!(shown, [("/a/b/1/c", "\"x\""), ("/f~1g", "nothing")]);
        assert_eq!(differences(&json!({"a": {"b": [1]}}), Some(&came)).len(), 1, "a list has no more than is expected");
    }

    #[test]
    fn matchers_say_what_they_wanted() {
        let came = json!({"text": "one two", "list": [{"id": 1}, {"id": 2}]});
        let good =
            json!({"text": {"$contains": ["one", "two"]}, "list": {"$contains": {"id": 2}}, "x": {"$absent": true}});
        assert_eq!(differences(&good, Some(&came)), []);
        for bad in [
            json!({"text": {"$contains": "three"}}),
            json!({"x": {"$any": true}}),
            json!({"text": {"$absent": true}}),
            json!({"list": {"$exactly": []}}),
            json!({"text": {"$matches": "o.e"}}),
        ] {
            assert_eq!(differences(&bad, Some(&came)).len(), 1, "{bad}");
        }
    }

    #[test]
    fn gaps_are_filled_with_texts_and_whole_values() {
        let from = json!({"marker": "[m]", "application": {"id": "61001"}, "score": {"value": 71.25}});
        let filled =
            fill(&json!({"a": "x {{marker}} {{ application.id }}", "b": "{{score.value}}", "c": "{{no}}"}), &from);
        assert_eq!(filled, json!({"a": "x [m] 61001", "b": 71.25, "c": "{{no}}"}));
    }
}
