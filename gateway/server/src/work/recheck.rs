//! A later look at a submission: whether what was said of it still holds, and a correction where it does not.

use std::collections::BTreeMap;

use wellspring_model::{
    Timestamp,
    delivery::Content,
    finding::Outcome,
    id::SubmissionId,
    pointer::Pointer,
    submission::{Assessed, Submission, SubmissionState},
};
use wellspring_store::{Leased, NewCorrection, Watch};

use super::{
    MOST_ATTEMPTS, TaskError,
    assess::new_delivery,
    gone,
    judge::{AGAIN, Judged, Measure, after, judge, watch},
};
use crate::{scoring, state::App};

/// Verifies and scores one submission again. The same as before: notes when that was. Something else: records it beside
/// what was said, with a correction for the ATS. The same by another scoring policy is recorded, too, and nobody is told.
/// Something cannot be read that could be read before: decides nothing yet.
pub async fn run(app: &App, task: &Leased, id: SubmissionId) -> Result<(), TaskError> {
    let submission = app.store.submission(task.tenant, id).await?.ok_or_else(|| gone("submission", id))?;
    let SubmissionState::Assessed(assessed) = &submission.state else {
        app.store.drop_tasks(vec![*task]).await?;
        return Ok(());
    };
    if submission.withdrawn.is_some() {
        app.store.drop_tasks(vec![*task]).await?;
        return Ok(());
    }
    if task.attempt > MOST_ATTEMPTS {
        tracing::error!(submission = %id, "a re-check was given up: what was said stands, as of when it was last checked");
        app.store.drop_tasks(vec![*task]).await?;
        return Ok(());
    }
    // How to score is what is in force now: another policy makes another assessment of those who were assessed before.
    let scoring = scoring::InForce::of(app, task.tenant, Some(submission.posting)).await?;
    let measure = Measure::then(app, &submission, assessed, &scoring).await?;
    let judged = match judge(app, &submission, measure).await {
        Ok(judged) => judged,
        // What was handed in is no longer kept. What was said stands, and there is nothing left to look at.
        Err(TaskError::Gone { what: "payload", .. }) => {
            return Ok(app.store.confirm(task, id, Watch::default(), assessed.checked_at).await?);
        }
        Err(error) => return Err(error),
    };
    let now = app.now();
    if is_silent(app, &submission, &judged).await? && !fails_anew(assessed, &judged) {
        return Ok(app.store.put_off_recheck(task, id, after(now, AGAIN)).await?);
    }
    if judged.assessment.policy == assessed.assessment.policy
        && assessed.is_confirmed_by(&judged.report, &judged.assessment)
    {
        return Ok(app.store.confirm(task, id, watch(app, &judged.grounds, now), now).await?);
    }
    correct(app, task, &submission, assessed, judged, now).await
}

/// Puts an assessment in the place of the one before. The ATS hears of it where the result is another one.
async fn correct(
    app: &App,
    task: &Leased,
    submission: &Submission,
    assessed: &Assessed,
    judged: Judged,
    now: Timestamp,
) -> Result<(), TaskError> {
    let content = Content::Correction { submission: submission.id, connection: submission.connection };
    let is_other = !assessed.is_confirmed_by(&judged.report, &judged.assessment);
    let delivery = if is_other { Some(new_delivery(app, submission, content).await?) } else { None };
    let correction = NewCorrection {
        submission: submission.id,
        replaces: assessed.assessment.id,
        watch: watch(app, &judged.grounds, now),
        report: judged.report,
        assessment: judged.assessment,
        unmapped: judged.unmapped,
        delivery,
    };
    if app.store.correct(task, correction, now).await? && is_other {
        tracing::info!(submission = %submission.id, "corrected: a re-check came to something else");
    }
    Ok(())
}

/// Whether a document cannot be read that could be when it was last looked at. An issuer's site that is down takes nothing
/// back: only once it has been down for too long, the look at the source itself says that nothing rests on it any more.
async fn is_silent(app: &App, submission: &Submission, judged: &Judged) -> Result<bool, TaskError> {
    if app.config.recheck.hours == 0 {
        // Nobody looks at sources, so nobody would ever say so.
        return Ok(false);
    }
    let before: BTreeMap<String, _> = app.store.grounds(submission.tenant, submission.id).await?.into_iter().collect();
    let was_read = |url: &String| before.get(url).is_some_and(Option::is_some);
    Ok(judged.grounds.documents.iter().any(|(url, seen)| seen.is_none() && was_read(url)))
}

/// Whether a credential fails that did not: that is somebody's word and no silence, and is not held back.
fn fails_anew(assessed: &Assessed, judged: &Judged) -> bool {
    let failed_before = |path: &Pointer| {
        let mut before = assessed.report.credentials.iter();
        before.any(|one| one.path == *path && one.outcome == Outcome::Failed)
    };
    let mut now = judged.report.credentials.iter();
    now.any(|one| one.outcome == Outcome::Failed && !failed_before(&one.path))
}
