//! One way out per connection, kept between calls: its connections and its tokens are of use again, and never to another
//! tenant. A connection that was changed gets a new one.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};
use wellspring_egress::ConnectionClient;
use wellspring_model::{
    id::{ConnectionId, TenantId},
    time::Clock,
};

use crate::{
    calls::ConnectionView,
    grants::{GrantError, grant},
    outbound::Outbound,
    registry::Connector,
};

/// Connections whose way out is kept. Beyond it the one unused for longest is forgotten; it costs a new token.
const KEPT_MAX: usize = 1_024;

pub(crate) struct Clients {
    extra_ca_file: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    /// Answers all requests in place of the network, where a program wants that.
    instead: Option<Arc<dyn Outbound>>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    uses: u64,
    clients: HashMap<(TenantId, ConnectionId), Entry>,
}

struct Entry {
    /// Over everything the rights come from, secrets included.
    source: [u8; 32],
    last_use: u64,
    client: Arc<dyn Outbound>,
}

impl Clients {
    pub fn new(extra_ca_file: Option<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        Self { extra_ca_file, clock, instead: None, kept: Mutex::default() }
    }

    pub fn answered_by(self, instead: Arc<dyn Outbound>) -> Self {
        Self { instead: Some(instead), kept: Mutex::default(), ..self }
    }

    /// The way out of this connection, with the rights it has now.
    pub fn get(&self, connector: &Connector, view: &ConnectionView) -> Result<Arc<dyn Outbound>, GrantError> {
        let source = source(connector, view);
        let key = (view.connection.tenant, view.connection.id);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses += 1;
        let now = kept.uses;
        if let Some(entry) = kept.clients.get_mut(&key).filter(|entry| entry.source == source) {
            entry.last_use = now;
            return Ok(Arc::clone(&entry.client));
        }
        let rights = grant(connector.manifest(), view)?;
        let client: Arc<dyn Outbound> = match &self.instead {
            Some(instead) => Arc::clone(instead),
            None => {
                let authorities = self.extra_ca_file.as_deref();
                Arc::new(ConnectionClient::with_authorities(rights, authorities, Arc::clone(&self.clock)))
            }
        };
        if kept.clients.len() >= KEPT_MAX
            && let Some(oldest) = kept.clients.iter().min_by_key(|(_, entry)| entry.last_use).map(|(key, _)| *key)
        {
            kept.clients.remove(&oldest);
        }
        kept.clients.insert(key, Entry { source, last_use: now, client: Arc::clone(&client) });
        Ok(client)
    }
}

fn source(connector: &Connector, view: &ConnectionView) -> [u8; 32] {
    let mut hash = Sha256::new();
    // The manifest is part of the package.
    hash.update(connector.inspection().digest.bytes());
    // It serialises without fail: maps with text keys and plain values.
    hash.update(serde_json::to_vec(view).unwrap_or_default());
    hash.finalize().into()
}
