//! What a request carries, as members of a record: JSON, form fields, or a form with files.

use serde_json::{Map, Value, json};

use super::store::Refusal;
use crate::front::Asked;

/// The most that is shown of a file that is text.
const SHOWN: usize = 200;

pub(super) fn record(asked: &Asked) -> Result<Map<String, Value>, Refusal> {
    let kind = asked.header("content-type").unwrap_or_default().to_ascii_lowercase();
    if kind.starts_with("application/x-www-form-urlencoded") {
        let fields = url::form_urlencoded::parse(&asked.body).into_owned();
        return Ok(fields.map(|(name, value)| (name, Value::String(value))).collect());
    }
    if kind.starts_with("multipart/form-data") {
        let given = asked.header("content-type").unwrap_or_default();
        return multipart(given, &asked.body).ok_or_else(|| Refusal::new(400, "the form is not well formed"));
    }
    if asked.body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(&asked.body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Refusal::new(422, "a record is a JSON object")),
        Err(_) if kind.starts_with("application/json") => Err(Refusal::new(400, "the body is no JSON")),
        Err(_) => Ok(file(None, &kind, &asked.body)),
    }
}

fn file(name: Option<&str>, kind: &str, bytes: &[u8]) -> Map<String, Value> {
    let text = std::str::from_utf8(bytes).ok().map(|text| text.chars().take(SHOWN).collect::<String>());
    let value = json!({ "filename": name, "content_type": kind, "size": bytes.len(), "text": text });
    if let Value::Object(members) = value { members } else { Map::new() }
}

/// The fields of a form with files: as much of RFC 7578 as a host writes.
pub(crate) fn multipart(kind: &str, body: &[u8]) -> Option<Map<String, Value>> {
    let boundary = format!("--{}", parameter(kind, "boundary")?);
    let mut members = Map::new();
    let mut rest = &body[find(body, boundary.as_bytes())? + boundary.len()..];
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let end = find(part, format!("\r\n{boundary}").as_bytes())?;
        let head = find(part, b"\r\n\r\n")?;
        let fields = String::from_utf8_lossy(&part[..head]).into_owned();
        let content = part.get(head + 4..end)?;
        let field = |name: &str| {
            let mut lines = fields.split("\r\n").filter_map(|line| line.split_once(':'));
            lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
        };
        let disposition = field("content-disposition")?;
        let name = parameter(&disposition, "name")?;
        let value = match parameter(&disposition, "filename") {
            None => Value::String(String::from_utf8_lossy(content).into_owned()),
            Some(filename) => Value::Object(file(Some(&filename), &field("content-type").unwrap_or_default(), content)),
        };
        members.insert(name, value);
        rest = part.get(end + 2 + boundary.len()..)?;
    }
    rest.starts_with(b"--").then_some(members)
}

fn parameter(value: &str, name: &str) -> Option<String> {
    let mut parameters = value.split(';').skip(1).filter_map(|one| one.trim().split_once('='));
    parameters.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim_matches('"').to_owned())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_with_a_file_becomes_a_record() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"candidate\"\r\n\r\n501\r\n--b\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"r.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--\r\n";
        let members = multipart("multipart/form-data; boundary=b", body.as_bytes()).expect("a form");
        assert_eq!(members["candidate"], "501");
        assert_eq!(
            members["file"],
            json!({"filename": "r.txt", "content_type": "text/plain", "size": 5, "text": "hello"})
        );
        assert!(multipart("multipart/form-data; boundary=b", b"--b\r\nbroken").is_none());
    }
}
