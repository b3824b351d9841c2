//! Signing the ends of trails, every hour by a chore and at once by the operator.
//!
//! What came since the last signed head is checked before its end is signed: a trail that does not fit together gets no
//! signature that would hide it.

use ed25519_dalek::SigningKey;
use wellspring_model::{Timestamp, digest::Digest, ed25519::Ed25519, id::TenantId};

use super::{Broken, SignedHead, chain::Check, row::number, signed::KnownKeys};
use crate::{
    Store, StoreError,
    row::{Read, Row, micros},
    sql::query,
};

/// What signing came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signed {
    /// Trails whose end was signed now.
    pub heads: u64,
    /// Trails that do not fit together. Their ends were not signed.
    pub broken: Vec<(TenantId, Broken)>,
}

impl Store {
    /// Signs the end of every trail that has grown since it was last signed.
    ///
    /// # Errors
    /// The store's.
    pub async fn sign_audit_heads(&self, now: Timestamp) -> Result<Signed, StoreError> {
        let (mut signed, mut after) = (Signed::default(), String::new());
        let grown = "SELECT h.tenant AS tenant FROM audit_heads h WHERE h.tenant > $1 AND h.number <> coalesce( \
                     (SELECT max(s.number) FROM audit_signed_heads s WHERE s.tenant = h.tenant), 0) \
                     ORDER BY h.tenant LIMIT 500";
        loop {
            let rows = query(grown).bind(&after).fetch_all(&self.read).await?;
            let Some(last) = rows.last() else { return Ok(signed) };
            after = Read::new(last, "audit_heads").text("tenant")?;
            for row in &rows {
                let tenant = Read::new(row, "audit_heads").id("tenant")?;
                match self.sign_audit_head(tenant, now).await? {
                    Ok(head) => signed.heads += u64::from(head.is_some()),
                    Err(broken) => signed.broken.push((tenant, broken)),
                }
            }
        }
    }

    /// Signs the end of a tenant's trail, if it has grown since it was last signed, and gives the new head.
    ///
    /// # Errors
    /// The store's.
    pub async fn sign_audit_head(
        &self,
        tenant: TenantId,
        now: Timestamp,
    ) -> Result<Result<Option<SignedHead>, Broken>, StoreError> {
        let key = self.key_to_sign_with(now).await?;
        let keys = self.known_keys().await?;
        let Some((number, digest)) = self.noted_end(tenant).await? else { return Ok(Ok(None)) };
        let last = self.newest_audit_head(tenant).await?;
        if last.as_ref().is_some_and(|last| last.number == number && last.digest == digest) {
            return Ok(Ok(None));
        }
        if let Err(broken) = self.check_since(tenant, last, (number, digest), &keys).await? {
            return Ok(Err(broken));
        }
        let head = self.keep(&key, tenant, number, digest, now).await?;
        Ok(Ok(Some(head)))
    }

    async fn check_since(
        &self,
        tenant: TenantId,
        last: Option<SignedHead>,
        end: (u64, Digest),
        keys: &KnownKeys,
    ) -> Result<Result<(), Broken>, StoreError> {
        let mut check = match &last {
            Some(last) => Check::after(tenant, last.number, last.digest, keys),
            None => Check::from_the_beginning(tenant, keys),
        };
        if let Some(last) = &last {
            check.head(last);
        }
        if last.is_some_and(|last| last.number > end.0) {
            // Rows that were signed are not there any more.
            return Ok(Err(Broken { number: end.0 + 1, fault: super::Fault::TailMissing }));
        }
        check.end(end.0, end.1);
        self.check_rows(&mut check, Some(end.0)).await
    }

    async fn keep(
        &self,
        key: &SigningKey,
        tenant: TenantId,
        number: u64,
        digest: Digest,
        now: Timestamp,
    ) -> Result<SignedHead, StoreError> {
        // The signature is over microseconds, and so is what is kept.
        let at = Timestamp::from_microsecond(micros(now)).unwrap_or(now);
        let head = SignedHead::sign(key, tenant, number, digest, at);
        let new = head.clone();
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    query(
                        "INSERT INTO audit_signed_heads (tenant, number, digest, at, key, signature) \
                         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                    )
                    .bind(new.tenant.to_string())
                    .bind(i64::try_from(new.number).unwrap_or(i64::MAX))
                    .bind(new.digest.bytes().as_slice())
                    .bind(micros(new.at))
                    .bind(new.key.to_string())
                    .bind(new.signature.0.as_slice())
                    .execute(tx)
                    .await
                    .map(drop)
                })
            })
            .await?;
        Ok(head)
    }

    /// The newest signed head of a tenant's trail.
    ///
    /// # Errors
    /// The store's.
    pub async fn newest_audit_head(&self, tenant: TenantId) -> Result<Option<SignedHead>, StoreError> {
        let row = query("SELECT * FROM audit_signed_heads WHERE tenant = $1 ORDER BY number DESC LIMIT 1")
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(signed_head).transpose()
    }

    /// The end of a tenant's trail as the database noted it.
    pub(super) async fn noted_end(&self, tenant: TenantId) -> Result<Option<(u64, Digest)>, StoreError> {
        let row = query("SELECT * FROM audit_heads WHERE tenant = $1")
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let row = Read::new(&row, "audit_heads");
        Ok(Some((number(&row, "number")?, row.digest("digest")?)))
    }
}

pub(super) fn signed_head(row: &Row) -> Result<SignedHead, StoreError> {
    let row = Read::new(row, "audit_signed_heads");
    let signature = row.bytes("signature")?.try_into().map_err(|_| row.corrupt("signature"))?;
    Ok(SignedHead {
        tenant: row.id("tenant")?,
        number: number(&row, "number")?,
        digest: row.digest("digest")?,
        at: row.time("at")?,
        key: row.id("key")?,
        signature: Ed25519(signature),
    })
}
