//! What an ATS was told of an application before and afterwards, over all that was handed in for it: ATSs, and what we write
//! there, know the application and not our submissions.

use wellspring_model::{Timestamp, delivery::Delivery, id::SubmissionId, submission::Submission};

use crate::{
    Store, StoreError,
    row::{Read, Row, micros},
    sql::{Dialect, composed},
};

/// What was handed in for one application is looked through so far, from what was handed in just before. Nobody hands in so often.
const MOST: u32 = 100;

/// Something else handed in for an application, which its ATS was told of or may have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldBefore {
    pub submission: SubmissionId,
    pub received_at: Timestamp,
    pub withdrawn_at: Option<Timestamp>,
    /// When it was last told; `None` where what was delivered is not kept any more.
    pub told_at: Option<Timestamp>,
}

impl Store {
    /// What else of a submission's application the ATS may have been told before a delivery was first tried, the last of it
    /// last. What is taken back counts: of that, too, something stands there.
    ///
    /// # Errors
    /// The store's.
    pub async fn told_before(
        &self,
        delivery: &Delivery,
        submission: &Submission,
    ) -> Result<Vec<ToldBefore>, StoreError> {
        let first = match delivery.attempts {
            0 => None,
            _ => self.attempts(delivery.tenant, delivery.id).await?.first().map(|attempt| micros(attempt.at)),
        };
        let rows = composed(others(self.read.dialect()))
            .bind(submission.connection.to_string())
            .bind(&submission.application.id.0)
            .bind(submission.tenant.to_string())
            .bind(submission.id.to_string())
            .bind(first.unwrap_or(i64::MAX))
            .bind(delivery.id.to_string())
            .fetch_all(&self.read)
            .await?;
        let mut told = rows.iter().map(told_before).collect::<Result<Vec<_>, _>>()?;
        told.sort_by_key(|one| (one.told_at, one.submission));
        Ok(told)
    }

    /// Whether the ATS was told, or may have been, of something that was handed in for the same application later. What was
    /// given up does not count: it never got there.
    ///
    /// # Errors
    /// The store's.
    pub async fn is_told_later(&self, submission: &Submission) -> Result<bool, StoreError> {
        Ok(self.later(submission, TRIED).await?.is_some())
    }

    /// What was handed in last for the same application, later, if the ATS has it or will have it, and it is not withdrawn.
    ///
    /// # Errors
    /// The store's.
    pub async fn stands_later(&self, submission: &Submission) -> Result<Option<SubmissionId>, StoreError> {
        let Some(row) = self.later(submission, WAITING).await? else { return Ok(None) };
        let row = Read::new(&row, "submissions");
        let is_withdrawn = row.optional_time("withdrawn_at")?.is_some();
        Ok(if is_withdrawn { None } else { Some(row.id("id")?) })
    }

    /// The last of what was handed in later, of those with a delivery that was made or is on its way in this sense.
    async fn later(&self, submission: &Submission, on_its_way: &str) -> Result<Option<Row>, StoreError> {
        let select = later_than(self.read.dialect(), on_its_way);
        let row = composed(select)
            .bind(submission.connection.to_string())
            .bind(&submission.application.id.0)
            .bind(submission.tenant.to_string())
            .bind(submission.id.to_string())
            .fetch_optional(&self.read)
            .await?;
        Ok(row)
    }
}

/// Of a delivery that has not ended: the ATS may know of it; it will be told.
const TRIED: &str = "(d.state = 'pending' AND d.attempts > 0)";
const WAITING: &str = "d.state = 'pending'";

/// The id of a submission's application, as the index has it.
const fn application(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "(s.application ->> '$.id')",
        Dialect::Postgres => "(CAST(s.application AS JSON) ->> 'id')",
    }
}

/// The last of those that came after it. What belongs to the application is found first, and by its index: a database that looked
/// for the last id first would go through all of a tenant's.
fn later_than(dialect: Dialect, on_its_way: &str) -> String {
    let application = application(dialect);
    format!(
        "SELECT s.id, s.withdrawn_at FROM (SELECT s.id, s.state, s.withdrawn_at FROM submissions s \
         WHERE s.connection = $1 AND {application} = $2 AND s.tenant = $3 \
         ORDER BY CASE WHEN s.id > $4 THEN 0 ELSE 1 END, s.id DESC LIMIT {MOST}) AS s WHERE s.id > $4 AND (\
         EXISTS (SELECT 1 FROM deliveries d WHERE d.submission = s.id AND (d.state = 'delivered' OR {on_its_way})) \
         OR (s.state IN ('assessed', 'retired') AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.submission = s.id))) \
         ORDER BY s.id DESC LIMIT 1"
    )
}

/// Those with an attempt from before; and older ones whose deliveries may be retired.
fn others(dialect: Dialect) -> String {
    let application = application(dialect);
    format!(
        "SELECT * FROM (SELECT s.id, s.state, s.received_at, s.withdrawn_at, \
         (SELECT count(*) FROM deliveries d WHERE d.submission = s.id) AS deliveries, \
         (SELECT max(a.at) FROM deliveries d JOIN attempts a ON a.delivery = d.id WHERE d.submission = s.id \
         AND (a.at < $5 OR (a.at = $5 AND d.id < $6))) AS told_at \
         FROM (SELECT s.id, s.state, s.received_at, s.withdrawn_at FROM submissions s \
         WHERE s.connection = $1 AND {application} = $2 AND s.tenant = $3 AND s.id <> $4 \
         ORDER BY CASE WHEN s.id < $4 THEN 0 ELSE 1 END, s.id DESC LIMIT {MOST}) AS s) AS other \
         WHERE told_at IS NOT NULL OR (deliveries = 0 AND state IN ('assessed', 'retired') AND id < $4)"
    )
}

fn told_before(row: &Row) -> Result<ToldBefore, StoreError> {
    let row = Read::new(row, "submissions");
    Ok(ToldBefore {
        submission: row.id("id")?,
        received_at: row.time("received_at")?,
        withdrawn_at: row.optional_time("withdrawn_at")?,
        told_at: row.optional_time("told_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::in_folder;

    /// Asked for with each delivery. By the order of ids it went through everything that was handed in to the tenant since.
    #[tokio::test]
    async fn what_belongs_to_an_application_is_found_by_its_index() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = in_folder(&folder).await;
        for select in
            [later_than(Dialect::Sqlite, TRIED), later_than(Dialect::Sqlite, WAITING), others(Dialect::Sqlite)]
        {
            let asked = (0..6).fold(composed(format!("EXPLAIN QUERY PLAN {select}")), |asked, _| asked.bind("1"));
            let rows = asked.fetch_all(&store.read).await.expect("there is a plan");
            let steps = rows.iter().map(|row| Read::new(row, "plan").text("detail").expect("a step"));
            let steps: Vec<String> = steps.filter(|step| step.contains("submissions_")).collect();
            assert!(steps.iter().all(|step| step.contains("submissions_by_application")), "{steps:?}");
            assert!(!steps.is_empty(), "{select}");
        }
    }
}
