//! What a guest's requests go to. That is egress, over the network; a program may put something of its own in its place.

use async_trait::async_trait;
use wellspring_egress::{ConnectionClient, OutboundRequest, OutboundResponse, SendFailure};
use wellspring_model::trace::TraceParent;

/// Sends what was counted and may be sent.
#[async_trait]
pub trait Outbound: Send + Sync {
    /// The answer, whatever its status is. The other side may be told which trace the request belongs to.
    ///
    /// # Errors
    /// Why there is no answer.
    async fn send(&self, request: OutboundRequest, trace: Option<TraceParent>)
    -> Result<OutboundResponse, SendFailure>;
}

#[async_trait]
impl Outbound for ConnectionClient {
    async fn send(
        &self,
        request: OutboundRequest,
        trace: Option<TraceParent>,
    ) -> Result<OutboundResponse, SendFailure> {
        self.send_within(request, trace).await
    }
}
