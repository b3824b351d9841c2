//! Endpoints: where an employer's events are sent.

use std::time::Duration;

use wellspring_model::{
    Timestamp,
    delivery::FailureCode,
    event::{Endpoint, EndpointKeys},
    id::{EndpointId, TenantId},
};

use crate::{
    Action, AuditNote, Page, Rate, Store, StoreError,
    destination::Destination,
    detail_of, endpoint_keys,
    gate::{self, GateId, State},
    row::{Read, json, micros},
    sql::query,
    transaction::Transaction,
};

/// Events under way to one endpoint at the same time.
const MOST_LEASED: i64 = 8;
/// Nothing is sent any more to an endpoint where everything failed for so long.
const SHUT_AFTER: Duration = Duration::from_secs(5 * 24 * 60 * 60);
/// Every event is written once for each endpoint that wants it, with what caused it.
const MOST_ENDPOINTS: i64 = 20;

impl Store {
    /// Adds an endpoint with its first keys, which are sealed before they reach the database. False where the tenant has as
    /// many as it may.
    ///
    /// # Errors
    /// The store's.
    pub async fn add_endpoint(
        &self,
        endpoint: &Endpoint,
        keys: &EndpointKeys,
        rate: Option<Rate>,
        actor: &str,
    ) -> Result<bool, StoreError> {
        let sealed = self.seal_keys(endpoint.tenant, endpoint.id, keys).await?;
        let (new, actor) = (endpoint.clone(), actor.to_owned());
        let types = new.types.as_ref().map(json).transpose()?;
        let origins = json(&new.private_origins)?;
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let (id, tenant) = (new.id.to_string(), new.tenant);
                    let count = "SELECT count(*) FROM endpoints WHERE tenant = $1 AND removed_at IS NULL";
                    if query(count).bind(tenant.to_string()).number(&mut *tx).await? >= MOST_ENDPOINTS {
                        return Ok(false);
                    }
                    query(
                        "INSERT INTO endpoints (id, tenant, url, description, types, private_origins, created_at) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    )
                    .bind(&id)
                    .bind(tenant.to_string())
                    .bind(new.url.to_string())
                    .bind(&new.description)
                    .bind(types)
                    .bind(origins)
                    .bind(micros(new.created_at))
                    .execute(&mut *tx)
                    .await?;
                    endpoint_keys::insert(tx, new.id, 1, sealed).await?;
                    let gate = GateId::Endpoint(new.id);
                    gate::insert(tx, gate, tenant, Some(MOST_LEASED)).await?;
                    gate::shut_after(tx, gate, SHUT_AFTER).await?;
                    if let Some(rate) = rate {
                        gate::pace(tx, gate, rate).await?;
                    }
                    tx.audit(tenant, new.created_at, &actor, Action::EndpointAdded, &id);
                    Ok(true)
                })
            })
            .await
    }

    /// An endpoint in use.
    ///
    /// # Errors
    /// The store's.
    pub async fn endpoint(&self, tenant: TenantId, id: EndpointId) -> Result<Option<Endpoint>, StoreError> {
        let row = query("SELECT * FROM endpoints WHERE id = $1 AND tenant = $2 AND removed_at IS NULL")
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        match row {
            Some(row) => Ok(Some(self.read_endpoint(&Read::new(&row, "endpoints")).await?)),
            None => Ok(None),
        }
    }

    /// The endpoints in use.
    ///
    /// # Errors
    /// The store's.
    pub async fn endpoints(
        &self,
        tenant: TenantId,
        page: Page<EndpointId>,
    ) -> Result<(Vec<Endpoint>, Option<EndpointId>), StoreError> {
        let rows =
            query("SELECT * FROM endpoints WHERE tenant = $1 AND removed_at IS NULL AND id > $2 ORDER BY id LIMIT $3")
                .bind(tenant.to_string())
                .bind(page.after())
                .bind(page.rows())
                .fetch_all(&self.read)
                .await?;
        let mut endpoints = Vec::with_capacity(rows.len());
        for row in &rows {
            endpoints.push(self.read_endpoint(&Read::new(row, "endpoints")).await?);
        }
        Ok(page.cut(endpoints, |endpoint| endpoint.id))
    }

    /// Takes an endpoint out of use: what waits for it is taken back, its keys go. Its row stays, since deliveries tell of
    /// it. False where the tenant has no such endpoint.
    ///
    /// # Errors
    /// The store's.
    pub async fn remove_endpoint(
        &self,
        tenant: TenantId,
        id: EndpointId,
        at: Timestamp,
        actor: &str,
    ) -> Result<bool, StoreError> {
        let actor = actor.to_owned();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    if !Destination::Endpoint(id).remove(tx, tenant, at).await? {
                        return Ok(false);
                    }
                    let text = id.to_string();
                    query("DELETE FROM endpoint_keys WHERE endpoint = $1").bind(&text).execute(&mut *tx).await?;
                    tx.audit(tenant, at, &actor, Action::EndpointRemoved, &text);
                    Ok(true)
                })
            })
            .await
    }

    /// Sends events to an endpoint again that was shut, paused or tripped. False where the tenant has no such endpoint.
    ///
    /// # Errors
    /// The store's.
    pub async fn resume_endpoint(
        &self,
        tenant: TenantId,
        id: EndpointId,
        at: Timestamp,
        actor: &str,
    ) -> Result<bool, StoreError> {
        let actor = actor.to_owned();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    // Held before it is looked at: somebody may be removing it.
                    gate::hold(tx, GateId::Endpoint(id), true).await?;
                    if !Destination::Endpoint(id).is_in_use(tx, tenant).await? {
                        return Ok(false);
                    }
                    gate::open(tx, GateId::Endpoint(id)).await?;
                    tx.audit(tenant, at, &actor, Action::EndpointResumed, &id.to_string());
                    Ok(true)
                })
            })
            .await
    }

    /// Lets an endpoint be on one origin on a private network, and sends what waited for that. False where the tenant has
    /// no such endpoint.
    ///
    /// # Errors
    /// The store's.
    pub async fn grant_endpoint_origin(
        &self,
        tenant: TenantId,
        id: EndpointId,
        origin: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let origin = origin.to_owned();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    if !Destination::Endpoint(id).grant(tx, tenant, &origin).await? {
                        return Ok(false);
                    }
                    open_if_denied(tx, GateId::Endpoint(id)).await?;
                    let note = AuditNote::new(tenant, now, "operator", Action::EndpointOriginGranted, id);
                    tx.note(note.with(detail_of(&origin)));
                    Ok(true)
                })
            })
            .await
    }

    async fn read_endpoint(&self, row: &Read<'_>) -> Result<Endpoint, StoreError> {
        let id = row.id("id")?;
        Ok(Endpoint {
            id,
            tenant: row.id("tenant")?,
            url: row.id("url")?,
            description: row.text("description")?,
            types: row.optional_json("types")?,
            private_origins: row.json("private_origins")?,
            public_keys: self.public_keys(id).await?,
            created_at: row.time("created_at")?,
        })
    }
}

async fn open_if_denied(tx: &mut Transaction, id: GateId) -> Result<(), StoreError> {
    let denied = State::Paused { reason: FailureCode::OriginDenied.as_str().to_owned() };
    if gate::hold(tx, id, true).await?.is_some_and(|gate| gate.state == denied) {
        gate::open(tx, id).await?;
    }
    Ok(())
}
