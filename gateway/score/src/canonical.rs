//! Canonical JSON (RFC 8785): one value, one text, so that a digest or a replay can be compared byte by byte.

use serde::Serialize;
use serde_json::Value;

/// The canonical text of anything that serialises.
///
/// # Errors
/// The value cannot be represented as JSON (a map with keys that are no strings).
pub fn canonical_json<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    write(&serde_json::to_value(value)?, &mut text)?;
    Ok(text)
}

fn write(value: &Value, text: &mut String) -> Result<(), serde_json::Error> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => write_number(number, text),
        Value::String(string) => text.push_str(&serde_json::to_string(string)?),
        Value::Array(values) => {
            text.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(value, text)?;
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            // RFC 8785 §3.2.3: by UTF-16 code units, which differs from UTF-8 order above the basic plane.
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            text.push('{');
            for (index, (key, value)) in members.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&serde_json::to_string(key)?);
                text.push(':');
                write(value, text)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

/// ECMAScript's number form (RFC 8785 §3.2.2.3). JSON numbers are doubles there, integers included.
fn write_number(number: &serde_json::Number, text: &mut String) {
    match number.as_f64() {
        Some(double) => text.push_str(ryu_js::Buffer::new().format(double)),
        None => text.push_str(&number.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::canonical_json;

    #[test]
    fn the_examples_of_the_standard_come_out_as_printed_there() {
        let value = json!({
            "numbers": [333_333_333.333_333_3_f64, 1e30, 4.50, 2e-3, 0.000_000_000_000_000_000_000_000_001],
            "string": "\u{20ac}$\u{000F}\u{000a}A'\u{0042}\u{0022}\u{005c}\\\"/",
            "literals": [null, true, false]
        });
        let text = canonical_json(&value).expect("it serialises");
        assert_eq!(
            text,
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
    }

    #[test]
    fn keys_are_sorted_by_utf16_code_units() {
        let value = json!({"\u{1F600}": 1, "\u{FB33}": 2, "a": 3});
        assert_eq!(canonical_json(&value).expect("it serialises"), "{\"a\":3,\"\u{1F600}\":1,\"\u{FB33}\":2}");
    }
}
