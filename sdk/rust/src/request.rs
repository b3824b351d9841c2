//! Requests through the host: what to send, never where to or with which secret.

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Error, ErrorCode, Pages, Retry,
    bindings::wellspring::connector::http::{self, Body, BodyIn, Header},
    host,
};

/// A request to one of the manifest's bases.
#[derive(Debug, Clone)]
pub struct Request {
    inner: http::Request,
    /// Why the body could not be made; said when the request is sent.
    flaw: Option<String>,
}

impl Request {
    /// `base` is a name of the manifest; `path` goes below it. Ids in a path go through [`Request::segment`] unless they are
    /// numbers.
    pub fn new(method: &str, base: &str, path: &str) -> Self {
        let inner = http::Request {
            method: method.to_owned(),
            base: base.to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::None,
            credential: None,
            timeout_ms: None,
        };
        Self { inner, flaw: None }
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
        self.inner.query.push(header(name, value));
        self
    }

    /// Replaces the query, as when following a page.
    #[must_use]
    pub(crate) fn with_query(mut self, query: Vec<(String, String)>) -> Self {
        self.inner.query = query.into_iter().map(|(name, value)| Header { name, value }).collect();
        self
    }

    /// Adds a header. The host refuses those that frame, route or authorise a request: they are its own.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.inner.headers.push(header(name, value));
        self
    }

    /// Has the host add this credential of the manifest.
    #[must_use]
    pub fn credential(mut self, name: &str) -> Self {
        self.inner.credential = Some(name.to_owned());
        self
    }

    /// Sends JSON.
    #[must_use]
    pub fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(json) => self.inner.body = Body::Json(json),
            Err(error) => self.flaw = Some(format!("the body is no JSON: {error}")),
        }
        self
    }

    /// Sends form fields.
    #[must_use]
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        self.inner.body = Body::Form(fields.iter().map(|(name, value)| header(name, value)).collect());
        self
    }

    /// Sends text; its content type is a header.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.inner.body = Body::Text(text.into());
        self
    }

    /// Sends bytes; their content type is a header.
    #[must_use]
    pub fn bytes(mut self, bytes: Vec<u8>) -> Self {
        self.inner.body = Body::Bytes(bytes);
        self
    }

    /// Waits at most this long, where that is shorter than the host's own limit.
    #[must_use]
    pub fn timeout_ms(mut self, milliseconds: u32) -> Self {
        self.inner.timeout_ms = Some(milliseconds);
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
        match http::send(&self.inner) {
            Ok(inner) => Ok(Response { status: inner.status, what, inner }),
            Err(failure) => Err(Error::from_failure(failure, &what)),
        }
    }

    /// Sends it page by page, following `Link: <…>; rel="next"` (RFC 8288).
    pub fn pages(self) -> Pages {
        Pages::new(self)
    }

    /// Method and path, for messages. Not the query, which may name people.
    fn what(&self) -> String {
        format!("{} {}", self.inner.method, self.inner.path)
    }
}

fn header(name: &str, value: impl ToString) -> Header {
    Header { name: name.to_owned(), value: value.to_string() }
}

/// What the ATS answered.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    what: String,
    inner: http::Response,
}

impl Response {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.inner.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(&found.value)
    }

    /// The body as bytes; empty where there is none.
    pub fn bytes(&self) -> &[u8] {
        match &self.inner.body {
            BodyIn::Empty => &[],
            BodyIn::Text(text) => text.as_bytes(),
            BodyIn::Bytes(bytes) => bytes,
        }
    }

    /// The body as JSON of this type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(self.bytes()).map_err(|error| {
            // Only the place: serde_json's message can quote what it read.
            let place = format!("line {}, column {}", error.line(), error.column());
            Error::upstream(format!("{}: the answer is not the expected JSON ({place})", self.what))
                .with_status(self.status)
        })
    }

    /// How long the ATS asks to wait: `Retry-After` in seconds or as a date (RFC 9110 §10.2.3).
    pub fn retry_after_ms(&self) -> Option<u64> {
        let value = self.header("retry-after")?.trim();
        match value.parse::<u64>() {
            Ok(seconds) => seconds.checked_mul(1_000),
            Err(_) => Some(http_date_ms(value)?.saturating_sub(host::now_ms())),
        }
    }

    /// The contract's answer to this response's status.
    pub fn error(&self) -> Error {
        Error::from_status(self.status, self.retry_after_ms(), &self.what)
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` in milliseconds since 1970.
fn http_date_ms(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split_once(", ")?.1.split([' ', ':']);
    let number = |words: &mut std::str::Split<'_, _>| words.next()?.parse::<u64>().ok();
    let day = number(&mut words)?;
    let month = words.next().and_then(|word| MONTHS.iter().position(|month| *month == word))? as u64 + 1;
    let year = number(&mut words).filter(|year| (1970..3000).contains(year))?;
    let (hour, minute, second) = (number(&mut words)?, number(&mut words)?, number(&mut words)?);
    // Years counted from March, so that the leap day is the last of a year.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day.checked_sub(1)? - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_http_is_read_to_the_second() {
        assert_eq!(http_date_ms("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000));
        assert_eq!(http_date_ms("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800_000));
        assert_eq!(http_date_ms("tomorrow"), None);
        assert_eq!(http_date_ms("Sun, 06 Foo 1994 08:49:37 GMT"), None);
    }

    #[test]
    fn an_id_cannot_leave_its_segment() {
        assert_eq!(Request::segment("../a b?c#d"), "..%2Fa%20b%3Fc%23d");
        assert_eq!(Request::segment("é"), "%C3%A9");
    }
}
