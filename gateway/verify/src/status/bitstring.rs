//! Looking an entry up in a verified list (Bitstring Status List 1.0 §3.2; StatusList2021 is its predecessor).

use serde_json::{Map, Value};
use wellspring_model::{
    credential::IssuerId,
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use super::{
    Kind, List,
    list::{Bits, LEAST_BITS},
};
use crate::{
    around::Around,
    document::{each, text},
};

/// The largest status, in bits.
const MOST_SIZE: usize = 32;

pub(super) fn judge(
    entry: &Map<String, Value>,
    kind: Kind,
    list: &List,
    at: &Pointer,
    issuer: Option<&str>,
    around: &Around<'_>,
    notices: &mut Vec<Finding>,
) -> (Outcome, Finding) {
    let undetermined = |code| (Outcome::Undetermined, Finding::new(code, at.clone()));
    let bits = match list {
        List::Unverified(reason) => {
            let finding = Finding::new(FindingCode::StatusListUnverified, at.clone()).with("reason", reason);
            return (Outcome::Undetermined, finding);
        }
        List::Malformed => return undetermined(FindingCode::StatusListInvalid),
        List::Verified(bits) => bits,
    };
    let Some(purpose) = text(entry, "statusPurpose") else {
        return (Outcome::Undetermined, Finding::new(FindingCode::MemberInvalid, at.key("statusPurpose")));
    };
    if bits.kind != kind || !bits.purposes.iter().any(|listed| listed == purpose) {
        return undetermined(FindingCode::StatusListInvalid);
    }
    // Whoever signs the list decides: that is the issuer, or somebody the employer trusts with it.
    if bits.issuer.as_deref() != issuer && !is_trusted(bits, around) {
        return undetermined(FindingCode::StatusListIssuer);
    }
    let Some((index, size)) = place(entry) else {
        return (Outcome::Undetermined, Finding::new(FindingCode::MemberInvalid, at.key("statusListIndex")));
    };
    let Some(value) = bits.value(index, size) else { return undetermined(FindingCode::StatusIndexInvalid) };
    if bits.bits() / size < LEAST_BITS {
        notices.push(Finding::new(FindingCode::StatusListShort, at.clone()).with("length", bits.bits() / size));
    }
    if bits.is_elsewhere {
        notices.push(Finding::new(FindingCode::StatusListElsewhere, at.clone()));
    }
    let set = |code| (Outcome::Failed, Finding::new(code, at.clone()));
    let good = (Outcome::Passed, Finding::new(FindingCode::StatusOk, at.clone()).with("purpose", purpose));
    match (value, purpose) {
        (0, _) => good,
        (_, "revocation") => set(FindingCode::Revoked),
        (_, "suspension") => set(FindingCode::Suspended),
        (_, "refresh") => {
            notices.push(Finding::new(FindingCode::RefreshOffered, at.clone()));
            good
        }
        (value, "message") => {
            let message = message(entry, value);
            let finding = Finding::new(FindingCode::StatusMessage, at.clone()).with("value", format!("0x{value:x}"));
            notices.push(message.into_iter().fold(finding, |finding, message| finding.with("message", message)));
            good
        }
        // A purpose that nobody has told us the meaning of.
        _ => undetermined(FindingCode::StatusUnsupported),
    }
}

fn is_trusted(bits: &Bits, around: &Around<'_>) -> bool {
    let Some(issuer) = &bits.issuer else { return false };
    around.policy.may_keep_lists(&IssuerId(issuer.clone()))
}

/// Index and width of an entry. The index is a text of digits, or in practice a number.
fn place(entry: &Map<String, Value>) -> Option<(usize, usize)> {
    let number = |value: &Value| match value {
        Value::String(digits) if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            digits.parse().ok()
        }
        Value::Number(number) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
        _ => None,
    };
    let size = entry.get("statusSize").map_or(Some(1), number).filter(|size| (1..=MOST_SIZE).contains(size))?;
    Some((number(entry.get("statusListIndex")?)?, size))
}

/// What a value means by the credential's own words.
fn message(entry: &Map<String, Value>, value: u64) -> Option<String> {
    each(entry, "statusMessage").into_iter().find_map(|(_, message)| {
        let message = message.as_object()?;
        let status = text(message, "status")?.strip_prefix("0x")?;
        (u64::from_str_radix(status, 16) == Ok(value)).then(|| text(message, "message").map(str::to_owned))?
    })
}
