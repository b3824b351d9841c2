//! What Ashby's webhooks tell. Those about offers, interviews and the like say nothing to the gateway, and are answered all the same:
//! otherwise Ashby would send them again.

use serde::Deserialize;
use wellspring_sdk::{
    Answer, AtsApplication, AtsApplicationStatus, AtsCandidate, AtsEvent, AtsJobRef, Error, Happened, InboundRequest,
};

use crate::jobs;

/// The body of every webhook.
#[derive(Deserialize)]
struct Webhook {
    action: String,
    #[serde(default)]
    data: Data,
}

/// Whatever the actions we know carry.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    application: Option<Application>,
    candidate: Option<Person>,
    deleted_candidate: Option<Person>,
    merged_candidate: Option<Person>,
    job: Option<Job>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    id: String,
    #[serde(default)]
    updated_at: Option<String>,
    #[serde(default)]
    status: String,
    candidate: Person,
    #[serde(default)]
    current_interview_stage: Option<Stage>,
    #[serde(default)]
    archive_reason: Option<ArchiveReason>,
    #[serde(default)]
    job: Option<Job>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    primary_email_address: Option<Address>,
}

#[derive(Deserialize)]
struct Address {
    value: String,
}

#[derive(Deserialize)]
struct Stage {
    title: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ArchiveReason {
    #[serde(default)]
    reason_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    id: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    updated_at: Option<String>,
}

pub fn receive(request: &InboundRequest) -> Result<Answer, Error> {
    let Webhook { action, data } = request.json()?;
    let heard = Answer::status(200);
    let lacks = || Error::invalid_input(format!("the webhook `{}` lacks what it is about", shown(&action)));
    let event = match action.as_str() {
        "ping" => Happened::ConnectionTested.into(),
        "applicationSubmit" => submitted(data.application.ok_or_else(lacks)?),
        "applicationUpdate" | "candidateStageChange" | "candidateHire" => updated(&data.application.ok_or_else(lacks)?),
        "candidateMerge" => {
            let (gone, left) = data.deleted_candidate.zip(data.merged_candidate).ok_or_else(lacks)?;
            Happened::CandidateMerged { candidate: person(gone), into: person(left) }.into()
        }
        "candidateDelete" => Happened::CandidateDeleted { candidate: person(data.candidate.ok_or_else(lacks)?) }.into(),
        "jobCreate" | "jobUpdate" => changed(data.job.ok_or_else(lacks)?),
        _ => return Ok(heard),
    };
    Ok(heard.telling(event))
}

fn submitted(application: Application) -> AtsEvent {
    let at = time(application.updated_at.as_deref());
    let what = Happened::ApplicationSubmitted {
        application: state(&application),
        candidate: Some(person(application.candidate)),
        job: application.job.map(job),
    };
    AtsEvent { id: None, at, what }
}

fn updated(application: &Application) -> AtsEvent {
    let at = time(application.updated_at.as_deref());
    AtsEvent { id: None, at, what: Happened::ApplicationUpdated { application: state(application) } }
}

fn changed(changed: Job) -> AtsEvent {
    AtsEvent { id: None, at: time(changed.updated_at.as_deref()), what: Happened::JobChanged { job: job(changed) } }
}

fn state(application: &Application) -> AtsApplication {
    let by_candidate =
        application.archive_reason.as_ref().is_some_and(|reason| reason.reason_type == "RejectedByCandidate");
    AtsApplication {
        id: application.id.clone(),
        stage: application.current_interview_stage.as_ref().map(|stage| stage.title.clone()),
        status: match application.status.as_str() {
            "Active" | "Lead" => Some(AtsApplicationStatus::Active),
            "Hired" => Some(AtsApplicationStatus::Hired),
            "Archived" if by_candidate => Some(AtsApplicationStatus::Withdrawn),
            "Archived" => Some(AtsApplicationStatus::Rejected),
            _ => None,
        },
    }
}

fn person(person: Person) -> AtsCandidate {
    let email = person.primary_email_address.map(|address| address.value);
    AtsCandidate { id: person.id, name: person.name, email }
}

fn job(job: Job) -> AtsJobRef {
    AtsJobRef { id: job.id, title: job.title, status: job.status.as_deref().and_then(jobs::status) }
}

/// A time as the contract wants it, else none: Ashby writes `2026-11-23T09:00:00.000Z`.
fn time(text: Option<&str>) -> Option<String> {
    text.filter(|text| text.len() >= 20 && text.ends_with('Z') && text.as_bytes()[10] == b'T').map(str::to_owned)
}

/// Another's word, made fit for a message.
fn shown(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).take(40).collect()
}
