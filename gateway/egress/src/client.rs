//! Making HTTP clients: one room, so that no client anywhere follows redirects, keeps cookies, uses a proxy from the
//! environment or dials an address that was not judged.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::Arc,
};

use reqwest::{
    Certificate, Client, ClientBuilder, Request,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use url::{Host, Url};

use crate::{EgressError, EgressLimits, address::is_public, error::ExchangeFailure};

/// How names become addresses. Tests put their own in place of the system's.
pub(crate) type Lookup = Arc<dyn Fn(String) -> LookupFuture + Send + Sync>;
pub(crate) type LookupFuture = std::pin::Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

/// The system's resolver.
pub(crate) fn system_lookup() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// Which addresses a client may dial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Public,
    /// For origins that an operator granted by name and port.
    Granted,
}

/// Two clients with one policy: one for the public internet, one for exactly the origins that were granted.
pub(crate) struct Clients {
    public: Client,
    granted: Client,
    private_origins: Vec<String>,
}

impl Clients {
    pub fn new(
        private_origins: Vec<String>,
        extra_ca_file: Option<&Path>,
        limits: &EgressLimits,
        lookup: &Lookup,
    ) -> Result<Self, EgressError> {
        let authorities = extra_ca_file.map(authorities).transpose()?.unwrap_or_default();
        let build = |reach| build(reach, authorities.clone(), limits, Arc::clone(lookup));
        Ok(Self { public: build(Reach::Public)?, granted: build(Reach::Granted)?, private_origins })
    }

    /// Whether an operator granted exactly this origin.
    pub fn is_granted(&self, url: &Url) -> bool {
        is_among(url, &self.private_origins)
    }

    /// Sends a request to where it may go. Plain http is for granted origins only.
    pub async fn execute(&self, request: Request) -> Result<reqwest::Response, ExchangeFailure> {
        self.execute_to(request, &self.private_origins).await
    }

    /// As [`Self::execute`], with the origins that were granted to whom this request is for.
    pub async fn execute_to(&self, request: Request, granted: &[String]) -> Result<reqwest::Response, ExchangeFailure> {
        let url = request.url();
        let client = if is_among(url, granted) {
            &self.granted
        } else if url.scheme() != "https" || !may_dial(url) {
            return Err(ExchangeFailure::PrivateAddress);
        } else {
            &self.public
        };
        client.execute(request).await.map_err(|error| failure(&error))
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
fn build(
    reach: Reach,
    authorities: Vec<Certificate>,
    limits: &EgressLimits,
    lookup: Lookup,
) -> Result<Client, EgressError> {
    // Without a provider reqwest panics; a second call finds the first one's and that is as good.
    let _already_there = rustls::crypto::ring::default_provider().install_default();
    let builder: ClientBuilder = Client::builder();
    builder
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .connect_timeout(limits.connect)
        .read_timeout(limits.between_bytes)
        .timeout(limits.total)
        .http1_max_headers(limits.headers * 2)
        .tls_certs_merge(authorities)
        .dns_resolver(Judge { reach, lookup })
        .user_agent(concat!("wellspring-gateway/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| EgressError::Client(error.to_string()))
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, EgressError> {
    let named = |reason: String| EgressError::Authorities { path: path.display().to_string(), reason };
    let pem = std::fs::read(path).map_err(|error| named(error.to_string()))?;
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| named(error.to_string()))?;
    if certificates.is_empty() { Err(named("it holds no certificate".to_owned())) } else { Ok(certificates) }
}

/// Resolves a name and lets only addresses through that may be dialled. What it returns is what is dialled, so a name
/// that changes its answer between check and use gains nothing.
struct Judge {
    reach: Reach,
    lookup: Lookup,
}

/// The name leads to an address that may not be dialled.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to a private address")]
struct LeadsInside;

/// The name leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("the name cannot be resolved")]
struct LeadsNowhere;

impl Resolve for Judge {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, found) = (self.reach, (self.lookup)(name.as_str().to_owned()));
        Box::pin(async move {
            let found = found.await.map_err(|_| LeadsNowhere)?;
            if found.is_empty() {
                return Err(LeadsNowhere.into());
            }
            // One private address among public ones is a sign of rebinding: the whole answer is refused.
            if reach == Reach::Public && !found.iter().copied().all(is_public) {
                return Err(LeadsInside.into());
            }
            Ok(Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
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
