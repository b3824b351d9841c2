//! Why the store could not do what it was asked.

use thiserror::Error;
use wellspring_model::digest::Digest;

/// A failure of the store. An absent row is no failure: look-ups answer `None`.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no room left. Nothing was stored.
    #[error("the disk or the database has no room left")]
    Full,
    /// The lease has ended or was taken by somebody else: the result came too late and was dropped.
    #[error("the lease is not held any more")]
    Fenced,
    /// What was prepared to be delivered is not what is true any more: a re-check came to something else meanwhile.
    #[error("what was prepared is superseded")]
    Superseded,
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
    /// A newer version has migrated the database.
    #[error("a newer version of this program has brought the database up to date; run that version")]
    Newer,
    #[error("the database cannot be migrated: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The transaction is not known to be committed, so nobody may rely on it.
    #[error("the transaction could not be confirmed")]
    NotCommitted,
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    Unavailable,
    /// PostgreSQL has no place for it, and so neither store takes it.
    #[error("a text holds the character U+0000")]
    Nul,
    /// The bytes are not those that were stored, or not there.
    #[error("the payload {0} is damaged or not where it was put; restore it from a copy")]
    Damaged(Digest),
    /// The folder or object storage of the payloads cannot be reached.
    #[error("the payloads' folder or bucket cannot be reached: {0}")]
    ObjectsUnavailable(String),
    /// It is there and does not let us do what we need.
    #[error("the payloads' folder or bucket refuses us: {0}")]
    ObjectsRefused(String),
    /// There are payloads outside of the database and no place is named for them.
    #[error("payloads lie outside of the database; set `payloads.url` to the folder or bucket they are in")]
    ObjectsUnnamed,
    /// The place that is named has none of the payloads that should be there.
    #[error("the payload {0} is not in the folder or bucket that `payloads.url` names: is it another one than before?")]
    ObjectsElsewhere(Digest),
    #[error("the database's address cannot be read")]
    Url,
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    #[error(transparent)]
    Database(sqlx::Error),
}

/// SQLite's result code for a full disk, and PostgreSQL's.
const FULL: [&str; 2] = ["13", "53100"];
/// What PostgreSQL says when it is being stopped, has just been, is starting, has no connection to spare, or has ended a
/// transaction that was left alone.
const UNAVAILABLE: [&str; 5] = ["57P01", "57P02", "57P03", "53300", "25P03"];
/// What PostgreSQL says when it gave up a transaction for another's sake.
const GIVEN_UP: [&str; 2] = ["40001", "40P01"];

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|database| database.code().map(|code| code.into_owned()));
        let is = |codes: &[&str]| code.as_deref().is_some_and(|code| codes.contains(&code));
        match &error {
            sqlx::Error::Database(_) if is(&FULL) => Self::Full,
            sqlx::Error::Database(_) if is(&UNAVAILABLE) => Self::Unavailable,
            sqlx::Error::Database(_) if is(&GIVEN_UP) => Self::NotCommitted,
            sqlx::Error::Database(database) if database.is_foreign_key_violation() => Self::Dangling,
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Exists("value"),
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Protocol(_) => Self::Unavailable,
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
            _ => Self::Database(error),
        }
    }
}
