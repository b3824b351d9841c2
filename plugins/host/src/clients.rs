//! One way out per connection, kept between calls: its connections and its tokens are of use again, and never to another
//! tenant. A connection that was changed gets a new one.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};
use wellspring_egress::{Authorities, ConnectionClient};
use wellspring_model::{
    ExposeSecret as _,
    connection::Connection,
    digest::Digest,
    id::{ConnectionId, TenantId},
    time::Clock,
};

use crate::{
    calls::ConnectionView,
    grants::{GrantError, grant},
    manifest::Manifest,
    outbound::Outbound,
};

/// Connections whose way out is kept. Beyond it the one unused for longest is forgotten; it costs a new token.
const KEPT_MAX: usize = 1_024;

pub(crate) struct Clients {
    /// All that the ways out share.
    authorities: Arc<Authorities>,
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
    source: Source,
    last_use: u64,
    client: Arc<dyn Outbound>,
}

/// Everything the rights come from.
struct Source {
    /// The manifest is the package's, so this stands for it.
    package: Digest,
    connection: Connection,
    secrets: Digest,
}

impl Source {
    fn new(package: Digest, view: &ConnectionView) -> Self {
        Self { package, connection: view.connection.clone(), secrets: digest(view) }
    }

    fn is(&self, package: Digest, view: &ConnectionView) -> bool {
        self.package == package && self.connection == view.connection && self.secrets == digest(view)
    }
}

fn digest(view: &ConnectionView) -> Digest {
    let mut hash = Sha256::new();
    for text in view.secrets.iter().flat_map(|(name, secret)| [name.as_str(), secret.expose_secret()]) {
        // With their lengths: what ends one text and begins the next is not to be mistaken.
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    }
    Digest::from_bytes(hash.finalize().into())
}

impl Clients {
    pub fn new(extra_ca_file: Option<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        let authorities = Arc::new(Authorities::new(extra_ca_file));
        Self { authorities, clock, instead: None, kept: Mutex::default() }
    }

    pub fn answered_by(self, instead: Arc<dyn Outbound>) -> Self {
        Self { instead: Some(instead), kept: Mutex::default(), ..self }
    }

    /// The way out of this connection, with the rights it has now.
    pub fn get(
        &self,
        package: Digest,
        manifest: &Manifest,
        view: &ConnectionView,
    ) -> Result<Arc<dyn Outbound>, GrantError> {
        let key = (view.connection.tenant, view.connection.id);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses += 1;
        let now = kept.uses;
        if let Some(entry) = kept.clients.get_mut(&key).filter(|entry| entry.source.is(package, view)) {
            entry.last_use = now;
            return Ok(Arc::clone(&entry.client));
        }
        let rights = grant(manifest, view)?;
        let client: Arc<dyn Outbound> = match &self.instead {
            Some(instead) => Arc::clone(instead),
            None => {
                let (authorities, clock) = (Arc::clone(&self.authorities), Arc::clone(&self.clock));
                Arc::new(ConnectionClient::new(rights, authorities, clock))
            }
        };
        if kept.clients.len() >= KEPT_MAX
            && let Some(oldest) = kept.clients.iter().min_by_key(|(_, entry)| entry.last_use).map(|(key, _)| *key)
        {
            kept.clients.remove(&oldest);
        }
        kept.clients
            .insert(key, Entry { source: Source::new(package, view), last_use: now, client: Arc::clone(&client) });
        Ok(client)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Map;
    use wellspring_model::{SecretString, Timestamp};

    use super::*;

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    const MANIFEST: &str = r#"
        id = "tries"
        version = "0.1.0"
        contract = "0.1"
        display-level = "note"
        serialize-by = "application"
        events = ["deliver"]
        [bases.api]
        url = "https://ats.example"
        [credentials.main]
        type = "api-key"
        attach = "bearer"
    "#;

    fn view(tenant: u128, connection: u128, key: &str) -> ConnectionView {
        let id = uuid::Uuid::from_u128;
        ConnectionView {
            connection: Connection {
                id: ConnectionId::from_uuid(id(connection)),
                tenant: TenantId::from_uuid(id(tenant)),
                name: "test".to_owned(),
                connector: "tries".parse().expect("a connector id"),
                settings: Map::new(),
                bases: BTreeMap::from([("api".to_owned(), "https://ats.example".parse().expect("a base"))]),
                credentials: vec!["main".to_owned()],
                private_origins: Vec::new(),
                created_at: Timestamp::UNIX_EPOCH,
            },
            secrets: BTreeMap::from([("main".to_owned(), SecretString::from(format!(r#"{{"key":"{key}"}}"#)))]),
        }
    }

    /// Guards the key of `kept`, both halves of it, and `source`.
    #[test]
    fn each_tenants_connection_has_a_way_out_of_its_own_for_as_long_as_it_stays_as_it_is() {
        let manifest = Manifest::parse(MANIFEST).expect("a manifest");
        let clients = Clients::new(None, Arc::new(Stopped));
        let with = |package, tenant, connection, key| {
            let package = Digest::from_bytes([package; 32]);
            clients.get(package, &manifest, &view(tenant, connection, key)).expect("rights")
        };
        let of = |tenant, connection, key| with(1, tenant, connection, key);
        let first = of(1, 1, "s3cret");
        assert!(Arc::ptr_eq(&first, &of(1, 1, "s3cret")), "kept between calls");
        assert!(!Arc::ptr_eq(&first, &of(2, 1, "s3cret")), "another tenant's");
        assert!(!Arc::ptr_eq(&first, &of(1, 2, "s3cret")), "another connection's");
        assert!(Arc::ptr_eq(&first, &of(1, 1, "s3cret")), "and kept beside those");
        let changed = of(1, 1, "an0ther");
        assert!(!Arc::ptr_eq(&first, &changed) && Arc::ptr_eq(&changed, &of(1, 1, "an0ther")), "another secret");
        assert!(!Arc::ptr_eq(&changed, &with(2, 1, 1, "an0ther")), "another package, whose manifest may ask for less");
    }

    #[test]
    fn only_so_many_are_kept_and_the_one_used_last_is_among_them() {
        let manifest = Manifest::parse(MANIFEST).expect("a manifest");
        let clients = Clients::new(None, Arc::new(Stopped));
        let package = Digest::from_bytes([1; 32]);
        let of = |connection| clients.get(package, &manifest, &view(1, connection, "s3cret")).expect("rights");
        let (first, second) = (of(0), of(1));
        for connection in 2..=u128::try_from(KEPT_MAX).expect("a number") {
            of(connection);
            of(0);
        }
        assert_eq!(clients.kept.lock().expect("not poisoned").clients.len(), KEPT_MAX);
        assert!(Arc::ptr_eq(&first, &of(0)) && !Arc::ptr_eq(&second, &of(1)));
    }
}
