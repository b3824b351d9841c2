//! Where the credential of an SVG stands, as another reader of XML sees it.

use quick_xml::{
    NsReader, XmlVersion,
    events::{BytesStart, Event},
    name::ResolveResult,
};

/// The credentials of a document that is known to be well-formed; within, `None` for an element that holds others, and so no
/// plain text.
pub fn credentials(text: &str) -> Vec<Option<String>> {
    let mut reader = NsReader::from_str(text);
    let mut found = Vec::new();
    // The element of ours that is open, its text so far, and how deep within it we are.
    let mut open: Option<(Option<String>, String, usize)> = None;
    loop {
        let (namespace, event) = match reader.read_resolved_event() {
            Ok((_, Event::Eof)) | Err(_) => return found,
            Ok(read) => read,
        };
        match (event, &mut open) {
            (Event::Start(start), None) if is_ours(&namespace, &start) => {
                open = Some((token(&start), String::new(), 0));
            }
            (Event::Empty(start), None) if is_ours(&namespace, &start) => {
                found.push(token(&start).or(Some(String::new())))
            }
            (Event::Start(start), Some((_, _, depth))) => {
                *depth += 1;
                if is_ours(&namespace, &start) {
                    // One within another: two of them, whatever they hold.
                    found.push(None);
                }
            }
            (Event::Empty(start), Some((_, text, _))) => {
                text.push('\0');
                if is_ours(&namespace, &start) {
                    found.push(None);
                }
            }
            (Event::End(_), Some((token, text, 0))) => {
                let plain = (!text.contains('\0')).then(|| std::mem::take(text));
                found.push(token.take().or(plain));
                open = None;
            }
            (Event::End(_), Some((_, text, depth))) => {
                // No XML holds this character, so it marks what is not plain.
                text.push('\0');
                *depth -= 1;
            }
            (Event::Text(piece), Some((_, text, 0))) => text.push_str(&piece.xml10_content()),
            (Event::CData(piece), Some((_, text, 0))) => text.push_str(&piece.xml10_content()),
            (Event::GeneralRef(reference), Some((_, text, 0))) => match reference.resolve_char_ref() {
                Ok(Some(c)) => text.push(c),
                _ => text.push_str(match &*reference.xml10_content() {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    _ => "\0",
                }),
            },
            _ => {}
        }
    }
}

fn is_ours(namespace: &ResolveResult<'_>, start: &BytesStart<'_>) -> bool {
    let ResolveResult::Bound(namespace) = namespace else { return false };
    matches!(
        (namespace.as_ref(), start.local_name().as_ref()),
        ("https://purl.imsglobal.org/ob/v3p0" | "https://purl.imsglobal.org/clr/v2p0", "credential")
            | ("http://openbadges.org" | "https://openbadges.org", "assertion")
    )
}

/// The token in the element's own attribute.
fn token(start: &BytesStart<'_>) -> Option<String> {
    let attribute = start.try_get_attribute("verify").ok()??;
    let value = attribute.normalized_value(XmlVersion::Explicit1_0).ok()?;
    (!value.trim().is_empty()).then(|| value.into_owned())
}
