//! Associations: suggested by a program, approved or rejected by a person.

use wellspring_model::{
    Timestamp,
    assessment::Ppm,
    competency::ItemId,
    crosswalk::{
        AssociationState, AssociationType, CrosswalkAssociation, CrosswalkNode, Decided, Decision, StateName,
        Suggestion, Verdict,
    },
    id::{CrosswalkAssociationId, CrosswalkId, TenantId},
};

use crate::{
    Action, AuditNote, Page, Store, StoreError, detail_of,
    row::{Read, Row, json, micros},
    sql::{Arg, composed, over_rows, query},
    transaction::Transaction,
};

/// Which associations of a crosswalk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AssociationFilter {
    pub state: Option<StateName>,
}

/// What is decided about an association.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decide {
    pub verdict: Verdict,
    pub decision: Decision,
    /// Another type than was suggested.
    pub kind: Option<AssociationType>,
}

/// Whether an association could be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Added {
    New,
    /// The crosswalk has one from this origin to this destination.
    Exists,
}

const INSERT: &str = "INSERT INTO crosswalk_associations (id, tenant, crosswalk, origin, origin_uri, origin_title, \
     destination, destination_uri, destination_title, type, state, suggested_by, suggested_at, score, matched, \
     decided_by, decided_at, reason)";

/// Adds an association, if the crosswalk has none between these two yet.
pub(crate) async fn insert(
    tx: &mut Transaction,
    (tenant, crosswalk): (TenantId, CrosswalkId),
    new: &CrosswalkAssociation,
) -> Result<Added, StoreError> {
    let rows = vec![args(tenant, crosswalk, new)?];
    let added = over_rows(tx, INSERT, rows, "ON CONFLICT (crosswalk, origin, destination) DO NOTHING RETURNING id");
    Ok(if added.await?.is_empty() { Added::Exists } else { Added::New })
}

impl Store {
    /// Adds an association that a person has made. Says whether it is new: a crosswalk has one for each pair of items.
    ///
    /// # Errors
    /// The store's. The crosswalk is known to be this tenant's.
    pub async fn add_association(
        &self,
        (tenant, crosswalk): (TenantId, CrosswalkId),
        new: &CrosswalkAssociation,
        now: Timestamp,
        actor: &str,
    ) -> Result<bool, StoreError> {
        let (new, actor, detail) = (new.clone(), actor.to_owned(), detail_of(json(new)?));
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    if insert(tx, (tenant, crosswalk), &new).await? == Added::Exists {
                        return Ok(false);
                    }
                    let note = AuditNote::new(tenant, now, &actor, Action::AssociationDecided, new.id);
                    tx.note(note.with(detail));
                    Ok(true)
                })
            })
            .await
    }

    /// Adds suggestions for pairs of items that the crosswalk has no association between, whatever its state: what was
    /// rejected is not suggested again. Says how many are new.
    ///
    /// # Errors
    /// The store's. The crosswalk is known to be this tenant's.
    pub async fn add_suggestions(
        &self,
        (tenant, crosswalk): (TenantId, CrosswalkId),
        new: &[CrosswalkAssociation],
        now: Timestamp,
        actor: &str,
    ) -> Result<usize, StoreError> {
        let rows = new.iter().map(|one| args(tenant, crosswalk, one)).collect::<Result<Vec<_>, _>>()?;
        let actor = actor.to_owned();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let tail = "ON CONFLICT (crosswalk, origin, destination) DO NOTHING RETURNING id";
                    let added = over_rows(tx, INSERT, rows, tail).await?;
                    let ids = added.iter().map(|row| Read::new(row, "crosswalk_associations").text("id"));
                    let lines = ids.map(|id| Ok(id? + "\n")).collect::<Result<String, StoreError>>()?;
                    let note = AuditNote::new(tenant, now, &actor, Action::CrosswalkSuggested, crosswalk);
                    tx.note(note.with(detail_of(lines)));
                    Ok(added.len())
                })
            })
            .await
    }

    /// Approves or rejects an association, and gives it as it is then. The latest decision stands.
    ///
    /// # Errors
    /// The store's.
    pub async fn decide_association(
        &self,
        (tenant, crosswalk): (TenantId, CrosswalkId),
        id: CrosswalkAssociationId,
        decide: Decide,
        actor: &str,
    ) -> Result<Option<CrosswalkAssociation>, StoreError> {
        let actor = actor.to_owned();
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    let row = query(
                        "UPDATE crosswalk_associations SET state = $4, decided_by = $5, decided_at = $6, reason = $7, \
                         type = coalesce($8, type) WHERE id = $1 AND crosswalk = $2 AND tenant = $3 RETURNING *",
                    )
                    .bind(id.to_string())
                    .bind(crosswalk.to_string())
                    .bind(tenant.to_string())
                    .bind(decide.verdict.state().as_str())
                    .bind(decide.decision.by.as_str())
                    .bind(micros(decide.decision.at))
                    .bind(decide.decision.reason.as_str())
                    .bind(decide.kind.map(AssociationType::as_str))
                    .fetch_optional(&mut *tx)
                    .await?;
                    let Some(decided) = row.as_ref().map(association).transpose()? else { return Ok(None) };
                    let (at, detail) = (decide.decision.at, detail_of(json(&decided)?));
                    tx.note(AuditNote::new(tenant, at, &actor, Action::AssociationDecided, id).with(detail));
                    Ok(Some(decided))
                })
            })
            .await
    }

    /// One association of a crosswalk.
    ///
    /// # Errors
    /// The store's.
    pub async fn association(
        &self,
        tenant: TenantId,
        id: CrosswalkAssociationId,
    ) -> Result<Option<(CrosswalkId, CrosswalkAssociation)>, StoreError> {
        let row = query("SELECT * FROM crosswalk_associations WHERE id = $1 AND tenant = $2")
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        let read = |row: &Row| Ok((Read::new(row, "crosswalk_associations").id("crosswalk")?, association(row)?));
        row.as_ref().map(read).transpose()
    }

    /// The associations of a crosswalk, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn associations(
        &self,
        (tenant, crosswalk): (TenantId, CrosswalkId),
        filter: AssociationFilter,
        page: Page<CrosswalkAssociationId>,
    ) -> Result<(Vec<CrosswalkAssociation>, Option<CrosswalkAssociationId>), StoreError> {
        let in_state = if filter.state.is_some() { "AND state = $5" } else { "" };
        let select = composed(format!(
            "SELECT * FROM crosswalk_associations WHERE crosswalk = $1 AND tenant = $2 AND id > $3 {in_state} \
             ORDER BY id LIMIT $4"
        ));
        let select = select.bind(crosswalk.to_string()).bind(tenant.to_string()).bind(page.after()).bind(page.rows());
        let select = match filter.state {
            Some(state) => select.bind(state.as_str()),
            None => select,
        };
        let rows = select.fetch_all(&self.read).await?;
        let associations = rows.iter().map(association).collect::<Result<Vec<_>, _>>()?;
        Ok(page.cut(associations, |association| association.id))
    }

    /// The items that an approved association of a crosswalk begins or ends at.
    ///
    /// # Errors
    /// The store's.
    pub async fn items_associated(
        &self,
        (tenant, crosswalk): (TenantId, CrosswalkId),
    ) -> Result<Vec<ItemId>, StoreError> {
        let rows = query(
            "SELECT origin AS item FROM crosswalk_associations WHERE crosswalk = $1 AND tenant = $2 AND state = 'approved' \
             UNION SELECT destination FROM crosswalk_associations \
             WHERE crosswalk = $1 AND tenant = $2 AND state = 'approved'",
        )
        .bind(crosswalk.to_string())
        .bind(tenant.to_string())
        .fetch_all(&self.read)
        .await?;
        let item = |row: &Row| Ok(ItemId::parse(&Read::new(row, "crosswalk_associations").text("item")?));
        rows.iter().map(item).collect()
    }

    /// How many associations a crosswalk has in each state.
    ///
    /// # Errors
    /// The store's.
    pub async fn associations_by_state(
        &self,
        (tenant, crosswalk): (TenantId, CrosswalkId),
    ) -> Result<[(StateName, u32); 3], StoreError> {
        let rows = query(
            "SELECT state, count(*) AS amount FROM crosswalk_associations WHERE crosswalk = $1 AND tenant = $2 \
             GROUP BY state",
        )
        .bind(crosswalk.to_string())
        .bind(tenant.to_string())
        .fetch_all(&self.read)
        .await?;
        let mut counts = StateName::ALL.map(|state| (state, 0));
        for row in &rows {
            let row = Read::new(row, "crosswalk_associations");
            let state = row.text("state")?;
            if let Some(count) = counts.iter_mut().find(|(known, _)| known.as_str() == state) {
                count.1 = row.number("amount")?;
            }
        }
        Ok(counts)
    }
}

fn args(tenant: TenantId, crosswalk: CrosswalkId, new: &CrosswalkAssociation) -> Result<Vec<Arg>, StoreError> {
    let (suggestion, decision) = (new.suggestion(), new.decision());
    let matched = suggestion.map(|suggestion| json(&suggestion.matched)).transpose()?;
    Ok(vec![
        new.id.to_string().into(),
        tenant.to_string().into(),
        crosswalk.to_string().into(),
        new.origin.item.as_str().into(),
        (&new.origin.uri).into(),
        (&new.origin.title).into(),
        new.destination.item.as_str().into(),
        (&new.destination.uri).into(),
        (&new.destination.title).into(),
        new.kind.as_str().into(),
        new.state_name().as_str().into(),
        suggestion.map(|suggestion| suggestion.by.as_str()).into(),
        suggestion.map(|suggestion| micros(suggestion.at)).into(),
        suggestion.map(|suggestion| i64::from(suggestion.score.get())).into(),
        matched.into(),
        decision.map(|decision| decision.by.as_str()).into(),
        decision.map(|decision| micros(decision.at)).into(),
        decision.map(|decision| decision.reason.as_str()).into(),
    ])
}

pub(super) fn association(row: &Row) -> Result<CrosswalkAssociation, StoreError> {
    let row = Read::new(row, "crosswalk_associations");
    let kind = row.text("type")?;
    let kind = AssociationType::ALL.into_iter().find(|known| known.as_str() == kind);
    let suggestion = row.optional_text("suggested_by")?.map(|by| suggestion(&row, by)).transpose()?;
    let state = match (row.text("state")?.as_str(), suggestion) {
        ("suggested", Some(suggestion)) => AssociationState::Suggested(suggestion),
        ("approved", suggestion) => AssociationState::Approved(Decided { decision: row.decision()?, suggestion }),
        ("rejected", suggestion) => AssociationState::Rejected(Decided { decision: row.decision()?, suggestion }),
        _ => return Err(row.corrupt("state")),
    };
    let node = |item, uri, title| -> Result<CrosswalkNode, StoreError> {
        Ok(CrosswalkNode { item: ItemId::parse(&row.text(item)?), uri: row.text(uri)?, title: row.text(title)? })
    };
    Ok(CrosswalkAssociation {
        id: row.id("id")?,
        origin: node("origin", "origin_uri", "origin_title")?,
        kind: kind.ok_or_else(|| row.corrupt("type"))?,
        destination: node("destination", "destination_uri", "destination_title")?,
        state,
    })
}

fn suggestion(row: &Read, by: String) -> Result<Suggestion, StoreError> {
    let score = Ppm::new(row.number("score")?).ok_or_else(|| row.corrupt("score"))?;
    Ok(Suggestion { by, at: row.time("suggested_at")?, score, matched: row.json("matched")? })
}
