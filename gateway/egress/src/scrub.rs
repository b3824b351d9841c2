//! Taking secrets out of what the other side sent back, should it echo them: as they are, in base64, percent-encoded or
//! escaped in JSON. What the guest has never seen it cannot give away.

use std::collections::BTreeSet;

use bytes::Bytes;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// What stands in the place of a secret.
const INSTEAD: &[u8] = b"[secret]";
/// Shorter secrets would blot out ordinary text.
const SHORTEST: usize = 6;

/// The forms of some secrets, made once for each request.
#[derive(Default)]
pub(crate) struct Scrubber {
    /// Longest first, so that no form hides part of a longer one.
    forms: Vec<Vec<u8>>,
}

impl Scrubber {
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let secrets = secrets.into_iter().map(ExposeSecret::expose_secret).filter(|secret| secret.len() >= SHORTEST);
        let forms: BTreeSet<Vec<u8>> = secrets.flat_map(forms).collect();
        let mut forms: Vec<Vec<u8>> = forms.into_iter().collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Self { forms }
    }

    pub fn text(&self, text: String) -> String {
        match self.bytes(Bytes::from(text.clone())) {
            Some(scrubbed) => String::from_utf8_lossy(&scrubbed).into_owned(),
            None => text,
        }
    }

    pub fn body(&self, body: Bytes) -> Bytes {
        self.bytes(body.clone()).unwrap_or(body)
    }

    /// The bytes without secrets; `None` where there were none.
    fn bytes(&self, bytes: Bytes) -> Option<Bytes> {
        let mut scrubbed: Option<Vec<u8>> = None;
        for form in &self.forms {
            let current = scrubbed.as_deref().unwrap_or(&bytes);
            if let Some(replaced) = replace(current, form) {
                scrubbed = Some(replaced);
            }
        }
        scrubbed.map(Bytes::from)
    }
}

fn forms(secret: &str) -> Vec<Vec<u8>> {
    use base64::{
        Engine as _,
        engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
    };
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = serde_json::to_string(secret).unwrap_or_default();
    let mut forms = vec![
        secret.as_bytes().to_vec(),
        percent.replace('+', "%20").into_bytes(),
        percent.into_bytes(),
        json.trim_matches('"').as_bytes().to_vec(),
        json.trim_matches('"').replace('/', "\\/").into_bytes(),
    ];
    // In base64 a secret looks different at each of three offsets; the ends mix with their neighbours and are left out.
    for offset in 0..3 {
        let shifted = [vec![0; offset], secret.as_bytes().to_vec()].concat();
        let whole = shifted.len() / 3 * 3;
        let skip = [0, 4, 4][offset];
        for encoded in [STANDARD_NO_PAD.encode(&shifted[..whole]), URL_SAFE_NO_PAD.encode(&shifted[..whole])] {
            if encoded.len() >= skip + SHORTEST {
                forms.push(encoded.as_bytes()[skip..].to_vec());
            }
        }
    }
    forms
}

fn replace(bytes: &[u8], form: &[u8]) -> Option<Vec<u8>> {
    let mut found = bytes.windows(form.len()).position(|window| window == form)?;
    let mut rest = bytes;
    let mut replaced = Vec::with_capacity(bytes.len());
    loop {
        replaced.extend_from_slice(&rest[..found]);
        replaced.extend_from_slice(INSTEAD);
        rest = &rest[found + form.len()..];
        match rest.windows(form.len()).position(|window| window == form) {
            Some(next) => found = next,
            None => break,
        }
    }
    replaced.extend_from_slice(rest);
    Some(replaced)
}

/// A header value that is never shown in debug output.
pub(crate) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form() {
        let secret = "c4nary/s3cret+\"42";
        let scrubber = Scrubber::new([&SecretString::from(secret)]);
        for (text, left) in [
            (format!("Bearer {secret}"), secret.to_owned()),
            (format!("x={}", "c4nary%2Fs3cret%2B%2242"), "c4nary%2Fs3cret%2B%2242".to_owned()),
            (serde_json::json!({ "a": secret }).to_string(), "s3cret".to_owned()),
            (STANDARD.encode(secret), STANDARD.encode(&secret[..12])),
            (STANDARD.encode(format!("a{secret}")), STANDARD.encode(format!("a{secret}"))[4..16].to_owned()),
            (STANDARD.encode(format!("user:{secret}")), STANDARD.encode(format!("user:{secret}"))[8..20].to_owned()),
        ] {
            let scrubbed = scrubber.text(text.clone());
            assert!(!scrubbed.contains(&left), "{text} became {scrubbed}");
        }
    }

    #[test]
    fn other_text_stays_as_it_is() {
        let scrubber = Scrubber::new([&SecretString::from("c4nary-s3cret")]);
        assert_eq!(scrubber.text("nothing to see".to_owned()), "nothing to see");
        assert_eq!(scrubber.body(Bytes::from_static(b"\xff\x00")), Bytes::from_static(b"\xff\x00"));
    }
}
