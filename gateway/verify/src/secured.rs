//! A document together with what secures it: proofs within it, or a token around it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use url::Url;

use crate::{
    around::Around,
    did::document_url,
    document::{each, id_of, text},
    jwt::Jwt,
    proof::{self, Judged},
};

/// A credential, a presentation or a status list, not yet judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Secured<'a> {
    pub(crate) content: &'a Map<String, Value>,
    pub(crate) jwt: Option<&'a Jwt>,
}

impl<'a> Secured<'a> {
    pub(crate) fn issuer(&self) -> Option<&'a str> {
        id_of(self.content, "issuer")
    }

    /// Judges what secures it. `owner` is who should have.
    pub(crate) fn judge(&self, owner: Option<&str>, around: &Around<'_>) -> Judged {
        match self.jwt {
            Some(jwt) => jwt.judge(self.content, owner, around),
            None => proof::judge(self.content, owner, around),
        }
    }

    pub(crate) fn is_secured(&self) -> bool {
        self.jwt.is_some() || self.content.contains_key("proof")
    }

    /// The documents of its issuer or holder, and of the keys that its proofs name.
    pub(crate) fn references(&self) -> BTreeSet<Url> {
        let owner = self.issuer().or_else(|| id_of(self.content, "holder"));
        let proofs = each(self.content, "proof");
        let methods = proofs.iter().filter_map(|(_, proof)| text(proof.as_object()?, "verificationMethod"));
        let in_token = self.jwt.and_then(|jwt| jwt.method(owner));
        owner.into_iter().chain(methods).chain(in_token.as_deref()).filter_map(document_url).collect()
    }
}
