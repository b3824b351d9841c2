//! Submissions: accepted, assessed or rejected, each in one transaction with everything that follows from it.

use sqlx::SqliteConnection;
use wellspring_model::{
    Timestamp,
    assessment::Assessment,
    digest::Digest,
    id::{SubmissionId, TaskId, TenantId},
    report::VerificationReport,
    submission::{Assessed, Language, Submission, SubmissionState},
};

use crate::{
    Earlier, Idempotency, Leased, NewDelivery, NewShare, Page, Store, StoreError, TaskKind, audit, delivery,
    idempotency,
    row::{Read, json, micros},
    share,
    task::{self, NewTask},
};

/// A submission with everything that is stored when it is accepted.
#[derive(Debug)]
pub struct NewSubmission {
    /// In state `received`.
    pub submission: Submission,
    pub payloads: Vec<Payload>,
    /// The task that will assess it.
    pub task: TaskId,
    pub share: NewShare,
    pub idempotency: Option<Idempotency>,
    pub actor: String,
}

/// The bytes of one credential, under their digest.
pub struct Payload {
    pub digest: Digest,
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Payload").field("digest", &self.digest).field("bytes", &self.bytes.len()).finish()
    }
}

/// What accepting came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// It is stored, and its work is in the queue.
    New,
    /// The idempotency key was used before; nothing was stored.
    Repeated(Earlier),
}

/// What is recorded when a submission has been assessed.
#[derive(Debug)]
pub struct NewAssessment {
    pub submission: SubmissionId,
    pub report: VerificationReport,
    pub assessment: Assessment,
    pub deliveries: Vec<NewDelivery>,
}

impl Store {
    /// Stores a submission, its credentials, its report link, its idempotency record and its task: all or nothing, and
    /// durable when this returns.
    ///
    /// # Errors
    /// The store's; nothing was stored then.
    pub async fn accept(&self, new: NewSubmission) -> Result<Accepted, StoreError> {
        let share = self.seal_share(new.submission.tenant, &new.share).await?;
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    let submission = &new.submission;
                    let (tenant, now) = (submission.tenant, submission.received_at);
                    if let Some(key) = &new.idempotency
                        && let Some(earlier) = idempotency::claim(connection, tenant, key, now).await?
                    {
                        return Ok(Accepted::Repeated(earlier));
                    }
                    insert(connection, submission).await?;
                    for payload in &new.payloads {
                        insert_payload(connection, tenant, payload).await?;
                    }
                    share::insert(connection, tenant, submission.id, &share).await?;
                    let kind = TaskKind::Assess { submission: submission.id };
                    let task = NewTask { id: new.task, tenant, kind, serialization_key: None, run_at: now };
                    task::enqueue(connection, task).await?;
                    let subject = submission.id.to_string();
                    audit::append(connection, tenant, now, &new.actor, "submission.accepted", &subject).await?;
                    Ok(Accepted::New)
                })
            })
            .await
    }

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
            .write(move |connection| {
                Box::pin(async move {
                    task::finish(connection, &lease).await?;
                    let subject = new.submission.to_string();
                    sqlx::query(
                        "UPDATE submissions SET state = 'assessed', assessed_at = $3, report = $4, assessment = $5 \
                         WHERE id = $1 AND tenant = $2 AND state = 'received'",
                    )
                    .bind(&subject)
                    .bind(lease.tenant.to_string())
                    .bind(micros(now))
                    .bind(report)
                    .bind(assessment)
                    .execute(&mut *connection)
                    .await?;
                    for delivery in &new.deliveries {
                        delivery::insert(connection, lease.tenant, new.submission, delivery, now).await?;
                    }
                    audit::append(connection, lease.tenant, now, "worker", "submission.assessed", &subject).await
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
            .write(move |connection| {
                Box::pin(async move {
                    task::finish(connection, &lease).await?;
                    sqlx::query(
                        "UPDATE submissions SET state = 'rejected', rejected_at = $3, rejected_code = $4 \
                         WHERE id = $1 AND tenant = $2 AND state = 'received'",
                    )
                    .bind(id.to_string())
                    .bind(lease.tenant.to_string())
                    .bind(micros(now))
                    .bind(code)
                    .execute(&mut *connection)
                    .await?;
                    audit::append(connection, lease.tenant, now, "worker", "submission.rejected", &id.to_string()).await
                })
            })
            .await
    }

    pub async fn submission(&self, tenant: TenantId, id: SubmissionId) -> Result<Option<Submission>, StoreError> {
        let row = sqlx::query("SELECT * FROM submissions WHERE id = $1 AND tenant = $2")
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
        let rows = sqlx::query("SELECT * FROM submissions WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(tenant.to_string())
            .bind(page.after())
            .bind(page.rows())
            .fetch_all(&self.read)
            .await?;
        let submissions = rows.iter().map(|row| submission(&Read::new(row, "submissions")));
        Ok(page.cut(submissions.collect::<Result<Vec<_>, _>>()?, |submission| submission.id))
    }

    /// The bytes of a credential as received.
    ///
    /// # Errors
    /// The store's.
    pub async fn payload(&self, tenant: TenantId, digest: Digest) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sqlx::query("SELECT bytes FROM payloads WHERE tenant = $1 AND digest = $2")
            .bind(tenant.to_string())
            .bind(digest.bytes().as_slice())
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| Read::new(&row, "payloads").bytes("bytes")).transpose()
    }
}

async fn insert(connection: &mut SqliteConnection, submission: &Submission) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO submissions \
         (id, tenant, connection, posting, application, language, payloads, received_at, state) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'received')",
    )
    .bind(submission.id.to_string())
    .bind(submission.tenant.to_string())
    .bind(submission.connection.to_string())
    .bind(submission.posting.to_string())
    .bind(json(&submission.application)?)
    .bind(submission.language.as_str())
    .bind(json(&submission.payloads)?)
    .bind(micros(submission.received_at))
    .execute(connection)
    .await?;
    Ok(())
}

/// The same bytes handed in twice are stored once.
async fn insert_payload(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    payload: &Payload,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO payloads (tenant, digest, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(tenant.to_string())
        .bind(payload.digest.bytes().as_slice())
        .bind(&payload.bytes)
        .execute(connection)
        .await?;
    Ok(())
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
        state,
    })
}
