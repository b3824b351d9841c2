//! Forms that carry files (RFC 7578). The host writes them, so that what a guest puts into a part cannot become another part.

use bytes::{Bytes, BytesMut};

/// A part, as it is written.
pub(crate) struct Part {
    pub name: String,
    pub filename: Option<String>,
    pub content_type: Option<String>,
    pub content: Bytes,
}

/// The body, for a boundary that nobody could foresee.
pub(crate) fn body(parts: &[Part], boundary: &str) -> Bytes {
    let mut out = BytesMut::with_capacity(parts.iter().map(|part| part.content.len() + 256).sum());
    for part in parts {
        let filename =
            part.filename.as_ref().map(|name| format!("; filename=\"{}\"", escaped(name))).unwrap_or_default();
        let kind = part.content_type.as_ref().map(|kind| format!("Content-Type: {}\r\n", line(kind)));
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"{filename}\r\n{}\r\n",
            escaped(&part.name),
            kind.unwrap_or_default()
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(&part.content);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out.freeze()
}

/// As browsers do: what would end the quoted text is percent-encoded.
fn escaped(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A media type stays on its line.
fn line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_cannot_become_two() {
        let part = Part {
            name: "file\"\r\nX: y".to_owned(),
            filename: Some("cv.pdf".to_owned()),
            content_type: Some("text/plain\r\nX: z".to_owned()),
            content: Bytes::from_static(b"--abc\r\n"),
        };
        let body = body(&[part], "b0undary");
        let text = std::str::from_utf8(&body).expect("text");
        assert_eq!(
            text,
            "--b0undary\r\nContent-Disposition: form-data; name=\"file%22%0D%0AX: y\"; filename=\"cv.pdf\"\r\n\
             Content-Type: text/plainX: z\r\n\r\n--abc\r\n\r\n--b0undary--\r\n"
        );
    }
}
