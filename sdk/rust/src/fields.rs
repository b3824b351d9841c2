//! Custom fields: what they should hold beside what they do.

use serde_json::Value;

/// What a field should hold, by its key or id at the ATS.
pub type Field = (String, Value);

/// Those of the wanted fields that do not hold what they should. `held` gives what a field holds by now; for an empty field nothing,
/// or `null`.
pub fn differing<'a>(wanted: &'a [Field], held: impl Fn(&str) -> Option<&'a Value>) -> Vec<&'a Field> {
    wanted.iter().filter(|(name, value)| !same(held(name).unwrap_or(&Value::Null), value)).collect()
}

/// Whether two values say the same. ATSs give numbers back as numbers or as texts ("71.25", "71.250").
pub fn same(left: &Value, right: &Value) -> bool {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    match (left, right) {
        (Value::Number(_), _) | (_, Value::Number(_)) => match (number(left), number(right)) {
            (Some(left), Some(right)) => (left - right).abs() < 0.000_1,
            _ => false,
        },
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_is_the_same_however_an_ats_writes_it() {
        assert!(same(&json!("71.250"), &json!(71.25)));
        assert!(same(&json!(71), &json!(71.0)));
        assert!(!same(&json!("71.26"), &json!(71.25)));
        assert!(!same(&json!("n/a"), &json!(71.25)));
        assert!(!same(&json!("71.250"), &json!("71.25")), "texts are compared as texts");
    }

    #[test]
    fn an_empty_field_differs_from_any_value_and_from_no_emptiness() {
        let wanted = [("score".to_owned(), json!(1)), ("link".to_owned(), Value::Null)];
        assert_eq!(differing(&wanted, |_| None), [&wanted[0]]);
        assert_eq!(differing(&wanted, |_| Some(&Value::Bool(true))), [&wanted[0], &wanted[1]]);
    }
}
