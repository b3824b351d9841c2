//! Sending one event to one endpoint, once.

use std::{path::Path, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use url::Url;
use wellspring_model::{Timestamp, event::EndpointKeys, id::EventId};

use super::sign::signatures;
use crate::{
    EgressError, EgressLimits, SendFailure,
    authorities::verifier,
    client::Clients,
    judge::{Lookup, system_lookup},
    read,
};

/// How long an endpoint may take to answer. Standard Webhooks advises 15 to 30 seconds.
const LONGEST: Duration = Duration::from_secs(20);
/// An answer's body is of no interest. A short one is read, so that the connection can be used again.
const BODY: usize = 16 * 1024;
const BODY_TIME: Duration = Duration::from_secs(1);

/// The way out of events. Endpoints share it, but for the private origins that each was granted.
pub struct Webhooks {
    clients: Clients,
    limits: EgressLimits,
}

/// An event as it is sent.
pub struct WebhookMessage<'a> {
    pub url: &'a Url,
    /// Origins on private networks that an operator granted to this endpoint.
    pub private_origins: &'a [String],
    /// The same for every attempt, so that a receiver knows a repeat.
    pub event: EventId,
    /// When this attempt is made.
    pub at: Timestamp,
    pub body: Bytes,
    /// All keys in use, the present ones first.
    pub keys: &'a [EndpointKeys],
}

/// What an endpoint answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookAnswer {
    pub status: u16,
    /// How long it asks to wait.
    pub retry_after: Option<Duration>,
}

impl Webhooks {
    /// A way out that trusts the certificate authorities in this file as well.
    ///
    /// # Errors
    /// No HTTP client can be made.
    pub fn new(extra_ca_file: Option<&Path>) -> Result<Self, EgressError> {
        let limits = EgressLimits {
            body_bytes: BODY,
            first_byte: LONGEST,
            between_bytes: BODY_TIME,
            total: LONGEST,
            ..EgressLimits::default()
        };
        Self::with_lookup(extra_ca_file, &limits, &system_lookup())
    }

    pub(crate) fn with_lookup(
        extra_ca_file: Option<&Path>,
        limits: &EgressLimits,
        lookup: &Lookup,
    ) -> Result<Self, EgressError> {
        let clients = Clients::new(Vec::new(), &verifier(extra_ca_file)?, limits, lookup)?;
        Ok(Self { clients, limits: EgressLimits { body_bytes: BODY, ..*limits } })
    }

    /// Signs and posts an event. A redirect is an answer and is not followed.
    ///
    /// # Errors
    /// Why there is no answer. A status, whatever it is, is an answer.
    pub async fn send(&self, message: WebhookMessage<'_>) -> Result<WebhookAnswer, SendFailure> {
        let mut request = reqwest::Request::new(Method::POST, message.url.clone());
        *request.headers_mut() = headers(&message)?;
        *request.body_mut() = Some(message.body.into());
        let response = self.clients.execute_to(request, message.private_origins).await?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| wait(value, message.at));
        // Whatever comes of it: the answer is the status.
        let _read = tokio::time::timeout(BODY_TIME, read::body(response, &self.limits)).await;
        Ok(WebhookAnswer { status, retry_after })
    }
}

fn headers(message: &WebhookMessage<'_>) -> Result<HeaderMap, SendFailure> {
    let unusable = || SendFailure::Credential("a signing key of the endpoint is not readable".to_owned());
    let (id, seconds) = (message.event.to_string(), message.at.as_second());
    let signature = signatures(&id, seconds, &message.body, message.keys).map_err(|_| unusable())?;
    let text = |text: String| HeaderValue::try_from(text).map_err(|_| unusable());
    Ok(HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (HeaderName::from_static("webhook-id"), text(id)?),
        (HeaderName::from_static("webhook-timestamp"), HeaderValue::from(seconds)),
        (HeaderName::from_static("webhook-signature"), text(signature)?),
    ]))
}

/// `Retry-After` in seconds or as a date (RFC 9110 §10.2.3).
fn wait(value: &HeaderValue, now: Timestamp) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_asks_to_wait_in_seconds_or_until_a_date() {
        let now = "1994-11-06T08:49:00Z".parse().expect("a time");
        let wait = |text| wait(&HeaderValue::from_static(text), now);
        assert_eq!(wait("120"), Some(Duration::from_secs(120)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(37)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:48:37 GMT"), Some(Duration::ZERO), "it is over");
        assert_eq!(wait("soon"), None);
    }
}
