//! Corrections: what a re-check found takes the place of what was said before, which is kept.

use wellspring_model::{
    Timestamp,
    assessment::Assessment,
    event::EventType,
    id::{AssessmentId, SubmissionId, TenantId},
    report::VerificationReport,
    submission::EarlierAssessment,
    unmapped::Named,
};

use crate::{
    Action, AuditNote, Leased, NewDelivery, Store, StoreError, Watch, delivery, detail_of, recheck,
    row::{Read, Row, json, micros},
    sql::{composed, query},
    task,
    told::Subject,
    transaction::Transaction,
    unmapped,
};

/// A re-check found something else than was said, or was made by another scoring policy.
#[derive(Debug)]
pub struct NewCorrection {
    pub submission: SubmissionId,
    /// The assessment that it was compared with.
    pub replaces: AssessmentId,
    pub report: VerificationReport,
    pub assessment: Assessment,
    /// Made if the ATS was told something before. `None`: it came to the same, and nobody has to hear of it.
    pub delivery: Option<NewDelivery>,
    pub watch: Watch,
    /// What its credentials name that leads to no item; what was counted before is not counted again.
    pub unmapped: Vec<Named>,
}

impl Store {
    /// Records what a re-check found, keeps what was said before beside it, and sees to it that the ATS hears of it. Says
    /// whether it did: another re-check may have replaced the same assessment before, or the application was withdrawn.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where the lease has ended; nothing was stored then.
    pub async fn correct(&self, lease: &Leased, new: NewCorrection, now: Timestamp) -> Result<bool, StoreError> {
        let lease = *lease;
        let (report, assessment) = (json(&new.report)?, json(&new.assessment)?);
        let detail = detail_of(format!("{report}\n{assessment}"));
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    task::finish(tx, &lease).await?;
                    let subject = new.submission.to_string();
                    let kept = query(
                        "INSERT INTO earlier_assessments (id, tenant, submission, at, replaced_at, report, assessment) \
                         SELECT $1, tenant, id, assessed_at, $4, report, assessment FROM submissions \
                         WHERE id = $2 AND tenant = $3 AND state = 'assessed' AND withdrawn_at IS NULL ON CONFLICT DO NOTHING",
                    );
                    let kept = kept.bind(new.replaces.to_string()).bind(&subject).bind(lease.tenant.to_string());
                    if kept.bind(micros(now)).execute(&mut *tx).await? == 0 {
                        return Ok(false);
                    }
                    let corrected = composed(format!(
                        "UPDATE submissions SET assessed_at = $2, report = $3, assessment = $4 \
                         WHERE id = $1 AND withdrawn_at IS NULL RETURNING {}",
                        Subject::COLUMNS
                    ))
                    .bind(&subject)
                    .bind(micros(now))
                    .bind(report)
                    .bind(assessment)
                    .fetch_optional(&mut *tx)
                    .await?;
                    // Withdrawn at this moment: the task is taken up again, and finds that out.
                    let row = corrected.ok_or(StoreError::Superseded)?;
                    if let Some(delivery) = &new.delivery {
                        let about = Subject::read(&Read::new(&row, "submissions"))?;
                        let (kind, outcome) = (EventType::SubmissionCorrected, new.report.outcome());
                        tx.announce(about.assessed((lease.tenant, now), kind, outcome, &new.assessment));
                        if is_to_be_told(tx, &subject, delivery).await? {
                            delivery::insert(tx, lease.tenant, delivery, lease.trace).await?;
                        }
                    }
                    unmapped::saw(tx, lease.tenant, new.submission, new.unmapped, now);
                    recheck::checked(tx, lease.tenant, new.submission, new.watch, now).await?;
                    let action = match new.delivery {
                        Some(_) => Action::SubmissionCorrected,
                        None => Action::SubmissionRescored,
                    };
                    tx.note(AuditNote::new(lease.tenant, now, "worker", action, &subject).with(detail));
                    Ok(true)
                })
            })
            .await
    }

    /// What was said of a submission before, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn earlier_assessments(
        &self,
        tenant: TenantId,
        submission: SubmissionId,
    ) -> Result<Vec<EarlierAssessment>, StoreError> {
        let rows = query(
            "SELECT * FROM earlier_assessments WHERE submission = $1 AND tenant = $2 ORDER BY replaced_at, at, id",
        )
        .bind(submission.to_string())
        .bind(tenant.to_string())
        .fetch_all(&self.read)
        .await?;
        let one = |row: &Row| {
            let row = Read::new(row, "earlier_assessments");
            Ok(EarlierAssessment {
                at: row.time("at")?,
                replaced_at: row.time("replaced_at")?,
                report: row.json("report")?,
                assessment: row.json("assessment")?,
            })
        };
        rows.iter().map(one).collect()
    }
}

/// Whether a delivery has to be made. One that waits and was never begun will bring what is true then; and who was never
/// told anything needs no correction.
async fn is_to_be_told(tx: &mut Transaction, submission: &str, new: &NewDelivery) -> Result<bool, StoreError> {
    let Some((_, connection)) = new.content.to_ats() else { return Ok(false) };
    // Changes nothing and holds the row: an attempt that begins meanwhile begins afterwards, with what is true then.
    let waiting = query(
        "UPDATE deliveries SET tries = tries \
         WHERE submission = $1 AND connection = $2 AND state = 'pending' AND attempts = 0",
    );
    if waiting.bind(submission).bind(connection.to_string()).execute(&mut *tx).await? > 0 {
        return Ok(false);
    }
    let told = query("SELECT count(*) FROM deliveries WHERE submission = $1 AND connection = $2 AND attempts > 0");
    Ok(told.bind(submission).bind(connection.to_string()).number(tx).await? > 0)
}
