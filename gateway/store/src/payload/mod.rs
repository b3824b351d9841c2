//! The bytes of credentials as they were handed in: compressed, found by digest, in the database up to a length and above it
//! in a folder or in object storage.
//!
//! An object is put, durably, before the transaction that names it, and deleted after the one that deletes its row. A process
//! that ends in between leaves an object that no row names, never a row without its object; [`sweep`] finds such objects.

mod encoding;
mod objects;
pub(crate) mod rows;
mod sweep;
mod transport;

use std::{collections::BTreeSet, fmt, path::PathBuf};

use futures_util::future::try_join_all;
use secrecy::SecretString;
use url::Url;
use wellspring_model::{digest::Digest, id::TenantId};

use self::rows::{Kept, KeptIn};
pub(crate) use self::{
    encoding::{Encoding, encode, plain},
    objects::{ObjectName, Objects},
};
use crate::{Store, StoreError, sql::query};

/// The bytes of one credential, under their digest.
#[derive(Clone)]
pub struct Payload {
    pub digest: Digest,
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload").field("digest", &self.digest).field("bytes", &self.bytes.len()).finish()
    }
}

/// How payloads are kept.
#[derive(Debug, Clone)]
pub struct PayloadSettings {
    /// What is not longer than this, compressed, lies in the database.
    pub inline_bytes: usize,
    /// Where the others are.
    pub place: PayloadPlace,
}

/// A place for payloads that are too long for the database.
#[derive(Debug, Clone)]
pub enum PayloadPlace {
    /// There is none: all lie in the database.
    Database,
    /// A folder, which all processes share. It is made where it is absent.
    Folder(PathBuf),
    /// A bucket of S3-compatible object storage.
    S3(Box<S3>),
}

/// A bucket, and how to get at it.
#[derive(Debug, Clone)]
pub struct S3 {
    pub bucket: String,
    /// What the names of all objects begin with; may be empty.
    pub prefix: String,
    /// The address of the service; `None` for Amazon's own in that region.
    pub endpoint: Option<Url>,
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: SecretString,
    /// Whether the address may be without TLS.
    pub allow_http: bool,
    /// Further certificate authorities to accept, as PEM.
    pub authorities: Option<Vec<u8>>,
}

/// How this store keeps payloads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Payloads {
    inline_bytes: usize,
    objects: Option<Objects>,
}

/// A payload made ready to be stored.
#[derive(Clone)]
pub(crate) struct Placed {
    pub digest: Digest,
    pub size: i64,
    pub encoding: Encoding,
    pub place: Place,
}

/// Where it will be kept.
#[derive(Clone)]
pub(crate) enum Place {
    Row(Vec<u8>),
    /// It was put there after `since`.
    Object {
        name: ObjectName,
        since: i64,
    },
    /// These bytes of this tenant are kept already.
    Known,
}

impl Store {
    /// Keeps payloads as these settings say. Without them all lie in the database.
    ///
    /// # Errors
    /// The folder cannot be made, or the bucket's address makes no sense. A bucket is not asked yet:
    /// [`Self::check_payloads`].
    pub fn with_payloads(mut self, settings: &PayloadSettings) -> Result<Self, StoreError> {
        let objects = Objects::open(&settings.place)?;
        self.payloads = Payloads { inline_bytes: settings.inline_bytes, objects };
        Ok(self)
    }

    /// Encodes payloads, and puts those that are too long for the database where they belong. Durable when this returns.
    pub(crate) async fn place_payloads(
        &self,
        tenant: TenantId,
        payloads: Vec<Payload>,
    ) -> Result<Vec<Placed>, StoreError> {
        let mut seen = BTreeSet::new();
        let payloads = payloads.into_iter().filter(|payload| seen.insert(payload.digest)).collect::<Vec<_>>();
        let length: usize = payloads.iter().map(|payload| payload.bytes.len()).sum();
        let encode = move || payloads.into_iter().map(encoded).collect::<Vec<_>>();
        let encoded = if length <= encoding::QUICK {
            encode()
        } else {
            tokio::task::spawn_blocking(encode).await.map_err(|_| StoreError::Closed)?
        };
        let all = encoded.into_iter().map(|placed| self.put_if_long(tenant, placed));
        try_join_all(all).await
    }

    async fn put_if_long(&self, tenant: TenantId, placed: Placed) -> Result<Placed, StoreError> {
        let (Some(objects), Place::Row(bytes)) = (&self.payloads.objects, &placed.place) else { return Ok(placed) };
        if bytes.len() <= self.payloads.inline_bytes {
            return Ok(placed);
        }
        if self.payload_row(tenant, placed.digest).await?.is_some() {
            return Ok(Placed { place: Place::Known, ..placed });
        }
        let since = self.now().await?;
        let mut unique = [0; 16];
        self.entropy.fill(&mut unique);
        let name = ObjectName::new(tenant, &placed.digest, unique);
        let Place::Row(bytes) = placed.place else { return Ok(placed) };
        objects.put(&name, bytes).await?;
        Ok(Placed { place: Place::Object { name, since }, ..placed })
    }

    /// The bytes of a credential as they were handed in.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where what is kept are not these bytes; else the store's.
    pub async fn payload(&self, tenant: TenantId, digest: Digest) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(kept) = self.payload_row(tenant, digest).await? else { return Ok(None) };
        let Kept { size, encoding, place } = kept;
        let encoded = match place {
            KeptIn::Row(bytes) => Some(bytes),
            KeptIn::Object(name) => self.objects()?.get(&name, size).await?,
        };
        let Some(encoded) = encoded else {
            // It may have been retired just now, its row first.
            let is_gone = self.payload_row(tenant, digest).await?.is_none();
            return if is_gone { Ok(None) } else { Err(StoreError::Damaged(digest)) };
        };
        let decode = move || encoding::decode(encoding, encoded, size, &digest);
        let bytes = if size <= encoding::QUICK {
            decode()
        } else {
            tokio::task::spawn_blocking(decode).await.map_err(|_| StoreError::Closed)?
        };
        bytes.map(Some).ok_or(StoreError::Damaged(digest))
    }

    async fn payload_row(&self, tenant: TenantId, digest: Digest) -> Result<Option<Kept>, StoreError> {
        let row = query("SELECT size, encoding, bytes, object FROM payloads WHERE tenant = $1 AND digest = $2")
            .bind(tenant.to_string())
            .bind(digest.bytes().as_slice())
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(rows::kept).transpose()
    }

    fn objects(&self) -> Result<&Objects, StoreError> {
        self.payloads.objects.as_ref().ok_or(StoreError::ObjectsUnnamed)
    }

    /// Deletes the objects of rows that are deleted.
    pub(crate) async fn delete_objects(&self, names: Vec<ObjectName>) {
        if let Some(objects) = &self.payloads.objects {
            objects.delete(names).await;
        }
    }
}

fn encoded(payload: Payload) -> Placed {
    let size = i64::try_from(payload.bytes.len()).unwrap_or(i64::MAX);
    let (encoding, bytes) = encoding::encode(payload.bytes);
    Placed { digest: payload.digest, size, encoding, place: Place::Row(bytes) }
}
