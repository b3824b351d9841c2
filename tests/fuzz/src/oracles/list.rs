//! The bits of a status list, read the long way: base64 letter by letter, the gzip header field by field, the checksum bit by
//! bit (Bitstring Status List 1.0 §3.2, RFC 4648 §5, RFC 1952).

use flate2::{Decompress, FlushDecompress, Status};

/// The most that a list may unfold to.
const MOST: usize = 8 << 20;

/// What a list unfolds to. `None` where it is no list.
pub fn unfold(encoded: &str, is_newer: bool) -> Option<Vec<u8>> {
    let letters = match (encoded.strip_prefix('u'), is_newer) {
        (Some(rest), _) => rest,
        (None, true) => return None,
        (None, false) => encoded,
    };
    gunzip(&base64url(letters, !is_newer)?)
}

/// The status at an index: `size` bits, the first bit first.
pub fn status(bits: &[u8], index: u128, size: u128) -> Option<u64> {
    let mut value = 0;
    for bit in index * size..(index + 1) * size {
        let byte = bits.get(usize::try_from(bit / 8).ok()?)?;
        value = value * 2 + u64::from(byte & (1 << (7 - bit % 8)) != 0);
    }
    Some(value)
}

fn base64url(letters: &str, may_be_padded: bool) -> Option<Vec<u8>> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let plain = letters.trim_end_matches('=');
    if plain.len() != letters.len() && !(may_be_padded && letters.len() == plain.len().next_multiple_of(4)) {
        return None;
    }
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0_u32);
    for letter in plain.bytes() {
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        held = held << 6 | value as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    // What is left over are fewer bits than a letter has, all of them zero.
    (bits < 6 && held == 0).then_some(bytes)
}

/// The first member of a gzip file, up to the most that is allowed.
fn gunzip(file: &[u8]) -> Option<Vec<u8>> {
    let mut rest = file.strip_prefix(&[0x1f, 0x8b, 8])?;
    let flags = *rest.first()?;
    // Reserved flags are an error (RFC 1952 §2.3.1.2).
    if flags & 0b1110_0000 != 0 {
        return None;
    }
    rest = rest.get(7..)?;
    if flags & 4 != 0 {
        let length = usize::from(*rest.first()?) + 256 * usize::from(*rest.get(1)?);
        rest = rest.get(2 + length..)?;
    }
    for name in [8, 16] {
        if flags & name != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = &rest[end + 1..];
        }
    }
    if flags & 2 != 0 {
        let header = &file[..file.len() - rest.len()];
        let sum = rest.get(..2)?;
        if sum != &checksum(header).to_le_bytes()[..2] {
            return None;
        }
        rest = &rest[2..];
    }
    let mut bytes = Vec::with_capacity(MOST + 1);
    let mut inflate = Decompress::new(false);
    if inflate.decompress_vec(rest, &mut bytes, FlushDecompress::Finish).ok()? != Status::StreamEnd
        || bytes.len() > MOST
    {
        return None;
    }
    let trailer = rest.get(inflate.total_in() as usize..)?.get(..8)?;
    let expected = [checksum(&bytes).to_le_bytes(), (bytes.len() as u32).to_le_bytes()].concat();
    (trailer == expected).then_some(bytes)
}

/// CRC-32 (RFC 1952 §8).
fn checksum(bytes: &[u8]) -> u32 {
    let table: [u32; 256] = std::array::from_fn(|byte| {
        (0..8).fold(byte as u32, |sum, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 })
    });
    !bytes.iter().fold(!0, |sum, byte| table[usize::from(sum as u8 ^ byte)] ^ (sum >> 8))
}
