//! The way out to one address that the operator has set, such as a collector of traces.

use std::path::Path;

use bytes::Bytes;
use http::{HeaderMap, Method, header::HOST};
use url::Url;

use crate::{
    EgressError, EgressLimits, SendFailure, authorities::verifier, client::Clients, judge::system_lookup, read,
};

/// Posts to one origin, wherever that is: the operator has named it.
pub struct OperatorClient {
    clients: Clients,
    origin: String,
    limits: EgressLimits,
}

impl OperatorClient {
    /// # Errors
    /// No HTTP client can be made.
    pub fn new(address: &Url, extra_ca_file: Option<&Path>) -> Result<Self, EgressError> {
        let limits = EgressLimits::default();
        let origin = address.origin().ascii_serialization();
        let clients = Clients::new(vec![origin.clone()], &verifier(extra_ca_file)?, &limits, &system_lookup())?;
        Ok(Self { clients, origin, limits })
    }

    /// The status and the body of the answer.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn post(&self, url: Url, headers: HeaderMap, body: Bytes) -> Result<(u16, Bytes), SendFailure> {
        if url.origin().ascii_serialization() != self.origin {
            return Err(SendFailure::Denied("the operator has set another address".to_owned()));
        }
        let mut request = reqwest::Request::new(Method::POST, url);
        *request.headers_mut() = headers;
        request.headers_mut().remove(HOST);
        *request.body_mut() = Some(body.into());
        let response = self.clients.execute(request).await?;
        let status = response.status().as_u16();
        Ok((status, read::body(response, &self.limits).await?))
    }
}
