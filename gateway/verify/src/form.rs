//! Which form an input has. Content decides, never a file's name.

use serde_json::{Map, Value};

use crate::{
    document::{is_a, texts},
    jwt,
};

/// What a JSON object, or something else that was handed in, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Open Badges 3.0: AchievementCredential, also called OpenBadgeCredential.
    Achievement,
    /// CLR 2.0.
    Clr,
    /// Any other verifiable credential.
    Credential,
    /// Open Badges 3.0: what somebody says of an issuer or an achievement.
    Endorsement,
    /// A presentation: credentials, handed in by their holder.
    Presentation,
    /// A credential or presentation within a token, still to be taken out.
    Token,
    /// The same, in the address of an object (VCDM 2.0 §4.13).
    Enveloped,
    /// Something that looks like a token and is none.
    NoToken,
    /// A picture from which no credential can be read with certainty.
    NoPicture,
    /// Known by this name, and not decided yet.
    Later(&'static str),
    /// Nothing we know.
    Unknown,
}

impl Form {
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Object(object) => Self::of_object(object),
            Value::String(text) if jwt::looks_like_one(text.as_bytes()) => Self::Token,
            _ => Self::Unknown,
        }
    }

    fn of_object(object: &Map<String, Value>) -> Self {
        if is_a(object, "VerifiablePresentation") {
            return Self::Presentation;
        }
        if is_a(object, "EnvelopedVerifiableCredential") || is_a(object, "EnvelopedVerifiablePresentation") {
            return Self::Enveloped;
        }
        if is_a(object, "VerifiableCredential") {
            return if is_a(object, "ClrCredential") {
                Self::Clr
            } else if is_a(object, "AchievementCredential") || is_a(object, "OpenBadgeCredential") {
                Self::Achievement
            } else if is_a(object, "EndorsementCredential") {
                Self::Endorsement
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

    /// Bytes that are neither JSON nor a token nor a picture, and that we know all the same.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let token = bytes.split(|byte| *byte == b'~').next().unwrap_or_default();
        if bytes.starts_with(b"%PDF-") {
            Some(Self::Later("a PDF file"))
        } else if bytes.contains(&b'~') && jwt::looks_like_one(token) {
            Some(Self::Later("a credential as SD-JWT"))
        } else {
            None
        }
    }
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
        assert_eq!(typed(&["VerifiableCredential", "EndorsementCredential"]), Form::Endorsement);
        assert_eq!(Form::of(&json!("eyJhbGciOiJFUzI1NiJ9.e30.c2ln")), Form::Token);
        assert_eq!(Form::of_bytes(b"%PDF-1.7"), Some(Form::Later("a PDF file")));
        assert_eq!(Form::of_bytes(b"eyJhbGciOiJFUzI1NiJ9.e30.c2ln~"), Some(Form::Later("a credential as SD-JWT")));
        assert_eq!(Form::of_bytes(b"a.b.c"), None);
    }
}
