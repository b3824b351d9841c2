//! A text as it reads once its escapes are undone, with the way back to where each byte stood.
//!
//! A secret that is echoed may be percent-encoded, escaped in JSON or in HTML, in capitals or not, wholly or in part. There
//! are too many such spellings to list, and only one of them once they are all undone.

/// One layer of escapes undone.
pub(super) struct View {
    pub bytes: Vec<u8>,
    /// After each escape: how far this text had come, and how far its source.
    anchors: Vec<Anchor>,
}

struct Anchor {
    here: usize,
    there: usize,
    /// Whether the escape stands for nothing, and so belongs to neither of the bytes beside it.
    is_gap: bool,
}

/// What an escape stands for.
enum Meaning {
    /// A line break: long base64 is broken into lines, and no secret that can be sent has one.
    Nothing,
    Byte(u8),
    Char(char),
}

impl View {
    /// `None` where there is no escape, so that the text is its own view.
    pub fn of(text: &[u8]) -> Option<Self> {
        let (mut bytes, mut anchors) = (Vec::with_capacity(text.len()), Vec::new());
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            let Some((meaning, length)) = escape(&text[at..]) else {
                bytes.push(*byte);
                at += 1;
                continue;
            };
            let is_gap = matches!(meaning, Meaning::Nothing);
            match meaning {
                Meaning::Nothing => (),
                Meaning::Byte(byte) => bytes.push(byte),
                Meaning::Char(char) => bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            at += length;
            match anchors.last_mut() {
                // Many gaps in one place are one: an anchor takes more room than a line break.
                Some(Anchor { here, there, is_gap: true }) if is_gap && *here == bytes.len() => *there = at,
                _ => anchors.push(Anchor { here: bytes.len(), there: at, is_gap }),
            }
        }
        (!anchors.is_empty()).then_some(Self { bytes, anchors })
    }

    /// Where in its source the byte at this place begins.
    pub fn start(&self, at: usize) -> usize {
        let before = &self.anchors[..self.anchors.partition_point(|anchor| anchor.here <= at)];
        before.last().map_or(at, |anchor| anchor.there + (at - anchor.here))
    }

    /// Where in its source the byte before this place ends.
    pub fn end(&self, at: usize) -> usize {
        let here = &self.anchors[self.anchors.partition_point(|anchor| anchor.here < at)..];
        match here.first().filter(|anchor| anchor.here == at && !anchor.is_gap) {
            Some(anchor) => anchor.there,
            None => at.checked_sub(1).map_or(0, |last| self.start(last) + 1),
        }
    }
}

/// The escape that a text begins with, and its length.
fn escape(text: &[u8]) -> Option<(Meaning, usize)> {
    match text {
        [b'\r' | b'\n', ..] => Some((Meaning::Nothing, 1)),
        [b'%', high, low, ..] => Some((Meaning::Byte(u8::try_from(hex(&[*high, *low])?).ok()?), 3)),
        [b'\\', b'x', high, low, ..] => Some((Meaning::Byte(u8::try_from(hex(&[*high, *low])?).ok()?), 4)),
        [b'\\', b'u', digits @ ..] => unicode(digits),
        [b'\\', b'r' | b'n', ..] => Some((Meaning::Nothing, 2)),
        [b'\\', b't', ..] => Some((Meaning::Byte(b'\t'), 2)),
        [b'\\', same @ (b'"' | b'\'' | b'\\' | b'/'), ..] => Some((Meaning::Byte(*same), 2)),
        [b'&', ..] => entity(text),
        _ => None,
    }
}

/// After `\u`: four digits, or twice that where a character needs two.
fn unicode(digits: &[u8]) -> Option<(Meaning, usize)> {
    let unit = |digits: &[u8]| u16::try_from(hex(digits.get(..4)?)?).ok();
    let first = unit(digits)?;
    let second = digits.get(4..).and_then(|rest| rest.strip_prefix(b"\\u")).and_then(unit);
    let alone = char::from_u32(first.into()).map(|char| (Meaning::Char(char), 6));
    alone.or_else(|| Some((Meaning::Char(char::decode_utf16([first, second?]).next()?.ok()?), 12)))
}

/// `&amp;`, `&#38;`, `&#x26;`
fn entity(text: &[u8]) -> Option<(Meaning, usize)> {
    const LONGEST: usize = 10;
    let end = text.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let char = match &text[1..end] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(hex(digits)?)?,
        [b'#', digits @ ..] => char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?)?,
        _ => return None,
    };
    Some((Meaning::Char(char), end + 1))
}

/// A few hexadecimal digits, in capitals or not.
fn hex(digits: &[u8]) -> Option<u32> {
    let all = digits.iter().all(u8::is_ascii_hexdigit) && !digits.is_empty();
    std::str::from_utf8(digits).ok().filter(|_| all).and_then(|digits| u32::from_str_radix(digits, 16).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_escape_reads_as_what_it_stands_for() {
        for (text, read) in [
            ("a%2Fb%2fc", "a/b/c"),
            (r"a\/b\u002Fc\u002fd", "a/b/c/d"),
            (r#"\"\\\x41\'"#, r#""\A'"#),
            (r"\ud83d\ude00\u00fc", "😀ü"),
            ("&amp;&#38;&#x26;&quot;", "&&&\""),
            ("a\r\nb\\nc", "abc"),
            // None of these is one.
            (r"100% \u12 &none; \ud83d &#; 5%g1%", r"100% \u12 &none; \ud83d &#; 5%g1%"),
        ] {
            let view = View::of(text.as_bytes()).map_or(text.to_owned(), |view| String::from_utf8(view.bytes).unwrap());
            assert_eq!(view, read, "{text}");
        }
    }

    /// Guards the one anchor: each takes 24 bytes, and an answer may be line breaks from end to end.
    #[test]
    fn gaps_in_one_place_take_the_room_of_one() {
        let view = View::of(format!("a{}b%41\n", "\r\n".repeat(1_000)).as_bytes()).unwrap();
        assert_eq!((view.bytes.as_slice(), view.anchors.len()), (b"abA".as_slice(), 3));
        assert_eq!((view.start(1), view.end(1), view.start(2), view.end(3)), (2_001, 1, 2_002, 2_005));
    }

    proptest! {
        #[test]
        fn the_way_back_leads_to_the_source(pieces in prop::collection::vec(
            prop::sample::select(vec!["a", "%41", "\\u0041", "\n", "&amp;", "\\/", "b", "%", "\\", "\\ud83d\\ude00"]), 0..20,
        )) {
            let text = pieces.concat();
            if let Some(view) = View::of(text.as_bytes()) {
                let starts: Vec<usize> = (0..view.bytes.len()).map(|at| view.start(at)).collect();
                let ends: Vec<usize> = (1..=view.bytes.len()).map(|at| view.end(at)).collect();
                prop_assert!(starts.is_sorted() && ends.is_sorted());
                prop_assert!(starts.iter().zip(&ends).all(|(start, end)| start < end && *end <= text.len()));
            }
        }
    }
}
