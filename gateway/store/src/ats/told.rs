//! What is kept and announced of what an ATS told: ids and states. Nobody's name or address goes beyond the connector.

use serde_json::{Map, Value, json};
use wellspring_model::{
    Timestamp,
    ats::{AtsApplication, AtsEvent, AtsJobRef, Happened},
    event::EventType,
    id::{ConnectionId, ExternalId, PostingId, TenantId},
};

use crate::{announce::Announcement, told::put};

/// The ids and states in it. `posting` is the job that we know the ATS's job as.
pub(super) fn data(connection: ConnectionId, event: &AtsEvent, posting: Option<PostingId>) -> Value {
    let mut data = Map::new();
    data.insert("connection".to_owned(), json!(connection));
    if let Some(at) = event.at {
        data.insert("at".to_owned(), json!(at));
    }
    if let Some(posting) = posting {
        data.insert("job".to_owned(), json!(posting));
    }
    let id = |data: &mut Map<String, Value>, name, id: &ExternalId| put(data, name, Some(&id.0));
    match &event.what {
        Happened::ConnectionTested => {}
        Happened::ApplicationSubmitted { application: told, candidate, job } => {
            application(&mut data, told);
            if let Some(candidate) = candidate {
                id(&mut data, "candidate", &candidate.id);
            }
            at_job(&mut data, job.as_ref());
        }
        Happened::ApplicationUpdated { application: told } => application(&mut data, told),
        Happened::CandidateMerged { candidate, into } => {
            id(&mut data, "candidate", &candidate.id);
            id(&mut data, "into", &into.id);
        }
        Happened::CandidateDeleted { candidate } => id(&mut data, "candidate", &candidate.id),
        Happened::JobChanged { job } => at_job(&mut data, Some(job)),
        Happened::AssessmentOrdered { order, offer, application: told, candidate, job } => {
            data.insert("order".to_owned(), json!(order));
            application(&mut data, told);
            id(&mut data, "candidate", &candidate.id);
            at_job(&mut data, job.as_ref());
            // What was ordered is the job of ours, whatever the ATS calls it.
            data.insert("job".to_owned(), json!(PostingId::from_uuid(*offer)));
        }
        Happened::AssessmentCancelled { order } => {
            data.insert("order".to_owned(), json!(order));
        }
    }
    data.into()
}

/// Says it to whoever wants to know.
pub(super) fn announcement(tenant: TenantId, at: Timestamp, what: &Happened, mut data: Value) -> Announcement {
    let connection = data["connection"].as_str().unwrap_or_default();
    data["links"] = json!({"self": format!("/v1/connections/{connection}")});
    Announcement { tenant, at, kind: EventType::from(what), data, about: None }
}

fn application(data: &mut Map<String, Value>, told: &AtsApplication) {
    put(data, "application", Some(&told.id.0));
    put(data, "stage", told.stage.as_deref());
    put(data, "status", told.status.map(|status| status.as_str()));
}

fn at_job(data: &mut Map<String, Value>, job: Option<&AtsJobRef>) {
    put(data, "job_external_id", job.map(|job| job.id.0.as_str()));
    put(data, "job_status", job.and_then(|job| job.status).map(|status| status.as_str()));
}
