//! Report links.

use secrecy::{ExposeSecret, SecretString};
use wellspring_model::{
    Timestamp,
    digest::Digest,
    id::{ShareId, SubmissionId, TenantId},
};

use crate::{
    Store, StoreError,
    row::{Read, micros},
    sql::{Arg, Dialect, Query, query, statements},
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
    pub id: ShareId,
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

pub(crate) fn row(tenant: TenantId, submission: SubmissionId, share: &SealedShare) -> Vec<Arg> {
    vec![
        share.id.to_string().into(),
        tenant.to_string().into(),
        submission.to_string().into(),
        share.digest.bytes().as_slice().into(),
        (&share.sealed).into(),
        micros(share.expires_at).into(),
    ]
}

pub(crate) fn insert(dialect: Dialect, rows: Vec<Vec<Arg>>) -> Vec<Query> {
    let insert = "INSERT INTO shares (id, tenant, submission, digest, sealed, expires_at)";
    statements(dialect, insert, rows, "")
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
        let row = query("SELECT id, tenant, submission, expires_at FROM shares WHERE digest = $1")
            .bind(token_digest.bytes().as_slice())
            .fetch_optional(&self.read)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let row = Read::new(&row, "shares");
        Ok(Some(Share {
            id: row.id("id")?,
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
        let row = query("SELECT id, sealed FROM shares WHERE submission = $1 AND tenant = $2")
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
