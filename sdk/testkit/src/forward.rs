//! Passes requests on to an ATS, or to a double with an address of its own, through the same egress that the gateway uses. The
//! connector's made-up credential has told which one it named; the real one is added here.

use async_trait::async_trait;
use serde_json::json;
use wellspring_egress::{ConnectionClient, OutboundBody, OutboundRequest, OutboundResponse, SendFailure};

use crate::front::{Answer, Asked, Behind};

/// Passes requests on.
pub struct Forward(ConnectionClient);

impl Forward {
    pub fn new(client: ConnectionClient) -> Self {
        Self(client)
    }
}

#[async_trait]
impl Behind for Forward {
    async fn answer(&self, asked: &Asked) -> Answer {
        let body = if asked.body.is_empty() { OutboundBody::None } else { OutboundBody::Bytes(asked.body.clone()) };
        let request = OutboundRequest {
            method: asked.method.clone(),
            base: asked.base.clone(),
            path: asked.path.clone(),
            query: asked.query.clone(),
            headers: asked.headers.clone(),
            body,
            credential: asked.credential.clone(),
            timeout: None,
        };
        match self.0.send(request).await {
            Ok(OutboundResponse { status, headers, body }) => Answer { status, headers, body },
            Err(failure) => Answer::json(status(&failure), &json!({ "message": failure.to_string() })),
        }
    }
}

/// As a gateway between the two would say it (RFC 9110 §15.6).
const fn status(failure: &SendFailure) -> u16 {
    match failure {
        SendFailure::Timeout => 504,
        SendFailure::Denied(_) => 403,
        SendFailure::Credential(_) => 401,
        _ => 502,
    }
}
