//! A newer version that the issuer offers (`refreshService`, OB 3.0 §verification, step 3). Looked at once; its address is
//! asked only once the credential's signature and key are known to be the issuer's, so that a forger names none. What it
//! says is reported and decides nothing.

use serde_json::{Map, Value};
use url::Url;
use wellspring_model::{
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::{
    Limits,
    around::Around,
    document::{each, text},
    secured::Secured,
    validity,
};

/// The address of the newer version.
pub(crate) fn reference(credential: &Map<String, Value>) -> Option<Url> {
    let services = each(credential, "refreshService");
    let service = services.into_iter().filter_map(|(_, service)| service.as_object());
    let ours = service.filter(|service| text(service, "type") == Some("1EdTechCredentialRefresh"));
    let url = ours.filter_map(|service| Url::parse(text(service, "id")?).ok()).next()?;
    (url.scheme() == "https" && url.username().is_empty()).then_some(url)
}

/// What the issuer offers. `None` where it offers nothing.
pub(crate) fn judge(credential: &Map<String, Value>, around: &Around<'_>) -> Option<(Outcome, Finding)> {
    let at = Pointer::root().key("refreshService");
    let says = |outcome, code| Some((outcome, Finding::new(code, at.clone())));
    let url = reference(credential)?;
    let document = match around.library.beside(&url) {
        Ok(document) => document,
        Err(absence) => {
            let finding = Finding::new(FindingCode::RefreshUnreachable, at.clone());
            let finding = finding.with("host", url.host_str().unwrap_or_default()).with("reason", absence);
            return Some((Outcome::Undetermined, finding));
        }
    };
    let unverified = crate::parse(&document.bytes, Pointer::root(), &Limits::default()).ok();
    let newer = unverified.as_ref().and_then(|unverified| unverified.credentials().next()?.secured());
    let Some(newer) = newer.filter(|newer| is_same(credential, newer)) else {
        return says(Outcome::Undetermined, FindingCode::RefreshInvalid);
    };
    let around = &around.fetched();
    let judged = newer.judge(newer.issuer(), around);
    let token = newer.jwt.map_or((None, None), crate::jwt::Jwt::bounds);
    let valid = validity::judge(newer.content, token, around);
    let passed = judged.worst().max(valid.0);
    if passed != Outcome::Passed {
        return says(Outcome::Undetermined, FindingCode::RefreshInvalid);
    }
    match validity::beginning(newer.content) > validity::beginning(credential) {
        true => says(Outcome::Passed, FindingCode::RefreshNewer),
        false => says(Outcome::Passed, FindingCode::RefreshCurrent),
    }
}

/// The same credential, of the same issuer (OB 3.0 §equality).
fn is_same(credential: &Map<String, Value>, newer: &Secured<'_>) -> bool {
    let older = Secured { content: credential, jwt: None };
    text(credential, "id").is_some()
        && text(credential, "id") == text(newer.content, "id")
        && older.issuer() == newer.issuer()
}
