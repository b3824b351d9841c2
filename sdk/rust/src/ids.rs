//! Ids for ATSs that take a UUID and nothing else.

/// The UUID in one of the gateway's ids: `ord_` and 32 digits are the same digits with hyphens. `None`: it is no such id.
pub fn uuid_of(id: &str) -> Option<String> {
    let (_, digits) = id.split_once('_')?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (digits.len() == 32 && digits.bytes().all(is_digit)).then(|| hyphenated(digits))
}

/// The order whose [`uuid_of`] an ATS names. `None`: it is no UUID.
pub fn order_of(uuid: &str) -> Option<String> {
    let id = format!("ord_{}", uuid.replace('-', "").to_ascii_lowercase());
    let whole = uuid_of(&id)?;
    whole.eq_ignore_ascii_case(uuid).then_some(id)
}

/// A UUID for a name: the same for the same name, so that what is written under it is found again. Of version 8 (RFC 9562), from
/// the 128-bit FNV-1a hash: it tells names apart, and hides nothing.
pub fn uuid_for(name: &str) -> String {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = name.bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    let version = hash & !(0xf << 76) | (0x8 << 76);
    let variant = version & !(0b11 << 62) | (0b10 << 62);
    hyphenated(&format!("{variant:032x}"))
}

/// Whether a text is written as a UUID.
pub fn is_uuid(text: &str) -> bool {
    order_of(text).is_some()
}

fn hyphenated(digits: &str) -> String {
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_goes_out_as_a_uuid_and_comes_back_as_itself() {
        let id = "ord_0190a3f4c1d27b3e8f00112233445566";
        let uuid = uuid_of(id).expect("a UUID");
        assert_eq!(uuid, "0190a3f4-c1d2-7b3e-8f00-112233445566");
        assert_eq!(order_of(&uuid).as_deref(), Some(id));
        assert_eq!(order_of(&uuid.to_uppercase()).as_deref(), Some(id));
        for other in ["", "61001", "0190a3f4c1d27b3e8f00112233445566", "0190a3f4-c1d2-7b3e-8f00-11223344556é"] {
            assert!(!is_uuid(other), "{other}");
        }
        assert_eq!(uuid_of("ord_0190A3F4C1D27B3E8F00112233445566"), None);
    }

    #[test]
    fn a_name_has_one_uuid_of_its_own() {
        let uuid = uuid_for("[wellspring:con_2:61001]");
        assert_eq!(uuid, uuid_for("[wellspring:con_2:61001]"));
        assert_ne!(uuid, uuid_for("[wellspring:con_2:61002]"));
        assert!(is_uuid(&uuid));
        assert_eq!((&uuid[14..15], &uuid[19..20] >= "8" && &uuid[19..20] <= "b"), ("8", true), "{uuid}");
    }
}
