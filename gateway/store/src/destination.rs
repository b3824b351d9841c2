//! Destinations: connections and endpoints. Each is in use until it is removed, and may be let onto private origins.

use wellspring_model::{
    Timestamp,
    id::{ConnectionId, EndpointId, TenantId},
};

use crate::{
    StoreError,
    gate::{self, GateId},
    row::{Read, json, micros},
    sql::composed,
    transaction::Transaction,
};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Destination {
    Connection(ConnectionId),
    Endpoint(EndpointId),
}

impl Destination {
    fn table(self) -> &'static str {
        match self {
            Self::Connection(_) => "connections",
            Self::Endpoint(_) => "endpoints",
        }
    }

    pub fn gate(self) -> GateId {
        match self {
            Self::Connection(id) => GateId::Connection(id),
            Self::Endpoint(id) => GateId::Endpoint(id),
        }
    }

    /// As its row and its gate are called.
    fn id(self) -> String {
        self.gate().to_string()
    }

    /// Whether the tenant has it and uses it.
    pub async fn is_in_use(self, tx: &mut Transaction, tenant: TenantId) -> Result<bool, StoreError> {
        let table = self.table();
        let sql = format!("SELECT count(*) FROM {table} WHERE id = $1 AND tenant = $2 AND removed_at IS NULL");
        Ok(composed(sql).bind(self.id()).bind(tenant.to_string()).number(tx).await? == 1)
    }

    /// Takes it out of use, and back what waits for it. False where the tenant has no such destination.
    pub async fn remove(self, tx: &mut Transaction, tenant: TenantId, at: Timestamp) -> Result<bool, StoreError> {
        let table = self.table();
        let sql = format!("UPDATE {table} SET removed_at = $3 WHERE id = $1 AND tenant = $2 AND removed_at IS NULL");
        let update = composed(sql).bind(self.id()).bind(tenant.to_string()).bind(micros(at));
        if update.execute(&mut *tx).await? == 0 {
            return Ok(false);
        }
        gate::shut(tx, self.gate(), "REMOVED").await?;
        Ok(true)
    }

    /// Lets it be on one origin on a private network. False where the tenant has no such destination.
    pub async fn grant(self, tx: &mut Transaction, tenant: TenantId, origin: &str) -> Result<bool, StoreError> {
        // Held first: two who grant something at the same time would write over each other's.
        gate::hold(tx, self.gate(), true).await?;
        let table = self.table();
        let sql = format!("SELECT private_origins FROM {table} WHERE id = $1 AND tenant = $2 AND removed_at IS NULL");
        let row = composed(sql).bind(self.id()).bind(tenant.to_string()).fetch_optional(&mut *tx).await?;
        let Some(row) = row else { return Ok(false) };
        let mut origins: Vec<String> = Read::new(&row, table).json("private_origins")?;
        if !origins.iter().any(|known| known == origin) {
            origins.push(origin.to_owned());
            let sql = format!("UPDATE {table} SET private_origins = $2 WHERE id = $1");
            composed(sql).bind(self.id()).bind(json(&origins)?).execute(tx).await?;
        }
        Ok(true)
    }
}
