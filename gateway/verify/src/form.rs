//! Which form an input has. Content decides, never a file's name.

use serde_json::{Map, Value};

use crate::document::{is_a, texts};

/// What a JSON object, or something else that was handed in, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Open Badges 3.0: AchievementCredential, also called OpenBadgeCredential.
    Achievement,
    /// CLR 2.0.
    Clr,
    /// Any other verifiable credential.
    Credential,
    /// A presentation: credentials, handed in by their holder.
    Presentation,
    /// Known by this name, and not decided yet.
    Later(&'static str),
    /// Nothing we know.
    Unknown,
}

impl Form {
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Object(object) => Self::of_object(object),
            Value::String(text) if is_compact_jws(text.as_bytes()) => Self::Later("a credential as JWT"),
            _ => Self::Unknown,
        }
    }

    fn of_object(object: &Map<String, Value>) -> Self {
        if is_a(object, "VerifiablePresentation") {
            return Self::Presentation;
        }
        if is_a(object, "EnvelopedVerifiableCredential") {
            return Self::Later("an enveloped credential");
        }
        if is_a(object, "VerifiableCredential") {
            return if is_a(object, "ClrCredential") {
                Self::Clr
            } else if is_a(object, "AchievementCredential") || is_a(object, "OpenBadgeCredential") {
                Self::Achievement
            } else {
                Self::Credential
            };
        }
        let contexts = texts(object, "@context");
        let names = |part: &str| contexts.iter().any(|context| context.contains(part));
        if is_a(object, "Assertion") || names("openbadges/v2") || names("openbadges/v1") {
            Self::Later("Open Badges 2.0")
        } else if is_a(object, "CLR") || is_a(object, "Clr") || names("clr/v1p0") {
            Self::Later("CLR 1.0")
        } else if is_a(object, "LER-RSType") || object.contains_key("educationAndLearnings") {
            Self::Later("LER-RS")
        } else {
            Self::Unknown
        }
    }

    /// Bytes that are not JSON and that we know all the same.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Option<&'static str> {
        let start = bytes.trim_ascii_start();
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some("a badge as PNG picture")
        } else if bytes.starts_with(b"%PDF-") {
            Some("a PDF file")
        } else if start.starts_with(b"<svg") || (start.starts_with(b"<?xml") && contains(start, b"<svg")) {
            Some("a badge as SVG picture")
        } else if bytes.contains(&b'~') && is_compact_jws(bytes.split(|byte| *byte == b'~').next().unwrap_or_default())
        {
            Some("a credential as SD-JWT")
        } else if is_compact_jws(bytes.trim_ascii()) {
            Some("a credential as JWT")
        } else {
            None
        }
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.iter().take(4_096).collect::<Vec<_>>().windows(part.len()).any(|window| window.iter().copied().eq(part))
}

/// Three parts of base64url without padding, the first of them an object (`eyJ`, `ewo` … decode to `{`).
fn is_compact_jws(bytes: &[u8]) -> bool {
    let mut parts = bytes.split(|byte| *byte == b'.');
    let base64url = |part: &[u8]| part.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    header.starts_with(b"e") && header.len() > 10 && [header, payload, signature].into_iter().all(base64url)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Form;

    #[test]
    fn content_decides_the_form() {
        let typed = |types: &[&str]| Form::of(&json!({"type": types}));
        assert_eq!(typed(&["VerifiableCredential", "OpenBadgeCredential"]), Form::Achievement);
        assert_eq!(typed(&["ClrCredential", "VerifiableCredential"]), Form::Clr);
        assert_eq!(typed(&["ClrCredential"]), Form::Unknown);
        assert_eq!(typed(&["VerifiablePresentation"]), Form::Presentation);
        assert_eq!(Form::of(&json!({"@context": "https://w3id.org/openbadges/v2"})), Form::Later("Open Badges 2.0"));
        assert_eq!(Form::of(&json!([1])), Form::Unknown);
        assert_eq!(Form::of(&json!("eyJhbGciOiJFUzI1NiJ9.e30.c2ln")), Form::Later("a credential as JWT"));
        assert_eq!(Form::of_bytes(b"%PDF-1.7"), Some("a PDF file"));
        assert_eq!(Form::of_bytes(b"<?xml version='1.0'?>\n<svg/>"), Some("a badge as SVG picture"));
        assert_eq!(Form::of_bytes(b"a.b.c"), None);
    }
}
