//! Values as they stand in texts, paths and queries.

/// Replaces whole words only: an id of two digits is part of many numbers.
pub(super) fn replace_words(text: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = 0;
    for (at, found) in text.match_indices(from) {
        let (before, after) = (text[..at].chars().next_back(), text[at + found.len()..].chars().next());
        if at < last || before.is_some_and(char::is_alphanumeric) || after.is_some_and(char::is_alphanumeric) {
            continue;
        }
        out.push_str(&text[last..at]);
        out.push_str(to);
        last = at + found.len();
    }
    out.push_str(&text[last..]);
    out
}

/// A segment of a path, or a part of a query, without percent-encoding.
pub(super) fn decoded(segment: &str) -> String {
    let plain = segment.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    let mut pairs = url::form_urlencoded::parse(plain.as_bytes());
    pairs.next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

pub(super) fn encoded(segment: &str) -> String {
    url::form_urlencoded::byte_serialize(segment.as_bytes()).collect::<String>().replace('+', "%20")
}
