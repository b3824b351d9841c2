//! Canonical JSON (RFC 8785): one value, one text, so that a digest, a signature or a replay compares byte by byte.

use serde_json::Value;

/// The canonical form of a JSON value: members in order of their UTF-16 units, numbers as ECMAScript prints them.
///
/// `None` for a whole number beyond 2^53, which ECMAScript would silently change.
pub fn canonical_json(value: &Value) -> Option<String> {
    let mut out = String::new();
    write(&mut out, value)?;
    Some(out)
}

/// The number as an IEEE 754 double, if it is one exactly (RFC 7493, 2.2).
pub fn exact(number: &serde_json::Number) -> Option<f64> {
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

    use super::canonical_json;

    #[test]
    fn members_sort_by_utf16_units_and_numbers_print_as_ecmascript_does() {
        let value = json!({"\u{10000}": 1e21, "\u{e000}": 0.000_001, "a": [1.0, -0.0, 1e-7, "\u{1f}\"\n/"], "": null});
        let text = canonical_json(&value).unwrap();
        assert_eq!(text, "{\"\":null,\"a\":[1,0,1e-7,\"\\u001f\\\"\\n/\"],\"\u{10000}\":1e+21,\"\u{e000}\":0.000001}");
    }

    #[test]
    fn the_example_of_the_standard_comes_out_as_printed_there() {
        let value = json!({
            "numbers": [333_333_333.333_333_3_f64, 1e30, 4.50, 2e-3, 0.000_000_000_000_000_000_000_000_001],
            "string": "\u{20ac}$\u{000F}\u{000a}A'\u{0042}\u{0022}\u{005c}\\\"/",
            "literals": [null, true, false]
        });
        assert_eq!(
            canonical_json(&value).unwrap(),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
    }

    #[test]
    fn a_number_that_ecmascript_would_change_has_no_canonical_form() {
        assert_eq!(canonical_json(&json!(9_007_199_254_740_993_u64)), None);
        assert_eq!(canonical_json(&json!(-9_007_199_254_740_992_i64)).as_deref(), Some("-9007199254740992"));
    }
}
