//! Forms that carry files (RFC 7578). The host writes them, so that what a guest puts into a part cannot become another part.

use bytes::{Bytes, BytesMut};

/// A part, as it is written.
pub(crate) struct Part {
    pub name: String,
    pub filename: Option<String>,
    pub content_type: Option<String>,
    pub content: Bytes,
}

/// What a part has around it at most, besides what the guest says.
const FRAME: usize = 256;

/// The most bytes that the body can come to. `None`: more than can be counted. Parts may name one blob any number of times, so this is
/// asked before anything is written.
pub(crate) fn most(parts: &[Part]) -> Option<usize> {
    parts.iter().try_fold(FRAME, |sum, part| {
        let filename = part.filename.as_ref().map_or(0, String::len);
        // Each character that is escaped becomes three.
        let names = part.name.len().checked_add(filename)?.checked_mul(3)?;
        let kind = part.content_type.as_ref().map_or(0, String::len);
        [FRAME, names, kind, part.content.len()].into_iter().try_fold(sum, usize::checked_add)
    })
}

/// The body, for a boundary that nobody could foresee.
pub(crate) fn body(parts: &[Part], boundary: &str) -> Bytes {
    let mut out = BytesMut::with_capacity(most(parts).unwrap_or(0));
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

    #[test]
    fn a_body_is_no_larger_than_was_counted_before() {
        let quotes = || "\"\r\n".repeat(50);
        let part = |content| Part {
            name: quotes(),
            filename: Some(quotes()),
            content_type: Some("text/plain".to_owned()),
            content: Bytes::from_static(content),
        };
        let parts = [part(b"x"), part(b""), Part { filename: None, content_type: None, ..part(b"") }];
        for parts in [&parts[..], &parts[..1], &[]] {
            assert!(body(parts, &"b".repeat(32)).len() <= most(parts).expect("they can be counted"));
        }
    }
}
