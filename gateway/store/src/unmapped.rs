//! The unmapped queue: what verified credentials name that leads to no item, counted.

use std::{collections::BTreeMap, fmt, str::FromStr};

use sha2::{Digest as _, Sha256};
use wellspring_model::{
    Timestamp,
    digest::Digest,
    id::{SubmissionId, TenantId, UnmappedId},
    unmapped::{Named, Unmapped, UnmappedState, UnmappedStateName},
};

use crate::{
    Page, Store, StoreError,
    row::{Read, Row, micros},
    sql::{Arg, over_rows, query},
    transaction::Transaction,
};

/// The most entries that one submission may bring, so that nobody can fill the queue with one credential.
const MOST_OF_ONE: usize = 200;

/// Where a page of the queue begins: behind this entry, which was seen so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnmappedPlace {
    submissions: u32,
    id: UnmappedId,
}

impl fmt::Display for UnmappedPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.submissions, self.id)
    }
}

/// A text that is no place in the queue.
#[derive(Debug)]
pub struct NoPlace;

impl FromStr for UnmappedPlace {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (submissions, id) = text.split_once('-').ok_or(NoPlace)?;
        Ok(Self { submissions: submissions.parse().map_err(|_| NoPlace)?, id: id.parse().map_err(|_| NoPlace)? })
    }
}

/// Something that was seen in a submission, to be counted at the end of a transaction.
#[derive(Debug, Clone)]
pub(crate) struct Sighting {
    tenant: TenantId,
    submission: SubmissionId,
    named: Named,
    at: Timestamp,
}

/// Puts off counting what a submission names that leads to no item.
pub(crate) fn saw(tx: &mut Transaction, tenant: TenantId, submission: SubmissionId, named: Vec<Named>, at: Timestamp) {
    let sighting = |named| Sighting { tenant, submission, named, at };
    tx.saw(named.into_iter().take(MOST_OF_ONE).map(sighting));
}

/// Counts what was put off. Many transactions want the same rows: they are written in order, so that no two wait for each
/// other. A submission that was seen to name something counts no more.
pub(crate) async fn count(tx: &mut Transaction, sightings: Vec<Sighting>) -> Result<(), StoreError> {
    let mut entries: BTreeMap<(TenantId, Digest), &Sighting> = BTreeMap::new();
    for one in &sightings {
        entries.entry((one.tenant, digest_of(&one.named))).or_insert(one);
    }
    let new = |((tenant, digest), one): (&(TenantId, Digest), &&Sighting)| -> Vec<Arg> {
        let id = UnmappedId::from_uuid(tx.uuid(one.at));
        let named = &one.named;
        let at = micros(one.at);
        vec![
            id.to_string().into(),
            tenant.to_string().into(),
            digest.bytes().as_slice().into(),
            named.item().as_str().into(),
            (&named.target_url).into(),
            (&named.target_code).into(),
            (&named.target_framework).into(),
            (&named.target_name).into(),
            0.into(),
            at.into(),
            at.into(),
            "open".into(),
        ]
    };
    let rows = entries.iter().map(new).collect();
    let insert = "INSERT INTO unmapped (id, tenant, named, item, target_url, target_code, target_framework, target_name, \
                  submissions, first_seen, last_seen, state)";
    over_rows(tx, insert, rows, "ON CONFLICT (tenant, named) DO NOTHING").await?;
    let ids = ids_of(tx, entries.keys()).await?;
    let mut seen: BTreeMap<(UnmappedId, SubmissionId), Timestamp> = BTreeMap::new();
    for one in &sightings {
        if let Some(id) = ids.get(&(one.tenant, digest_of(&one.named))) {
            seen.insert((*id, one.submission), one.at);
        }
    }
    let row =
        |(id, submission): &(UnmappedId, SubmissionId)| vec![id.to_string().into(), submission.to_string().into()];
    let insert = "INSERT INTO unmapped_seen (unmapped, submission)";
    let tail = "ON CONFLICT DO NOTHING RETURNING unmapped, submission";
    let added = over_rows(tx, insert, seen.keys().map(row).collect(), tail).await?;
    let mut counts: BTreeMap<UnmappedId, (i64, i64)> = BTreeMap::new();
    for row in &added {
        let row = Read::new(row, "unmapped_seen");
        let key = (row.id("unmapped")?, row.id("submission")?);
        let at = seen.get(&key).map_or(0, |at| micros(*at));
        let (count, last) = counts.entry(key.0).or_default();
        (*count, *last) = (*count + 1, at.max(*last));
    }
    for (id, (count, last)) in counts {
        query(
            "UPDATE unmapped SET submissions = submissions + $2, \
             last_seen = CASE WHEN last_seen < $3 THEN $3 ELSE last_seen END WHERE id = $1",
        )
        .bind(id.to_string())
        .bind(count)
        .bind(last)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn ids_of(
    tx: &mut Transaction,
    keys: impl Iterator<Item = &(TenantId, Digest)>,
) -> Result<BTreeMap<(TenantId, Digest), UnmappedId>, StoreError> {
    let row = |(tenant, digest): &(TenantId, Digest)| vec![tenant.to_string().into(), digest.bytes().as_slice().into()];
    let select = "SELECT id, tenant, named FROM unmapped WHERE (tenant, named) IN (";
    let rows = over_rows(tx, select, keys.map(row).collect(), ")").await?;
    let read = |row: &Row| {
        let row = Read::new(row, "unmapped");
        Ok(((row.id("tenant")?, row.digest("named")?), row.id("id")?))
    };
    rows.iter().map(read).collect()
}

/// Names what is named. Each part with its length, so that no two read the same.
fn digest_of(named: &Named) -> Digest {
    let mut hash = Sha256::new();
    let (item, code, framework) = named.key();
    for part in [Some(item.as_str()), code, framework] {
        hash.update([u8::from(part.is_some())]);
        hash.update((part.unwrap_or_default().len() as u64).to_be_bytes());
        hash.update(part.unwrap_or_default());
    }
    Digest::from_bytes(hash.finalize().into())
}

impl Store {
    /// Entries in a state, the ones seen most often first.
    ///
    /// # Errors
    /// The store's.
    pub async fn unmapped(
        &self,
        tenant: TenantId,
        state: UnmappedStateName,
        page: Page<UnmappedPlace>,
    ) -> Result<(Vec<Unmapped>, Option<UnmappedPlace>), StoreError> {
        let (most, after) = match page.after {
            Some(place) => (i64::from(place.submissions), place.id.to_string()),
            None => (i64::from(u32::MAX) + 1, String::new()),
        };
        let rows = query(
            "SELECT * FROM unmapped WHERE tenant = $1 AND state = $2 \
             AND (submissions < $3 OR (submissions = $3 AND id > $4)) ORDER BY submissions DESC, id LIMIT $5",
        )
        .bind(tenant.to_string())
        .bind(state.as_str())
        .bind(most)
        .bind(after)
        .bind(page.rows())
        .fetch_all(&self.read)
        .await?;
        let entries = rows.iter().map(unmapped).collect::<Result<Vec<_>, _>>()?;
        Ok(page.cut(entries, |entry| UnmappedPlace { submissions: entry.submissions, id: entry.id }))
    }

    /// One entry.
    ///
    /// # Errors
    /// The store's.
    pub async fn unmapped_entry(&self, tenant: TenantId, id: UnmappedId) -> Result<Option<Unmapped>, StoreError> {
        let row = query("SELECT * FROM unmapped WHERE id = $1 AND tenant = $2")
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(unmapped).transpose()
    }
}

fn unmapped(row: &Row) -> Result<Unmapped, StoreError> {
    let row = Read::new(row, "unmapped");
    let state = match (row.text("state")?.as_str(), row.optional_id("association")?) {
        ("open", None) => UnmappedState::Open,
        ("resolved", Some(association)) => UnmappedState::Resolved { association, decision: row.decision()? },
        ("dismissed", None) => UnmappedState::Dismissed { decision: row.decision()? },
        _ => return Err(row.corrupt("state")),
    };
    Ok(Unmapped {
        id: row.id("id")?,
        named: Named {
            target_url: row.text("target_url")?,
            target_code: row.optional_text("target_code")?,
            target_framework: row.optional_text("target_framework")?,
            target_name: row.optional_text("target_name")?,
        },
        submissions: row.number("submissions")?,
        first_seen: row.time("first_seen")?,
        last_seen: row.time("last_seen")?,
        state,
    })
}
