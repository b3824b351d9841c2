//! What is past its time is retired: the bytes of credentials, submissions with their report and applicant, deliveries. A few at
//! a time, each with a row in the audit trail. What is still pending is never taken.

use std::collections::{BTreeMap, BTreeSet};

use wellspring_model::{
    Timestamp,
    id::{DeliveryId, SubmissionId, TenantId},
    submission::{Application, Candidate, PayloadRef},
};

use crate::{
    Action, Store, StoreError,
    payload::{
        ObjectName,
        rows::{self, Key},
    },
    row::{Read, Row, json, micros},
    sql::{Arg, Dialect, composed, over_rows, query},
    transaction::Transaction,
};

/// What of a submission is past its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Past {
    /// The bytes of its credentials.
    Credentials,
    /// Everything that is about the applicant.
    Submission,
}

/// A submission that is past its time.
struct Due {
    id: SubmissionId,
    tenant: TenantId,
    application: Application,
    payloads: Vec<PayloadRef>,
}

/// What waits to be done for a submission, or is being done, keeps it.
const NOTHING_PENDING: &str = "NOT EXISTS (SELECT 1 FROM tasks t WHERE t.subject = s.id) \
     AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.submission = s.id AND d.state = 'pending')";

impl Store {
    /// Retires the bytes of credentials that were received up to `before`. Says how many submissions lost their right to
    /// theirs; bytes that others have a right to stay.
    ///
    /// # Errors
    /// The store's.
    pub async fn retire_credentials(&self, before: Timestamp, most: u32, now: Timestamp) -> Result<usize, StoreError> {
        self.retire(Past::Credentials, before, most, now).await
    }

    /// Retires submissions that were received up to `before`: their credentials, report, assessment and applicant go, and
    /// their report link ends. Says how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn retire_submissions(&self, before: Timestamp, most: u32, now: Timestamp) -> Result<usize, StoreError> {
        self.retire(Past::Submission, before, most, now).await
    }

    async fn retire(&self, past: Past, before: Timestamp, most: u32, now: Timestamp) -> Result<usize, StoreError> {
        // Looking costs no write.
        if due(past, Dialect::Sqlite, before, 1).fetch_optional(&self.read).await?.is_none() {
            return Ok(0);
        }
        let (count, objects) = self
            .writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let rows = due(past, tx.dialect(), before, most).fetch_all(&mut *tx).await?;
                    let due = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
                    let (due, objects) = end_rights(tx, due).await?;
                    match past {
                        Past::Credentials => forget_names(tx, &due, now).await?,
                        Past::Submission => forget_applicants(tx, &due, now).await?,
                    }
                    let action = match past {
                        Past::Credentials => Action::CredentialsRetired,
                        Past::Submission => Action::SubmissionRetired,
                    };
                    for one in &due {
                        tx.audit(one.tenant, now, "retention", action, &one.id.to_string());
                    }
                    Ok((due.len(), objects))
                })
            })
            .await?;
        self.delete_objects(objects).await;
        Ok(count)
    }

    /// Deletes deliveries that ended up to `before`, with their attempts. Says how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn retire_deliveries(&self, before: Timestamp, most: u32, now: Timestamp) -> Result<usize, StoreError> {
        let due = "SELECT d.id, d.tenant FROM deliveries d WHERE d.ended_at <= $1 AND d.state <> 'pending' \
                   AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.subject = d.id) ORDER BY d.ended_at LIMIT $2";
        let before = micros(before);
        // Looking costs no write.
        if query(due).bind(before).bind(1).fetch_optional(&self.read).await?.is_none() {
            return Ok(0);
        }
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    // Whoever takes one up again at this moment keeps it.
                    let lock = if tx.dialect() == Dialect::Postgres { "FOR UPDATE OF d SKIP LOCKED" } else { "" };
                    let due = composed(format!("{due} {lock}")).bind(before).bind(i64::from(most));
                    let rows = due.fetch_all(&mut *tx).await?;
                    let mut ids: Vec<Vec<Arg>> = Vec::with_capacity(rows.len());
                    for row in &rows {
                        let row = Read::new(row, "deliveries");
                        let (id, tenant): (DeliveryId, TenantId) = (row.id("id")?, row.id("tenant")?);
                        ids.push(vec![id.to_string().into()]);
                        tx.audit(tenant, now, "retention", Action::DeliveryRetired, &id.to_string());
                    }
                    let again = rows.iter().map(|row| Ok(vec![Read::new(row, "deliveries").text("id")?.into()]));
                    let again = again.collect::<Result<_, StoreError>>()?;
                    over_rows(tx, "DELETE FROM attempts WHERE delivery IN (", again, ")").await?;
                    over_rows(tx, "DELETE FROM deliveries WHERE id IN (", ids, ")").await?;
                    Ok(rows.len())
                })
            })
            .await
    }
}

fn due(past: Past, dialect: Dialect, before: Timestamp, most: u32) -> crate::sql::Query {
    let still_has = match past {
        Past::Credentials => "AND s.credentials_retired_at IS NULL",
        Past::Submission => "",
    };
    let lock = match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => "FOR UPDATE OF s SKIP LOCKED",
    };
    composed(format!(
        "SELECT s.id, s.tenant, s.application, s.payloads FROM submissions s \
         WHERE s.state IN ('assessed', 'rejected') {still_has} AND s.received_at <= $1 AND {NOTHING_PENDING} \
         ORDER BY s.received_at LIMIT $2 {lock}"
    ))
    .bind(micros(before))
    .bind(i64::from(most))
}

fn read(row: &Row) -> Result<Due, StoreError> {
    let row = Read::new(row, "submissions");
    Ok(Due {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        application: row.json("application")?,
        payloads: row.json("payloads")?,
    })
}

/// Ends the rights to payloads. A submission whose bytes somebody else begins to rely on at this moment waits for the next
/// time, so that no transaction waits for another. Gives those whose rights have ended, and objects to delete.
async fn end_rights(tx: &mut Transaction, mut due: Vec<Due>) -> Result<(Vec<Due>, Vec<ObjectName>), StoreError> {
    let mut rights: BTreeMap<SubmissionId, BTreeSet<Key>> = BTreeMap::new();
    for (submission, key) in rows::rights_of(tx, due.iter().map(|one| one.id)).await? {
        rights.entry(submission).or_default().insert(key);
    }
    let asked: BTreeSet<Key> = rights.values().flatten().copied().collect();
    let mut taken = rows::take(tx, &asked).await?;
    due.retain(|one| rights.get(&one.id).is_none_or(|keys| keys.is_subset(&taken)));
    taken.retain(|key| due.iter().any(|one| rights.get(&one.id).is_some_and(|keys| keys.contains(key))));
    let objects = rows::end_rights(tx, due.iter().map(|one| one.id), &taken).await?;
    Ok((due, objects))
}

/// The digests stay, and say what was judged; the names of files may be somebody's.
async fn forget_names(tx: &mut Transaction, due: &[Due], now: Timestamp) -> Result<(), StoreError> {
    let mut args = Vec::with_capacity(due.len());
    for one in due {
        let nameless = one.payloads.iter().map(|payload| PayloadRef { digest: payload.digest, filename: None });
        args.push(vec![one.id.to_string().into(), json(&nameless.collect::<Vec<_>>())?.into()]);
    }
    let update =
        format!("UPDATE submissions SET payloads = kept.column2, credentials_retired_at = {} FROM (", micros(now));
    over_rows(tx, &update, args, ") AS kept WHERE submissions.id = kept.column1").await.map(drop)
}

/// The ATS's id of the application stays, by which the employer knows what this was.
async fn forget_applicants(tx: &mut Transaction, due: &[Due], now: Timestamp) -> Result<(), StoreError> {
    let (mut applications, mut ids) = (Vec::with_capacity(due.len()), Vec::with_capacity(due.len()));
    for one in due {
        let kept = Application { id: one.application.id.clone(), candidate: Candidate::default() };
        applications.push(vec![one.id.to_string().into(), json(&kept)?.into()]);
        ids.push(vec![one.id.to_string().into()]);
    }
    // What was said before tells of the applicant too; and there is nothing left to be looked at again.
    for forget in [
        "DELETE FROM earlier_assessments WHERE submission IN (",
        "DELETE FROM grounds WHERE submission IN (",
        "DELETE FROM unmapped_seen WHERE submission IN (",
    ] {
        over_rows(tx, forget, due.iter().map(|one| vec![one.id.to_string().into()]).collect(), ")").await?;
    }
    let now = micros(now);
    let update = format!(
        "UPDATE submissions SET state = 'retired', retired_at = {now}, \
         credentials_retired_at = coalesce(credentials_retired_at, {now}), application = kept.column2, payloads = '[]', \
         assessed_at = NULL, checked_at = NULL, recheck_at = NULL, report = NULL, assessment = NULL, rejected_at = NULL, rejected_code = NULL FROM ("
    );
    over_rows(tx, &update, applications, ") AS kept WHERE submissions.id = kept.column1").await?;
    let expire = format!("UPDATE shares SET expires_at = {now} WHERE expires_at > {now} AND submission IN (");
    over_rows(tx, &expire, ids, ")").await.map(drop)
}
