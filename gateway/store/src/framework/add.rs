//! Importing: an edition with its bytes and the places of its objects, in one transaction.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use wellspring_model::{
    Timestamp,
    case::{Object, Package},
    digest::Digest,
    id::{FrameworkId, TenantId},
};

use super::blocks::{self, Block};
use crate::{
    Action, AuditNote, Store, StoreError,
    row::{Read, micros},
    sql::{Arg, Dialect, over_rows, query},
    transaction::Transaction,
};

/// Objects between two words of progress.
const STRIDE: usize = 128 * 32;
const OBJECTS: &str = "INSERT INTO framework_objects (framework, kind, position, tenant, identifier, starts, length, origin, \
    destination)";

/// A framework that is to be added.
#[derive(Debug, Clone)]
pub struct NewFramework {
    pub id: FrameworkId,
    pub package: Arc<Package>,
    pub imported_at: Timestamp,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// A new edition.
    New(FrameworkId),
    /// The newest edition has the same bytes; it stays.
    Known(FrameworkId),
}

impl Added {
    /// The edition that has these bytes.
    pub const fn id(self) -> FrameworkId {
        match self {
            Self::New(id) | Self::Known(id) => id,
        }
    }
}

impl Store {
    /// Adds a framework, as a new edition where there is one with its identifier.
    ///
    /// # Errors
    /// The store's.
    pub async fn add_framework(&self, tenant: TenantId, new: NewFramework, actor: &str) -> Result<Added, StoreError> {
        self.add_framework_telling(tenant, new, actor, watch::Sender::new(0)).await
    }

    /// As [`Self::add_framework`], and tells how many objects have been written.
    ///
    /// # Errors
    /// The store's.
    pub async fn add_framework_telling(
        &self,
        tenant: TenantId,
        new: NewFramework,
        actor: &str,
        progress: watch::Sender<usize>,
    ) -> Result<Added, StoreError> {
        let (adding, actor) = (Adding::prepared(tenant, new, progress).await?, actor.to_owned());
        self.writer.write_alone(move |tx| Box::pin(adding.import(tx, actor))).await
    }
}

/// What was written of an edition.
pub(crate) enum Written {
    New(FrameworkId),
    /// What was lacking of the newest edition, which has the same bytes.
    Completed(FrameworkId),
    /// Nothing: the newest edition has the same bytes.
    Known(FrameworkId),
}

/// An edition on its way.
pub(crate) struct Adding {
    tenant: TenantId,
    new: NewFramework,
    digest: Digest,
    blocks: Vec<Block>,
    progress: watch::Sender<usize>,
}

impl Adding {
    /// Does what takes a processor's time before there is a transaction.
    pub async fn prepared(
        tenant: TenantId,
        new: NewFramework,
        progress: watch::Sender<usize>,
    ) -> Result<Self, StoreError> {
        let package = Arc::clone(&new.package);
        let prepare = move || {
            let digest = Digest::from_bytes(Sha256::digest(package.bytes()).into());
            (digest, blocks::cut(package.bytes()))
        };
        let (digest, blocks) = tokio::task::spawn_blocking(prepare).await.map_err(|_| StoreError::Closed)?;
        Ok(Self { tenant, new, digest, blocks, progress })
    }

    /// Over the bytes of its package.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    async fn import(self, tx: &mut Transaction, actor: String) -> Result<Added, StoreError> {
        let (tenant, at, digest) = (self.tenant, self.new.imported_at, self.digest);
        let note = |id| AuditNote::new(tenant, at, &actor, Action::FrameworkImported, id).with(digest);
        Ok(match self.write(tx).await? {
            Written::New(id) => {
                tx.note(note(id));
                Added::New(id)
            }
            Written::Completed(id) => {
                tx.note(note(id));
                Added::Known(id)
            }
            Written::Known(id) => Added::Known(id),
        })
    }

    /// Writes it. Noting that is the caller's.
    pub async fn write(mut self, tx: &mut Transaction) -> Result<Written, StoreError> {
        let blocks = std::mem::take(&mut self.blocks);
        if tx.dialect() == Dialect::Postgres {
            // One after the other, so that editions count on.
            let lock = query("SELECT id FROM tenants WHERE id = $1 FOR NO KEY UPDATE");
            lock.bind(self.tenant.to_string()).fetch_optional(&mut *tx).await?;
        }
        let newest = query(
            "SELECT id, digest, case_version, edition FROM frameworks WHERE tenant = $1 AND identifier = $2 \
             ORDER BY edition DESC LIMIT 1",
        )
        .bind(self.tenant.to_string())
        .bind(self.new.package.identifier().to_string())
        .fetch_optional(&mut *tx)
        .await?;
        let (mut id, mut is_new, mut edition) = (self.new.id, true, 1);
        if let Some(row) = newest {
            let row = Read::new(&row, "frameworks");
            edition = row.count("edition")? + 1;
            if row.digest("digest")? == self.digest {
                (id, is_new) = (row.id("id")?, false);
                if row.optional_text("case_version")?.is_some() {
                    return Ok(Written::Known(id));
                }
            }
        }
        if is_new {
            self.insert(tx, edition).await?;
        }
        self.complete(tx, id, blocks).await?;
        Ok(if is_new { Written::New(id) } else { Written::Completed(id) })
    }

    async fn insert(&self, tx: &mut Transaction, edition: i64) -> Result<(), StoreError> {
        // What scoring reads is read from the blocks.
        query(
            "INSERT INTO frameworks (id, tenant, identifier, uri, digest, package, imported_at, edition) \
             VALUES ($1, $2, $3, $4, $5, '', $6, $7)",
        )
        .bind(self.new.id.to_string())
        .bind(self.tenant.to_string())
        .bind(self.new.package.identifier().to_string())
        .bind(&self.new.package.framework().document.uri)
        .bind(self.digest.bytes().to_vec())
        .bind(micros(self.new.imported_at))
        .bind(edition)
        .execute(tx)
        .await
        .map(drop)
    }

    /// Writes what there is of an edition beside its name.
    async fn complete(&self, tx: &mut Transaction, id: FrameworkId, blocks: Vec<Block>) -> Result<(), StoreError> {
        let (package, framework) = (&self.new.package, self.new.package.framework());
        let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
        query(
            "UPDATE frameworks SET case_version = $1, document = $2, title = $3, version = $4, items = $5, \
             associations = $6, is_complete = $7, package = '' WHERE id = $8",
        )
        .bind(package.version().as_str())
        .bind(package.objects().first().map(|document| package.text(document)))
        .bind(&framework.document.title)
        .bind(&framework.document.version)
        .bind(count(framework.items.len()))
        .bind(count(framework.associations.len()))
        .bind(i64::from(package.remarks().is_empty()))
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        over_rows(tx, blocks::INSERT, blocks::rows(id, blocks), "").await?;
        let (mut position, mut kind, mut done) = (0, None, 0);
        for objects in package.objects().chunks(STRIDE) {
            let row = |object: &Object| {
                position = if kind == Some(object.kind) { position + 1 } else { 0 };
                kind = Some(object.kind);
                self.row(id, position, object)
            };
            over_rows(tx, OBJECTS, objects.iter().map(row).collect(), "").await?;
            done += objects.len();
            self.progress.send_replace(done);
        }
        Ok(())
    }

    fn row(&self, id: FrameworkId, position: i64, object: &Object) -> Vec<Arg> {
        let place = |at: usize| Arg::from(i64::try_from(at).unwrap_or(i64::MAX));
        vec![
            id.to_string().into(),
            object.kind.as_str().into(),
            position.into(),
            self.tenant.to_string().into(),
            object.identifier.to_string().into(),
            place(object.span.start),
            place(object.span.len()),
            object.origin.map(|uuid| uuid.to_string()).into(),
            object.destination.map(|uuid| uuid.to_string()).into(),
        ]
    }
}
