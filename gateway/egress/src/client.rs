//! Making HTTP clients: one room, so that no client anywhere follows redirects, keeps cookies, uses a proxy from the
//! environment, unfolds archives by itself or dials an address that was not judged.

use std::sync::Arc;

use http::header::{ACCEPT_ENCODING, HeaderValue};
use reqwest::{Client, ClientBuilder, Request, redirect::Policy};
use rustls_platform_verifier::Verifier;
use tokio::time::timeout;
use url::{Host, Url};

use crate::{
    EgressError, EgressLimits,
    address::is_public,
    authorities::tls,
    error::ExchangeFailure,
    judge::{Judge, LeadsInside, LeadsNowhere, Lookup, Reach},
    read,
};

/// Two clients with one policy: one for the public internet, one for exactly the origins that were granted. No socket, no
/// TLS session and no cookie of theirs is another's.
pub(crate) struct Clients {
    public: Client,
    granted: Client,
    private_origins: Vec<String>,
    limits: EgressLimits,
}

impl Clients {
    pub fn new(
        private_origins: Vec<String>,
        verifier: &Arc<Verifier>,
        limits: &EgressLimits,
        lookup: &Lookup,
    ) -> Result<Self, EgressError> {
        let build = |reach| build(Judge { reach, lookup: Arc::clone(lookup) }, verifier, limits);
        Ok(Self { public: build(Reach::Public)?, granted: build(Reach::Granted)?, private_origins, limits: *limits })
    }

    /// Whether an operator granted exactly this origin.
    pub fn is_granted(&self, url: &Url) -> bool {
        is_among(url, &self.private_origins)
    }

    pub const fn limits(&self) -> EgressLimits {
        self.limits
    }

    /// Sends a request to where it may go. Plain http is for granted origins only.
    pub async fn execute(&self, request: Request) -> Result<reqwest::Response, ExchangeFailure> {
        self.execute_to(request, &self.private_origins).await
    }

    /// As [`Self::execute`], with the origins that were granted to whom this request is for.
    pub async fn execute_to(
        &self,
        mut request: Request,
        granted: &[String],
    ) -> Result<reqwest::Response, ExchangeFailure> {
        let url = request.url();
        let client = if is_among(url, granted) {
            &self.granted
        } else if url.scheme() != "https" || !may_dial(url) {
            return Err(ExchangeFailure::PrivateAddress);
        } else {
            &self.public
        };
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static(read::ACCEPTED));
        let answer = timeout(self.limits.first_byte, client.execute(request)).await;
        answer.map_err(|_| ExchangeFailure::Timeout)?.map_err(|error| failure(&error))
    }
}

fn is_among(url: &Url, origins: &[String]) -> bool {
    origins.contains(&url.origin().ascii_serialization())
}

/// A literal address never reaches the resolver, so it is judged here.
fn may_dial(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(v4)) => is_public(v4.into()),
        Some(Host::Ipv6(v6)) => is_public(v6.into()),
        Some(Host::Domain(name)) => !name.is_empty(),
        None => false,
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the room where clients are made")]
fn build(judge: Judge, verifier: &Arc<Verifier>, limits: &EgressLimits) -> Result<Client, EgressError> {
    let builder: ClientBuilder = Client::builder();
    builder
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .referer(false)
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        .http1_max_headers(limits.headers * 2)
        .tls_backend_preconfigured(tls(Arc::clone(verifier))?)
        .dns_resolver(judge)
        .user_agent(concat!("wellspring-gateway/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| EgressError::Client(error.to_string()))
}

/// What a client's error comes down to.
pub(crate) fn failure(error: &reqwest::Error) -> ExchangeFailure {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.is::<LeadsInside>() {
            return ExchangeFailure::PrivateAddress;
        }
        if one.is::<LeadsNowhere>() {
            return ExchangeFailure::Dns;
        }
        if one.is::<rustls::Error>() {
            return ExchangeFailure::Tls;
        }
        if let Some(error) = one.downcast_ref::<std::io::Error>()
            && carries_tls(error)
        {
            return ExchangeFailure::Tls;
        }
        cause = one.source();
    }
    if error.is_timeout() { ExchangeFailure::Timeout } else { ExchangeFailure::Connect }
}

/// An I/O error may carry the TLS error inside, or another I/O error that does, without naming it as its source.
fn carries_tls(error: &std::io::Error) -> bool {
    let mut error = Some(error);
    while let Some(inner) = error.and_then(std::io::Error::get_ref) {
        if inner.is::<rustls::Error>() {
            return true;
        }
        error = inner.downcast_ref();
    }
    false
}
