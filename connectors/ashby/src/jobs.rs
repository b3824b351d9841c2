//! Ashby's jobs, a page at a time.

use serde::Deserialize;
use serde_json::{Map, json};
use wellspring_sdk::{AtsJob, AtsJobStatus, Error, JobsPage};

use crate::rpc;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    id: String,
    title: String,
    status: String,
    #[serde(default)]
    custom_requisition_id: Option<String>,
    #[serde(default)]
    location: Option<Location>,
}

#[derive(Deserialize)]
struct Location {
    #[serde(default)]
    name: Option<String>,
}

pub fn page(cursor: Option<&str>) -> Result<JobsPage, Error> {
    // Drafts are left out unless they are asked for.
    let arguments = Map::from_iter([
        ("status".to_owned(), json!(["Draft", "Open", "Closed", "Archived"])),
        ("expand".to_owned(), json!(["location"])),
    ]);
    let (jobs, next) = rpc::page::<Job>("job.list", arguments, cursor)?;
    Ok(JobsPage { jobs: jobs.into_iter().map(job).collect(), next })
}

fn job(job: Job) -> AtsJob {
    AtsJob {
        id: job.id,
        title: job.title,
        status: status(&job.status).unwrap_or(AtsJobStatus::Closed),
        requisition: job.custom_requisition_id,
        department: None,
        location: job.location.and_then(|location| location.name),
        url: None,
    }
}

/// Our word for Ashby's. `None`: it is one that we do not know.
pub fn status(word: &str) -> Option<AtsJobStatus> {
    match word {
        "Open" => Some(AtsJobStatus::Open),
        "Closed" | "Archived" => Some(AtsJobStatus::Closed),
        "Draft" => Some(AtsJobStatus::Draft),
        _ => None,
    }
}
