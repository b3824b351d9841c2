//! Header fields a guest may send and may see. Framing, routing and credentials are the host's alone.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::EgressLimits;

/// Standard fields a guest may set. Beside these, its ATS's own `X-…` fields.
const ALLOWED: &[&str] = &[
    "accept",
    "accept-language",
    "content-type",
    "content-language",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "idempotency-key",
    "prefer",
    "on-behalf-of",
];

/// `X-…` fields by which proxies and servers decide where a request belongs or who sent it.
const ROUTING: &[&str] = &[
    "x-forwarded-",
    "x-real-ip",
    "x-client-ip",
    "x-original-",
    "x-rewrite-",
    "x-host",
    "x-http-method",
    "x-http-host",
    "x-method-override",
];

/// `X-…` fields that are a credential by their name. Only the host sets them.
const PROVING: &[&str] = &["x-authorization", "x-amz-security-token"];

/// Fields of an answer that a guest has no use for and that may hold secrets.
const HIDDEN: &[&str] = &[
    "set-cookie",
    "set-cookie2",
    "www-authenticate",
    "proxy-authenticate",
    "authentication-info",
    "authorization",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "content-length",
    "content-encoding",
    "trailer",
    "upgrade",
];

/// Fields by which a message is framed, routed or decoded, beside those of [`ROUTING`]. No credential goes by one of these.
const FRAMING: &[&str] = &[
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "accept-encoding",
    "connection",
    "keep-alive",
    "upgrade",
    "expect",
    "te",
    "trailer",
    "forwarded",
    "via",
    "traceparent",
    "tracestate",
    "user-agent",
];

/// Turns a guest's fields into ones that may be sent. `reserved` are those by which the connection's credentials go: a guest
/// that set one of them could write into an account of its own.
///
/// # Errors
/// The reason, for the connector's author.
pub(crate) fn request(
    given: &[(String, String)],
    reserved: &[HeaderName],
    limits: &EgressLimits,
) -> Result<HeaderMap, String> {
    // Counted before anything is converted: the number of fields must not cost more than the limit.
    let bytes = given.iter().take(limits.headers + 1).map(|(name, value)| name.len() + value.len()).sum::<usize>();
    if given.len() > limits.headers || bytes > limits.header_bytes {
        return Err(format!("at most {} header fields and {} bytes of them", limits.headers, limits.header_bytes));
    }
    let mut headers = HeaderMap::with_capacity(given.len());
    for (name, value) in given {
        let known =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| "a header name is not well formed".to_owned())?;
        if !is_allowed(known.as_str()) || reserved.contains(&known) {
            return Err(format!("the header `{known}` is set by the host or not allowed"));
        }
        let value =
            HeaderValue::from_str(value).map_err(|_| format!("the value of header `{known}` is not plain text"))?;
        // Servers differ in which of two they read.
        if headers.contains_key(&known) {
            return Err(format!("the header `{known}` is given twice; values of a list go into one, with commas"));
        }
        headers.insert(known, value);
    }
    Ok(headers)
}

/// The field by which a credential goes, as a manifest names it.
pub(crate) fn of_credential(name: &str) -> Option<HeaderName> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let steers = FRAMING.contains(&name.as_str()) || begins(name.as_str(), ROUTING);
    (!steers && !name.as_str().starts_with("proxy-")).then_some(name)
}

fn is_allowed(name: &str) -> bool {
    let own = name.starts_with("x-") && !begins(name, ROUTING) && !begins(name, PROVING);
    own || ALLOWED.contains(&name)
}

fn begins(name: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|one| name.starts_with(one))
}

/// The fields of an answer that a guest sees, as text.
pub(crate) fn response(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| !HIDDEN.contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn try_one(name: &str, value: &str) -> Result<HeaderMap, String> {
        request(
            &[(name.to_owned(), value.to_owned())],
            &[HeaderName::from_static("x-api-key")],
            &EgressLimits::default(),
        )
    }

    #[test]
    fn fields_that_steer_or_prove_are_refused() {
        for name in [
            "Host",
            "Content-Length",
            "Transfer-Encoding",
            "Connection",
            "Authorization",
            "Proxy-Authorization",
            "Cookie",
            "TE",
            "Trailer",
            "Upgrade",
            "Forwarded",
            "X-Forwarded-Host",
            "x-forwarded-for",
            "X-Original-URL",
            "X-HTTP-Method-Override",
            "X-Authorization",
            "X-Api-Key",
            ":authority",
            "X-Own ",
            " X-Own",
            "X-Own:",
            "Expect",
            "Via",
            "Origin",
            "Referer",
            "User-Agent",
            "a b",
            "a\r\nb",
            "",
        ] {
            assert!(try_one(name, "x").is_err(), "{name:?} was let through");
        }
        for value in ["a\r\nHost: evil", "a\r\n folded", "a\nb", "a\rb", "\u{0}", "\u{7f}"] {
            assert!(try_one("X-Note", value).is_err(), "{value:?} was let through");
        }
    }

    #[test]
    fn plain_fields_are_let_through_and_their_number_is_bounded() {
        assert!(try_one("Accept", "application/json").is_ok());
        assert!(try_one("X-Ats-Version", "2").is_ok());
        let many = vec![("x-a".to_owned(), "1".to_owned()); 32_769];
        assert!(request(&many, &[], &EgressLimits::default()).is_err());
        assert!(try_one("x-a", &"y".repeat(20_000)).is_err());
        assert!(request(&many[..2], &[], &EgressLimits::default()).is_err(), "twice the same");
    }

    #[test]
    fn a_credential_goes_by_no_field_that_frames_or_steers() {
        for name in
            ["Host", "content-length", "Transfer-Encoding", "X-Forwarded-Host", "Proxy-Authorization", "a b", "", "TE"]
        {
            assert_eq!(of_credential(name), None, "{name}");
        }
        for name in ["Authorization", "X-Api-Key", "apikey", "Cookie", "X-Authorization"] {
            assert!(of_credential(name).is_some(), "{name}");
        }
    }
}
