//! Answers kept by idempotency key, written in the transaction of what they answer for.

use sqlx::SqliteConnection;
use wellspring_model::{Timestamp, digest::Digest, id::TenantId};

use crate::{
    StoreError,
    row::{Read, micros},
};

/// How long an answer is kept.
const KEPT_MICROS: i64 = 72 * 60 * 60 * 1_000_000;

/// A key with the request it stands for and the answer it will get again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    pub key: String,
    /// Method and path: the same key may be used on another route.
    pub route: String,
    /// Over the request's parts.
    pub request: Digest,
    pub status: u16,
    pub body: String,
}

/// What an earlier request with the same key got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    pub request: Digest,
    pub status: u16,
    pub body: String,
}

/// Keeps an answer, or gives back the one that is already there. There is one writer, so no two requests with one key are
/// ever in flight at the same time: the second sees the first one's answer.
pub(crate) async fn claim(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    new: &Idempotency,
    now: Timestamp,
) -> Result<Option<Earlier>, StoreError> {
    sqlx::query("DELETE FROM idempotency WHERE created_at <= $1")
        .bind(micros(now) - KEPT_MICROS)
        .execute(&mut *connection)
        .await?;
    let row =
        sqlx::query("SELECT request, status, body FROM idempotency WHERE tenant = $1 AND key = $2 AND route = $3")
            .bind(tenant.to_string())
            .bind(&new.key)
            .bind(&new.route)
            .fetch_optional(&mut *connection)
            .await?;
    if let Some(row) = row {
        let row = Read::new(&row, "idempotency");
        let status = u16::try_from(row.number("status")?).map_err(|_| row.corrupt("status"))?;
        return Ok(Some(Earlier { request: row.digest("request")?, status, body: row.text("body")? }));
    }
    sqlx::query(
        "INSERT INTO idempotency (tenant, key, route, request, status, body, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tenant.to_string())
    .bind(&new.key)
    .bind(&new.route)
    .bind(new.request.bytes().to_vec())
    .bind(i64::from(new.status))
    .bind(&new.body)
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(None)
}
