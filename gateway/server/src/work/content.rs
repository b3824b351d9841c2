//! What is told to an ATS: a submission's result, its correction, or that it is withdrawn.

use wellspring_host::Work;
use wellspring_model::{
    Timestamp,
    assessment::{Assessment, Line},
    ats::{OrderRef, Withdrawal},
    connection::ConnectorId,
    delivery::{ApplicationResult, Content, Correction, Delivery, JobRef, ResultLine},
    id::OrderId,
    posting::Posting,
    report::VerificationReport,
    submission::{Application, Assessed, Candidate, EarlierAssessment, Submission, SubmissionState},
};
use wellspring_store::{AtsCandidateNow, Pushed, ToldBefore, detail_of};

use super::{
    TaskError, attachment, gone,
    marker::{again_marker, correction_marker, correction_markers, marker, withdrawal_marker},
};
use crate::{
    sentences::{Said, Sentences},
    state::App,
};

/// What is told, and how it differs from what was told before.
pub struct Told {
    pub work: Work,
    pub pushed: Pushed,
    /// The order that it answers.
    pub order: Option<OrderId>,
    /// What it says, in short: the digest of what the result was computed from.
    pub says: String,
    /// Whether it is a result, which of the corrections, or a withdrawal.
    pub step: String,
}

/// The submission with its candidate as the ATS knows them now. `None`: the ATS has deleted them.
pub async fn as_known_now(app: &App, submission: Submission) -> Result<Option<Submission>, TaskError> {
    let Some(id) = &submission.application.candidate.id else { return Ok(Some(submission)) };
    match app.store.candidate_now(submission.connection, id).await? {
        AtsCandidateNow::Deleted => Ok(None),
        AtsCandidateNow::Known(id) => {
            let Application { id: application, candidate } = submission.application;
            let application = Application { id: application, candidate: Candidate { id: Some(id), ..candidate } };
            Ok(Some(Submission { application, ..submission }))
        }
    }
}

/// What a delivery to an ATS tells now, also where it was made for something that was said before.
pub async fn of(
    app: &App,
    connector: &ConnectorId,
    delivery: &Delivery,
    submission: &Submission,
) -> Result<Told, TaskError> {
    let posting = app.store.posting(submission.tenant, submission.posting).await?;
    let posting = posting.ok_or_else(|| gone("job", submission.posting))?;
    let order = app.store.order_of(submission).await?;
    let before = app.store.told_before(delivery, submission).await?;
    if let Content::Withdrawal { .. } = delivery.content {
        return withdrawn(app, submission, &posting, order, &before).await;
    }
    let SubmissionState::Assessed(assessed) = &submission.state else {
        return Err(TaskError::Gone { what: "assessment of", id: submission.id.to_string() });
    };
    let mut result = application_result(app, submission, assessed, &posting).await?;
    result.order = order.map(|id| OrderRef { id });
    let (correction, step) = correction_of(app, delivery, submission, assessed, before.last()).await?;
    result.correction = correction;
    let attachments = attachment::of(app, connector, submission, assessed)?;
    result.attachments = attachments.iter().map(attachment::named).collect();
    let mut told = serde_json::to_vec(&result).map_err(|error| TaskError::Render(error.to_string()))?;
    told.extend(attachments.iter().flat_map(|file| &file.bytes));
    Ok(Told {
        work: Work::Result { result: Box::new(result), attachments },
        pushed: Pushed { digest: detail_of(told), tells: Some((submission.id, assessed.at)) },
        order,
        says: assessed.assessment.inputs_digest.to_string(),
        step,
    })
}

/// What makes a correction of what is told, if anything does, and which step of the application that is. `last` is what else the
/// ATS was told last.
async fn correction_of(
    app: &App,
    delivery: &Delivery,
    submission: &Submission,
    assessed: &Assessed,
    last: Option<&ToldBefore>,
) -> Result<(Option<Correction>, String), TaskError> {
    let assessment = assessed.assessment.id;
    let step = format!("correct{assessment}");
    if let Content::Correction { .. } = delivery.content {
        let told_at = told_at(app, delivery, submission).await?;
        if let Some(taken_back) = last.filter(|last| last.withdrawn_at.is_some() && last.told_at > told_at) {
            let marker = again_marker(submission, assessment, taken_back.submission);
            let again = handed_in_again(submission, assessed, taken_back, marker);
            return Ok((Some(again), format!("{step}{}", taken_back.submission)));
        }
        let before = told(app, submission, told_at).await?;
        return Ok((Some(correction(submission, before.as_ref(), assessed)), step));
    }
    Ok(match last {
        Some(before) => {
            let marker = correction_marker(submission, assessment);
            (Some(handed_in_again(submission, assessed, before, marker)), step)
        }
        None => (None, "deliver".to_owned()),
    })
}

async fn withdrawn(
    app: &App,
    submission: &Submission,
    posting: &Posting,
    order: Option<OrderId>,
    before: &[ToldBefore],
) -> Result<Told, TaskError> {
    let Some(withdrawn) = submission.withdrawn else { return Err(gone("withdrawal of", submission.id)) };
    let mut others = Vec::new();
    for one in before {
        if let Some(other) = app.store.submission(submission.tenant, one.submission).await? {
            others.extend(said(app, &other).await?);
        }
    }
    let ours = said(app, submission).await?;
    let most = others.iter().chain(&ours).map(|one| one.lines.len()).max().unwrap_or(0);
    let withdrawal = Withdrawal {
        submission: submission.id,
        application: submission.application.clone(),
        job: job(posting),
        language: submission.language,
        marker: marker(submission),
        correction_markers: correction_markers(submission, &others, &ours, before),
        withdrawal_marker: withdrawal_marker(submission),
        lines: u32::try_from(most).unwrap_or(u32::MAX),
        reason: withdrawn.by,
        headline: Sentences::get(submission.language).withdrawal_headline(withdrawn.by),
        order: order.map(|id| OrderRef { id }),
    };
    let told = serde_json::to_string(&withdrawal).map_err(|error| TaskError::Render(error.to_string()))?;
    Ok(Told {
        work: Work::Withdrawal(Box::new(withdrawal)),
        pushed: Pushed { digest: detail_of(told), tells: None },
        order,
        says: submission.id.to_string(),
        step: "withdraw".to_owned(),
    })
}

/// Every assessment that a submission has had, the first one first.
async fn said(app: &App, submission: &Submission) -> Result<Vec<Assessment>, TaskError> {
    let earlier = app.store.earlier_assessments(submission.tenant, submission.id).await?;
    let mut said: Vec<_> = earlier.into_iter().map(|one| one.assessment).collect();
    if let SubmissionState::Assessed(now) = &submission.state {
        said.push(now.assessment.clone());
    }
    Ok(said)
}

fn job(posting: &Posting) -> JobRef {
    JobRef { id: posting.id, external_id: posting.external_id.clone(), title: posting.title.clone() }
}

async fn application_result(
    app: &App,
    submission: &Submission,
    assessed: &Assessed,
    posting: &Posting,
) -> Result<ApplicationResult, TaskError> {
    let sentences = Sentences::get(submission.language);
    let assessment = &assessed.assessment;
    let report_url = crate::share::report_url(app, submission).await?;
    Ok(ApplicationResult {
        submission: submission.id,
        application: submission.application.clone(),
        job: job(posting),
        language: submission.language,
        marker: marker(submission),
        outcome: assessed.report.outcome(),
        headline: sentences.headline(assessment),
        summary: sentences.summary(assessment, &assessed.report).join("\n"),
        score: assessment.score,
        coverage: assessment.coverage,
        musts: assessment.musts,
        lines: assessment.lines.iter().map(|line| result_line(line, &assessed.report, sentences)).collect(),
        report_url,
        order: None,
        attachments: Vec::new(),
        correction: None,
    })
}

/// What tells people that something they were told is no longer so.
fn correction(submission: &Submission, before: Option<&EarlierAssessment>, assessed: &Assessed) -> Correction {
    let sentences = Sentences::get(submission.language);
    let before = before.map(|one| Said { at: one.at, report: &one.report, assessment: &one.assessment });
    let now = Said { at: assessed.at, report: &assessed.report, assessment: &assessed.assessment };
    Correction {
        marker: correction_marker(submission, assessed.assessment.id),
        headline: sentences.correction_headline(&assessed.assessment),
        changes: sentences.correction(before, now).join("\n"),
    }
}

/// What makes a correction of a result where the ATS was told of another one for the same application: of the first result of a
/// submission, since the other's note is there, also where it was taken back, and whoever looks for [`marker`] finds that one and
/// writes nothing; and of any result after the other was taken back, since that took this one away with it.
fn handed_in_again(submission: &Submission, assessed: &Assessed, before: &ToldBefore, marker: String) -> Correction {
    let sentences = Sentences::get(submission.language);
    let mut lines = vec![match before.withdrawn_at {
        Some(_) => sentences.after_withdrawal(before.received_at, submission.received_at),
        None => sentences.handed_in_again(before.received_at, submission.received_at),
    }];
    lines.extend(sentences.summary(&assessed.assessment, &assessed.report));
    Correction { marker, headline: sentences.correction_headline(&assessed.assessment), changes: lines.join("\n") }
}

/// When the ATS may have been told of a submission before this delivery: when the delivery before it was first tried.
async fn told_at(app: &App, delivery: &Delivery, submission: &Submission) -> Result<Option<Timestamp>, TaskError> {
    let others = app.store.deliveries_of(delivery.tenant, submission.id).await?;
    let is_to_the_same = |other: &Delivery| other.content.to_ats() == delivery.content.to_ats();
    let before = others.iter().filter(|(other, _)| other.id < delivery.id && is_to_the_same(other));
    Ok(before.filter_map(|(_, attempts)| attempts.first()).map(|attempt| attempt.at).next_back())
}

/// What the ATS may have been told before this delivery: what was true at that time. It may have been told later; then some of
/// what is called a change is known there already, and none goes untold.
async fn told(
    app: &App,
    submission: &Submission,
    told_at: Option<Timestamp>,
) -> Result<Option<EarlierAssessment>, TaskError> {
    let Some(at) = told_at else { return Ok(None) };
    let earlier = app.store.earlier_assessments(submission.tenant, submission.id).await?;
    Ok(earlier.into_iter().find(|one| one.replaced_at >= at))
}

fn result_line(line: &Line, report: &VerificationReport, sentences: &Sentences) -> ResultLine {
    let evidence = line.evidence.as_ref();
    let credential =
        evidence.and_then(|evidence| report.credentials.iter().find(|one| one.path == evidence.credential));
    ResultLine {
        requirement: line.statement.clone(),
        must: line.must,
        code: line.code,
        state: sentences.line(line.code),
        evidence: evidence.map(|evidence| evidence.name.clone()),
        issuer: credential.and_then(|credential| credential.issuer.clone()),
    }
}
