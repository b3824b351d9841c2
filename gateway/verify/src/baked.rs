//! Credentials baked into pictures (OB 3.0 §5.3): a text chunk of a PNG, an element of an SVG. Nothing is drawn, unpacked
//! or fetched; only the place of the credential is read.

use std::borrow::Cow;

/// Keywords of the chunk: Open Badges 3.0, CLR 2.0, and Open Badges 2.0, which is recognised further on.
const KEYWORDS: [&[u8]; 3] = [b"openbadgecredential", b"clrcredential", b"openbadges"];
/// Namespaces and names of the element.
const ELEMENTS: [(&str, &str); 4] = [
    ("https://purl.imsglobal.org/ob/v3p0", "credential"),
    ("https://purl.imsglobal.org/clr/v2p0", "credential"),
    ("http://openbadges.org", "assertion"),
    ("https://openbadges.org", "assertion"),
];
/// Nodes of an SVG looked at.
const MOST_NODES: u32 = 200_000;

pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What a picture holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Baked<'a> {
    /// A credential's own bytes.
    Credential(Cow<'a, [u8]>),
    /// No credential.
    Nothing,
    /// More than one, or one that is packed or cut off: not to be read with certainty.
    Unreadable,
}

/// Reads the chunks of a PNG (PNG §5.3, §11.3.4). Only lengths and types are looked at, apart from the one that counts.
pub(crate) fn png(bytes: &[u8]) -> Baked<'_> {
    let mut rest = bytes.strip_prefix(PNG).unwrap_or_default();
    let mut found = Baked::Nothing;
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        // The chunk's data, then four bytes of checksum: what matters here is signed, so the sum is not needed.
        let (Some(data), Some(next)) = (after.get(..length), after.get(length.saturating_add(4)..)) else {
            return if found == Baked::Nothing { Baked::Unreadable } else { found };
        };
        match &head[4..] {
            b"iTXt" | b"tEXt" => match (text_chunk(&head[4..], data), &found) {
                (Baked::Nothing, _) => {}
                (chunk, Baked::Nothing) => found = chunk,
                _ => return Baked::Unreadable,
            },
            b"IEND" => return found,
            _ => {}
        }
        rest = next;
    }
    found
}

/// Keyword, 0, then for iTXt: packed or not, method, language, 0, translated keyword, 0; then the text.
fn text_chunk<'a>(kind: &[u8], data: &'a [u8]) -> Baked<'a> {
    let Some((keyword, rest)) = split_at_zero(data) else { return Baked::Nothing };
    if !KEYWORDS.contains(&keyword) {
        return Baked::Nothing;
    }
    if kind == b"tEXt" {
        return Baked::Credential(Cow::Borrowed(rest));
    }
    let text = rest
        .strip_prefix(&[0, 0])
        .and_then(split_at_zero)
        .and_then(|(_language, rest)| split_at_zero(rest))
        .map(|(_translated, text)| text);
    text.map_or(Baked::Unreadable, |text| Baked::Credential(Cow::Borrowed(text)))
}

fn split_at_zero(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let zero = bytes.iter().position(|byte| *byte == 0)?;
    Some((&bytes[..zero], &bytes[zero + 1..]))
}

/// Finds the element in an SVG. Many name the public document type of SVG, which is never fetched; one that declares
/// anything of its own, and so could have entities, is refused.
pub(crate) fn svg(bytes: &[u8]) -> Baked<'_> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Baked::Unreadable };
    let doctype = text.split_once("<!DOCTYPE").and_then(|(_, rest)| rest.split('>').next());
    if doctype.is_some_and(|doctype| doctype.contains('[')) {
        return Baked::Unreadable;
    }
    let options = roxmltree::ParsingOptions { allow_dtd: true, nodes_limit: MOST_NODES, ..Default::default() };
    let Ok(document) = roxmltree::Document::parse_with_options(text, options) else { return Baked::Unreadable };
    let is_ours = |node: &roxmltree::Node| {
        let name = node.tag_name();
        ELEMENTS.iter().any(|(namespace, local)| name.namespace() == Some(namespace) && name.name() == *local)
    };
    let mut ours = document.descendants().filter(is_ours);
    let (Some(element), None) = (ours.next(), ours.next()) else {
        return if document.descendants().any(|node| is_ours(&node)) { Baked::Unreadable } else { Baked::Nothing };
    };
    // A token stands in the attribute, JSON in the element. What is remarked beside the text is none of it.
    let inside: String = element.children().filter(|child| child.is_text()).filter_map(|child| child.text()).collect();
    let is_plain = !element.children().any(|child| child.is_element());
    let token = element.attribute("verify").filter(|token| !token.trim().is_empty());
    let Some(written) = token.or(is_plain.then_some(inside.as_str())) else { return Baked::Unreadable };
    match written.trim() {
        "" => Baked::Unreadable,
        written => Baked::Credential(Cow::Owned(written.as_bytes().to_vec())),
    }
}

/// Whether bytes begin as an SVG does, after whatever XML allows before its root.
pub(crate) fn looks_like_svg(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(4_096)];
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    start.starts_with(b"<svg") || (start.starts_with(b"<") && start.windows(4).any(|window| window == b"<svg"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
        [&(data.len() as u32).to_be_bytes(), kind, data, &[0; 4]].concat()
    }

    fn picture(chunks: &[Vec<u8>]) -> Vec<u8> {
        [PNG.to_vec(), chunk(b"IHDR", &[0; 13]), chunks.concat(), chunk(b"IEND", b"")].concat()
    }

    #[test]
    fn the_one_text_that_counts_is_found() {
        let other = chunk(b"tEXt", b"Author\0somebody");
        let ours = chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0{}");
        assert_eq!(png(&picture(&[other.clone(), ours.clone()])), Baked::Credential(Cow::Borrowed(b"{}")));
        assert_eq!(png(&picture(&[other])), Baked::Nothing);
        assert_eq!(png(&picture(&[ours.clone(), ours])), Baked::Unreadable, "two of them");
        let packed = chunk(b"iTXt", b"openbadgecredential\0\x01\0\0\0x\x9c");
        assert_eq!(png(&picture(&[packed])), Baked::Unreadable);
        let endless = [PNG, &u32::MAX.to_be_bytes(), b"iTXt"].concat();
        assert_eq!(png(&endless), Baked::Unreadable);
    }

    #[test]
    fn the_one_element_that_counts_is_found() {
        let svg_of = |inner: &str| {
            format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">{inner}</svg>"#
            )
        };
        let json = svg_of("<openbadges:credential><![CDATA[ {} ]]></openbadges:credential>");
        assert_eq!(svg(json.as_bytes()), Baked::Credential(Cow::Borrowed(b"{}")));
        let token = svg_of("<openbadges:credential verify=\"a.b&amp;.c\"></openbadges:credential>");
        assert_eq!(svg(token.as_bytes()), Baked::Credential(Cow::Borrowed(b"a.b&.c")));
        assert_eq!(svg(svg_of("<credential/>").as_bytes()), Baked::Nothing);
        let public = json.replacen(
            "<svg",
            "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://a.example/svg11.dtd\"><svg",
            1,
        );
        assert_eq!(svg(public.as_bytes()), Baked::Credential(Cow::Borrowed(b"{}")));
        let laughs = "<!DOCTYPE svg [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><svg>&b;</svg>";
        assert_eq!(svg(laughs.as_bytes()), Baked::Unreadable);
        assert!(
            looks_like_svg(laughs.as_bytes())
                && looks_like_svg(json.as_bytes())
                && !looks_like_svg(b"{\"a\":\"<svg\"}")
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _whatever = png(&[PNG, &bytes].concat());
            let _whatever = svg(&bytes);
        }
    }
}
