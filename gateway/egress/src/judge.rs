//! Names: they are resolved here, once for each connection, and what comes of it is judged before it is dialled.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::{is_public, may_be_granted};

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
pub(crate) enum Reach {
    Public,
    /// For origins that an operator granted by name and port.
    Granted,
}

impl Reach {
    fn may_dial(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::Granted => may_be_granted(address),
        }
    }
}

/// Resolves a name and lets only addresses through that may be dialled. What it returns is what is dialled, so a name
/// that changes its answer between check and use gains nothing.
pub(crate) struct Judge {
    pub reach: Reach,
    pub lookup: Lookup,
}

/// The name leads to an address that may not be dialled.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to a private address")]
pub(crate) struct LeadsInside;

/// The name leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("the name cannot be resolved")]
pub(crate) struct LeadsNowhere;

impl Resolve for Judge {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, found) = (self.reach, (self.lookup)(name.as_str().to_owned()));
        Box::pin(async move {
            let found = found.await.map_err(|_| LeadsNowhere)?;
            if found.is_empty() {
                return Err(LeadsNowhere.into());
            }
            // One private address among public ones is a sign of rebinding: the whole answer is refused.
            if !found.iter().all(|address| reach.may_dial(*address)) {
                return Err(LeadsInside.into());
            }
            Ok(Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}
