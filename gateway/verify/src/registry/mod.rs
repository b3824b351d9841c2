//! Registries of issuers, kept by somebody the operator relies on: lists, and OpenID federations that are asked about one
//! issuer at a time. Which registry counts for whom is the employer's to say; this is about what a registry says.

mod federation;
mod list;

use jiff::Timestamp;
use url::Url;
use wellspring_model::{
    credential::IssuerId,
    digest::Digest,
    finding::{Finding, FindingCode},
    pointer::Pointer,
    report::TrustAnswer,
};

use crate::{Absence, around::Around};
use federation::Federation;
pub(crate) use list::MemberList;

/// A registry as the operator set it up.
#[derive(Debug, Clone)]
pub struct Registry(Kind);

#[derive(Debug, Clone)]
enum Kind {
    List { list: MemberList, obtained_at: Timestamp },
    ListAt(Url),
    Federation(Federation),
}

/// Why a registry cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    #[error("not a registry of issuers: {0}")]
    List(String),
    #[error("not an https address: {0}")]
    Address(String),
    #[error("not a JWK set with a public key and a `kid` for each: {0}")]
    Keys(String),
}

/// What a registry said of an issuer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    pub(crate) answer: TrustAnswer,
    pub(crate) version: Option<Digest>,
    pub(crate) updated: Option<Timestamp>,
    pub(crate) obtained_at: Option<Timestamp>,
    /// Why it is not known.
    pub(crate) notice: Option<Finding>,
}

impl Registry {
    /// A list in the form of the Digital Credentials Consortium's registries, as it was obtained.
    ///
    /// # Errors
    /// [`RegistryError::List`] where the bytes are none.
    pub fn list(bytes: &[u8], obtained_at: Timestamp) -> Result<Self, RegistryError> {
        Ok(Self(Kind::List { list: MemberList::read(bytes)?, obtained_at }))
    }

    /// A list of the same form that is gathered from its address.
    ///
    /// # Errors
    /// [`RegistryError::Address`] where it is not an https address.
    pub fn list_at(url: &str) -> Result<Self, RegistryError> {
        Ok(Self(Kind::ListAt(https(url)?)))
    }

    /// The trust anchor of an OpenID federation (OpenID Federation 1.0 §1.2), by its entity identifier, with the JWK set
    /// of its federation keys. The keys come from the operator, never from the answer that they are to verify.
    ///
    /// # Errors
    /// [`RegistryError::Address`] and [`RegistryError::Keys`].
    pub fn federation(anchor: &str, keys: &[u8]) -> Result<Self, RegistryError> {
        Ok(Self(Kind::Federation(Federation::new(anchor, keys)?)))
    }

    /// What distinguishes this registry from another of the same name.
    pub(crate) fn stamp(&self) -> Vec<u8> {
        match &self.0 {
            Kind::List { list, obtained_at } => {
                [list.digest.bytes().as_slice(), &obtained_at.as_microsecond().to_be_bytes()].concat()
            }
            Kind::ListAt(url) => url.as_str().as_bytes().to_vec(),
            Kind::Federation(federation) => federation.stamp(),
        }
    }

    /// The documents in which it says something of an issuer, as far as their addresses are known by now.
    pub(crate) fn references(&self, issuer: &IssuerId, around: &Around<'_>) -> Vec<Url> {
        match &self.0 {
            Kind::List { .. } => Vec::new(),
            Kind::ListAt(url) => vec![url.clone()],
            Kind::Federation(federation) => federation.references(issuer, around),
        }
    }

    pub(crate) fn says(&self, name: &str, issuer: &IssuerId, around: &Around<'_>) -> Said {
        match &self.0 {
            Kind::List { list, obtained_at } => named_in(list, issuer, *obtained_at),
            Kind::ListAt(url) => match around.library.members(url) {
                Ok((list, obtained_at)) => named_in(&list, issuer, obtained_at),
                Err(why) => Said::unknown(name, &why),
            },
            Kind::Federation(federation) => {
                federation.says(issuer, around).unwrap_or_else(|why| Said::unknown(name, &why))
            }
        }
    }

    /// What an operator wants to see of it: how many it lists, where that is known, and in which version.
    pub fn summary(&self) -> (Option<usize>, Option<Digest>, Option<Timestamp>) {
        match &self.0 {
            Kind::List { list, .. } => (Some(list.len()), Some(list.digest), list.updated),
            Kind::ListAt(_) | Kind::Federation(_) => (None, None, None),
        }
    }
}

/// Why a registry's answer is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unknown {
    Absent(Absence),
    Invalid,
}

impl Said {
    pub(crate) fn unknown(name: &str, why: &Unknown) -> Self {
        let at = Pointer::root().key("issuer");
        let notice = match why {
            Unknown::Absent(absence) => Finding::new(FindingCode::RegistryUnreachable, at).with("reason", *absence),
            Unknown::Invalid => Finding::new(FindingCode::RegistryInvalid, at),
        };
        Self { notice: Some(notice.with("registry", name)), ..Self::default() }
    }
}

fn named_in(list: &MemberList, issuer: &IssuerId, obtained_at: Timestamp) -> Said {
    Said {
        answer: list.names(issuer).into(),
        version: Some(list.digest),
        updated: list.updated,
        obtained_at: Some(obtained_at),
        notice: None,
    }
}

fn https(text: &str) -> Result<Url, RegistryError> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "https" && url.username().is_empty());
    url.ok_or_else(|| RegistryError::Address(text.to_owned()))
}
