//! Requests of the ATS to us: what they tell, and what to answer.

use bytes::Bytes;
use wellspring_model::{
    ats::{AtsEvent, AtsJob},
    connection::ConnectorId,
    delivery::DeliveryFailure,
};

use crate::{
    calls::{
        Answered, CheckLine, ConnectionView, InboundCall, InboundRequest, InboundResponse, JobsPage, NotAnswered,
        Purpose,
    },
    deliver::{unsupported, written},
    enter::Loan,
    errand::{Data, Export, Given},
    failure::{broken, invalid},
    genuine,
    host::Host,
    manifest::{Event, Inbound},
};

/// Name and version of what `partner` is told can be ordered.
pub const ASSESSMENT_OFFERS: &str = "assessment-offers@0.1";
/// Name and version of what `receive` and `partner` give.
pub const ATS_EVENT: &str = "ats-event@0.1";
/// Name and version of what `list-jobs` gives.
pub const ATS_JOB: &str = "ats-job@0.1";
/// Events of one request, and jobs of one page.
const ENTITIES_MAX: usize = 500;
/// The longest cursor.
const CURSOR_MAX: usize = 4_096;
/// The longest answer to an ATS.
const ANSWER_MAX: usize = 1 << 20;
/// Headers a guest is not shown, besides the one that holds the signature: credentials, and what lies between the ATS and us.
const HIDDEN: [&str; 10] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "connection",
    "host",
];

impl Host {
    /// What a webhook tells, or what an ATS asks of its assessment partner. A request that does not show that it is genuine comes to
    /// nothing, whatever the guest makes of it.
    ///
    /// # Errors
    /// Why it came to nothing.
    pub async fn inbound(&self, id: &ConnectorId, call: InboundCall) -> Result<Answered, NotAnswered> {
        let connector = self.installed(id).map_err(NotAnswered::Failed)?;
        let (event, described) = match &call.purpose {
            Purpose::Receive => (Event::Receive, &connector.manifest().webhooks),
            Purpose::Partner(_) => (Event::Partner, &connector.manifest().partner),
        };
        let Some(described) = described else {
            return Err(NotAnswered::Failed(unsupported(connector.manifest(), event)));
        };
        let loan = self.loan(&connector, &call.connection).map_err(NotAnswered::Failed)?;
        let is_known = is_genuine(described, &loan, &call.request)?;
        let loan = Loan { body: Bytes::copy_from_slice(&call.request.body), ..loan };
        let request = shown(call.request, described);
        let export = match &call.purpose {
            Purpose::Receive => Export::Receive(request),
            Purpose::Partner(offers) => {
                Export::Partner(request, written(ASSESSMENT_OFFERS, offers).map_err(NotAnswered::Failed)?)
            }
        };
        let errand = self.errand(&call.connection, call.call_id, call.deadline, export);
        let (given, lent) = self.run(&connector, errand, loan).await;
        if !is_known && !lent.found_genuine() {
            return Err(NotAnswered::NotGenuine);
        }
        let answered = given.and_then(|given| match given {
            Given::Answer { events, response, conflict } => read(&events, response, conflict),
            _ => Err(broken("no answer to a request")),
        });
        answered.map_err(NotAnswered::Failed)
    }

    /// Finds out whether a connection works, in words.
    ///
    /// # Errors
    /// Why it could not be found out.
    pub async fn check(&self, id: &ConnectorId, view: ConnectionView) -> Result<Vec<CheckLine>, DeliveryFailure> {
        let connector = self.installed(id)?;
        let loan = self.loan(&connector, &view)?;
        let call_id = format!("check of {}", view.connection.id);
        let errand = self.errand(&view, call_id, self.limits.wall, Export::Check);
        match self.run(&connector, errand, loan).await.0? {
            Given::Lines(lines) => Ok(lines),
            _ => Err(broken("no lines of a check")),
        }
    }

    /// Some of the ATS's jobs: the first, or those behind a cursor of an earlier page.
    ///
    /// # Errors
    /// Why there are none.
    pub async fn list_jobs(
        &self,
        id: &ConnectorId,
        view: ConnectionView,
        cursor: Option<String>,
    ) -> Result<JobsPage, DeliveryFailure> {
        let connector = self.installed(id)?;
        if !connector.manifest().supports(Event::ListJobs) {
            return Err(unsupported(connector.manifest(), Event::ListJobs));
        }
        let loan = self.loan(&connector, &view)?;
        let call_id = format!("jobs of {}", view.connection.id);
        let errand = self.errand(&view, call_id, self.limits.wall, Export::ListJobs(cursor));
        match self.run(&connector, errand, loan).await.0? {
            Given::Page { items, next } => jobs(&items, next),
            _ => Err(broken("no page of jobs")),
        }
    }
}

/// Whether the request is known to be genuine; `false`: the guest has to find out.
fn is_genuine(described: &Inbound, loan: &Loan, request: &InboundRequest) -> Result<bool, NotAnswered> {
    let secret = loan.rights.as_ref().and_then(|rights| rights.shared.get(&described.credential));
    let secret = secret
        .ok_or_else(|| NotAnswered::Failed(invalid(format!("credential `{}` is not set", described.credential))))?;
    match genuine::is_genuine(described, secret, request) {
        Some(false) => Err(NotAnswered::NotGenuine),
        said => Ok(said == Some(true)),
    }
}

/// The request without what shows that it is genuine.
fn shown(request: InboundRequest, described: &Inbound) -> InboundRequest {
    let is_shown = |name: &str| {
        !HIDDEN.contains(&name) && described.header.as_ref().is_none_or(|header| !header.eq_ignore_ascii_case(name))
    };
    let headers = request.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
    InboundRequest { headers: headers.filter(|(name, _)| is_shown(name)).collect(), ..request }
}

fn read(
    events: &[Data],
    response: InboundResponse,
    conflict: Option<InboundResponse>,
) -> Result<Answered, DeliveryFailure> {
    if events.len() > ENTITIES_MAX {
        return Err(broken(&format!("more than {ENTITIES_MAX} events of one request")));
    }
    let events = events.iter().map(|entity| entity_of(ATS_EVENT, entity)).collect::<Result<Vec<AtsEvent>, _>>()?;
    let conflict = conflict.map(checked).transpose()?;
    Ok(Answered { events, response: checked(response)?, conflict })
}

fn checked(response: InboundResponse) -> Result<InboundResponse, DeliveryFailure> {
    if !(200..=599).contains(&response.status) {
        return Err(broken(&format!("`{}` is no status to answer with", response.status)));
    }
    if let Some(json) = &response.json
        && (json.len() > ANSWER_MAX || serde_json::from_str::<serde::de::IgnoredAny>(json).is_err())
    {
        return Err(broken("the answer is no JSON, or too long"));
    }
    Ok(response)
}

fn jobs(items: &[Data], next: Option<String>) -> Result<JobsPage, DeliveryFailure> {
    if items.len() > ENTITIES_MAX || next.as_ref().is_some_and(|next| next.len() > CURSOR_MAX) {
        return Err(broken(&format!("a page of more than {ENTITIES_MAX} jobs, or a cursor that is too long")));
    }
    let jobs = items.iter().map(|entity| entity_of(ATS_JOB, entity)).collect::<Result<Vec<AtsJob>, _>>()?;
    Ok(JobsPage { jobs, next })
}

/// Only the place of a flaw is told: what stands there is about people.
fn entity_of<T: for<'de> serde::Deserialize<'de>>(schema: &str, entity: &Data) -> Result<T, DeliveryFailure> {
    if entity.schema != schema {
        return Err(broken(&format!("an entity that is not of schema `{schema}`")));
    }
    serde_json::from_str(&entity.json).map_err(|error| {
        broken(&format!("an entity that does not fit `{schema}` (line {}, column {})", error.line(), error.column()))
    })
}
