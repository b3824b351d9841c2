//! A guest in our sandbox, called as the gateway calls it.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;
use wellspring_host::{ConnectionView, DeliverCall, Host, HostConfig, InMemory, Outbound, Work};
use wellspring_model::{
    Timestamp,
    connection::{Connection, ConnectorId},
    id::{ConnectionId, TenantId},
    time::{Clock, Entropy},
};

use crate::{
    Failure,
    answer::{Canned, Gate},
    figures::{self, Caller, Subject, Took},
    load, work,
};

pub struct Guest {
    id: ConnectorId,
    package: Vec<u8>,
    host: Host,
    installed: Took,
}

impl Guest {
    /// Installs it, and takes the time.
    pub fn start(name: &str, package: Vec<u8>) -> Result<Self, Failure> {
        let host = host(32, Arc::new(Canned))?;
        let ((), installed) = Took::by(|| {
            runtime()?.block_on(host.install(package.clone()))?;
            Ok(())
        })?;
        Ok(Self { id: name.parse()?, package, host, installed })
    }

    fn call(&self) -> Result<DeliverCall, Failure> {
        let tenant = TenantId::from_uuid(Uuid::from_u128(1));
        let connection = Connection {
            id: ConnectionId::from_uuid(Uuid::from_u128(2)),
            tenant,
            name: "measured".to_owned(),
            connector: self.id.clone(),
            settings: serde_json::Map::new(),
            bases: BTreeMap::from([("api".to_owned(), "https://ats.example/v1".parse()?)]),
            credentials: Default::default(),
            private_origins: Vec::new(),
            created_at: Timestamp::UNIX_EPOCH,
        };
        Ok(DeliverCall {
            tenant,
            connection: ConnectionView { connection, secrets: BTreeMap::new() },
            call_id: "dlv_measured".to_owned(),
            idempotency_key: "key".to_owned(),
            attempt: 1,
            deadline: Duration::from_secs(60),
            work: Work::Result { result: Box::new(work::result()?), attachments: Vec::new() },
            trace: None,
        })
    }
}

impl Subject for Guest {
    fn name(&self) -> &str {
        self.id.as_str()
    }

    fn package(&self) -> usize {
        self.package.len()
    }

    fn install(&self) -> Took {
        self.installed
    }

    fn load(&self) -> Result<Option<Duration>, Failure> {
        load::time(&self.package).map(Some)
    }

    fn caller(&self) -> Result<Caller<'_>, Failure> {
        let (runtime, call) = (runtime()?, self.call()?);
        Ok(Box::new(move || {
            // Whoever delivers makes a call of its own; that is not the sandbox's.
            let delivered = runtime.block_on(self.host.deliver(&self.id, call.clone()));
            let receipt = delivered.result.map_err(|failure| failure.message)?;
            if receipt.remote_id.is_some_and(|id| id.0 == "4711") { Ok(()) } else { Err("another receipt".into()) }
        }))
    }

    /// Memory of a host with this guest alone, whose calls all wait for their answer.
    fn memory(&self, instances: usize) -> Result<u64, Failure> {
        let (gate, runtime) = (Gate::closed(), runtime()?);
        // One connection has a quarter of the slots.
        let host = Arc::new(host(u32::try_from(instances * 4)?, Arc::clone(&gate) as _)?);
        runtime.block_on(host.install(self.package.clone()))?;
        let calls = (0..instances).map(|_| self.call()).collect::<Result<Vec<_>, _>>()?;
        let before = figures::private_kib()?;
        runtime.block_on(async {
            let mut tasks = tokio::task::JoinSet::new();
            for call in calls {
                let (host, id) = (Arc::clone(&host), self.id.clone());
                tasks.spawn(async move { host.deliver(&id, call).await.result.map_err(|failure| failure.message) });
            }
            while gate.waiting.load(Ordering::SeqCst) < instances {
                tokio::task::yield_now().await;
            }
            let during = figures::private_kib()?;
            gate.open.add_permits(instances);
            for ended in tasks.join_all().await {
                ended?;
            }
            Ok(during.saturating_sub(before) / u64::try_from(instances)?)
        })
    }
}

fn host(slots: u32, outbound: Arc<dyn Outbound>) -> Result<Host, Failure> {
    let config = HostConfig { slots, ..HostConfig::default() };
    let host = Host::new(config, Arc::new(InMemory::default()), Arc::new(Stopped), Arc::new(Sevens))?;
    Ok(host.answered_by(outbound))
}

fn runtime() -> Result<Runtime, Failure> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}
