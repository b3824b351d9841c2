//! Requests through the host: what to send, never where to or with which secret.

use serde::Serialize;

use crate::{
    Blob, Error, ErrorCode, Pages, Part, Response, Retry,
    bindings::wellspring::connector::http::{self, Header},
    body::Body,
};

/// A request to one of the manifest's bases.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    base: String,
    path: String,
    query: Vec<Header>,
    headers: Vec<Header>,
    body: Body,
    credential: Option<String>,
    timeout_ms: Option<u32>,
    hold: bool,
    /// Why the body could not be made; said when the request is sent.
    flaw: Option<String>,
}

impl Request {
    /// `base` is a name of the manifest; `path` goes below it. Ids in a path go through [`Request::segment`] unless they are
    /// numbers.
    pub fn new(method: &str, base: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            base: base.to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::None,
            credential: None,
            timeout_ms: None,
            hold: false,
            flaw: None,
        }
    }

    pub fn get(base: &str, path: &str) -> Self {
        Self::new("GET", base, path)
    }

    pub fn post(base: &str, path: &str) -> Self {
        Self::new("POST", base, path)
    }

    pub fn put(base: &str, path: &str) -> Self {
        Self::new("PUT", base, path)
    }

    pub fn patch(base: &str, path: &str) -> Self {
        Self::new("PATCH", base, path)
    }

    pub fn delete(base: &str, path: &str) -> Self {
        Self::new("DELETE", base, path)
    }

    /// A text as one segment of a path: what is not a letter, digit, `-`, `.`, `_` or `~` is percent-encoded.
    pub fn segment(text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
                _ => out.push_str(&format!("%{byte:02X}")),
            }
        }
        out
    }

    /// Adds a query parameter. The host encodes it.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push(header(name, value));
        self
    }

    /// Replaces the query, as when following a page.
    #[must_use]
    pub(crate) fn with_query(mut self, query: Vec<(String, String)>) -> Self {
        self.query = query.into_iter().map(|(name, value)| Header { name, value }).collect();
        self
    }

    /// Adds a header. The host refuses those that frame, route or authorise a request: they are its own.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push(header(name, value));
        self
    }

    /// Has the host add this credential of the manifest.
    #[must_use]
    pub fn credential(mut self, name: &str) -> Self {
        self.credential = Some(name.to_owned());
        self
    }

    /// Sends JSON.
    #[must_use]
    pub fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(json) => self.body = Body::Json(json),
            Err(error) => self.flaw = Some(format!("the body is no JSON: {error}")),
        }
        self
    }

    /// Sends form fields.
    #[must_use]
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        self.body = Body::Form(fields.iter().map(|(name, value)| header(name, value)).collect());
        self
    }

    /// Sends text; its content type is a header.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.body = Body::Text(text.into());
        self
    }

    /// Sends bytes; their content type is a header.
    #[must_use]
    pub fn bytes(mut self, bytes: Vec<u8>) -> Self {
        self.body = Body::Bytes(bytes);
        self
    }

    /// Sends the bytes that the host holds, with their own content type.
    #[must_use]
    pub fn blob(mut self, blob: &Blob) -> Self {
        self.body = Body::Blob(blob.clone());
        self
    }

    /// Sends a form that carries files (`multipart/form-data`).
    #[must_use]
    pub fn multipart(mut self, parts: Vec<Part>) -> Self {
        self.body = Body::Multipart(parts);
        self
    }

    /// Leaves the answer's body with the host: [`Response::blob`] is its handle.
    #[must_use]
    pub fn hold(mut self) -> Self {
        self.hold = true;
        self
    }

    /// Waits at most this long, where that is shorter than the host's own limit.
    #[must_use]
    pub fn timeout_ms(mut self, milliseconds: u32) -> Self {
        self.timeout_ms = Some(milliseconds);
        self
    }

    /// Sends it. A status outside 200–299 is an error that already says when to try again.
    pub fn send(self) -> Result<Response, Error> {
        let response = self.send_any()?;
        if (200..300).contains(&response.status) { Ok(response) } else { Err(response.error()) }
    }

    /// Sends it and hands over the response whatever its status.
    pub fn send_any(self) -> Result<Response, Error> {
        let what = self.what();
        if let Some(flaw) = self.flaw {
            return Err(Error::new(ErrorCode::Internal, format!("{what}: {flaw}"), Retry::Never));
        }
        Response::of(http::send(&self.contract()), what)
    }

    /// Sends requests side by side, and gives the answers in their order, whatever their status.
    pub fn send_many(requests: &[Self]) -> Vec<Result<Response, Error>> {
        if let Some(flawed) = requests.iter().find_map(|one| Some((one.what(), one.flaw.as_ref()?))) {
            let (what, flaw) = flawed;
            let error = Error::new(ErrorCode::Internal, format!("{what}: {flaw}"), Retry::Never);
            return requests.iter().map(|_| Err(error.clone())).collect();
        }
        let sent = http::send_many(&requests.iter().map(Self::contract).collect::<Vec<_>>());
        sent.into_iter().zip(requests).map(|(sent, request)| Response::of(sent, request.what())).collect()
    }

    fn contract(&self) -> http::Request<'_> {
        http::Request {
            method: self.method.clone(),
            base: self.base.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: self.body.contract(),
            credential: self.credential.clone(),
            timeout_ms: self.timeout_ms,
            hold: self.hold,
        }
    }

    /// Sends it page by page, following `Link: <…>; rel="next"` (RFC 8288).
    pub fn pages(self) -> Pages {
        Pages::new(self)
    }

    /// Method and path, for messages. Not the query, which may name people.
    fn what(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

fn header(name: &str, value: impl ToString) -> Header {
    Header { name: name.to_owned(), value: value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_its_segment() {
        assert_eq!(Request::segment("../a b?c#d"), "..%2Fa%20b%3Fc%23d");
        assert_eq!(Request::segment("é"), "%C3%A9");
    }
}
