//! Submissions: assessed or rejected, each in one transaction with everything that follows from it.

use wellspring_model::{
    Timestamp,
    assessment::Assessment,
    ats::WithdrawalReason,
    event::EventType,
    id::{ScoringPolicyId, SubmissionId, TaskId, TenantId},
    report::VerificationReport,
    submission::{Assessed, Language, Submission, SubmissionState, Withdrawn},
    unmapped::Named,
};

use crate::{
    Action, AuditNote, Leased, NewDelivery, Page, Store, StoreError, Watch, delivery, detail_of, ground,
    recheck::{self, ToRecheck},
    row::{Read, json, micros},
    sql::{composed, query},
    task,
    told::Subject,
    unmapped,
};

/// What is recorded when a submission has been assessed.
#[derive(Debug)]
pub struct NewAssessment {
    pub submission: SubmissionId,
    pub report: VerificationReport,
    pub assessment: Assessment,
    /// Which scoring policy it was made by. `None`: the one that the product ships.
    pub scoring_policy: Option<ScoringPolicyId>,
    pub deliveries: Vec<NewDelivery>,
    pub watch: Watch,
    /// What its credentials name that leads to no item.
    pub unmapped: Vec<Named>,
}

/// The scoring policy in force for a row of `submissions`.
const SCORING_IN_FORCE: &str = "coalesce( \
    (SELECT p.scoring_policy FROM postings p WHERE p.id = submissions.posting), \
    (SELECT t.scoring_policy FROM tenants t WHERE t.id = submissions.tenant)) AS scoring_in_force";

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
        let detail = detail_of(format!("{report}\n{assessment}"));
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    task::finish(tx, &lease).await?;
                    let subject = new.submission.to_string();
                    let assessed = composed(format!(
                        "UPDATE submissions SET state = 'assessed', assessed_at = $3, checked_at = $3, recheck_at = $4, \
                         report = $5, assessment = $6 \
                         WHERE id = $1 AND tenant = $2 AND state = 'received' RETURNING received_at, {SCORING_IN_FORCE}, {}",
                        Subject::COLUMNS
                    ))
                    .bind(&subject)
                    .bind(lease.tenant.to_string())
                    .bind(micros(now))
                    .bind(new.watch.recheck_at.map(micros))
                    .bind(report)
                    .bind(assessment)
                    .fetch_optional(&mut *tx)
                    .await?;
                    if let Some(row) = assessed {
                        let row = Read::new(&row, "submissions");
                        ground::add(tx, new.submission, row.count("received_at")?, new.watch.grounds);
                        unmapped::saw(tx, lease.tenant, new.submission, new.unmapped, now);
                        let (kind, outcome) = (EventType::SubmissionAssessed, new.report.outcome());
                        let about = Subject::read(&row)?;
                        tx.announce(about.assessed((lease.tenant, now), kind, outcome, &new.assessment));
                        if row.optional_id("scoring_in_force")? != new.scoring_policy {
                            // Another policy was put in force meanwhile, for all who were assessed by then.
                            let again = TaskId::from_uuid(tx.uuid(now));
                            let one = ToRecheck { submission: new.submission, tenant: lease.tenant };
                            recheck::enqueue(tx, vec![one], || again).await?;
                        }
                    } else {
                        // It was withdrawn meanwhile.
                        return Ok(());
                    }
                    for delivery in &new.deliveries {
                        delivery::insert(tx, lease.tenant, delivery, lease.trace).await?;
                    }
                    let note = AuditNote::new(lease.tenant, now, "worker", Action::SubmissionAssessed, &subject);
                    tx.note(note.with(detail));
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
                    let rejected = composed(format!(
                        "UPDATE submissions SET state = 'rejected', rejected_at = $3, rejected_code = $4 \
                         WHERE id = $1 AND tenant = $2 AND state = 'received' RETURNING {}",
                        Subject::COLUMNS
                    ))
                    .bind(id.to_string())
                    .bind(lease.tenant.to_string())
                    .bind(micros(now))
                    .bind(code)
                    .fetch_optional(&mut *tx)
                    .await?;
                    if let Some(row) = rejected {
                        let subject = Subject::read(&Read::new(&row, "submissions"))?;
                        tx.announce(subject.rejected(lease.tenant, now, code));
                    }
                    tx.audit(lease.tenant, now, "worker", Action::SubmissionRejected, &id.to_string());
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

pub(crate) fn submission(row: &Read) -> Result<Submission, StoreError> {
    let language = row.text("language")?;
    let language = Language::ALL.into_iter().find(|known| known.as_str() == language);
    let state = match row.text("state")?.as_str() {
        "received" => SubmissionState::Received,
        "assessed" => SubmissionState::Assessed(Box::new(Assessed {
            at: row.time("assessed_at")?,
            checked_at: row.time("checked_at")?,
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
        withdrawn: withdrawn(row)?,
        state,
    })
}

fn withdrawn(row: &Read) -> Result<Option<Withdrawn>, StoreError> {
    let Some(at) = row.optional_time("withdrawn_at")? else { return Ok(None) };
    let by = row.text("withdrawn_by")?;
    let by = WithdrawalReason::ALL.into_iter().find(|known| known.as_str() == by);
    Ok(Some(Withdrawn { at, by: by.ok_or_else(|| row.corrupt("withdrawn_by"))? }))
}
