//! Credentials and presentations as JSON Web Tokens: the Open Badges 3.0 profile (claims beside the credential's own
//! members), VCDM 1.1 (`vc` and `vp` claims) and VC-JOSE-COSE 1.0 (the credential alone).
//!
//! The key decides the algorithm; `none` and symmetric ones do not exist here. A key in the header proves that the message
//! is whole, not whose it is.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use wellspring_model::{
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::{
    Limits,
    around::Around,
    document::{each, id_of, text},
    issuer_key::{self, Named},
    json::read_json,
    key::{self, Algorithm, PublicKey},
    proof::Judged,
    validity::date,
};

/// Values of `typ` that a credential or presentation may bear (compared without regard to case, RFC 7515 §4.1.9).
const TYPES: [&str; 8] =
    ["jwt", "vc+jwt", "vp+jwt", "vc+ld+jwt", "vp+ld+jwt", "vc+ld+json+jwt", "vc-ld+jwt", "application/vc+jwt"];

/// A token taken apart, and not believed.
#[derive(Debug, Clone)]
pub(crate) struct Jwt {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    /// Header and payload as they were signed.
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// A text that looks like a token and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoJwt;

impl Jwt {
    /// Takes a token apart (RFC 7515 §3.1, RFC 7519 §7.2). Padding, line breaks, doubled members and the rest that readers
    /// understand differently make it none.
    pub(crate) fn decode(compact: &[u8], limits: &Limits) -> Result<Self, NoJwt> {
        let dot = compact.iter().rposition(|byte| *byte == b'.').ok_or(NoJwt)?;
        let (message, signature) = (&compact[..dot], &compact[dot + 1..]);
        let (header, payload) = message.split_at(message.iter().position(|byte| *byte == b'.').ok_or(NoJwt)?);
        let bytes = |part: &[u8]| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| NoJwt);
        let object = |part: &[u8]| match read_json(&bytes(part)?, limits) {
            Ok(Value::Object(object)) => Ok(object),
            _ => Err(NoJwt),
        };
        Ok(Self {
            header: object(header)?,
            claims: object(&payload[1..])?,
            message: message.to_vec(),
            signature: bytes(signature)?,
        })
    }

    /// The credential or presentation that the token carries.
    pub(crate) fn content(&self) -> Value {
        match (self.claims.get("vc"), self.claims.get("vp")) {
            (Some(Value::Object(credential)), None) => Value::Object(self.filled(credential)),
            (None, Some(presentation)) => presentation.clone(),
            _ => Value::Object(self.claims.clone()),
        }
    }

    /// VCDM 1.1 §6.3.1: what stands in a registered claim may be left out of the `vc` claim.
    fn filled(&self, credential: &Map<String, Value>) -> Map<String, Value> {
        let mut filled = credential.clone();
        let mut fill = |name: &str, value: Option<Value>| {
            if let Some(value) = value
                && !filled.contains_key(name)
            {
                filled.insert(name.to_owned(), value);
            }
        };
        let instant = |name: &str| Some(json!(self.time(name)?));
        fill("id", self.claims.get("jti").cloned());
        fill("issuer", self.claims.get("iss").cloned());
        fill("issuanceDate", instant("nbf"));
        fill("expirationDate", instant("exp"));
        if let (Some(sub), Some(Value::Object(subject))) = (self.claims.get("sub"), filled.get_mut("credentialSubject"))
            && !subject.contains_key("id")
        {
            subject.insert("id".to_owned(), sub.clone());
        }
        filled
    }

    /// A text among the claims.
    pub(crate) fn claim(&self, name: &str) -> Option<&str> {
        text(&self.claims, name)
    }

    /// The audience: one, or several.
    pub(crate) fn is_for(&self, domain: &str) -> bool {
        each(&self.claims, "aud").iter().any(|(_, audience)| audience.as_str() == Some(domain))
    }

    /// Any claim.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// A text in the header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        text(&self.header, name)
    }

    /// Whether the header asks for no rules that we do not know. `crit` names rules that a reader must know; we know none.
    /// `b64` would change what was signed.
    fn is_plain(&self) -> bool {
        !self.header.contains_key("crit") && !self.header.contains_key("b64")
    }

    /// Whether this key signed it, by the algorithm that is the key's own.
    pub(crate) fn is_by(&self, key: &PublicKey) -> bool {
        let named = self.header("alg").and_then(Algorithm::named);
        self.is_plain() && named == Some(key.algorithm()) && key.verifies(&self.message, &self.signature)
    }

    pub(crate) fn time(&self, name: &str) -> Option<Timestamp> {
        let seconds = self.claims.get(name)?.as_f64()?;
        // Fractions are allowed, and of no interest here.
        Timestamp::from_second(seconds.floor() as i64).ok()
    }

    /// The address of the key's document, where the header names one.
    pub(crate) fn method(&self, issuer: Option<&str>) -> Option<String> {
        let kid = text(&self.header, "kid")?;
        match (kid.contains(':'), issuer) {
            (true, _) => Some(kid.to_owned()),
            (false, Some(issuer)) => Some(format!("{issuer}#{}", kid.trim_start_matches('#'))),
            (false, None) => None,
        }
    }

    /// Judges signature, key and claims. `owner` is the issuer of the credential, or the holder.
    pub(crate) fn judge(&self, content: &Map<String, Value>, owner: Option<&str>, around: &Around<'_>) -> Judged {
        let root = Pointer::root();
        let alone = |outcome, finding| Judged {
            proof: (outcome, finding),
            issuer_key: None,
            notices: Vec::new(),
            at: Pointer::root(),
        };
        let failed = |code| alone(Outcome::Failed, Finding::new(code, root.clone()));
        if !self.is_well_formed() || !self.is_plain() {
            return failed(FindingCode::JwtInvalid);
        }
        let Some(name) = text(&self.header, "alg") else { return failed(FindingCode::JwtInvalid) };
        let Some(algorithm) = Algorithm::named(name) else {
            // `none` and shared secrets sign nothing; other names may be signatures that we do not know.
            return match name.eq_ignore_ascii_case("none") || name.starts_with("HS") {
                true => failed(FindingCode::AlgorithmMismatch),
                false => {
                    let finding = Finding::new(FindingCode::SuiteUnsupported, root.clone()).with("suite", name);
                    alone(Outcome::Undetermined, finding)
                }
            };
        };
        let method = self.method(owner);
        let in_header = self.header.get("jwk").and_then(Value::as_object);
        let named = match (&method, in_header) {
            (Some(method), _) => Named::by_method(method, around),
            (None, Some(jwk)) => match key::of_jwk(jwk) {
                Some(key) => Named::bare(key),
                None => return failed(FindingCode::JwtInvalid),
            },
            // Nobody is named. An issuer that is a key can only mean that one.
            (None, None) => match owner.filter(|owner| key::is_own_document(owner)) {
                Some(owner) => Named::by_method(owner, around),
                None => {
                    let finding = Finding::new(FindingCode::KeyUnresolved, root.clone());
                    return alone(Outcome::Undetermined, finding);
                }
            },
        };
        let named = match (named.key(), in_header.and_then(key::of_jwk)) {
            (None, Some(key)) => Named::bare(key),
            _ => named,
        };
        let proof = match named.key() {
            None => (Outcome::Undetermined, named.unresolved(root.clone())),
            Some(key) if key.algorithm() != algorithm => {
                (Outcome::Failed, Finding::new(FindingCode::AlgorithmMismatch, root.clone()))
            }
            Some(key) if key.verifies(&self.message, &self.signature) => {
                (Outcome::Passed, Finding::new(FindingCode::SignatureOk, root.clone()))
            }
            Some(_) => (Outcome::Failed, Finding::new(FindingCode::SignatureInvalid, root.clone())),
        };
        let (contradiction, notices) = self.compare(content);
        let proof = match (proof, contradiction) {
            ((Outcome::Passed, _), Some(finding)) => (Outcome::Failed, finding),
            (proof, _) => proof,
        };
        Judged { proof, issuer_key: Some(issuer_key::judge(&named, owner, around, &root)), notices, at: root }
    }

    /// Whether the members of the header that we read are what RFC 7515 §4.1 says they are: one that is something else is not
    /// the same as none.
    fn is_well_formed(&self) -> bool {
        let is = |name: &str, fits: fn(&Value) -> bool| self.header.get(name).is_none_or(fits);
        is("typ", |typ| typ.as_str().is_some_and(|typ| TYPES.contains(&typ.to_ascii_lowercase().as_str())))
            && is("kid", Value::is_string)
            && is("jwk", Value::is_object)
    }

    /// The claims against the credential (OB 3.0 §VC-JWT verification): what is there has to agree, and what is absent is
    /// remarked on in the profile that asks for it.
    fn compare(&self, content: &Map<String, Value>) -> (Option<Finding>, Vec<Finding>) {
        let subject = each(content, "credentialSubject").first().and_then(|(_, subject)| subject.get("id"));
        let stated = [
            ("iss", id_of(content, "issuer").or_else(|| id_of(content, "holder")), "issuer"),
            ("jti", text(content, "id"), "id"),
            ("sub", subject.and_then(Value::as_str), "credentialSubject"),
        ];
        let mut absent = Vec::new();
        for (claim, member, name) in stated {
            match (self.claims.get(claim), member) {
                (Some(claimed), Some(member)) if claimed != member => return (Some(mismatch(claim, name)), Vec::new()),
                (None, Some(_)) => absent.push(claim),
                _ => {}
            }
        }
        for (claim, names) in [("nbf", ["validFrom", "issuanceDate"]), ("exp", ["validUntil", "expirationDate"])] {
            let Some(name) = names.into_iter().find(|name| content.contains_key(*name)) else { continue };
            let member = content.get(name).and_then(date);
            match (self.claims.get(claim), self.time(claim)) {
                (Some(_), claimed) if claimed.map(Timestamp::as_second) != member.map(Timestamp::as_second) => {
                    return (Some(mismatch(claim, name)), Vec::new());
                }
                (None, _) => absent.push(claim),
                _ => {}
            }
        }
        // VC-JOSE-COSE has the credential alone and asks for none of these.
        let is_alone = text(&self.header, "typ").is_some_and(|typ| typ.to_ascii_lowercase().ends_with("+jwt"));
        if is_alone || absent.is_empty() || !content.contains_key("credentialSubject") {
            return (None, Vec::new());
        }
        (None, vec![Finding::new(FindingCode::JwtClaimAbsent, Pointer::root()).with("claims", absent.join(", "))])
    }

    /// The bounds that the token sets beside those of its content.
    pub(crate) fn bounds(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        // A bound that cannot be read bounds everything.
        let read = |name: &str, unread| self.claims.get(name).map(|_| self.time(name).unwrap_or(unread));
        (read("nbf", Timestamp::MAX), read("exp", Timestamp::MIN))
    }
}

fn mismatch(claim: &str, member: &str) -> Finding {
    Finding::new(FindingCode::JwtClaimMismatch, Pointer::root().key(member)).with("claim", claim)
}

/// Whether bytes are three parts of base64url without padding, the first of which decodes to an object (`e…`).
pub(crate) fn looks_like_one(bytes: &[u8]) -> bool {
    let mut parts = bytes.split(|byte| *byte == b'.');
    let base64url = |part: &[u8]| part.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    header.starts_with(b"e") && header.len() > 10 && [header, payload, signature].into_iter().all(base64url)
}
