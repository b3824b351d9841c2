//! The time in which a credential is valid (VCDM 2.0 §4.9; VCDM 1.1 §4.6).

use jiff::Timestamp;
use serde_json::{Map, Value};
use wellspring_model::{
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::around::Around;

/// A date with its time zone (`DateTimeZ`).
pub(crate) fn date(value: &Value) -> Option<Timestamp> {
    let text = value.as_str()?;
    // Of RFC 9557 and other extensions that the parser knows, the standards use none.
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'T' | b'Z' | b':' | b'-' | b'+' | b'.');
    if !text.bytes().all(plain) || text.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    text.parse().ok()
}

/// Whether now lies in the credential's time. Both generations of the data model are read, whichever the credential uses,
/// and the bounds of the token around it, if there is one: the latest beginning and the earliest end hold.
pub(crate) fn judge(
    credential: &Map<String, Value>,
    token: (Option<Timestamp>, Option<Timestamp>),
    around: &Around<'_>,
) -> (Outcome, Finding) {
    let found = bounds(credential, ["validFrom", "issuanceDate"])
        .and_then(|from| Ok((from, bounds(credential, ["validUntil", "expirationDate"])?)));
    let (from, until) = match found {
        Ok(found) => found,
        Err(at) => return (Outcome::Failed, Finding::new(FindingCode::DateInvalid, at)),
    };
    let of_token = |time: Option<Timestamp>| time.map(|time| (Pointer::root(), time));
    let from = from.into_iter().chain(of_token(token.0)).max_by_key(|(_, time)| *time);
    let until = until.into_iter().chain(of_token(token.1)).min_by_key(|(_, time)| *time);
    if let (Some((_, from)), Some((at, until))) = (&from, &until)
        && until < from
    {
        return (Outcome::Failed, Finding::new(FindingCode::DateInvalid, at.clone()));
    }
    match (from, until) {
        (Some((at, from)), _) if around.is_yet_to_come(from) => {
            (Outcome::Failed, Finding::new(FindingCode::NotYetValid, at).with("from", from))
        }
        (_, Some((at, until))) if around.is_over(until) => {
            (Outcome::Failed, Finding::new(FindingCode::Expired, at).with("until", until))
        }
        _ => (Outcome::Passed, Finding::new(FindingCode::ValidityOk, Pointer::root())),
    }
}

/// When a credential says it begins to be valid.
pub(crate) fn beginning(credential: &Map<String, Value>) -> Option<Timestamp> {
    let from = bounds(credential, ["validFrom", "issuanceDate"]).ok()?;
    from.into_iter().map(|(_, time)| time).max()
}

/// The dates under these names, or the place of one that cannot be read.
fn bounds(credential: &Map<String, Value>, names: [&str; 2]) -> Result<Vec<(Pointer, Timestamp)>, Pointer> {
    let present = names.into_iter().filter_map(|name| Some((Pointer::root().key(name), credential.get(name)?)));
    present.map(|(at, value)| date(value).map(|time| (at.clone(), time)).ok_or(at)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Material, Policy, material::Library};

    fn code(credential: Value, now: &str) -> FindingCode {
        let (material, policy) = (Material::default(), Policy::default());
        let library = Library::new(&material);
        let around = Around::new(&library, &policy, now.parse().unwrap());
        judge(credential.as_object().unwrap(), (None, None), &around).1.code
    }

    #[test]
    fn the_bounds_hold_with_a_minute_of_tolerance() {
        let credential = || json!({"validFrom": "2020-01-01T00:00:00Z", "validUntil": "2021-01-01T01:00:00+01:00"});
        assert_eq!(code(credential(), "2019-12-31T23:58:59Z"), FindingCode::NotYetValid);
        assert_eq!(code(credential(), "2019-12-31T23:59:00Z"), FindingCode::ValidityOk);
        assert_eq!(code(credential(), "2021-01-01T00:01:00Z"), FindingCode::ValidityOk);
        assert_eq!(code(credential(), "2021-01-01T00:01:01Z"), FindingCode::Expired);
        let older = json!({"issuanceDate": "2020-01-01T00:00:00Z", "expirationDate": "2020-06-01T00:00:00Z"});
        assert_eq!(code(older, "2021-01-01T00:00:00Z"), FindingCode::Expired);
    }

    #[test]
    fn dates_that_cannot_be_read_or_contradict_each_other_fail() {
        for wrong in [
            json!("2020-01-01"),
            json!("2020-01-01T00:00:00"),
            json!("2020-13-01T00:00:00Z"),
            json!("2020-01-01 00:00:00Z"),
            json!("2020-01-01T00:00:00Z[UTC]"),
            json!(2020),
            json!(null),
            json!("soon"),
        ] {
            assert_eq!(code(json!({"validFrom": wrong}), "2021-01-01T00:00:00Z"), FindingCode::DateInvalid, "{wrong}");
        }
        let reversed = json!({"validFrom": "2020-01-02T00:00:00Z", "validUntil": "2020-01-01T00:00:00Z"});
        assert_eq!(code(reversed, "2020-01-01T12:00:00Z"), FindingCode::DateInvalid);
    }
}
