//! What somebody decides about an entry of the unmapped queue.

use wellspring_model::{
    crosswalk::{CrosswalkAssociation, Decision},
    id::{CrosswalkId, TenantId, UnmappedId},
};

use super::{Added, insert};
use crate::{
    Action, AuditNote, Store, StoreError, detail_of,
    row::json,
    row::{Read, micros},
    sql::query,
    transaction::Transaction,
};

/// What is decided.
#[derive(Debug, Clone)]
pub enum Settlement {
    /// It leads to an item, by this association of a crosswalk of the tenant's.
    Resolve { crosswalk: CrosswalkId, association: Box<CrosswalkAssociation>, decision: Decision },
    /// It leads nowhere.
    Dismiss { decision: Decision },
}

/// Whether it could be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    Done,
    /// There is no such entry.
    Unknown,
    /// It leads somewhere already.
    Resolved,
    /// Other entries name the same address with other codes: an association from it would count for them too.
    Ambiguous,
    /// The crosswalk has an association between the two.
    Exists,
}

impl Store {
    /// Decides about an entry of the unmapped queue. Dismissing can be undone by resolving; what was resolved is taken back by
    /// rejecting its association.
    ///
    /// # Errors
    /// The store's.
    pub async fn settle_unmapped(
        &self,
        tenant: TenantId,
        id: UnmappedId,
        settlement: Settlement,
        actor: &str,
    ) -> Result<Settled, StoreError> {
        let actor = actor.to_owned();
        self.writer.write(move |tx| Box::pin(settle(tx, (tenant, id), settlement, actor))).await
    }
}

async fn settle(
    tx: &mut Transaction,
    (tenant, id): (TenantId, UnmappedId),
    settlement: Settlement,
    actor: String,
) -> Result<Settled, StoreError> {
    // Changes nothing and holds the row, so that two who decide at the same time do so one after the other.
    let held = query("UPDATE unmapped SET state = state WHERE id = $1 AND tenant = $2 RETURNING state, item")
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(&mut *tx)
        .await?;
    let Some(held) = held else { return Ok(Settled::Unknown) };
    let held = Read::new(&held, "unmapped");
    if held.text("state")? == "resolved" {
        return Ok(Settled::Resolved);
    }
    let (state, association, action, decision, detail) = match settlement {
        Settlement::Dismiss { decision } => {
            let detail = detail_of(json(&decision)?);
            ("dismissed", None, Action::UnmappedDismissed, decision, detail)
        }
        Settlement::Resolve { crosswalk, association, decision } => {
            let others = query("SELECT count(*) FROM unmapped WHERE tenant = $1 AND item = $2 AND id <> $3");
            let others = others.bind(tenant.to_string()).bind(held.text("item")?).bind(id.to_string());
            if others.number(&mut *tx).await? > 0 {
                return Ok(Settled::Ambiguous);
            }
            if insert(tx, (tenant, crosswalk), &association).await? == Added::Exists {
                return Ok(Settled::Exists);
            }
            let detail = detail_of(json(&association)?);
            ("resolved", Some(association.id.to_string()), Action::UnmappedResolved, decision, detail)
        }
    };
    query(
        "UPDATE unmapped SET state = $2, association = $3, decided_by = $4, decided_at = $5, reason = $6 WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(state)
    .bind(association)
    .bind(decision.by.as_str())
    .bind(micros(decision.at))
    .bind(decision.reason.as_str())
    .execute(&mut *tx)
    .await?;
    tx.note(AuditNote::new(tenant, decision.at, &actor, action, id).with(detail));
    Ok(Settled::Done)
}
