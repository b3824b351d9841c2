//! What a value looks like: an id, a date, a word of the ATS's own.

/// Numbers from here on may be ids, or what somebody earns.
const LARGE: f64 = 1_000.0;
/// The longest text that is taken for a word of the ATS's own.
const WORD: usize = 32;
/// So many digits in a row are no word any more.
const RUN: usize = 4;
/// Nor are so many in all: a telephone number in groups.
const DIGITS: usize = 7;

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

/// A word of the ATS's own: lower or upper case throughout, without blanks, and with too few digits for a number that somebody has.
pub(super) fn is_word(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte);
    let runs = text.split(|c: char| !c.is_ascii_digit());
    !text.is_empty()
        && text.len() <= WORD
        && text.bytes().all(is_plain)
        && (text == text.to_ascii_lowercase() || text == text.to_ascii_uppercase())
        && runs.clone().all(|run| run.len() < RUN)
        && runs.map(str::len).sum::<usize>() < DIGITS
}

/// What a text is made of, in lower case.
pub(super) fn parts(text: &str) -> impl Iterator<Item = String> {
    let lower = text.to_lowercase();
    let parts: Vec<_> = lower.split(|c: char| c.is_whitespace() || "-_.:/@,".contains(c)).map(str::to_owned).collect();
    parts.into_iter().filter(|part| part.chars().count() > 1)
}

/// Words for what proves something.
const SECRETS: [&str; 8] = ["token", "secret", "password", "key", "authorization", "cookie", "signature", "credential"];
/// Words for who somebody is.
const PERSONAL: [&str; 13] = [
    "name", "mail", "phone", "address", "street", "city", "zip", "postal", "birth", "gender", "linkedin", "photo",
    "avatar",
];
/// Members that hold a person's name or login where they hold a text.
const PEOPLE: [&str; 9] =
    ["author", "user", "owner", "login", "recruiter", "interviewer", "coordinator", "created_by", "updated_by"];
/// Members that only people have.
const PERSONS: [&str; 8] = ["mail", "phone", "first_name", "last_name", "firstname", "lastname", "given", "family"];

/// What a member is about, and with it all that is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Any,
    Person,
    Secret,
}

impl Meaning {
    /// Of a member with this name, within something of this meaning.
    pub fn of(name: &str, within: Self) -> Self {
        let lower = name.to_ascii_lowercase();
        let is_one_of = |words: &[&str]| lower != "name_key" && words.iter().any(|word| lower.contains(word));
        match within {
            Self::Any if is_one_of(&SECRETS) => Self::Secret,
            Self::Any if is_one_of(&PERSONAL) => Self::Person,
            other => other,
        }
    }
}

/// Whether a text under this name says who somebody is, and other things under it do not.
pub(super) fn is_person(name: &str) -> bool {
    PEOPLE.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether what has members of these names is a person.
pub(super) fn are_of_a_person<'a>(mut names: impl Iterator<Item = &'a String>) -> bool {
    names.any(|name| PERSONS.iter().any(|word| name.to_ascii_lowercase().contains(word)))
}
