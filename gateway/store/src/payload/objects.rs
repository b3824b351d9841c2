//! A folder, or S3-compatible object storage, for payloads that are too long for the database. The only file that names
//! `object_store`.

use std::{error::Error as _, fmt, io, path::PathBuf, sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use object_store::{
    BackoffConfig, Error, ObjectStore, ObjectStoreExt as _, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem,
    path::Path,
};
use secrecy::ExposeSecret as _;
use wellspring_model::{digest::Digest, id::TenantId};

use super::{PayloadPlace, S3, transport::Transport};
use crate::StoreError;

/// How long putting or getting may take with all repeats: whoever hands in a submission waits for it.
const LONGEST: Duration = Duration::from_secs(20);
/// Requests that fail are repeated a little. Beyond that the client repeats the whole submission.
const REPEATS: usize = 2;
/// Objects deleted at the same time.
const DELETED_AT_ONCE: usize = 8;

/// The name of an object: `ten_…/3f/3f…-…`. Each has one of its own, so that an object that is about to be deleted is never
/// the one that somebody else has just begun to rely on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ObjectName(String);

impl ObjectName {
    pub fn new(tenant: TenantId, digest: &Digest, unique: [u8; 16]) -> Self {
        let (hex, unique) = (digest.hex(), u128::from_be_bytes(unique));
        Self(format!("{tenant}/{}/{hex}-{unique:032x}", &hex[..2]))
    }

    /// As a row says it.
    pub const fn of_row(name: String) -> Self {
        Self(name)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it was made from. `None` where it is not of ours.
    pub fn parts(&self) -> Option<(TenantId, Digest)> {
        let (tenant, rest) = self.0.split_once('/')?;
        let (folder, file) = rest.split_once('/')?;
        let (hex, unique) = file.split_once('-')?;
        let is_ours = hex.starts_with(folder) && folder.len() == 2 && unique.len() == 32;
        is_ours.then_some((tenant.parse().ok()?, format!("sha256:{hex}").parse().ok()?))
    }
}

/// An object that is there.
pub(crate) struct Found {
    pub name: ObjectName,
    /// When it was put, in microseconds.
    pub put_at: i64,
}

/// Where objects are. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Objects {
    store: Arc<dyn ObjectStore>,
    /// What names begin with there.
    prefix: Path,
    /// Where it is a folder.
    folder: Option<PathBuf>,
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Objects({})", self.store)
    }
}

impl Objects {
    pub fn open(place: &PayloadPlace) -> Result<Option<Self>, StoreError> {
        match place {
            PayloadPlace::Database => Ok(None),
            PayloadPlace::Folder(folder) => Self::folder(folder.clone()).map(Some),
            PayloadPlace::S3(s3) => Self::s3(s3).map(Some),
        }
    }

    fn folder(folder: PathBuf) -> Result<Self, StoreError> {
        make(&folder).map_err(|error| {
            let named = format!("{}: {error}", folder.display());
            if is_full(&error) { StoreError::Full } else { StoreError::ObjectsRefused(named) }
        })?;
        // Durable when a put returns: the file is synced under another name, renamed, and its folder is synced.
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(StoreError::from)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), prefix: Path::ROOT, folder: Some(folder) })
    }

    fn s3(s3: &S3) -> Result<Self, StoreError> {
        let retry = RetryConfig {
            max_retries: REPEATS,
            retry_timeout: LONGEST,
            backoff: BackoffConfig { max_backoff: Duration::from_secs(1), ..BackoffConfig::default() },
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&s3.bucket)
            .with_region(&s3.region)
            .with_access_key_id(&s3.access_key_id)
            .with_secret_access_key(s3.secret_access_key.expose_secret())
            .with_http_connector(Transport::new(s3)?)
            .with_allow_http(s3.allow_http)
            .with_retry(retry);
        if let Some(endpoint) = &s3.endpoint {
            builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
        }
        Ok(Self { store: Arc::new(builder.build()?), prefix: Path::from(s3.prefix.as_str()), folder: None })
    }

    fn path(&self, name: &ObjectName) -> Path {
        let parts = name.as_str().split('/');
        parts.fold(self.prefix.clone(), |path, part| path.join(part))
    }

    /// Durable when this returns.
    pub async fn put(&self, name: &ObjectName, encoded: Vec<u8>) -> Result<(), StoreError> {
        let path = self.path(name);
        within(async { Ok(self.store.put(&path, encoded.into()).await.map(drop)?) }).await
    }

    /// The object, if it is there and not longer than `most`.
    pub async fn get(&self, name: &ObjectName, most: usize) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(name);
        within(async {
            let found = match self.store.get(&path).await {
                Ok(found) => found,
                Err(Error::NotFound { .. }) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            if usize::try_from(found.meta.size).map_or(true, |size| size > most) {
                return Ok(None);
            }
            Ok(Some(found.bytes().await?.into()))
        })
        .await
    }

    pub async fn is_there(&self, name: &ObjectName) -> Result<bool, StoreError> {
        match self.store.head(&self.path(name)).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes what no row names any more, and says how many. What cannot be deleted now is left to the sweep.
    pub async fn delete(&self, names: Vec<ObjectName>) -> u64 {
        let deleted = stream::iter(names).map(|name| async move {
            match self.store.delete(&self.path(&name)).await {
                Ok(()) => 1,
                Err(Error::NotFound { .. }) => 0,
                Err(error) => {
                    let error = StoreError::from(error);
                    tracing::warn!(object = name.as_str(), %error, "an object could not be deleted and is left to the sweep");
                    0
                }
            }
        });
        deleted.buffer_unordered(DELETED_AT_ONCE).fold(0, |sum, one| async move { sum + one }).await
    }

    /// A tenant's objects, in no order.
    pub fn of_tenant(&self, tenant: TenantId) -> impl Stream<Item = Result<Found, StoreError>> + Send {
        let (root, from) = (self.prefix.clone(), self.prefix.clone().join(tenant.to_string()));
        let name = move |path: &Path| {
            let parts: Vec<String> = path.prefix_match(&root)?.map(|part| part.as_ref().to_owned()).collect();
            Some(ObjectName(parts.join("/")))
        };
        self.store.list(Some(&from)).map_err(StoreError::from).try_filter_map(move |meta| {
            let put_at = meta.last_modified.timestamp_micros();
            let found = name(&meta.location).map(|name| Found { name, put_at });
            async move { Ok(found) }
        })
    }

    /// Deletes what was left of puts that did not end, in a folder: a file whose name goes on after `#`. A bucket has none.
    pub async fn delete_unfinished(&self, tenant: TenantId, before: i64) -> Result<u64, StoreError> {
        let Some(folder) = &self.folder else { return Ok(0) };
        let folder = folder.join(tenant.to_string());
        let swept = tokio::task::spawn_blocking(move || unfinished(&folder, before)).await;
        let swept = swept.map_err(|_| StoreError::Closed)?;
        swept.map_err(|error| StoreError::ObjectsUnavailable(error.to_string()))
    }
}

async fn within<T>(asked: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let late = |_| StoreError::ObjectsUnavailable(format!("no answer within {} s", LONGEST.as_secs()));
    tokio::time::timeout(LONGEST, asked).await.map_err(late)?
}

/// Makes the folder, for nobody but us, and durably.
fn make(folder: &std::path::Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    match folder.parent() {
        #[cfg(unix)]
        Some(parent) if parent != std::path::Path::new("") => std::fs::File::open(parent)?.sync_all(),
        _ => Ok(()),
    }
}

fn unfinished(tenant: &std::path::Path, before: i64) -> io::Result<u64> {
    let mut deleted = 0;
    let folders = match std::fs::read_dir(tenant) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        folders => folders?,
    };
    for folder in folders {
        let folder = folder?;
        if !folder.file_type()?.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(folder.path())? {
            let file = file?;
            if !file.file_name().to_string_lossy().contains('#') {
                continue;
            }
            let since = file.metadata()?.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            if i64::try_from(since.as_micros()).is_ok_and(|put_at| put_at < before) {
                std::fs::remove_file(file.path())?;
                deleted += 1;
            }
        }
    }
    Ok(deleted)
}

/// No room, or none for us.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let mut cause = error.source();
        while let Some(one) = cause {
            if one.downcast_ref::<io::Error>().is_some_and(is_full) {
                return Self::Full;
            }
            cause = one.source();
        }
        match error {
            Error::NotFound { .. } | Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
                Self::ObjectsRefused(error.to_string())
            }
            _ => Self::ObjectsUnavailable(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_name_says_whose_it_is_and_what_is_not_of_ours_has_no_parts() {
        let (tenant, digest) = (TenantId::from_uuid(Uuid::from_u128(7)), Digest::from_bytes([0xab; 32]));
        let name = ObjectName::new(tenant, &digest, [1; 16]);
        assert_eq!(name.parts(), Some((tenant, digest)));
        assert_ne!(name, ObjectName::new(tenant, &digest, [2; 16]), "each put has a name of its own");
        let other = name.as_str().replace("/ab/", "/cd/");
        for strange in ["", "notes.txt", "ten_1/ab/cd", &name.as_str()[1..], &format!("{}.bak", name.as_str()), &other]
        {
            assert_eq!(ObjectName(strange.to_owned()).parts(), None, "{strange}");
        }
    }

    #[test]
    fn a_full_disk_is_told_apart_from_a_place_that_is_not_there() {
        let because = |kind: io::ErrorKind| {
            let inner = Error::Generic { store: "inner", source: Box::new(io::Error::from(kind)) };
            StoreError::from(Error::Generic { store: "outer", source: Box::new(inner) })
        };
        assert!(matches!(because(io::ErrorKind::StorageFull), StoreError::Full));
        assert!(matches!(because(io::ErrorKind::ConnectionRefused), StoreError::ObjectsUnavailable(_)));
    }
}
