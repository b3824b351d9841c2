//! How object storage is spoken to: plain HTTP/1.1 over TLS that accepts what the system accepts, to the one address that the
//! operator named. No proxy, and no redirect is followed. What tenants, credentials or connectors name goes through
//! `gateway/egress`; this is a place of the store's own, as the database is.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use http_body_util::BodyExt as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, Error, connect::HttpConnector as Tcp},
    rt::{TokioExecutor, TokioTimer},
};
use object_store::{
    ClientOptions,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
        HttpResponseBody, HttpService,
    },
};
use rustls::{
    ClientConfig,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use rustls_platform_verifier::Verifier;

use super::S3;
use crate::StoreError;

/// How long one request may take until its answer begins.
const REQUEST: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(3);
/// Connections that are not used are kept so long.
const IDLE: Duration = Duration::from_secs(30);

/// Connections to one service.
#[derive(Debug, Clone)]
pub(super) struct Transport {
    client: Client<HttpsConnector<Tcp>, HttpRequestBody>,
}

impl Transport {
    pub fn new(s3: &S3) -> Result<Self, StoreError> {
        let mut tcp = Tcp::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT));
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls(s3)?);
        let builder = if s3.allow_http { builder.https_or_http() } else { builder.https_only() };
        let connector = builder.enable_http1().wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Ok(Self { client })
    }
}

fn tls(s3: &S3) -> Result<ClientConfig, StoreError> {
    let refused = |why: &dyn std::fmt::Display| StoreError::ObjectsRefused(format!("TLS cannot be set up: {why}"));
    let pem = s3.authorities.as_deref().unwrap_or_default();
    let authorities: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|error| refused(&error))?;
    let provider = Arc::new(ring::default_provider());
    let verifier =
        Verifier::new_with_extra_roots(authorities, Arc::clone(&provider)).map_err(|error| refused(&error))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| refused(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(config)
}

impl HttpConnector for Transport {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

impl HttpService for Transport {
    fn call<'s, 'f>(&'s self, request: HttpRequest) -> BoxFuture<'f, Result<HttpResponse, HttpError>>
    where
        's: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            let late = |elapsed| HttpError::new(HttpErrorKind::Timeout, elapsed);
            let answer = tokio::time::timeout(REQUEST, self.client.request(request)).await.map_err(late)?;
            let (parts, body) = answer.map_err(failed)?.into_parts();
            let body = body.map_err(|error| HttpError::new(HttpErrorKind::Interrupted, error));
            Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body)))
        })
    }
}

fn failed(error: Error) -> HttpError {
    let kind = if error.is_connect() { HttpErrorKind::Connect } else { HttpErrorKind::Interrupted };
    HttpError::new(kind, error)
}
