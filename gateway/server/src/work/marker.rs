//! Markers: what stands in everything that we write into an ATS, so that a repeat finds its own work. Named after what the ATS
//! knows, the application, and for what is written later after what it says.

use wellspring_model::{
    assessment::Assessment,
    id::{AssessmentId, SubmissionId},
    submission::Submission,
};
use wellspring_store::ToldBefore;

/// Stands in everything we write for an application, so that a repeat finds its own work: the same for every attempt.
pub fn marker(submission: &Submission) -> String {
    format!("[wellspring:{}:{}]", submission.connection, submission.application.id)
}

/// Stands in what we write for a correction alone. Named after the assessment and not its digest: what was withdrawn and
/// given back may be withdrawn again. Whoever searches for [`marker`] does not find it.
pub fn correction_marker(submission: &Submission, assessment: AssessmentId) -> String {
    let (connection, application) = (submission.connection, &submission.application.id);
    format!("[wellspring-correction:{connection}:{application}:{assessment}]")
}

/// As [`correction_marker`], of what is brought again after another submission of the application was taken back. What was written
/// for the same assessment before may still be found by that one.
pub fn again_marker(submission: &Submission, assessment: AssessmentId, taken_back: SubmissionId) -> String {
    let (connection, application) = (submission.connection, &submission.application.id);
    format!("[wellspring-correction:{connection}:{application}:{assessment}:{taken_back}]")
}

/// Those of every correction that may have been written for the application: each is named after what it said. The first
/// assessment was none, unless something else had been told before.
pub fn correction_markers(
    submission: &Submission,
    others: &[Assessment],
    ours: &[Assessment],
    before: &[ToldBefore],
) -> Vec<String> {
    let said = others.iter().chain(ours.iter().skip(usize::from(before.is_empty())));
    let corrections = said.map(|one| correction_marker(submission, one.id));
    let taken_back: Vec<_> = before.iter().filter(|one| one.withdrawn_at.is_some()).collect();
    let again = others
        .iter()
        .chain(ours)
        .flat_map(|one| taken_back.iter().map(|taken_back| again_marker(submission, one.id, taken_back.submission)));
    corrections.chain(again).collect()
}

/// Stands in what we write for a withdrawal alone, such as a note that says so. Named after the submission: whoever hands in
/// again may withdraw again.
pub fn withdrawal_marker(submission: &Submission) -> String {
    let (connection, application) = (submission.connection, &submission.application.id);
    format!("[wellspring-withdrawal:{connection}:{application}:{}]", submission.id)
}
