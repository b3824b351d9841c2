//! Where the credential of a PNG stands, by counting through its chunks (PNG §5.3, §11.3.4).

use crate::pictures::PNG;

#[derive(Debug, PartialEq, Eq)]
pub enum Place<'a> {
    Text(&'a [u8]),
    Nowhere,
    /// Twice, packed or cut off.
    Unclear,
}

pub fn credential(bytes: &[u8]) -> Place<'_> {
    let mut texts = Vec::new();
    let mut at = PNG.len();
    let mut is_cut_off = false;
    while at + 8 <= bytes.len() {
        let length = bytes[at..at + 4].iter().fold(0_usize, |length, byte| length * 256 + usize::from(*byte));
        let kind = &bytes[at + 4..at + 8];
        let data = at + 8;
        if data + length + 4 > bytes.len() {
            is_cut_off = true;
            break;
        }
        match kind {
            b"tEXt" | b"iTXt" => texts.extend(ours(kind == b"iTXt", &bytes[data..data + length])),
            b"IEND" => break,
            _ => {}
        }
        at = data + length + 4;
    }
    match texts[..] {
        [] if is_cut_off => Place::Unclear,
        [] => Place::Nowhere,
        [Some(text)] => Place::Text(text),
        _ => Place::Unclear,
    }
}

/// The text of a chunk with a keyword of ours; within, `None` where it cannot be read.
fn ours(is_international: bool, data: &[u8]) -> Option<Option<&[u8]>> {
    let zeros: Vec<usize> = (0..data.len()).filter(|i| data[*i] == 0).take(64).collect();
    let keyword = &data[..*zeros.first()?];
    if ![&b"openbadgecredential"[..], b"clrcredential", b"openbadges"].contains(&keyword) {
        return None;
    }
    let after = keyword.len() + 1;
    if !is_international {
        return Some(Some(&data[after..]));
    }
    // Two zeros for "not packed", then language and translated keyword, each up to a zero.
    if data.get(after..after + 2) != Some(&[0, 0]) {
        return Some(None);
    }
    let mut ends = zeros.iter().filter(|zero| **zero >= after + 2);
    ends.next();
    Some(ends.next().map(|end| &data[end + 1..]))
}
