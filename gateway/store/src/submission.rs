//! Submissions: assessed or rejected, each in one transaction with everything that follows from it.

use wellspring_model::{
    Timestamp,
    assessment::Assessment,
    id::{SubmissionId, TenantId},
    report::VerificationReport,
    submission::{Assessed, Language, Submission, SubmissionState},
};

use crate::{
    Leased, NewDelivery, Page, Store, StoreError, delivery,
    row::{Read, json, micros},
    sql::query,
    task,
};

/// What is recorded when a submission has been assessed.
#[derive(Debug)]
pub struct NewAssessment {
    pub submission: SubmissionId,
    pub report: VerificationReport,
    pub assessment: Assessment,
    pub deliveries: Vec<NewDelivery>,
}

impl Store {
    /// Records report and assessment and enqueues the deliveries.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where the lease has ended; nothing was stored then.
    pub async fn record_assessment(
        &self,
        lease: &Leased,
        new: NewAssessment,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let lease = *lease;
        let (report, assessment) = (json(&new.report)?, json(&new.assessment)?);
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    task::finish(tx, &lease).await?;
                    let subject = new.submission.to_string();
                    query(
                        "UPDATE submissions SET state = 'assessed', assessed_at = $3, report = $4, assessment = $5 \
                         WHERE id = $1 AND tenant = $2 AND state = 'received'",
                    )
                    .bind(&subject)
                    .bind(lease.tenant.to_string())
                    .bind(micros(now))
                    .bind(report)
                    .bind(assessment)
                    .execute(&mut *tx)
                    .await?;
                    for delivery in &new.deliveries {
                        delivery::insert(tx, lease.tenant, delivery).await?;
                    }
                    tx.audit(lease.tenant, now, "worker", "submission.assessed", &subject);
                    Ok(())
                })
            })
            .await
    }

    /// Gives up on a submission, with the code that says why.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where the lease has ended.
    pub async fn reject(
        &self,
        lease: &Leased,
        id: SubmissionId,
        code: &'static str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let lease = *lease;
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    task::finish(tx, &lease).await?;
                    query(
                        "UPDATE submissions SET state = 'rejected', rejected_at = $3, rejected_code = $4 \
                         WHERE id = $1 AND tenant = $2 AND state = 'received'",
                    )
                    .bind(id.to_string())
                    .bind(lease.tenant.to_string())
                    .bind(micros(now))
                    .bind(code)
                    .execute(&mut *tx)
                    .await?;
                    tx.audit(lease.tenant, now, "worker", "submission.rejected", &id.to_string());
                    Ok(())
                })
            })
            .await
    }

    pub async fn submission(&self, tenant: TenantId, id: SubmissionId) -> Result<Option<Submission>, StoreError> {
        let row = query("SELECT * FROM submissions WHERE id = $1 AND tenant = $2")
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| submission(&Read::new(&row, "submissions"))).transpose()
    }

    pub async fn submissions(
        &self,
        tenant: TenantId,
        page: Page<SubmissionId>,
    ) -> Result<(Vec<Submission>, Option<SubmissionId>), StoreError> {
        let rows = query("SELECT * FROM submissions WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(tenant.to_string())
            .bind(page.after())
            .bind(page.rows())
            .fetch_all(&self.read)
            .await?;
        let submissions = rows.iter().map(|row| submission(&Read::new(row, "submissions")));
        Ok(page.cut(submissions.collect::<Result<Vec<_>, _>>()?, |submission| submission.id))
    }
}

fn submission(row: &Read) -> Result<Submission, StoreError> {
    let language = row.text("language")?;
    let language = Language::ALL.into_iter().find(|known| known.as_str() == language);
    let state = match row.text("state")?.as_str() {
        "received" => SubmissionState::Received,
        "assessed" => SubmissionState::Assessed(Box::new(Assessed {
            at: row.time("assessed_at")?,
            report: row.json("report")?,
            assessment: row.json("assessment")?,
        })),
        "rejected" => SubmissionState::Rejected { at: row.time("rejected_at")?, code: row.text("rejected_code")? },
        "retired" => SubmissionState::Retired { at: row.time("retired_at")? },
        _ => return Err(row.corrupt("state")),
    };
    Ok(Submission {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        connection: row.id("connection")?,
        posting: row.id("posting")?,
        application: row.json("application")?,
        language: language.ok_or_else(|| row.corrupt("language"))?,
        payloads: row.json("payloads")?,
        received_at: row.time("received_at")?,
        credentials_retired_at: row.optional_time("credentials_retired_at")?,
        state,
    })
}
