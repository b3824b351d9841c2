//! What stands in for the network where a test is about the sandbox alone.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use wellspring_egress::{OutboundRequest, OutboundResponse, SendFailure};
use wellspring_host::Outbound;
use wellspring_model::trace::TraceParent;

/// Answers every request at once, with this text as JSON.
pub struct Canned(pub &'static str);

/// As an ATS that wrote a note.
pub const NOTE: Canned = Canned(r#"{"id":4711}"#);

#[async_trait]
impl Outbound for Canned {
    async fn send(&self, _: OutboundRequest, _: Option<TraceParent>) -> Result<OutboundResponse, SendFailure> {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Ok(OutboundResponse { status: 201, headers, body: self.0.into() })
    }
}

/// Answers no request, and counts those that came and those that were given up.
#[derive(Default)]
pub struct Silent {
    pub begun: Arc<AtomicU64>,
    pub given_up: Arc<AtomicU64>,
}

#[async_trait]
impl Outbound for Silent {
    async fn send(&self, _: OutboundRequest, _: Option<TraceParent>) -> Result<OutboundResponse, SendFailure> {
        struct Waiting(Arc<AtomicU64>);
        impl Drop for Waiting {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.begun.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(Arc::clone(&self.given_up));
        std::future::pending().await
    }
}
