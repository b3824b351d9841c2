//! Report links.

use secrecy::{ExposeSecret, SecretString};
use sqlx::SqliteConnection;
use wellspring_model::{
    Timestamp,
    digest::Digest,
    id::{ShareId, SubmissionId, TenantId},
};

use crate::{
    Store, StoreError,
    row::{Read, micros},
};

/// A link to a report. Its token is found by digest and kept sealed.
#[derive(Debug)]
pub struct NewShare {
    pub id: ShareId,
    pub token_digest: Digest,
    pub token: SecretString,
    pub expires_at: Timestamp,
}

/// What a link opens, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub tenant: TenantId,
    pub submission: SubmissionId,
    pub expires_at: Timestamp,
}

/// A link made ready to be stored.
pub(crate) struct SealedShare {
    id: ShareId,
    digest: Digest,
    sealed: Vec<u8>,
    expires_at: Timestamp,
}

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    submission: SubmissionId,
    share: &SealedShare,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO shares (id, tenant, submission, digest, sealed, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(share.id.to_string())
    .bind(tenant.to_string())
    .bind(submission.to_string())
    .bind(share.digest.bytes().to_vec())
    .bind(&share.sealed)
    .bind(micros(share.expires_at))
    .execute(connection)
    .await?;
    Ok(())
}

impl Store {
    pub(crate) async fn seal_share(&self, tenant: TenantId, share: &NewShare) -> Result<SealedShare, StoreError> {
        let key = self.data_key(tenant).await?;
        let sealed = key.seal(share.token.expose_secret(), &[&share.id.to_string()], &*self.entropy)?;
        Ok(SealedShare { id: share.id, digest: share.token_digest, sealed, expires_at: share.expires_at })
    }

    /// What the link with this token's digest opens. Expired links are found too, so that the page can say so.
    ///
    /// # Errors
    /// The store's.
    pub async fn share(&self, token_digest: &Digest) -> Result<Option<Share>, StoreError> {
        let row = sqlx::query("SELECT id, tenant, submission, expires_at FROM shares WHERE digest = $1")
            .bind(token_digest.bytes().as_slice())
            .fetch_optional(&self.read)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let row = Read::new(&row, "shares");
        Ok(Some(Share {
            tenant: row.id("tenant")?,
            submission: row.id("submission")?,
            expires_at: row.time("expires_at")?,
        }))
    }

    /// The token of a submission's report link.
    ///
    /// # Errors
    /// [`StoreError::Seal`] where the seal does not open.
    pub async fn share_token(
        &self,
        tenant: TenantId,
        submission: SubmissionId,
    ) -> Result<Option<SecretString>, StoreError> {
        let row = sqlx::query("SELECT id, sealed FROM shares WHERE submission = $1 AND tenant = $2")
            .bind(submission.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let row = Read::new(&row, "shares");
        let key = self.data_key(tenant).await?;
        Ok(Some(key.unseal(&row.bytes("sealed")?, &[&row.text("id")?])?))
    }
}
