//! Which database it is, and how connections to it are made.

use std::{
    path::{Path, PathBuf},
    str::FromStr as _,
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, SqliteConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{
    StoreError,
    sql::{Connection, Connections, Dialect, Pool},
};

/// Connections to PostgreSQL for reading.
const POSTGRES_READERS: u32 = 12;
/// How long to wait for another process that holds SQLite's write lock (a command beside a running server).
const BUSY: Duration = Duration::from_secs(10);
/// How long a read waits for a connection before the caller is told that the database cannot be reached.
const ACQUIRE: Duration = Duration::from_secs(5);
/// Pages that one connection to SQLite keeps in memory: enough for the upper levels of every index.
const CACHE_KIBIBYTES: u32 = 16_384;
/// Pages in the log (4 KiB each) at which a commit copies into the file what was not copied beside it, and the log begins anew.
const CHECKPOINT_PAGES: u32 = 16_000;
/// A connection that was put back a moment ago answered then. One that lay longer is asked whether it still does, which
/// takes as long as a short statement.
const UNTESTED: Duration = Duration::from_secs(1);
/// How long PostgreSQL waits for the next statement of a transaction. They follow one another at once; while a node is frozen
/// in the midst of one, others wait for the rows that it holds, and their own leases run down.
const IDLE_IN_TRANSACTION: &str = "5s";
/// Statements kept prepared on a connection to PostgreSQL, and to a file, where there are more (`sql::rows`) and each costs less.
const PREPARED: usize = 256;
const SQLITE_PREPARED: usize = 1_024;

/// Where the store is.
#[derive(Debug, Clone)]
pub enum Database {
    /// A SQLite file of this machine, for one serving process. It is created where it is absent.
    Sqlite(PathBuf),
    /// A PostgreSQL database, for any number of processes: `postgres://USER:PASSWORD@HOST/NAME`.
    Postgres(SecretString),
}

/// How to connect.
#[derive(Clone)]
pub(crate) enum Options {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

impl Options {
    pub fn new(database: &Database) -> Result<Self, StoreError> {
        Ok(match database {
            Database::Sqlite(path) => Self::Sqlite(
                SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(synchronous(path))
                    .foreign_keys(true)
                    .busy_timeout(BUSY)
                    // What a savepoint would undo is kept in memory rather than in a file made for each transaction.
                    .pragma("temp_store", "memory")
                    .pragma("cache_size", format!("-{CACHE_KIBIBYTES}"))
                    .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string())
                    .statement_cache_capacity(SQLITE_PREPARED),
            ),
            Database::Postgres(url) => {
                let options = PgConnectOptions::from_str(url.expose_secret()).map_err(|_| StoreError::Url)?;
                // Whatever the cluster's default is: an acknowledged commit is on disk, and on the synchronous standby
                // where there is one.
                let options = options.options([("synchronous_commit", "on")]);
                // It tells of a table of migrations that is there already each time, as of news.
                let options = options.options([("client_min_messages", "warning")]);
                // A node that froze or vanished in the midst of a transaction holds rows that others want.
                let options = options.options([("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION)]);
                Self::Postgres(options.application_name("wellspring").statement_cache_capacity(PREPARED))
            }
        })
    }

    pub const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The same, without a word in the log about statements. A migration may take long, and is longer than a line should be.
    pub fn silent(&self) -> Self {
        match self {
            Self::Sqlite(options) => Self::Sqlite(options.clone().disable_statement_logging()),
            Self::Postgres(options) => Self::Postgres(options.clone().disable_statement_logging()),
        }
    }

    /// A connection for writing.
    pub async fn connect(&self) -> Result<Connection, StoreError> {
        Ok(match self {
            Self::Sqlite(options) => Connection::Sqlite(SqliteConnection::connect_with(options).await?),
            Self::Postgres(options) => Connection::Postgres(PgConnection::connect_with(options).await?),
        })
    }

    /// Connections for reading.
    pub async fn pool(&self) -> Result<Pool, StoreError> {
        Ok(match self {
            Self::Sqlite(options) => Pool::Sqlite(Connections::open(options.clone()).await?),
            Self::Postgres(options) => Pool::Postgres(
                PgPoolOptions::new()
                    .max_connections(POSTGRES_READERS)
                    .acquire_timeout(ACQUIRE)
                    .test_before_acquire(false)
                    .before_acquire(|connection, usage| {
                        Box::pin(async move {
                            if usage.idle_for >= UNTESTED {
                                connection.ping().await?;
                            }
                            Ok(true)
                        })
                    })
                    .connect_with(options.clone())
                    .await?,
            ),
        })
    }
}

/// An acknowledged submission survives a power cut: the log is synced before a commit returns.
///
/// `cargo xtask prove power` has to see submissions get lost without that, or it would prove nothing. So a build with debug
/// assertions, and no other, leaves it out for a file that has a certain one beside it.
fn synchronous(path: &Path) -> SqliteSynchronous {
    if cfg!(debug_assertions) && path.with_extension("unsynced").exists() {
        tracing::error!("the log is not synced, for a proof: a power cut loses what was acknowledged");
        return SqliteSynchronous::Normal;
    }
    SqliteSynchronous::Full
}
