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
    manifest::Manifest,
};

/// Connections whose way out is kept. Beyond it the one unused for longest is forgotten; it costs a new token.
const KEPT_MAX: usize = 1_024;

pub(crate) struct Clients {
    extra_ca_file: Option<PathBuf>,
    clock: Arc<dyn Clock>,
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
    client: Arc<ConnectionClient>,
}

impl Clients {
    pub fn new(extra_ca_file: Option<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        Self { extra_ca_file, clock, kept: Mutex::default() }
    }

    /// The way out of this connection, with the rights it has now.
    pub fn get(&self, manifest: &Manifest, view: &ConnectionView) -> Result<Arc<ConnectionClient>, GrantError> {
        let source = source(manifest, view);
        let key = (view.connection.tenant, view.connection.id);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses += 1;
        let now = kept.uses;
        if let Some(entry) = kept.clients.get_mut(&key).filter(|entry| entry.source == source) {
            entry.last_use = now;
            return Ok(Arc::clone(&entry.client));
        }
        let (rights, clock) = (grant(manifest, view)?, Arc::clone(&self.clock));
        let client = Arc::new(ConnectionClient::with_authorities(rights, self.extra_ca_file.as_deref(), clock));
        if kept.clients.len() >= KEPT_MAX
            && let Some(oldest) = kept.clients.iter().min_by_key(|(_, entry)| entry.last_use).map(|(key, _)| *key)
        {
            kept.clients.remove(&oldest);
        }
        kept.clients.insert(key, Entry { source, last_use: now, client: Arc::clone(&client) });
        Ok(client)
    }
}

fn source(manifest: &Manifest, view: &ConnectionView) -> [u8; 32] {
    // Both serialise without fail: maps with text keys and plain values.
    let mut hash = Sha256::new();
    hash.update(serde_json::to_vec(manifest).unwrap_or_default());
    hash.update(serde_json::to_vec(view).unwrap_or_default());
    hash.finalize().into()
}
