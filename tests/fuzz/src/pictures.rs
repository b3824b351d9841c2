//! Pictures with a credential inside.

pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

pub fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    [&(data.len() as u32).to_be_bytes(), kind, data, &[0; 4]].concat()
}

fn picture(chunks: &[Vec<u8>]) -> Vec<u8> {
    [PNG.to_vec(), chunk(b"IHDR", &[0; 13]), chunks.concat(), chunk(b"IEND", b"")].concat()
}

/// A PNG with this text in a chunk of one kind or the other, beside a text of somebody else's.
pub fn png(text: &[u8], international: bool) -> Vec<u8> {
    let other = chunk(b"tEXt", b"Author\0somebody");
    let ours = match international {
        true => chunk(b"iTXt", &[b"openbadgecredential\0\0\0en\0Beleg\0", text].concat()),
        false => chunk(b"tEXt", &[b"clrcredential\0", text].concat()),
    };
    picture(&[other, ours, chunk(b"IDAT", &[1, 2, 3])])
}

/// An SVG with this text in the element.
pub fn svg(text: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential>{}</o:credential><g/></svg>"#,
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#13;")
    )
}
