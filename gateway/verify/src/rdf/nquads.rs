//! The canonical form of N-Quads (RDFC-1.0, section 5).

use std::fmt::Write as _;

/// Bytes that an IRI may not hold (RFC 3987): controls, the space, and what would end or disguise it.
const FORBIDDEN: [bool; 256] = {
    let mut forbidden = [false; 256];
    let mut byte = 0;
    while byte <= b' ' as usize {
        forbidden[byte] = true;
        byte += 1;
    }
    let others = b"<>\"{}|^`\\";
    let mut i = 0;
    while i < others.len() {
        forbidden[others[i] as usize] = true;
        i += 1;
    }
    forbidden
};

fn is_forbidden(byte: u8) -> bool {
    FORBIDDEN[usize::from(byte)]
}

/// Whether a text is an absolute IRI that N-Quads can hold.
///
/// The scheme is checked and no character may stand that would end the IRI early, so that no text of a document can
/// turn into a statement of its own.
pub fn is_iri(text: &str) -> bool {
    has_scheme(text) && !text.bytes().any(is_forbidden) && (text.is_ascii() || !text.contains(is_space))
}

/// White space, in Unicode's sense or in ECMAScript's, which counts the byte order mark: a reader of either kind would end
/// an IRI there.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// Whether a text starts like an absolute IRI.
pub(crate) fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

pub(super) fn write_iri(out: &mut String, iri: &str) {
    out.push('<');
    let mut rest = iri;
    while let Some(at) = rest.bytes().position(is_forbidden) {
        out.push_str(&rest[..at]);
        // Writing to a String cannot fail.
        let _ = write!(out, "\\u{:04X}", rest.as_bytes()[at]);
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('>');
}

pub(super) fn write_string(out: &mut String, value: &str) {
    out.push('"');
    let mut rest = value;
    while let Some(at) = rest.find(|c: char| c <= '\u{1f}' || matches!(c, '"' | '\\' | '\u{7f}')) {
        out.push_str(&rest[..at]);
        let escaped = rest.as_bytes()[at];
        match escaped {
            b'\\' => out.push_str("\\\\"),
            b'"' => out.push_str("\\\""),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            // Writing to a String cannot fail.
            other => {
                let _ = write!(out, "\\u{other:04X}");
            }
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_iri, write_string};

    fn unescape(text: &str) -> String {
        let mut out = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c != '\\' {
                out.push(c);
                continue;
            }
            match chars.next().unwrap() {
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                'b' => out.push('\u{8}'),
                'f' => out.push('\u{c}'),
                'u' => {
                    let hex: String = chars.by_ref().take(4).collect();
                    out.push(char::from_u32(u32::from_str_radix(&hex, 16).unwrap()).unwrap());
                }
                other => out.push(other),
            }
        }
        out
    }

    proptest! {
        #[test]
        fn a_string_literal_stays_on_its_line_and_can_be_read_back(value in any::<String>()) {
            let mut text = String::new();
            write_string(&mut text, &value);
            let has_control = text.contains(|c: char| c < ' ' || c == '\u{7f}');
            prop_assert!(!has_control);
            prop_assert_eq!(unescape(&text[1..text.len() - 1]), value);
        }

        #[test]
        fn control_characters_and_quotes_are_escaped(value in "[\\x00-\\x22\\x5c\\x7f]{0,40}") {
            let mut text = String::new();
            write_string(&mut text, &value);
            prop_assert_eq!(unescape(&text[1..text.len() - 1]), value);
        }
    }

    #[test]
    fn an_iri_that_could_end_its_own_brackets_is_none() {
        for bad in
            ["https://a.example/> <urn:b", "urn:a b", "urn:a\n", "a/b", "1x:y", ":x", "_:b0", "urn:{x}", "urn:\u{2028}"]
        {
            assert!(!is_iri(bad), "{bad}");
        }
        for good in ["urn:a", "https://a.example/é#x", "did:web:a.example:b", "xsd:boolean"] {
            assert!(is_iri(good), "{good}");
        }
    }
}
