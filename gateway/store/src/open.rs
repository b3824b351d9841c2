//! Opening, migrating and closing a store.

use std::{path::PathBuf, sync::Arc, time::Duration};

use sqlx::{
    Connection as _, SqlSafeStr as _, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use wellspring_model::{id::TenantId, time::Entropy};

use crate::{
    StoreError,
    row::Read,
    seal::{DataKey, MasterKey},
    writer::Writer,
};

/// Connections for reading. Reads never wait for the writer.
const READERS: u32 = 4;
/// How long to wait for another process that holds the write lock (a command beside a running server).
const BUSY: Duration = Duration::from_secs(10);

/// Where the store is.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The SQLite file. It is created where it is absent.
    pub path: PathBuf,
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) read: SqlitePool,
    pub(crate) writer: Writer,
    pub(crate) master: MasterKey,
    pub(crate) entropy: Arc<dyn Entropy>,
    options: SqliteConnectOptions,
}

impl Store {
    /// Opens the store as it is; [`Store::migrate`] brings it up to date.
    ///
    /// # Errors
    /// The file cannot be opened or created.
    pub async fn open(config: &StoreConfig, master: MasterKey, entropy: Arc<dyn Entropy>) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(&config.path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledged submission survives a power cut: the log is synced before a commit returns.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        let connection = sqlx::SqliteConnection::connect_with(&options).await?;
        let read = SqlitePoolOptions::new().max_connections(READERS).connect_with(options.clone()).await?;
        Ok(Self { read, writer: Writer::start(connection), master, entropy, options })
    }

    /// Brings the database up to date. Data stays; there is no way back.
    ///
    /// # Errors
    /// A migration fails, or the database is of a newer version than this program.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let mut connection = sqlx::SqliteConnection::connect_with(&self.options).await?;
        migrator().run(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Makes sure that the database is what this version needs.
    ///
    /// # Errors
    /// [`StoreError::Outdated`] where `migrate` has not been run.
    pub async fn check_schema(&self) -> Result<(), StoreError> {
        let newest = migrator().iter().map(|migration| migration.version).max();
        let applied: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(&self.read)
            .await
            .map_err(|_| StoreError::Outdated)?;
        if applied == newest { Ok(()) } else { Err(StoreError::Outdated) }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.read).await?;
        Ok(())
    }

    /// Waits until something was committed, or until `longest` has passed.
    pub async fn wait_for_work(&self, longest: Duration) {
        let _either_way = tokio::time::timeout(longest, self.writer.committed()).await;
    }

    /// Ends all reading. The writer ends when the last handle is dropped.
    pub async fn close(&self) {
        self.read.close().await;
    }

    /// Opens a tenant's data key.
    pub(crate) async fn data_key(&self, tenant: TenantId) -> Result<DataKey, StoreError> {
        let row = sqlx::query("SELECT id, data_key FROM tenants WHERE id = $1")
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?
            .ok_or(StoreError::Dangling)?;
        DataKey::open(&self.master, tenant, &Read::new(&row, "tenants").bytes("data_key")?)
    }
}

/// All migrations, oldest first. One that was released is never edited.
fn migrator() -> Migrator {
    let migrations = [
        (1, "first", include_str!("../migrations/0001_first.sql")),
        (2, "trust", include_str!("../migrations/0002_trust.sql")),
    ];
    let migrations = migrations.map(|(version, name, sql)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.into())
}
