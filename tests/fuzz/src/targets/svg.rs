//! SVG pictures: what stands in the element is what is judged, as another reader of XML sees it too.

use crate::{
    judged::{self, read},
    oracles::svg::credentials,
    pictures,
};

pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if looks_like_svg(text) {
        as_picture(text);
    }
    if !text.contains("<svg") && text.chars().all(is_xml) {
        let baked = format!("{:?}", read(pictures::svg(text).as_bytes()));
        match text.trim() {
            "" => assert!(baked.contains("form: NoPicture"), "nothing is baked in, and it is read"),
            trimmed => assert_eq!(baked, alone(trimmed), "what was baked comes out as something else"),
        }
    }
}

fn as_picture(text: &str) {
    let found = format!("{:?}", read(text.as_bytes()));
    let _whatever = judged::judge(text.as_bytes());
    // Ours refuses whatever is not well-formed, which the other reader does not always see.
    if found.contains("form: NoPicture") {
        return;
    }
    let others = credentials(text);
    match &others[..] {
        [] => assert_eq!(found, alone("null"), "read from nowhere"),
        [Some(inside)] => {
            assert!(inside.contains("<svg") || is_same(&found, &alone(inside.trim())), "another text is read: {inside}")
        }
        _ => panic!("an unclear picture is read: {others:?}"),
    }
}

/// Where a text is refused, the place may be told by other lines: XML makes line feeds of carriage returns (XML 1.0 §2.11).
fn is_same(one: &str, other: &str) -> bool {
    one == other || (one.starts_with("Err(") && other.starts_with("Err("))
}

fn alone(text: &str) -> String {
    format!("{:?}", read(text.as_bytes()))
}

fn looks_like_svg(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_ascii_start();
    start.starts_with('<') && text.get(..text.len().min(4_000)).is_some_and(|start| start.contains("<svg"))
}

/// Characters that a document of XML may hold (XML 1.0 §2.2).
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
