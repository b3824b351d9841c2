//! What an ATS was told of an application before, over all that was handed in for it: ATSs, and what we write there, know the
//! application and not our submissions.

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
}

/// Those with an attempt from before; and older ones whose deliveries may be retired.
fn others(dialect: Dialect) -> String {
    let application = match dialect {
        Dialect::Sqlite => "(s.application ->> '$.id')",
        Dialect::Postgres => "(CAST(s.application AS JSON) ->> 'id')",
    };
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
