//! The ATS: it answers from within the host, at once, or when it is let go on.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Semaphore;
use wellspring_egress::{OutboundRequest, OutboundResponse, SendFailure};
use wellspring_host::Outbound;
use wellspring_model::trace::TraceParent;

pub const STATUS: u16 = 201;
pub const TEXT: &str = r#"{"id":4711}"#;

/// Answers at once.
pub struct Canned;

#[async_trait::async_trait]
impl Outbound for Canned {
    async fn send(&self, _: OutboundRequest, _: Option<TraceParent>) -> Result<OutboundResponse, SendFailure> {
        Ok(answer())
    }
}

/// Holds every request back, so that many instances are in the middle of a call at a time.
pub struct Gate {
    pub waiting: AtomicUsize,
    pub open: Semaphore,
}

impl Gate {
    pub fn closed() -> Arc<Self> {
        Arc::new(Self { waiting: AtomicUsize::new(0), open: Semaphore::new(0) })
    }
}

#[async_trait::async_trait]
impl Outbound for Gate {
    async fn send(&self, _: OutboundRequest, _: Option<TraceParent>) -> Result<OutboundResponse, SendFailure> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _passed = self.open.acquire().await;
        Ok(answer())
    }
}

fn answer() -> OutboundResponse {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    OutboundResponse { status: STATUS, headers, body: TEXT.into() }
}
