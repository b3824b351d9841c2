//! Candidates, their applications, notes and tags, and jobs.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    record::{Application, Candidate, Job, Note, Tag, id, shown_values},
    rpc::{Answer, Given, Paging, Refusal, read},
    seed::AshbySeed,
    state::State,
};

pub(super) fn serve(state: &mut State, verb: &str, body: &[u8]) -> Answer {
    match verb {
        "application.info" => {
            let ApplicationId { application_id } = read(body)?;
            let found = state.seed.applications.iter().find(|one| one.id == application_id);
            let found = found.ok_or_else(|| Refusal::new("application_not_found", "No such application"))?;
            Ok(Given::Results(application(found, &state.seed)))
        }
        "candidate.info" => {
            let Id { id } = read(body)?;
            known(state, &id).map(|found| Given::Results(candidate(found, &state.seed)))
        }
        "candidate.list" => {
            let all = state.seed.candidates.iter().map(|one| candidate(one, &state.seed));
            read::<Paging>(body)?.page(state, all.collect())
        }
        "candidate.search" => search(state, &read(body)?),
        "candidate.listNotes" => {
            let CandidateId { candidate_id } = read(body)?;
            known(state, &candidate_id)?;
            let notes = state.seed.notes.iter().filter(|note| note.candidate_id == candidate_id);
            read::<Paging>(body)?.page(state, notes.map(note).collect())
        }
        "candidate.createNote" => create_note(state, read(body)?),
        "candidate.addTag" | "candidate.removeTag" => tag(state, &read(body)?, verb == "candidate.addTag"),
        "candidateTag.list" => read::<Paging>(body)?.page(state, state.seed.tags.iter().map(shown_tag).collect()),
        "candidateTag.create" => create_tag(state, read(body)?),
        "job.info" => {
            let Id { id } = read(body)?;
            let found = state.seed.jobs.iter().find(|one| one.id == id);
            found.map(|one| Given::Results(job(one))).ok_or_else(|| Refusal::new("job_not_found", "No such job"))
        }
        "job.list" => list_jobs(state, body),
        other => Err(Refusal::new("not_found", format!("The double has no {other}"))),
    }
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApplicationId {
    application_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CandidateId {
    candidate_id: String,
}

#[derive(Deserialize)]
struct Search {
    email: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewNote {
    candidate_id: String,
    note: Content,
    #[serde(default)]
    send_notifications: bool,
    #[serde(default)]
    is_private: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Plain(String),
    Typed {
        #[serde(rename = "type")]
        kind: String,
        value: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tagging {
    candidate_id: String,
    tag_id: String,
}

#[derive(Deserialize)]
struct NewTag {
    title: String,
}

#[derive(Default, Deserialize)]
struct Jobs {
    status: Option<Vec<String>>,
}

/// The candidate of this id; one that was merged or deleted is none.
pub(super) fn known<'a>(state: &'a State, id: &str) -> Result<&'a Candidate, Refusal> {
    let found = state.seed.candidates.iter().find(|one| one.id == id);
    found.ok_or_else(|| Refusal::new("candidate_not_found", "No such candidate"))
}

fn search(state: &State, search: &Search) -> Answer {
    let is_same = |left: &str, right: &str| left.to_lowercase() == right.to_lowercase();
    let fits = |one: &&Candidate| {
        let by_email = search.email.as_ref().is_none_or(|email| one.email.iter().any(|known| is_same(known, email)));
        by_email && search.name.as_ref().is_none_or(|name| is_same(&one.name, name))
    };
    let found = state.seed.candidates.iter().filter(fits).take(100);
    Ok(Given::Results(found.map(|one| candidate(one, &state.seed)).collect()))
}

fn create_note(state: &mut State, new: NewNote) -> Answer {
    known(state, &new.candidate_id)?;
    let content = match new.note {
        Content::Plain(text) => text,
        Content::Typed { kind, value } if kind == "text/plain" || kind == "text/html" => value,
        Content::Typed { .. } => return Err(Refusal::invalid("type must be text/plain or text/html")),
    };
    let written = Note {
        id: state.fresh_id(),
        candidate_id: new.candidate_id,
        content,
        is_private: new.is_private,
        notified: new.send_notifications,
        author: "Wellspring (API key)".to_owned(),
        created_at: state.now(),
    };
    let shown = note(&written);
    state.seed.notes.push(written);
    Ok(Given::Results(shown))
}

fn tag(state: &mut State, tagging: &Tagging, is_added: bool) -> Answer {
    known(state, &tagging.candidate_id)?;
    if !state.seed.tags.iter().any(|tag| tag.id == tagging.tag_id) {
        return Err(Refusal::new("tag_not_found", "No such tag"));
    }
    for one in state.seed.candidates.iter_mut().filter(|one| one.id == tagging.candidate_id) {
        one.tags.retain(|tag| *tag != tagging.tag_id);
        if is_added {
            one.tags.push(tagging.tag_id.clone());
        }
    }
    known(state, &tagging.candidate_id).map(|found| Given::Results(candidate(found, &state.seed)))
}

/// A tag of the same title is given back.
fn create_tag(state: &mut State, new: NewTag) -> Answer {
    if let Some(tag) = state.seed.tags.iter().find(|tag| tag.title == new.title) {
        return Ok(Given::Results(shown_tag(tag)));
    }
    let tag = Tag { id: state.fresh_id(), title: new.title };
    let shown = shown_tag(&tag);
    state.seed.tags.push(tag);
    Ok(Given::Results(shown))
}

/// Drafts are listed only where they are asked for.
fn list_jobs(state: &State, body: &[u8]) -> Answer {
    let asked = read::<Jobs>(body)?.status;
    let fits = |one: &&Job| match &asked {
        Some(asked) => asked.iter().any(|status| status == one.status),
        None => one.status != "Draft",
    };
    read::<Paging>(body)?.page(state, state.seed.jobs.iter().filter(fits).map(job).collect())
}

pub(super) fn candidate(one: &Candidate, seed: &AshbySeed) -> Value {
    let addresses: Vec<Value> = one.email.iter().map(|email| address(email)).collect();
    let tags = seed.tags.iter().filter(|tag| one.tags.contains(&tag.id)).map(shown_tag);
    let applications = seed.applications.iter().filter(|of| of.candidate_id == one.id).map(|of| &of.id);
    let mut shown = json!({
        "id": one.id,
        "name": one.name,
        "emailAddresses": addresses,
        "phoneNumbers": [],
        "socialLinks": [],
        "tags": tags.collect::<Value>(),
        "applicationIds": applications.collect::<Vec<_>>(),
        "fileHandles": [],
        "customFields": shown_values(&one.custom_fields, &seed.fields),
        "profileUrl": format!("https://app.ashbyhq.example/candidates/{}", one.id),
    });
    if let Some(primary) = addresses.first() {
        shown["primaryEmailAddress"] = primary.clone();
    }
    shown
}

fn address(email: &str) -> Value {
    json!({"value": email, "type": "Personal", "isPrimary": true})
}

pub(super) fn application(one: &Application, seed: &AshbySeed) -> Value {
    let candidate = seed.candidates.iter().find(|known| known.id == one.candidate_id);
    let job = seed.jobs.iter().find(|known| known.id == one.job_id);
    let mut shown = json!({
        "id": one.id,
        "createdAt": seed.now.to_string(),
        "updatedAt": one.updated_at.to_string(),
        "status": one.status,
        "customFields": shown_values(&one.custom_fields, &seed.fields),
        "candidate": {"id": one.candidate_id, "name": candidate.map_or("", |one| &one.name)},
        "currentInterviewStage": {
            "id": id(31),
            "title": one.stage,
            "type": "Active",
            "orderInInterviewPlan": 1,
            "interviewPlanId": id(32),
        },
        "source": {"id": id(33), "title": "Careers page", "isArchived": false},
        "job": {"id": one.job_id, "title": job.map_or("", |one| &one.title)},
        "hiringTeam": [],
    });
    if let Some(email) = candidate.and_then(|one| one.email.as_deref()) {
        shown["candidate"]["primaryEmailAddress"] = address(email);
    }
    if let Some(kind) = one.archive_reason {
        let fields = json!([]);
        shown["archiveReason"] =
            json!({"id": id(34), "text": "Archived", "reasonType": kind, "isArchived": false, "customFields": fields});
    }
    shown
}

pub(super) fn job(one: &Job) -> Value {
    let mut shown = json!({
        "id": one.id,
        "title": one.title,
        "confidential": false,
        "status": one.status,
        "employmentType": "FullTime",
        "updatedAt": one.updated_at.to_string(),
        "location": {"id": id(41), "name": "Málaga", "isArchived": false, "isRemote": false},
    });
    if let Some(requisition) = &one.requisition {
        shown["customRequisitionId"] = requisition.as_str().into();
    }
    shown
}

fn note(one: &Note) -> Value {
    let (first, last) = one.author.split_once(' ').unwrap_or((&one.author, ""));
    json!({
        "id": one.id,
        "createdAt": one.created_at.to_string(),
        "isPrivate": one.is_private,
        "content": one.content,
        "author": {"id": id(51), "firstName": first, "lastName": last},
    })
}

fn shown_tag(tag: &Tag) -> Value {
    json!({"id": tag.id, "title": tag.title, "isArchived": false})
}
