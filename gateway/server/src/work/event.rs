//! Sending one event to one endpoint, with no transaction open, and what its answer means.

use std::time::Duration;

use serde_json::json;
use wellspring_egress::{SendFailure, WebhookAnswer, WebhookMessage};
use wellspring_host::Delivered;
use wellspring_model::{
    delivery::{DeliveryFailure, FailureCode, Receipt, Retry},
    id::EventId,
};
use wellspring_store::Outgoing;

use crate::state::App;

/// Makes one attempt.
pub async fn send(app: &App, event: EventId, outgoing: Outgoing) -> Delivered {
    let message = WebhookMessage {
        url: outgoing.url.url(),
        private_origins: &outgoing.private_origins,
        event,
        at: app.now(),
        body: outgoing.body.into(),
        keys: &outgoing.keys,
    };
    // Within the lease, whatever egress allows.
    let longest = Duration::from_secs(app.config.work.delivery_seconds.into());
    let answer = tokio::time::timeout(longest, app.webhooks.send(message)).await;
    let answer = answer.unwrap_or(Err(SendFailure::Timeout));
    Delivered { result: outcome(answer), requests: 1, wait: None }
}

/// As Standard Webhooks has it: a 2xx is success, a 410 is the end, and everything else is tried again.
fn outcome(answer: Result<WebhookAnswer, SendFailure>) -> Result<Receipt, DeliveryFailure> {
    let WebhookAnswer { status, retry_after } = answer.map_err(unanswered)?;
    if (200..300).contains(&status) {
        return Ok(Receipt { remote_id: None, changed: true, details: json!({"status": status}) });
    }
    let (code, message) = match status {
        300..400 => (
            FailureCode::Upstream,
            "The endpoint sends on to another address, which is not followed; add the new address as an endpoint.",
        ),
        401 => (FailureCode::Auth, "The endpoint asks for credentials (401); events carry signatures only."),
        403 => (FailureCode::Forbidden, "The endpoint does not let the event in (403)."),
        404 => (FailureCode::NotFound, "There is nothing at the endpoint's address (404)."),
        409 => (FailureCode::Conflict, "The endpoint answered that something was in the way (409)."),
        410 => (FailureCode::Gone, "The endpoint says that it is gone (410); nothing is sent to it any more."),
        429 => (FailureCode::RateLimited, "The endpoint takes no more events for now (429)."),
        400..500 => (FailureCode::InvalidInput, "The endpoint refuses the event."),
        502..505 => (FailureCode::Unavailable, "The endpoint, or what stands before it, is not available."),
        _ => (FailureCode::Upstream, "The endpoint answered with a fault of its own."),
    };
    let retry = match (code, retry_after) {
        (FailureCode::Gone, _) => Retry::Never,
        (_, Some(wait)) => Retry::AfterMs(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
        (_, None) => Retry::Backoff,
    };
    Err(DeliveryFailure { remote_status: Some(status), ..failure(code, message, retry) })
}

fn unanswered(why: SendFailure) -> DeliveryFailure {
    let (code, message) = match why {
        SendFailure::Denied(_) => (
            FailureCode::OriginDenied,
            "The address is on a private network, or not https, and an operator has not granted it \
             (`wellspring endpoint grant`).",
        ),
        SendFailure::Timeout => (FailureCode::Deadline, "The endpoint did not answer in time."),
        SendFailure::Dns => (FailureCode::Unavailable, "The endpoint's name cannot be resolved."),
        SendFailure::Tls => (FailureCode::Unavailable, "The endpoint's certificate is not accepted."),
        SendFailure::Connect | SendFailure::TooLarge | SendFailure::Quota => {
            (FailureCode::Unavailable, "There is no connection to the endpoint, or it broke off.")
        }
        SendFailure::Credential(_) => (FailureCode::Internal, "The endpoint's signing keys cannot be read."),
    };
    failure(code, message, Retry::Backoff)
}

fn failure(code: FailureCode, message: &str, retry: Retry) -> DeliveryFailure {
    DeliveryFailure { code, message: message.to_owned(), retry, remote_status: None }
}

#[cfg(test)]
mod tests {
    use wellspring_model::delivery::Verdict;

    use super::*;

    fn of(status: u16, retry_after: Option<u64>) -> (Option<FailureCode>, Verdict) {
        let retry_after = retry_after.map(Duration::from_secs);
        let result = outcome(Ok(WebhookAnswer { status, retry_after }));
        let verdict = Verdict::of_endpoint(&result);
        (result.err().map(|failure| failure.code), verdict)
    }

    #[test]
    fn every_status_means_what_the_standard_says() {
        for status in [200, 202, 204, 299] {
            assert_eq!(of(status, None), (None, Verdict::Well), "{status}");
        }
        for status in [100, 301, 302, 307, 400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503, 504, 599] {
            let (code, verdict) = of(status, None);
            assert!(code.is_some(), "{status} is no success");
            assert_eq!(verdict, Verdict::Ill, "{status}");
            let failure = outcome(Ok(WebhookAnswer { status, retry_after: None })).expect_err("a failure");
            assert_eq!((failure.retry, failure.remote_status), (Retry::Backoff, Some(status)), "it is tried again");
        }
        assert_eq!(of(410, Some(5)), (Some(FailureCode::Gone), Verdict::Gone));
        let wait = Verdict::Wait(Duration::from_secs(60));
        for status in [429, 502, 503, 504] {
            assert_eq!(of(status, Some(60)).1, wait, "{status} with Retry-After is for all events");
        }
        assert_eq!(of(500, Some(60)).1, Verdict::Ill, "of another it is for this one");
    }

    #[test]
    fn an_address_that_was_not_granted_holds_the_endpoint_and_silence_is_a_failure() {
        let of = |why| Verdict::of_endpoint(&Err(unanswered(why)));
        assert_eq!(of(SendFailure::Denied(String::new())), Verdict::Refuses(FailureCode::OriginDenied));
        assert_eq!(of(SendFailure::Timeout), Verdict::Ill);
        assert_eq!(of(SendFailure::Connect), Verdict::Ill);
        assert_eq!(of(SendFailure::Credential(String::new())), Verdict::Silent, "that is ours");
    }
}
