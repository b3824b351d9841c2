//! JSON Canonicalization Scheme (RFC 8785).

use serde_json::Value;

/// The canonical form of a JSON value: members in order of their UTF-16 units, numbers as ECMAScript prints them.
///
/// `None` for a whole number beyond 2^53, which ECMAScript would silently change.
pub fn jcs(value: &Value) -> Option<String> {
    let mut out = String::new();
    write(&mut out, value)?;
    Some(out)
}

/// The number as an IEEE 754 double, if it is one exactly (RFC 7493, 2.2).
pub(crate) fn exact(number: &serde_json::Number) -> Option<f64> {
    const MAX: u64 = 1 << 53;
    let whole = number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64());
    if whole.is_some_and(|whole| whole > MAX) {
        return None;
    }
    number.as_f64().filter(|double| double.is_finite())
}

fn write(out: &mut String, value: &Value) -> Option<()> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(ryu_js::Buffer::new().format_finite(exact(number)?)),
        // serde_json escapes exactly what RFC 8785 asks for.
        Value::String(text) => out.push_str(&serde_json::to_string(text).ok()?),
        Value::Array(members) => {
            out.push('[');
            for (i, member) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(out, member)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (i, (name, member)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&serde_json::to_string(name).ok()?);
                out.push(':');
                write(out, member)?;
            }
            out.push('}');
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::jcs;

    #[test]
    fn members_sort_by_utf16_units_and_numbers_print_as_ecmascript_does() {
        let value = json!({"\u{10000}": 1e21, "\u{e000}": 0.000_001, "a": [1.0, -0.0, 1e-7, "\u{1f}\"\n/"], "": null});
        let text = jcs(&value).unwrap();
        assert_eq!(text, "{\"\":null,\"a\":[1,0,1e-7,\"\\u001f\\\"\\n/\"],\"\u{10000}\":1e+21,\"\u{e000}\":0.000001}");
    }

    #[test]
    fn a_number_that_ecmascript_would_change_has_no_canonical_form() {
        assert_eq!(jcs(&json!(9_007_199_254_740_993_u64)), None);
        assert_eq!(jcs(&json!(-9_007_199_254_740_992_i64)).as_deref(), Some("-9007199254740992"));
    }
}
