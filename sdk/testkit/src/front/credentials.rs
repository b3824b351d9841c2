//! Secrets that this server made up for a connector's credentials, and which of them a request carries.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::http::{HeaderMap, header::AUTHORIZATION};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;
use wellspring_host::{
    Manifest,
    manifest::{Attach, CredentialKind},
};
use wellspring_model::{SecretString, time::Entropy};

use super::Answer;

/// What the end of every made-up secret begins with: nothing else looks like it.
const CANARY: &str = "c4n4ry-51c2";

pub(super) struct Credentials {
    /// The end of every secret of this server. Nobody else knows it: where the ATS itself is behind the server, these secrets are
    /// as good as the account's own.
    canary: String,
    known: BTreeMap<String, Known>,
    /// Tokens given out, each with its credential.
    tokens: Mutex<BTreeMap<String, String>>,
    given: AtomicU64,
}

struct Known {
    kind: CredentialKind,
    /// The header it goes into, in lower case, and what stands there. `None` for those whose tokens change.
    header: Option<(String, String)>,
    /// Base and path of the address where tokens are had.
    token: Option<(String, String)>,
}

impl Credentials {
    pub fn new(manifest: &Manifest, entropy: &dyn Entropy) -> Self {
        let mut drawn = [0; 16];
        entropy.fill(&mut drawn);
        let canary = drawn.iter().fold(CANARY.to_owned(), |text, byte| format!("{text}{byte:02x}"));
        let known = manifest.credentials.iter().map(|(name, credential)| {
            let secret = |member: &str| made_up(name, member, &canary);
            let header = match (credential.kind, credential.attach, &credential.header) {
                (CredentialKind::Basic, ..) => {
                    let pair = format!("{}:{}", secret("username"), secret("password"));
                    Some(("authorization".to_owned(), format!("Basic {}", BASE64_STANDARD.encode(pair))))
                }
                (CredentialKind::ApiKey, Attach::Header, Some(header)) => {
                    Some((header.to_ascii_lowercase(), secret("key")))
                }
                (CredentialKind::ApiKey, Attach::Basic, _) => {
                    let key = BASE64_STANDARD.encode(format!("{}:", secret("key")));
                    Some(("authorization".to_owned(), format!("Basic {key}")))
                }
                (CredentialKind::ApiKey, ..) => Some(("authorization".to_owned(), format!("Bearer {}", secret("key")))),
                _ => None,
            };
            let token = credential.token_url.as_deref().and_then(|url| {
                let (base, path) = url.strip_prefix("{bases.")?.split_once('}')?;
                Some((base.to_owned(), path.to_owned()))
            });
            (name.clone(), Known { kind: credential.kind, header, token })
        });
        let known = known.collect();
        Self { canary, known, tokens: Mutex::default(), given: AtomicU64::new(0) }
    }

    /// The made-up secret of a credential's member: the same whenever it is asked for.
    pub fn made_up(&self, credential: &str, member: &str) -> String {
        made_up(credential, member, &self.canary)
    }

    /// As members by credential, as an operator would give them.
    pub fn secrets(&self) -> BTreeMap<String, BTreeMap<String, SecretString>> {
        let members = |name: &str, kind: CredentialKind| {
            kind.fields().iter().map(|field| ((*field).to_owned(), self.made_up(name, field).into())).collect()
        };
        self.known.iter().map(|(name, known)| (name.clone(), members(name, known.kind))).collect()
    }

    pub fn expire_tokens(&self) {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// A text with dots in the place of secrets.
    pub fn mask(&self, text: &str) -> String {
        let secrets = self
            .known
            .iter()
            .flat_map(|(name, known)| known.kind.fields().iter().map(|field| self.made_up(name, field)));
        let tokens: Vec<_> = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
        secrets.chain(tokens).fold(text.to_owned(), |text, secret| text.replace(&secret, "••••••"))
    }

    /// Whether a text holds one of the secrets.
    pub fn are_in(&self, text: &str) -> bool {
        text.contains(CANARY) || text.contains(&BASE64_STANDARD.encode(CANARY)[..12])
    }

    /// The answer to a request for a token; `None`: it is another request.
    pub fn token(&self, base: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> Option<Answer> {
        let is_here = |known: &Known| known.token.as_ref().is_some_and(|(b, p)| b == base && p == path);
        let mut here = self.known.iter().filter(|(_, known)| is_here(known)).peekable();
        here.peek()?;
        let body = String::from_utf8_lossy(body);
        let proves = |name: &str| {
            let pair = format!("{}:{}", self.made_up(name, "client_id"), self.made_up(name, "client_secret"));
            let basic = format!("Basic {}", BASE64_STANDARD.encode(pair));
            authorization(headers) == Some(&basic) || body.contains(&self.made_up(name, "client_secret"))
        };
        let Some((name, _)) = here.find(|(name, _)| proves(name)) else {
            return Some(Answer::json(401, &json!({ "error": "invalid_client" })));
        };
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        let token = self.made_up(name, &format!("token-{number}"));
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(token.clone(), name.clone());
        Some(Answer::json(200, &json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3_600 })))
    }

    /// Which credential these headers carry, and the header that carries it.
    pub fn carried(&self, headers: &HeaderMap) -> Option<(String, String)> {
        let fixed = self.known.iter().find_map(|(name, known)| {
            let (header, value) = known.header.as_ref()?;
            let sent = headers.get(header)?.to_str().ok()?;
            (sent == value).then(|| (name.clone(), header.clone()))
        });
        let token = || {
            let sent = authorization(headers)?.strip_prefix("Bearer ")?;
            let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            Some((tokens.get(sent)?.clone(), "authorization".to_owned()))
        };
        fixed.or_else(token)
    }

    /// Whether requests can prove themselves at all.
    pub fn are_attached(&self) -> bool {
        self.known.values().any(|known| known.kind != CredentialKind::SharedSecret)
    }
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()
}

fn made_up(credential: &str, member: &str, canary: &str) -> String {
    format!("{credential}-{member}-{canary}")
}
