//! What events are signed with: keys of each endpoint, sealed, and their rotation.

use std::sync::Arc;

use secrecy::ExposeSecret as _;
use wellspring_model::{
    Timestamp,
    event::{EndpointKeys, PublicKey},
    id::{EndpointId, TenantId},
};

use crate::{
    Action, Store, StoreError,
    destination::Destination,
    gate::{self, GateId},
    row::{Read, Row, micros},
    seal::DataKey,
    sql::query,
    transaction::Transaction,
};

/// Sets of keys that sign at the same time, at most: an endpoint whose keys are changed again and again loses the oldest.
const MOST_AT_ONCE: i64 = 3;

/// Keys made ready to be stored.
pub(crate) struct SealedKeys {
    public_key: String,
    secret: Vec<u8>,
    signing_key: Vec<u8>,
}

pub(crate) async fn insert(
    tx: &mut Transaction,
    endpoint: EndpointId,
    number: i64,
    keys: SealedKeys,
) -> Result<(), StoreError> {
    query("INSERT INTO endpoint_keys (endpoint, number, public_key, secret, signing_key) VALUES ($1, $2, $3, $4, $5)")
        .bind(endpoint.to_string())
        .bind(number)
        .bind(keys.public_key)
        .bind(keys.secret)
        .bind(keys.signing_key)
        .execute(tx)
        .await
        .map(drop)
}

impl Store {
    /// Gives an endpoint new keys. Those it had sign beside them until `until`. False where the tenant has no such endpoint.
    ///
    /// # Errors
    /// The store's.
    pub async fn rotate_endpoint(
        &self,
        (tenant, id): (TenantId, EndpointId),
        keys: &EndpointKeys,
        at: Timestamp,
        until: Timestamp,
        actor: &str,
    ) -> Result<bool, StoreError> {
        let sealed = self.seal_keys(tenant, id, keys).await?;
        let actor = actor.to_owned();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    // Held, so that of two rotations at once one comes after the other.
                    gate::hold(tx, GateId::Endpoint(id), true).await?;
                    if !Destination::Endpoint(id).is_in_use(tx, tenant).await? {
                        return Ok(false);
                    }
                    let text = id.to_string();
                    let last = "SELECT coalesce(max(number), 0) FROM endpoint_keys WHERE endpoint = $1";
                    let number = query(last).bind(&text).number(&mut *tx).await? + 1;
                    query("UPDATE endpoint_keys SET ends_at = $2 WHERE endpoint = $1 AND ends_at IS NULL")
                        .bind(&text)
                        .bind(micros(until))
                        .execute(&mut *tx)
                        .await?;
                    query("DELETE FROM endpoint_keys WHERE endpoint = $1 AND (ends_at <= $2 OR number <= $3)")
                        .bind(&text)
                        .bind(micros(at))
                        .bind(number - MOST_AT_ONCE)
                        .execute(&mut *tx)
                        .await?;
                    insert(tx, id, number, sealed).await?;
                    tx.audit(tenant, at, &actor, Action::EndpointRotated, &text);
                    Ok(true)
                })
            })
            .await
    }

    pub(crate) async fn seal_keys(
        &self,
        tenant: TenantId,
        endpoint: EndpointId,
        keys: &EndpointKeys,
    ) -> Result<SealedKeys, StoreError> {
        let key = self.data_key(tenant).await?;
        let seal = |name, secret| {
            let to = belongs(&endpoint, &keys.public_key, name);
            key.seal(secret, &to.each_ref().map(String::as_str), &*self.entropy)
        };
        Ok(SealedKeys {
            public_key: keys.public_key.clone(),
            secret: seal("secret", keys.secret.expose_secret())?,
            signing_key: seal("signing_key", keys.signing_key.expose_secret())?,
        })
    }

    /// The keys in use, the present ones first, opened.
    pub(crate) async fn keys_in_use(
        &self,
        tenant: TenantId,
        endpoint: EndpointId,
        now: Timestamp,
    ) -> Result<Vec<EndpointKeys>, StoreError> {
        let key = self.data_key(tenant).await?;
        let rows = query(
            "SELECT k.* FROM endpoint_keys k JOIN endpoints e ON e.id = k.endpoint \
             WHERE e.id = $1 AND e.tenant = $2 AND (k.ends_at IS NULL OR k.ends_at > $3) ORDER BY k.number DESC",
        )
        .bind(endpoint.to_string())
        .bind(tenant.to_string())
        .bind(micros(now))
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(|row| opened(row, &key, endpoint)).collect()
    }

    pub(crate) async fn public_keys(&self, endpoint: EndpointId) -> Result<Vec<PublicKey>, StoreError> {
        let rows = query("SELECT public_key, ends_at FROM endpoint_keys WHERE endpoint = $1 ORDER BY number DESC")
            .bind(endpoint.to_string())
            .fetch_all(&self.read)
            .await?;
        let read = |row: &Row| {
            let row = Read::new(row, "endpoint_keys");
            let until = row.optional_number("ends_at")?.map(Timestamp::from_microsecond).transpose();
            Ok(PublicKey { text: row.text("public_key")?, until: until.map_err(|_| row.corrupt("ends_at"))? })
        };
        rows.iter().map(read).collect()
    }
}

fn opened(row: &Row, key: &Arc<DataKey>, endpoint: EndpointId) -> Result<EndpointKeys, StoreError> {
    let row = Read::new(row, "endpoint_keys");
    let public_key = row.text("public_key")?;
    let open = |column| {
        let to = belongs(&endpoint, &public_key, column);
        key.unseal(&row.bytes(column)?, &to.each_ref().map(String::as_str))
    };
    Ok(EndpointKeys { secret: open("secret")?, signing_key: open("signing_key")?, public_key: public_key.clone() })
}

fn belongs(endpoint: &EndpointId, public_key: &str, name: &str) -> [String; 3] {
    [endpoint.to_string(), public_key.to_owned(), name.to_owned()]
}
