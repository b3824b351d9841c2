//! Revocation and suspension: what the issuer says of the credential since (Bitstring Status List 1.0; StatusList2021;
//! 1EdTech Revocation List 1.0). Every entry is looked up. A list that cannot be verified decides nothing, whatever it says.

mod bitstring;
mod list;
mod revocation_list;

use serde_json::{Map, Value};
use url::Url;
use wellspring_model::{
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::{
    Material,
    around::Around,
    document::{each, text},
    material::Absence,
    validity,
};

pub(crate) use list::List;

/// Entries looked at in one credential.
const MOST_ENTRIES: usize = 16;

/// What became of the entries.
#[derive(Default)]
pub(crate) struct Judged {
    /// One for each entry.
    pub(crate) checks: Vec<(Outcome, Finding)>,
    pub(crate) notices: Vec<Finding>,
}

/// Kinds of entries that are decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bitstring,
    StatusList2021,
    RevocationList,
}

impl Kind {
    fn of(entry: &Map<String, Value>) -> Option<Self> {
        match text(entry, "type")? {
            "BitstringStatusListEntry" => Some(Self::Bitstring),
            "StatusList2021Entry" => Some(Self::StatusList2021),
            "1EdTechRevocationList" => Some(Self::RevocationList),
            _ => None,
        }
    }

    /// The address of the list.
    fn address(self, entry: &Map<String, Value>) -> Option<Url> {
        let name = if self == Self::RevocationList { "id" } else { "statusListCredential" };
        let url = Url::parse(text(entry, name)?).ok()?;
        (url.scheme() == "https" && url.host().is_some() && url.username().is_empty()).then_some(url)
    }
}

/// The lists that a credential names.
pub(crate) fn references(credential: &Map<String, Value>) -> Vec<Url> {
    let entries = each(credential, "credentialStatus");
    let named = entries.iter().take(MOST_ENTRIES).filter_map(|(_, entry)| {
        let entry = entry.as_object()?;
        let mut url = Kind::of(entry)?.address(entry)?;
        url.set_fragment(None);
        Some(url)
    });
    named.collect()
}

/// The documents that a list needs in turn, once it is there.
pub(crate) fn references_of_list(url: &Url, material: &Material) -> Vec<Url> {
    let unverified = material.document(url).and_then(list::read);
    let found = unverified.as_ref().and_then(|unverified| unverified.credentials().next()?.secured());
    found.map(|secured| secured.references().into_iter().collect()).unwrap_or_default()
}

/// Looks every entry of a credential up.
pub(crate) fn judge(credential: &Map<String, Value>, issuer: Option<&str>, around: &Around<'_>) -> Judged {
    let entries = each(credential, "credentialStatus");
    let mut judged = Judged::default();
    if entries.len() > MOST_ENTRIES {
        let at = Pointer::root().key("credentialStatus");
        let finding = Finding::new(FindingCode::LimitExceeded, at).with("limit", MOST_ENTRIES);
        judged.checks.push((Outcome::Undetermined, finding));
        return judged;
    }
    for (at, entry) in entries {
        let check = match entry.as_object() {
            Some(entry) => one(credential, entry, &at, issuer, around, &mut judged.notices),
            None => (Outcome::Undetermined, Finding::new(FindingCode::MemberInvalid, at)),
        };
        judged.checks.push(check);
    }
    judged
}

fn one(
    credential: &Map<String, Value>,
    entry: &Map<String, Value>,
    at: &Pointer,
    issuer: Option<&str>,
    around: &Around<'_>,
    notices: &mut Vec<Finding>,
) -> (Outcome, Finding) {
    let Some(kind) = Kind::of(entry) else {
        let finding = Finding::new(FindingCode::StatusUnsupported, at.clone());
        let named = text(entry, "type").into_iter().fold(finding, |finding, kind| finding.with("type", kind));
        return (Outcome::Undetermined, named);
    };
    let Some(mut url) = kind.address(entry) else {
        return (Outcome::Undetermined, Finding::new(FindingCode::MemberInvalid, at.clone()));
    };
    url.set_fragment(None);
    let host = url.host_str().unwrap_or_default().to_owned();
    let document = match around.library.document(&url) {
        Ok(document) => document,
        Err(absence) => return (Outcome::Undetermined, absent(at, &host, absence)),
    };
    if around.is_older(document.fetched_at, around.policy.status_max_age_seconds) {
        let finding = Finding::new(FindingCode::StatusStale, at.clone()).with("since", document.fetched_at);
        return (Outcome::Undetermined, finding);
    }
    if around.is_older(document.fetched_at, around.policy.status_fresh_seconds) {
        notices.push(Finding::new(FindingCode::StatusAged, at.clone()).with("since", document.fetched_at));
    }
    match kind {
        Kind::RevocationList => revocation_list::judge(credential, document, at, issuer, notices),
        Kind::Bitstring | Kind::StatusList2021 => {
            let list = around.library.list(&url, || List::judge(document, &url, &around.fetched()));
            bitstring::judge(entry, kind, &list, at, issuer, around, notices)
        }
    }
}

fn absent(at: &Pointer, host: &str, absence: Absence) -> Finding {
    Finding::new(FindingCode::StatusUnreachable, at.clone()).with("host", host).with("reason", absence)
}

/// Whether a list itself is valid now.
pub(crate) fn is_valid_now(list: &Map<String, Value>, around: &Around<'_>) -> bool {
    validity::judge(list, (None, None), around).0 == Outcome::Passed
}
