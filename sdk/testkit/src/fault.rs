//! Things that go wrong at an ATS, on demand.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use tokio::sync::watch;

use crate::cuttable::Cut;

/// White space, which JSON may hold any amount of.
const MEGABYTE: Bytes = Bytes::from_static(&[b' '; 1 << 20]);

/// How a request goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 429 with the headers that say when to come again.
    RateLimited,
    /// 503.
    ServerError,
    /// 401, whatever the token.
    Unauthorized,
    /// Nothing is done: the ATS refuses it with this code.
    Refused(&'static str),
    /// Nothing is done and the connection ends without an answer.
    DropConnection,
    /// Nothing is done, and the answer is a gigabyte of nothing.
    Huge,
    /// Nothing is done and nothing answered until somebody lets go.
    HoldBefore,
    /// Everything is done and nothing answered until somebody lets go.
    HoldAfter,
    /// Everything is done, and the answer comes this much later.
    Slow(Duration),
}

/// What becomes of requests that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Release,
    Drop,
}

/// Requests that are held, and what was decided about them last.
pub(crate) struct Holding {
    count: watch::Sender<usize>,
    verdict: watch::Sender<Option<Verdict>>,
}

impl Holding {
    pub(crate) fn new() -> Self {
        Self { count: watch::Sender::new(0), verdict: watch::Sender::new(None) }
    }

    pub(crate) fn count(&self) -> usize {
        *self.count.borrow()
    }

    pub(crate) async fn wait_for(&self, least: usize) {
        // The sender lives as long as `self`, so this ends only when the number is reached.
        let mut counted = self.count.subscribe();
        let _reached = counted.wait_for(|count| *count >= least).await;
    }

    pub(crate) fn let_go(&self, verdict: Verdict) {
        self.verdict.send_replace(Some(verdict));
    }

    /// Waits for the next decision. The caller may go away while it waits; it is no longer counted then.
    pub(crate) async fn hold(&self) -> Verdict {
        struct Held<'a>(&'a watch::Sender<usize>);
        impl Drop for Held<'_> {
            fn drop(&mut self) {
                self.0.send_modify(|count| *count -= 1);
            }
        }
        let mut decided = self.verdict.subscribe();
        // What was decided before is about others.
        decided.mark_unchanged();
        self.count.send_modify(|count| *count += 1);
        let _held = Held(&self.count);
        match decided.changed().await {
            Ok(()) => decided.borrow().unwrap_or(Verdict::Drop),
            Err(_) => Verdict::Drop,
        }
    }
}

/// What an ATS says in its own way when it does not do what it is asked.
pub(crate) trait Refusals {
    /// To come again after so many seconds.
    fn rate_limited(seconds: u64) -> Response;
    fn down() -> Response;
    fn unauthorized() -> Response;
    fn refused(code: &'static str) -> Response;
}

/// Answers a request the way a fault wants it. `served` does what was asked, and is not awaited where nothing is to be done. `None`:
/// the connection was cut, and whatever is returned is not sent.
pub(crate) async fn go_wrong<R: Refusals>(
    fault: Fault,
    holding: &Holding,
    connection: &Cut,
    served: impl Future<Output = Response>,
) -> Option<Response> {
    let response = match fault {
        Fault::RateLimited => R::rate_limited(7),
        Fault::ServerError => R::down(),
        Fault::Unauthorized => R::unauthorized(),
        Fault::Refused(code) => R::refused(code),
        Fault::Huge => {
            Body::from_stream(stream::iter((0..1_024).map(|_| Ok::<_, Infallible>(MEGABYTE)))).into_response()
        }
        Fault::DropConnection => return silence(connection),
        Fault::HoldBefore => match holding.hold().await {
            Verdict::Release => served.await,
            Verdict::Drop => return silence(connection),
        },
        Fault::HoldAfter => {
            let response = served.await;
            match holding.hold().await {
                Verdict::Release => response,
                Verdict::Drop => return silence(connection),
            }
        }
        Fault::Slow(wait) => {
            let response = served.await;
            tokio::time::sleep(wait).await;
            response
        }
    };
    Some(response)
}

fn silence(connection: &Cut) -> Option<Response> {
    connection.cut();
    None
}

/// What is returned where the connection was cut.
pub(crate) fn unsent() -> Response {
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
