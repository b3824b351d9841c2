//! What to look for where a secret may be: its own letters, base64 and hexadecimal.

use std::ops::Range;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use memchr::memmem::Finder;
use secrecy::zeroize::Zeroizing;

/// One spelling of a secret.
pub(super) struct Needle {
    letters: Zeroizing<Vec<u8>>,
    /// In base64 the letters at the ends may hold a part of what stands beside the secret as well, and so be any. They
    /// are found with the others.
    before: usize,
    after: usize,
}

/// All spellings of a secret, but for escapes.
pub(super) fn needles(secret: &str) -> Vec<Needle> {
    let bytes = secret.as_bytes();
    let plain = |letters: String| Needle { letters: Zeroizing::new(letters.into_bytes()), before: 0, after: 0 };
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut needles = vec![plain(hex.to_uppercase()), plain(hex), plain(secret.to_owned())];
    if secret.contains(' ') {
        // As forms write it.
        needles.push(plain(secret.replace(' ', "+")));
    }
    // Three bytes become four letters, so the secret looks different at each of three places.
    for offset in 0..3 {
        let shifted = Zeroizing::new([&[0; 3][..offset], bytes].concat());
        // Six bits a letter: the first and last that are made of the secret alone.
        let (first, last) = ((offset * 8).div_ceil(6), shifted.len() * 8 / 6);
        for letters in [STANDARD_NO_PAD.encode(&*shifted), URL_SAFE_NO_PAD.encode(&*shifted)] {
            let letters = Zeroizing::new(letters.into_bytes());
            let after = letters.len() - last;
            let needle =
                Needle { letters: Zeroizing::new(letters[first..last].to_vec()), before: offset.min(1), after };
            if needles.iter().all(|other| other.letters != needle.letters) {
                needles.push(needle);
            }
        }
    }
    needles
}

impl Needle {
    /// Where it stands in a text. The search is linear in the text, whatever text and secret are.
    pub fn places(&self, text: &[u8]) -> Vec<Range<usize>> {
        if text.len() < self.letters.len() {
            return Vec::new();
        }
        let finder = Finder::new(&*self.letters);
        let places = finder.find_iter(text).map(|at| {
            let end = at + self.letters.len();
            let before = text[..at].iter().rev().take(self.before).take_while(|byte| is_base64(**byte)).count();
            let after = text[end..].iter().take(self.after).take_while(|byte| is_base64(**byte)).count();
            at - before..end + after
        });
        places.collect()
    }

    /// Whether it stands in a name, in which capitals do not count.
    pub fn is_in_name(&self, name: &[u8]) -> bool {
        name.windows(self.letters.len()).any(|window| window.eq_ignore_ascii_case(&self.letters))
    }
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}
