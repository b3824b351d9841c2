//! Why the store could not do what it was asked.

use thiserror::Error;

/// A failure of the store. An absent row is no failure: look-ups answer `None`.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no room left. Nothing was stored.
    #[error("the disk or the database has no room left")]
    Full,
    /// The lease has ended or was taken by somebody else: the result came too late and was dropped.
    #[error("the lease is not held any more")]
    Fenced,
    /// Another row already has this unique value.
    #[error("the same {0} is already there")]
    Exists(&'static str),
    /// The row refers to something that is not there.
    #[error("it refers to something that is not there")]
    Dangling,
    /// A row makes no sense.
    #[error("the table {table} holds something unreadable in column {column} of {row}")]
    Corrupt { table: &'static str, column: &'static str, row: String },
    /// A seal does not open: the master key is another one, or the row was changed.
    #[error("a sealed value cannot be opened; is this the master key that it was sealed with?")]
    Seal,
    /// The database has not been migrated to what this version needs.
    #[error("the database is not up to date; run `wellspring migrate`")]
    Outdated,
    #[error("the database cannot be migrated: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The transaction could not be committed. Nothing was stored.
    #[error("the transaction could not be committed; nothing was stored")]
    NotCommitted,
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    #[error(transparent)]
    Database(sqlx::Error),
}

/// SQLite's result code for a full disk.
const SQLITE_FULL: &str = "13";

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.code().as_deref() == Some(SQLITE_FULL) => Self::Full,
            sqlx::Error::Database(database) if database.is_foreign_key_violation() => Self::Dangling,
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Exists("value"),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
            _ => Self::Database(error),
        }
    }
}
