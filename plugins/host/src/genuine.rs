//! Whether a request that came to us is from whom it should be: an HMAC, or a secret that only they and we know. Comparisons take
//! as long for a near miss as for any other.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;
use wellspring_model::{ExposeSecret, SecretString};

use crate::{
    calls::InboundRequest,
    manifest::{Algorithm, Check, Encoding, Inbound},
};

/// Whether `signature` is the HMAC of the segments, one behind the other.
pub(crate) fn is_signed<'a>(
    secret: &SecretString,
    algorithm: Algorithm,
    segments: impl IntoIterator<Item = &'a [u8]>,
    signature: &str,
    encoding: Encoding,
) -> bool {
    let decoded = match encoding {
        Encoding::Hex => hex(signature.trim()),
        Encoding::Base64 => STANDARD.decode(signature.trim()).ok(),
    };
    let Some(signature) = decoded else { return false };
    let key = secret.expose_secret().as_bytes();
    match algorithm {
        Algorithm::Sha1 => verify::<Hmac<Sha1>>(key, segments, &signature),
        Algorithm::Sha256 => verify::<Hmac<Sha256>>(key, segments, &signature),
        Algorithm::Sha512 => verify::<Hmac<Sha512>>(key, segments, &signature),
    }
}

fn verify<'a, M: Mac + KeyInit>(key: &[u8], segments: impl IntoIterator<Item = &'a [u8]>, signature: &[u8]) -> bool {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return false };
    for segment in segments {
        mac.update(segment);
    }
    mac.verify_slice(signature).is_ok()
}

/// Whether a text is the secret.
pub(crate) fn is_secret(secret: &SecretString, value: &str) -> bool {
    // An empty secret would be known to everybody.
    let secret = secret.expose_secret().as_bytes();
    !secret.is_empty() && bool::from(secret.ct_eq(value.as_bytes()))
}

/// What the manifest can describe, looked at. `None`: the guest has to find out.
pub(crate) fn is_genuine(inbound: &Inbound, secret: &SecretString, request: &InboundRequest) -> Option<bool> {
    let header = |name: &str| request.header(name).unwrap_or_default();
    let named = || inbound.header.as_deref().map(header).unwrap_or_default();
    Some(match inbound.check {
        Check::Guest => return None,
        Check::Hmac => named().strip_prefix(inbound.prefix.as_str()).is_some_and(|signature| {
            is_signed(secret, inbound.algorithm, [&*request.body], signature, inbound.encoding)
        }),
        Check::Header => is_secret(secret, named()),
        Check::Bearer => scheme(header("authorization"), "bearer").is_some_and(|token| is_secret(secret, token)),
        Check::Basic => scheme(header("authorization"), "basic")
            .and_then(|pair| String::from_utf8(STANDARD.decode(pair).ok()?).ok())
            .is_some_and(|pair| is_secret(secret, &pair)),
    })
}

impl Inbound {
    /// The header that shows a request with this body to be genuine: what an ATS does, for those who stand in for one. `None`: the
    /// manifest does not say how.
    pub fn prove(&self, secret: &SecretString, body: &[u8]) -> Option<(String, String)> {
        let authorization = |value: String| Some(("authorization".to_owned(), value));
        let shared = secret.expose_secret();
        match self.check {
            Check::Guest => None,
            Check::Bearer => authorization(format!("Bearer {shared}")),
            Check::Basic => authorization(format!("Basic {}", STANDARD.encode(shared))),
            Check::Header => Some((self.header.clone()?, shared.to_owned())),
            Check::Hmac => {
                let key = shared.as_bytes();
                let tag = match self.algorithm {
                    Algorithm::Sha1 => tag::<Hmac<Sha1>>(key, body),
                    Algorithm::Sha256 => tag::<Hmac<Sha256>>(key, body),
                    Algorithm::Sha512 => tag::<Hmac<Sha512>>(key, body),
                }?;
                let written = match self.encoding {
                    Encoding::Hex => tag.iter().map(|byte| format!("{byte:02x}")).collect(),
                    Encoding::Base64 => STANDARD.encode(tag),
                };
                Some((self.header.clone()?, format!("{}{written}", self.prefix)))
            }
        }
    }
}

fn tag<M: Mac + KeyInit>(key: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let mut mac = <M as KeyInit>::new_from_slice(key).ok()?;
    mac.update(body);
    Some(mac.finalize().into_bytes().to_vec())
}

/// What stands behind the name of an authentication scheme, which is written in any case (RFC 9110 §11.1).
fn scheme<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let (scheme, rest) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case(name).then(|| rest.trim_start())
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.as_bytes().chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbound(check: Check, header: Option<&str>, prefix: &str) -> Inbound {
        Inbound {
            credential: "hook".to_owned(),
            check,
            header: header.map(str::to_owned),
            prefix: prefix.to_owned(),
            encoding: Encoding::Hex,
            algorithm: Algorithm::Sha256,
        }
    }

    fn request(name: &str, value: &str) -> InboundRequest {
        InboundRequest {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: Vec::new(),
            headers: vec![(name.to_owned(), value.to_owned())],
            body: b"what do ya want for nothing?".to_vec(),
        }
    }

    #[test]
    fn a_signature_holds_for_its_bytes_and_its_key_alone() {
        // RFC 4231, test case 2.
        const HMAC: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let check = inbound(Check::Hmac, Some("Ats-Signature"), "sha256=");
        let (key, other) = (SecretString::from("Jefe"), SecretString::from("Jeff"));
        let signed = request("ats-signature", &format!("sha256={HMAC}"));
        assert_eq!(is_genuine(&check, &key, &signed), Some(true));
        assert_eq!(is_genuine(&check, &other, &signed), Some(false));
        let altered = InboundRequest { body: b"what do ya want for nothing!".to_vec(), ..signed };
        assert_eq!(is_genuine(&check, &key, &altered), Some(false));
        for flawed in [HMAC.to_owned(), "sha256=".to_owned(), format!("sha256={}", &HMAC[1..]), "sha256=zz".to_owned()]
        {
            assert_eq!(is_genuine(&check, &key, &request("ats-signature", &flawed)), Some(false), "{flawed}");
        }
        assert_eq!(is_genuine(&check, &key, &request("other", HMAC)), Some(false));
    }

    #[test]
    fn a_secret_is_compared_as_a_whole_and_an_empty_one_is_none() {
        let secret = SecretString::from("ats:pass word");
        let basic = inbound(Check::Basic, None, "");
        assert_eq!(is_genuine(&basic, &secret, &request("authorization", "basic YXRzOnBhc3Mgd29yZA==")), Some(true));
        assert_eq!(is_genuine(&basic, &secret, &request("authorization", "Basic YXRzOnBhc3Mgd29yZQ==")), Some(false));
        let bearer = inbound(Check::Bearer, None, "");
        assert_eq!(is_genuine(&bearer, &secret, &request("authorization", "Bearer ats:pass word")), Some(true));
        assert_eq!(is_genuine(&bearer, &secret, &request("authorization", "ats:pass word")), Some(false));
        let header = inbound(Check::Header, Some("x-secret"), "");
        assert_eq!(is_genuine(&header, &secret, &request("x-secret", "ats:pass word")), Some(true));
        assert_eq!(is_genuine(&header, &SecretString::from(""), &request("x-secret", "")), Some(false));
        assert_eq!(is_genuine(&inbound(Check::Guest, None, ""), &secret, &request("a", "b")), None);
    }
}
