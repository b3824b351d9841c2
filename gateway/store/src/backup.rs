//! Copies of a SQLite database: made while it is served, looked through, and put back.
//!
//! `VACUUM INTO` reads one state of the database and never holds the writer up; the log grows by what is written meanwhile.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use thiserror::Error;
use wellspring_model::id::TenantId;

use crate::{
    MasterKey, StoreError, audit, migrations,
    row::Read,
    seal::DataKey,
    sql::{Connection, query},
};

/// Why there is no copy, or why it was not put back. Nothing was changed then.
#[derive(Debug, Error)]
pub enum CopyError {
    #[error("{0} is already there; nothing is overwritten")]
    Exists(PathBuf),
    #[error("{path}: {error}")]
    File { path: PathBuf, error: io::Error },
    #[error("{path} is damaged: {found}")]
    Damaged { path: PathBuf, found: String },
    #[error("the audit trail of {0} does not end where its head says")]
    Audit(TenantId),
    #[error("the copy was made by a newer version; put it back with that version")]
    Newer,
    #[error("the master key does not open the secrets of {0}; give the key that belongs to this copy")]
    MasterKey(TenantId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was seen in a copy that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    pub tenants: usize,
    pub submissions: u64,
    /// `migrate` has to be run before it is served.
    pub is_outdated: bool,
}

/// Copies a database while it may be served, looks the copy through, and only then gives it its name.
///
/// # Errors
/// There is a file of this name, the copy cannot be written, or it is not whole.
pub async fn back_up(database: &Path, copy: &Path) -> Result<Copied, CopyError> {
    let half = begin(copy)?;
    let result = async {
        let options = SqliteConnectOptions::new().filename(database).create_if_missing(false);
        let connection = SqliteConnection::connect_with(&options).await.map_err(StoreError::from)?;
        let mut connection = Connection::Sqlite(connection);
        let path = half.to_str().ok_or_else(|| file(&half, io::ErrorKind::InvalidFilename.into()))?;
        query("VACUUM INTO $1").bind(path).execute(&mut connection).await?;
        connection.close().await.map_err(StoreError::from)?;
        let copied = look_through(&half, None).await?;
        finish(&half, copy)?;
        Ok(copied)
    };
    let result = result.await;
    remove(&half);
    result
}

/// Puts a copy where a database is to be, after looking it through and opening every tenant's key.
///
/// # Errors
/// There is a database already, the copy is not whole or of a newer version, or it belongs to another master key.
pub async fn restore(copy: &Path, database: &Path, master: &MasterKey) -> Result<Copied, CopyError> {
    for beside in ["-wal", "-shm"] {
        let mut path = database.as_os_str().to_owned();
        path.push(beside);
        absent(Path::new(&path))?;
    }
    let half = begin(database)?;
    let result = async {
        let mut from = File::open(copy).map_err(|error| file(copy, error))?;
        let mut to = OpenOptions::new().write(true).open(&half).map_err(|error| file(&half, error))?;
        io::copy(&mut from, &mut to).map_err(|error| file(&half, error))?;
        let copied = look_through(&half, Some(master)).await?;
        finish(&half, database)?;
        Ok(copied)
    };
    let result = result.await;
    remove(&half);
    result
}

/// A file beside the one that is to be, for its owner only. It has the name when it is whole.
fn begin(path: &Path) -> Result<PathBuf, CopyError> {
    absent(path)?;
    let mut half = path.as_os_str().to_owned();
    half.push(".part");
    let half = PathBuf::from(half);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&half) {
        Ok(_) => Ok(half),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(CopyError::Exists(half)),
        Err(error) => Err(file(&half, error)),
    }
}

fn absent(path: &Path) -> Result<(), CopyError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(CopyError::Exists(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(file(path, error)),
    }
}

/// On disk for good, and under its name. A link is refused where somebody else took the name meanwhile.
fn finish(half: &Path, path: &Path) -> Result<(), CopyError> {
    File::open(half).and_then(|file| file.sync_all()).map_err(|error| file(half, error))?;
    fs::hard_link(half, path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => CopyError::Exists(path.to_owned()),
        _ => file(path, error),
    })?;
    // Elsewhere a folder cannot be opened, and its system keeps names by itself.
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| file(folder, error))?;
    }
    Ok(())
}

fn remove(half: &Path) {
    if let Err(error) = fs::remove_file(half) {
        tracing::warn!(path = %half.display(), %error, "what is left of a copy cannot be removed");
    }
}

/// Every page, every reference, the version, the ends of the audit trails, and whether the master key fits.
async fn look_through(path: &Path, master: Option<&MasterKey>) -> Result<Copied, CopyError> {
    let damaged = |found: String| CopyError::Damaged { path: path.to_owned(), found };
    let unreadable = |error: sqlx::Error| damaged(error.to_string());
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut on = Connection::Sqlite(SqliteConnection::connect_with(&options).await.map_err(unreadable)?);
    let found =
        query("PRAGMA integrity_check(1)").fetch_all(&mut on).await.map_err(|error| damaged(error.to_string()))?;
    for row in &found {
        let found = Read::new(row, "sqlite_schema").text("integrity_check")?;
        if found != "ok" {
            return Err(damaged(found));
        }
    }
    if !query("PRAGMA foreign_key_check").fetch_all(&mut on).await?.is_empty() {
        return Err(damaged("a row refers to one that is not there".to_owned()));
    }
    let schema = query("SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success").number(&mut on).await;
    let schema = schema.map_err(|_| damaged("it is no database of this gateway".to_owned()))?;
    if schema > migrations::NEWEST {
        return Err(CopyError::Newer);
    }
    audit::check_ends(&mut on).await?.map_or(Ok(()), |tenant| Err(CopyError::Audit(tenant)))?;
    let tenants = query("SELECT id, data_key FROM tenants").fetch_all(&mut on).await?;
    for row in &tenants {
        let row = Read::new(row, "tenants");
        let tenant = row.id("id")?;
        if let Some(master) = master {
            DataKey::open(master, tenant, &row.bytes("data_key")?).map_err(|_| CopyError::MasterKey(tenant))?;
        }
    }
    let submissions = query("SELECT count(*) FROM submissions").number(&mut on).await?;
    on.close().await.map_err(StoreError::from)?;
    Ok(Copied {
        tenants: tenants.len(),
        submissions: u64::try_from(submissions).unwrap_or(0),
        is_outdated: schema < migrations::NEWEST,
    })
}

fn file(path: &Path, error: io::Error) -> CopyError {
    CopyError::File { path: path.to_owned(), error }
}
