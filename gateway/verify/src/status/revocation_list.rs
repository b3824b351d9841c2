//! 1EdTech's Revocation List 1.0: plain JSON, unsigned, as good as the connection it came over. It can say that a credential
//! is revoked; that it is not is said with a remark that nobody signed it.

use serde_json::{Map, Value};
use wellspring_model::{
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::{
    Document,
    document::{each, id_of, text},
    material::json,
};

pub(super) fn judge(
    credential: &Map<String, Value>,
    document: &Document,
    at: &Pointer,
    issuer: Option<&str>,
    notices: &mut Vec<Finding>,
) -> (Outcome, Finding) {
    let undetermined = |code| (Outcome::Undetermined, Finding::new(code, at.clone()));
    let json = json(document);
    let Some(list) = json.as_ref().and_then(Value::as_object).filter(|list| list.contains_key("revokedCredential"))
    else {
        return undetermined(FindingCode::StatusListInvalid);
    };
    if id_of(list, "issuer").is_some_and(|listed| Some(listed) != issuer) {
        return undetermined(FindingCode::StatusListIssuer);
    }
    let Some(id) = text(credential, "id") else { return undetermined(FindingCode::StatusIndexInvalid) };
    let is_ours = |entry: &Value| match entry {
        Value::String(revoked) => revoked == id,
        Value::Object(entry) => text(entry, "id") == Some(id) && entry.get("revoked") != Some(&Value::Bool(false)),
        _ => false,
    };
    if each(list, "revokedCredential").iter().any(|(_, entry)| is_ours(entry)) {
        return (Outcome::Failed, Finding::new(FindingCode::Revoked, at.clone()));
    }
    notices.push(Finding::new(FindingCode::StatusListUnsigned, at.clone()));
    (Outcome::Passed, Finding::new(FindingCode::StatusOk, at.clone()).with("purpose", "revocation"))
}
