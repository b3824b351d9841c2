//! Versions of connectors. They belong to the gateway and to no tenant: whatever is done to them is noted in every trail.
//!
//! The record only grows. A version that was ever installed keeps its digest, and nothing older follows it, so that nobody can
//! bring back what was replaced for a reason.

use wellspring_model::{
    Timestamp,
    connection::ConnectorId,
    digest::Digest,
    ed25519::{Ed25519, PublicKey},
    id::TenantId,
    version::Version,
};

use crate::{
    Action, AuditNote, Store, StoreError,
    row::{Read, Row, micros},
    sql::query,
    transaction::Transaction,
};

/// Whether a version runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionState {
    /// Nobody has accepted yet what it asks for.
    Waiting,
    /// It is the one that runs.
    Active,
    /// A newer one was installed.
    Superseded,
    /// The operator took it out of use.
    Revoked,
}

impl VersionState {
    const ALL: [Self; 4] = [Self::Waiting, Self::Active, Self::Superseded, Self::Revoked];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Superseded => "superseded",
            Self::Revoked => "revoked",
        }
    }
}

/// A package that is to be installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnectorVersion {
    pub connector: ConnectorId,
    pub version: Version,
    pub digest: Digest,
    /// `None`: it is not signed.
    pub key: Option<PublicKey>,
    /// What it asks for, as JSON.
    pub rights: String,
    /// The digest of the change of rights that was accepted: from then on it runs. `None`: it waits.
    pub accepted: Option<Digest>,
}

/// A version that was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorVersion {
    pub connector: ConnectorId,
    pub version: Version,
    pub digest: Digest,
    pub key: Option<PublicKey>,
    pub rights: String,
    pub state: VersionState,
    pub installed_at: Timestamp,
    pub installed_by: String,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<String>,
}

impl Store {
    /// Every version that was ever installed, by connector, the newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn connector_versions(&self) -> Result<Vec<ConnectorVersion>, StoreError> {
        let rows = query("SELECT * FROM connector_versions").fetch_all(&self.read).await?;
        let mut versions = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        versions.sort_by(|one, two| (&one.connector, two.version).cmp(&(&two.connector, one.version)));
        Ok(versions)
    }

    /// The versions of one connector, the newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn versions_of_connector(&self, id: &ConnectorId) -> Result<Vec<ConnectorVersion>, StoreError> {
        let rows = query("SELECT * FROM connector_versions WHERE connector = $1")
            .bind(id.as_str())
            .fetch_all(&self.read)
            .await?;
        let mut versions = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        versions.sort_by_key(|version| std::cmp::Reverse(version.version));
        Ok(versions)
    }

    /// Records a version that is newer than every one before it. What ran or waited is superseded once the new one runs.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where it is not newer, and nothing is recorded; otherwise the store's.
    pub async fn add_connector_version(
        &self,
        new: NewConnectorVersion,
        now: Timestamp,
        by: &str,
    ) -> Result<(), StoreError> {
        let (tenants, by) = (self.tenants().await?, by.to_owned());
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    for version in versions(tx, &new.connector).await? {
                        if version >= new.version {
                            return Err(StoreError::Exists("version of the connector, or a newer one,"));
                        }
                    }
                    let at = Decided { now, by: &by };
                    supersede(tx, &new.connector, new.accepted.is_some(), at).await?;
                    insert(tx, &new, at).await?;
                    let action = match new.key {
                        Some(_) => Action::ConnectorInstalled,
                        None => Action::ConnectorInstalledUnsigned,
                    };
                    at.tell(tx, &tenants, action, &new.connector, new.digest);
                    if let Some(accepted) = new.accepted {
                        at.tell(tx, &tenants, Action::ConnectorApproved, &new.connector, accepted);
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Lets a version run that waits or was revoked. `accepted` is the digest of the change of rights. Says whether there is
    /// such a version and none newer.
    ///
    /// # Errors
    /// The store's.
    pub async fn approve_connector_version(
        &self,
        connector: &ConnectorId,
        version: Version,
        accepted: Digest,
        now: Timestamp,
        by: &str,
    ) -> Result<bool, StoreError> {
        let (tenants, connector, by) = (self.tenants().await?, connector.clone(), by.to_owned());
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    if versions(tx, &connector).await?.into_iter().max() != Some(version) {
                        return Ok(false);
                    }
                    let at = Decided { now, by: &by };
                    supersede(tx, &connector, true, at).await?;
                    let update = "UPDATE connector_versions SET state = 'active', decided_at = $1, decided_by = $2 \
                                  WHERE connector = $3 AND version = $4";
                    let update = query(update).bind(micros(now)).bind(&by).bind(connector.as_str());
                    update.bind(version.to_string()).execute(&mut *tx).await?;
                    at.tell(tx, &tenants, Action::ConnectorApproved, &connector, accepted);
                    Ok(true)
                })
            })
            .await
    }

    /// Takes a connector out of use: neither what runs nor what waits runs from then on. Gives the digest of what ran, or else
    /// waited; `None`: there was nothing of it.
    ///
    /// # Errors
    /// The store's.
    pub async fn revoke_connector(
        &self,
        connector: &ConnectorId,
        now: Timestamp,
        by: &str,
    ) -> Result<Option<Digest>, StoreError> {
        let (tenants, connector, by) = (self.tenants().await?, connector.clone(), by.to_owned());
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let select = "SELECT digest FROM connector_versions \
                                  WHERE connector = $1 AND state IN ('active', 'waiting') ORDER BY state LIMIT 1";
                    let Some(row) = query(select).bind(connector.as_str()).fetch_optional(&mut *tx).await? else {
                        return Ok(None);
                    };
                    let digest = Read::new(&row, "connector_versions").digest("digest")?;
                    let update = "UPDATE connector_versions SET state = 'revoked', decided_at = $1, decided_by = $2 \
                                  WHERE connector = $3 AND state IN ('active', 'waiting')";
                    let update = query(update).bind(micros(now)).bind(&by).bind(connector.as_str());
                    update.execute(&mut *tx).await?;
                    Decided { now, by: &by }.tell(tx, &tenants, Action::ConnectorRevoked, &connector, digest);
                    Ok(Some(digest))
                })
            })
            .await
    }
}

/// Who decides something, and when.
#[derive(Clone, Copy)]
struct Decided<'a> {
    now: Timestamp,
    by: &'a str,
}

impl Decided<'_> {
    /// Notes it in every trail, within the transaction that does it.
    fn tell(self, tx: &mut Transaction, tenants: &[TenantId], action: Action, connector: &ConnectorId, detail: Digest) {
        for tenant in tenants {
            tx.note(AuditNote::new(*tenant, self.now, self.by, action, connector).with(detail));
        }
    }
}

async fn versions(tx: &mut Transaction, connector: &ConnectorId) -> Result<Vec<Version>, StoreError> {
    let select = query("SELECT version FROM connector_versions WHERE connector = $1").bind(connector.as_str());
    let rows = select.fetch_all(&mut *tx).await?;
    rows.iter().map(|row| Read::new(row, "connector_versions").id("version")).collect()
}

/// What waits is superseded by anything newer, what runs only by what is to run.
async fn supersede(
    tx: &mut Transaction,
    connector: &ConnectorId,
    running_too: bool,
    at: Decided<'_>,
) -> Result<(), StoreError> {
    let running = if running_too { "active" } else { "waiting" };
    let update = "UPDATE connector_versions SET state = 'superseded', decided_at = $1, decided_by = $2 \
                  WHERE connector = $3 AND state IN ('waiting', $4)";
    let update = query(update).bind(micros(at.now)).bind(at.by).bind(connector.as_str()).bind(running);
    update.execute(&mut *tx).await.map(drop)
}

async fn insert(tx: &mut Transaction, new: &NewConnectorVersion, at: Decided<'_>) -> Result<(), StoreError> {
    let state = if new.accepted.is_some() { VersionState::Active } else { VersionState::Waiting };
    let decided = new.accepted.map(|_| micros(at.now));
    query(
        "INSERT INTO connector_versions \
         (connector, version, digest, key, rights, state, installed_at, installed_by, decided_at, decided_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new.connector.as_str())
    .bind(new.version.to_string())
    .bind(new.digest.bytes().as_slice())
    .bind(new.key.map(|key| key.0.to_vec()))
    .bind(&new.rights)
    .bind(state.as_str())
    .bind(micros(at.now))
    .bind(at.by)
    .bind(decided)
    .bind(decided.map(|_| at.by))
    .execute(&mut *tx)
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<ConnectorVersion, StoreError> {
    let row = Read::new(row, "connector_versions");
    let state = row.text("state")?;
    let key = row.optional_bytes("key")?;
    Ok(ConnectorVersion {
        connector: row.id("connector")?,
        version: row.id("version")?,
        digest: row.digest("digest")?,
        key: key.map(|key| key.try_into().map(Ed25519).map_err(|_| row.corrupt("key"))).transpose()?,
        rights: row.text("rights")?,
        state: VersionState::ALL.into_iter().find(|one| one.as_str() == state).ok_or_else(|| row.corrupt("state"))?,
        installed_at: row.time("installed_at")?,
        installed_by: row.text("installed_by")?,
        decided_at: row.optional_time("decided_at")?,
        decided_by: row.optional_text("decided_by")?,
    })
}
