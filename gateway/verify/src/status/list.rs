//! A status list is a credential, and verified as one, before its bits mean anything.

use std::io::Read as _;

use base64::{
    Engine as _,
    prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD},
};
use flate2::read::GzDecoder;
use serde_json::{Map, Value};
use url::Url;
use wellspring_model::{
    finding::{FindingCode, Outcome},
    pointer::Pointer,
};

use super::{Kind, is_valid_now};
use crate::{
    Document, Limits, UnverifiedPresentation,
    around::Around,
    document::{id_of, is_a, text, texts},
};

/// The most that a list may unfold to: 64 million credentials, a bit each.
const MOST_BYTES: u64 = 8 << 20;
/// The least that protects a holder among others (Bitstring Status List 1.0 §3.2, in bits).
pub(crate) const LEAST_BITS: usize = 131_072;

/// A list that was judged.
#[derive(Debug, Clone)]
pub(crate) enum List {
    /// It could not be verified; the code says what was wrong.
    Unverified(FindingCode),
    /// It was verified and makes no sense.
    Malformed,
    Verified(Bits),
}

/// A verified list.
#[derive(Debug, Clone)]
pub(crate) struct Bits {
    pub(crate) issuer: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) purposes: Vec<String>,
    /// Its own id is not the address it was had from.
    pub(crate) is_elsewhere: bool,
    bytes: Vec<u8>,
}

impl Bits {
    pub(crate) fn bits(&self) -> usize {
        self.bytes.len().saturating_mul(8)
    }

    /// The value of `size` bits at an index, the first bit first. `None` beyond the end.
    pub(crate) fn value(&self, index: usize, size: usize) -> Option<u64> {
        let first = index.checked_mul(size)?;
        (first..first.checked_add(size)?).try_fold(0, |value, bit| {
            let byte = self.bytes.get(bit / 8)?;
            Some(value << 1 | u64::from(byte >> (7 - bit % 8) & 1))
        })
    }
}

/// Reads the bytes of a list as a credential, unless its server says that it is a page.
pub(super) fn read(document: &Document) -> Option<UnverifiedPresentation> {
    if document.is_page() {
        return None;
    }
    crate::parse(&document.bytes, Pointer::root(), &Limits::default()).ok()
}

impl List {
    /// Verifies a list: proof, key, time and form.
    pub(crate) fn judge(document: &Document, url: &Url, around: &Around<'_>) -> Self {
        let Some(unverified) = read(document) else { return Self::Unverified(FindingCode::TypeUnknown) };
        let Some(secured) = unverified.credentials().next().and_then(|found| found.secured()) else {
            return Self::Unverified(FindingCode::TypeUnknown);
        };
        let judged = secured.judge(secured.issuer(), around);
        let checks = [Some(judged.proof), judged.issuer_key];
        if let Some((_, finding)) = checks.into_iter().flatten().find(|(outcome, _)| *outcome != Outcome::Passed) {
            return Self::Unverified(finding.code);
        }
        if !is_valid_now(secured.content, around) {
            return Self::Unverified(FindingCode::Expired);
        }
        Self::bits(secured.content, url).map_or(Self::Malformed, Self::Verified)
    }

    fn bits(credential: &Map<String, Value>, url: &Url) -> Option<Bits> {
        let subject = credential.get("credentialSubject")?.as_object()?;
        let kind = if is_a(credential, "BitstringStatusListCredential") && is_a(subject, "BitstringStatusList") {
            Kind::Bitstring
        } else if is_a(credential, "StatusList2021Credential") && is_a(subject, "StatusList2021") {
            Kind::StatusList2021
        } else {
            return None;
        };
        let id = text(credential, "id").and_then(|id| Url::parse(id).ok());
        Some(Bits {
            issuer: id_of(credential, "issuer").map(str::to_owned),
            kind,
            purposes: texts(subject, "statusPurpose").into_iter().map(str::to_owned).collect(),
            is_elsewhere: id.is_some_and(|id| id != *url),
            bytes: unfold(text(subject, "encodedList")?, kind)?,
        })
    }
}

/// Base64url of gzip. Bitstring lists begin with the multibase letter `u`, StatusList2021 with none, or in practice with
/// either; padding is tolerated in the older one.
fn unfold(encoded: &str, kind: Kind) -> Option<Vec<u8>> {
    let stripped = encoded.strip_prefix('u');
    let decode = |text: &str| {
        BASE64_URL_SAFE_NO_PAD.decode(text).or_else(|error| match kind {
            Kind::StatusList2021 => BASE64_URL_SAFE.decode(text),
            _ => Err(error),
        })
    };
    let is_gzip = |bytes: &Vec<u8>| bytes.starts_with(&[0x1f, 0x8b]);
    let packed = match kind {
        Kind::StatusList2021 => {
            decode(encoded).ok().filter(is_gzip).or_else(|| decode(stripped?).ok().filter(is_gzip))?
        }
        _ => decode(stripped?).ok().filter(is_gzip)?,
    };
    let mut bytes = Vec::new();
    GzDecoder::new(&packed[..]).take(MOST_BYTES + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= MOST_BYTES).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn fold(bytes: &[u8]) -> String {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        BASE64_URL_SAFE_NO_PAD.encode(encoder.finish().unwrap())
    }

    #[test]
    fn a_list_unfolds_by_the_rules_of_its_kind() {
        let folded = fold(&[0x80, 0x01]);
        assert_eq!(unfold(&format!("u{folded}"), Kind::Bitstring), Some(vec![0x80, 0x01]));
        assert_eq!(unfold(&folded, Kind::Bitstring), None, "the letter is missing");
        assert_eq!(unfold(&folded, Kind::StatusList2021), Some(vec![0x80, 0x01]));
        assert_eq!(unfold(&format!("u{folded}"), Kind::StatusList2021), Some(vec![0x80, 0x01]));
        assert_eq!(unfold("uAAAA", Kind::Bitstring), None);
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        let bomb = fold(&vec![0; 64 << 20]);
        assert!(bomb.len() < 128 * 1024);
        assert_eq!(unfold(&format!("u{bomb}"), Kind::Bitstring), None);
    }

    #[test]
    fn bits_count_from_the_left_and_stop_at_the_end() {
        let bits = Bits {
            issuer: None,
            kind: Kind::Bitstring,
            purposes: Vec::new(),
            is_elsewhere: false,
            bytes: vec![0b1000_0001, 0b0110_0000],
        };
        let read = |index, size| bits.value(index, size);
        assert_eq!(
            (read(0, 1), read(1, 1), read(7, 1), read(15, 1), read(16, 1)),
            (Some(1), Some(0), Some(1), Some(0), None)
        );
        assert_eq!(
            (read(0, 2), read(3, 2), read(4, 2), read(5, 2), read(8, 2)),
            (Some(2), Some(1), Some(1), Some(2), None)
        );
        assert_eq!((read(0, 16), read(1, 16), read(usize::MAX, 2)), (Some(0b1000_0001_0110_0000), None, None));
    }
}
