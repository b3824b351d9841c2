//! PNG pictures: what stands in the chunk is what is judged, and nothing else.

use crate::{
    judged::{self, read},
    oracles::png::{Place, credential},
    pictures,
};

pub fn run(bytes: &[u8]) {
    // The same bytes as a picture, and as what is baked into one.
    let picture = [pictures::PNG, bytes.strip_prefix(pictures::PNG).unwrap_or(bytes)].concat();
    let found = format!("{:?}", read(&picture));
    match credential(&picture) {
        Place::Text(text) => assert!(is_picture(text) || found == alone(text), "another text is read"),
        Place::Nowhere => assert!(found.contains("form: Unknown"), "read from nowhere: {found}"),
        Place::Unclear => assert!(found.contains("form: NoPicture"), "an unclear picture is read: {found}"),
    }
    let _whatever = judged::judge(&picture);
    if !is_picture(bytes) {
        for international in [false, true] {
            let baked = format!("{:?}", read(&pictures::png(bytes, international)));
            assert_eq!(baked, alone(bytes), "what was baked comes out as something else");
        }
    }
}

fn alone(text: &[u8]) -> String {
    format!("{:?}", read(text))
}

/// A picture within a picture is none; on its own it would be.
fn is_picture(text: &[u8]) -> bool {
    text.starts_with(pictures::PNG) || text.windows(4).any(|window| window == b"<svg")
}
