//! What a value looks like: an id, a date, a word of the ATS's own.

/// Numbers from here on may be ids, or what somebody earns.
const LARGE: f64 = 1_000.0;
/// The longest text that is taken for a word of the ATS's own.
const WORD: usize = 32;

/// Whether a number may be an id, or what somebody earns.
pub(super) fn is_large(number: &serde_json::Number) -> bool {
    number.as_f64().is_some_and(|value| value.abs() >= LARGE)
}

/// Whether a member of this name holds an id.
pub(super) fn is_id(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower == "id"
        || lower == "ids"
        || lower.ends_with("_id")
        || lower.ends_with("_ids")
        || name.ends_with("Id")
        || name.ends_with("Ids")
}

/// A UUID, a long number, or a long text of letters and digits such as ATSs and their tokens have.
pub(super) fn looks_like_id(text: &str) -> bool {
    let is_uuid = text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let is_number = text.len() >= 5 && text.bytes().all(|b| b.is_ascii_digit());
    let is_long = text.len() >= 20
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+/=".contains(&b))
        && text.bytes().any(|b| b.is_ascii_digit());
    is_uuid || is_number || (is_long && !is_date(text))
}

/// RFC 3339, or its date.
pub(super) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes.len() <= 35
        && bytes
            .iter()
            .take(10)
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() })
        && bytes.iter().skip(10).all(|byte| byte.is_ascii_digit() || b"TZtz:.+- ".contains(byte))
}

/// A word of the ATS's own: lower or upper case throughout, without blanks.
pub(super) fn is_word(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte);
    !text.is_empty()
        && text.len() <= WORD
        && text.bytes().all(is_plain)
        && (text == text.to_ascii_lowercase() || text == text.to_ascii_uppercase())
}
