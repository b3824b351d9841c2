//! Opening and closing a store.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::postgres::PgListener;
use tokio::sync::watch;
use wellspring_model::{id::TenantId, time::Entropy};

use crate::{
    StoreError,
    clock::Clock,
    database::{Database, Options},
    payload::Payloads,
    row::Read,
    seal::{DataKey, MasterKey},
    sql::{Pool, query},
    writer::{News, Writer},
};

/// What PostgreSQL's NOTIFY is sent on. A hint only: whoever misses it looks again by itself.
const CHANNEL: &str = "wellspring_tasks";
/// Hints are sent at most this often: each holds a lock that commits wait for.
const HINT_EVERY: Duration = Duration::from_millis(20);
const LISTEN_AGAIN: Duration = Duration::from_secs(1);

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) read: Pool,
    pub(crate) writer: Writer,
    clock: Clock,
    pub(crate) master: MasterKey,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) options: Options,
    pub(crate) payloads: Payloads,
    /// Opened data keys. They are never changed, so a copy is always right.
    keys: Arc<Mutex<BTreeMap<TenantId, Arc<DataKey>>>>,
    /// The gate that was served last: the next claim begins after it.
    pub(crate) turn: Arc<Mutex<String>>,
}

impl Store {
    /// Opens the store as it is; [`Store::migrate`] brings it up to date.
    ///
    /// # Errors
    /// The file cannot be opened or created, or the database cannot be reached.
    pub async fn open(database: &Database, master: MasterKey, entropy: Arc<dyn Entropy>) -> Result<Self, StoreError> {
        let options = Options::new(database)?;
        let read = options.pool().await?;
        let clock = Clock::start(options.dialect(), &read).await?;
        let writer = Writer::start(&options, clock, &entropy).await?;
        if let Pool::Postgres(pool) = &read {
            tokio::spawn(hear(pool.clone(), writer.news().clone()));
            tokio::spawn(tell(pool.clone(), writer.news().ours()));
        }
        let payloads = Payloads::default();
        Ok(Self { read, writer, clock, master, entropy, options, payloads, keys: Arc::default(), turn: Arc::default() })
    }

    /// Whether only one process may serve this database, and knows so.
    pub const fn is_single(&self) -> bool {
        matches!(self.options, Options::Sqlite(_))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        query("SELECT 1").execute(&self.read).await.map(drop)
    }

    /// The database's clock, in microseconds.
    pub(crate) async fn now(&self) -> Result<i64, StoreError> {
        self.clock.now(self.options.dialect(), &self.read).await
    }

    /// Begins to watch for work.
    pub fn watch_work(&self) -> WorkWatch {
        WorkWatch(self.writer.news().all())
    }

    /// Ends all reading. The writer ends when the last handle is dropped.
    pub async fn close(&self) {
        self.read.close().await;
    }

    /// Opens a tenant's data key.
    pub(crate) async fn data_key(&self, tenant: TenantId) -> Result<Arc<DataKey>, StoreError> {
        let keys = || self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = keys().get(&tenant) {
            return Ok(Arc::clone(key));
        }
        let row = query("SELECT id, data_key FROM tenants WHERE id = $1")
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?
            .ok_or(StoreError::Dangling)?;
        let key = Arc::new(DataKey::open(&self.master, tenant, &Read::new(&row, "tenants").bytes("data_key")?)?);
        keys().insert(tenant, Arc::clone(&key));
        Ok(key)
    }
}

/// Tells of commits, which may have brought work.
#[derive(Debug)]
pub struct WorkWatch(watch::Receiver<u64>);

impl WorkWatch {
    /// Everything up to now is about to be looked at.
    pub fn looking(&mut self) {
        self.0.mark_unchanged();
    }

    /// Waits until something was committed since [`Self::looking`], or until `longest` has passed.
    pub async fn wait(&mut self, longest: Duration) {
        let _either_way = tokio::time::timeout(longest, self.0.changed()).await;
    }
}

/// Hears of other nodes' commits, until the pool is closed.
async fn hear(pool: sqlx::PgPool, news: News) {
    while !pool.is_closed() {
        if let Ok(mut listener) = PgListener::connect_with(&pool).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            while listener.recv().await.is_ok() {
                news.heard();
            }
        }
        tokio::time::sleep(LISTEN_AGAIN).await;
    }
}

/// Tells other nodes of ours.
async fn tell(pool: sqlx::PgPool, mut ours: watch::Receiver<u64>) {
    while ours.changed().await.is_ok() && !pool.is_closed() {
        let hint = sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL);
        // A hint that is not sent is not missed: others look by themselves.
        let _sent = hint.execute(&pool).await;
        tokio::time::sleep(HINT_EVERY).await;
    }
}

/// A store on SQLite for unit tests.
#[cfg(test)]
pub(crate) async fn in_folder(folder: &tempfile::TempDir) -> Store {
    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    let database = Database::Sqlite(folder.path().join("store.db"));
    let store = Store::open(&database, MasterKey::new([7; 32]), Arc::new(Zeros)).await.expect("it opens");
    store.migrate().await.expect("it migrates");
    store
}
