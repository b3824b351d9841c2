//! What the ATS answered.

use serde::de::DeserializeOwned;

use crate::{
    Blob, Error,
    bindings::wellspring::connector::http::{self, BodyIn, Failure, Header},
    host,
};

/// What the ATS answered.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    what: String,
    headers: Vec<Header>,
    body: Answered,
}

#[derive(Debug, Clone)]
enum Answered {
    Here(Vec<u8>),
    Held(Blob),
}

impl Response {
    pub(crate) fn of(sent: Result<http::Response, Failure>, what: String) -> Result<Self, Error> {
        let response = sent.map_err(|failure| Error::from_failure(failure, &what))?;
        let body = match response.body {
            BodyIn::Empty => Answered::Here(Vec::new()),
            BodyIn::Text(text) => Answered::Here(text.into_bytes()),
            BodyIn::Bytes(bytes) => Answered::Here(bytes),
            BodyIn::Blob(handle) => Answered::Held(Blob::new(handle)),
        };
        Ok(Self { status: response.status, what, headers: response.headers, body })
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(&found.value)
    }

    /// The body as bytes; empty where there is none, or where it stays with the host.
    pub fn bytes(&self) -> &[u8] {
        match &self.body {
            Answered::Here(bytes) => bytes,
            Answered::Held(_) => &[],
        }
    }

    /// The body that stays with the host, where the request asked for that.
    pub fn blob(&self) -> Option<&Blob> {
        match &self.body {
            Answered::Here(_) => None,
            Answered::Held(blob) => Some(blob),
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
}
