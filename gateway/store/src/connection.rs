//! Connections and their sealed secrets.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use wellspring_model::{
    Timestamp,
    connection::Connection,
    id::{ConnectionId, TenantId},
};

use crate::{
    Action, AuditNote, Page, Rate, Store, StoreError, connection_state,
    destination::Destination,
    detail_of,
    gate::{self, GateId},
    row::{Read, Row, json, micros},
    sql::query,
};

/// Deliveries through one connection at the same time.
const MOST_LEASED: i64 = 8;

/// Between the names of credentials in a row's one text.
const BETWEEN: char = '\u{1f}';
/// Connections with the names of their credentials.
macro_rules! connections {
    () => {
        "SELECT c.id, c.tenant, c.name, c.connector, c.settings, c.bases, c.private_origins, c.created_at, \
         (SELECT string_agg(s.name, '\u{1f}') FROM connection_secrets s WHERE s.connection = c.id) AS credentials \
         FROM connections c"
    };
}

impl Store {
    /// Adds a connection, with a rate of its own where one was agreed with the ATS. The secrets, one text for each
    /// credential, are sealed before they reach the database.
    ///
    /// # Errors
    /// The store's.
    pub async fn add_connection(
        &self,
        connection: &Connection,
        secrets: BTreeMap<String, SecretString>,
        rate: Option<Rate>,
        actor: &str,
    ) -> Result<(), StoreError> {
        let key = self.data_key(connection.tenant).await?;
        let id = connection.id.to_string();
        let sealed: Vec<(String, Vec<u8>)> = secrets
            .into_iter()
            .map(|(name, secret)| {
                let sealed = key.seal(secret.expose_secret(), &[&id, &name], &*self.entropy)?;
                Ok((name, sealed))
            })
            .collect::<Result<_, StoreError>>()?;
        let (new, actor) = (connection.clone(), actor.to_owned());
        let (settings, bases) = (json(&new.settings)?, json(&new.bases)?);
        let private_origins = json(&new.private_origins)?;
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    query(
                        "INSERT INTO connections \
                         (id, tenant, name, connector, settings, bases, private_origins, created_at) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    )
                    .bind(&id)
                    .bind(new.tenant.to_string())
                    .bind(&new.name)
                    .bind(new.connector.as_str())
                    .bind(&settings)
                    .bind(&bases)
                    .bind(private_origins)
                    .bind(micros(new.created_at))
                    .execute(&mut *tx)
                    .await?;
                    for (name, sealed) in sealed {
                        query("INSERT INTO connection_secrets (connection, name, sealed) VALUES ($1, $2, $3)")
                            .bind(&id)
                            .bind(name)
                            .bind(sealed)
                            .execute(&mut *tx)
                            .await?;
                    }
                    gate::insert(tx, GateId::Connection(new.id), new.tenant, Some(MOST_LEASED)).await?;
                    if let Some(rate) = rate {
                        gate::pace(tx, GateId::Connection(new.id), rate).await?;
                    }
                    let detail = detail_of(format!("{settings}\n{bases}"));
                    tx.note(
                        AuditNote::new(new.tenant, new.created_at, &actor, Action::ConnectionAdded, &id).with(detail),
                    );
                    Ok(())
                })
            })
            .await
    }

    pub async fn connection(&self, tenant: TenantId, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
        let row = query(concat!(connections!(), " WHERE c.id = $1 AND c.tenant = $2 AND c.removed_at IS NULL"))
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(read).transpose()
    }

    pub async fn connections(
        &self,
        tenant: TenantId,
        page: Page<ConnectionId>,
    ) -> Result<(Vec<Connection>, Option<ConnectionId>), StoreError> {
        let rows = query(concat!(
            connections!(),
            " WHERE c.tenant = $1 AND c.removed_at IS NULL AND c.id > $2 ORDER BY c.id LIMIT $3"
        ))
        .bind(tenant.to_string())
        .bind(page.after())
        .bind(page.rows())
        .fetch_all(&self.read)
        .await?;
        let connections = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(page.cut(connections, |connection| connection.id))
    }

    /// The secrets of a connection, opened: one text for each credential.
    ///
    /// # Errors
    /// [`StoreError::Seal`] where a seal does not open.
    pub async fn connection_secrets(
        &self,
        tenant: TenantId,
        id: ConnectionId,
    ) -> Result<BTreeMap<String, SecretString>, StoreError> {
        let key = self.data_key(tenant).await?;
        let rows = query(
            "SELECT s.name, s.sealed FROM connection_secrets s JOIN connections c ON c.id = s.connection \
             WHERE c.id = $1 AND c.tenant = $2",
        )
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_all(&self.read)
        .await?;
        let open = |row| {
            let row = Read::new(row, "connection_secrets");
            let name = row.text("name")?;
            let secret = key.unseal(&row.bytes("sealed")?, &[&id.to_string(), &name])?;
            Ok((name, secret))
        };
        rows.iter().map(open).collect()
    }

    /// Lets a connection reach one origin on a private network. False where the tenant has no such connection.
    ///
    /// # Errors
    /// The store's.
    pub async fn grant_private_origin(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        origin: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let origin = origin.to_owned();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    if !Destination::Connection(id).grant(tx, tenant, &origin).await? {
                        return Ok(false);
                    }
                    let note = AuditNote::new(tenant, now, "operator", Action::ConnectionOriginGranted, id);
                    tx.note(note.with(detail_of(&origin)));
                    Ok(true)
                })
            })
            .await
    }

    /// Takes a connection out of use: what waits for it is taken back, and nothing new is taken. Its row stays, since
    /// submissions and deliveries tell of it; its secrets and what its connector kept go. False where the tenant has no such connection.
    ///
    /// # Errors
    /// The store's.
    pub async fn remove_connection(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        at: Timestamp,
        actor: &str,
    ) -> Result<bool, StoreError> {
        let actor = actor.to_owned();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    if !Destination::Connection(id).remove(tx, tenant, at).await? {
                        return Ok(false);
                    }
                    let text = id.to_string();
                    query("DELETE FROM connection_secrets WHERE connection = $1").bind(&text).execute(&mut *tx).await?;
                    connection_state::forget(tx, &text).await?;
                    tx.audit(tenant, at, &actor, Action::ConnectionRemoved, &text);
                    Ok(true)
                })
            })
            .await
    }
}

fn read(row: &Row) -> Result<Connection, StoreError> {
    let row = Read::new(row, "connections");
    let names = row.optional_text("credentials")?.unwrap_or_default();
    let mut credentials: Vec<String> =
        names.split(BETWEEN).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    credentials.sort_unstable();
    Ok(Connection {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        name: row.text("name")?,
        connector: row.id("connector")?,
        settings: row.json("settings")?,
        bases: row.json("bases")?,
        credentials,
        private_origins: row.json("private_origins")?,
        created_at: row.time("created_at")?,
    })
}
