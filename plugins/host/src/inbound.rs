//! Requests of the ATS to us: what they tell, and what to answer.

use wellspring_model::{
    ats::{AtsEvent, AtsJob},
    connection::ConnectorId,
    delivery::{DeliveryFailure, FailureCode, Retry},
};

use crate::{
    bindings::wellspring::connector::{
        http::Header,
        inbound::{Answer, Payload, Request, Response},
        types::{Entity, Page},
    },
    calls::{
        Answered, CheckLine, ConnectionView, InboundCall, InboundRequest, InboundResponse, JobsPage, NotAnswered,
        Purpose,
    },
    deliver::{unsupported, written},
    enter::{context, invalid},
    failure, genuine,
    host::Host,
    manifest::{Event, Inbound as Described},
    receipt,
    redact::Redactor,
    registry::Connector,
    state::{CallState, Inbound},
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
        let state = self
            .entitled(&connector, &call.connection, call.call_id.clone(), Redactor::default())
            .map_err(NotAnswered::Failed)?;
        let is_genuine = self.is_genuine(described, &state, &call.request)?;
        let answer = self.ask(&connector, call, described, CallState { inbound: None, ..state }, is_genuine).await?;
        read(answer).map_err(NotAnswered::Failed)
    }

    /// Whether it shows that it is genuine. `None`: the guest has to find out.
    fn is_genuine(
        &self,
        described: &Described,
        state: &CallState,
        request: &InboundRequest,
    ) -> Result<Option<bool>, NotAnswered> {
        let secret = state.rights.as_ref().and_then(|rights| rights.shared.get(&described.credential));
        let secret = secret
            .ok_or_else(|| NotAnswered::Failed(invalid(format!("credential `{}` is not set", described.credential))))?;
        match genuine::is_genuine(described, secret, request) {
            Some(false) => Err(NotAnswered::NotGenuine),
            said => Ok(said),
        }
    }

    async fn ask(
        &self,
        connector: &Connector,
        call: InboundCall,
        described: &Described,
        state: CallState,
        is_genuine: Option<bool>,
    ) -> Result<Answer, NotAnswered> {
        let deadline = call.deadline.min(self.limits.wall);
        let context = context(&call.connection, &call.call_id, deadline);
        let inbound = Inbound { body: call.request.body.clone(), is_genuine: is_genuine == Some(true) };
        let state = CallState { inbound: Some(inbound), ..state };
        let request = shown(call.request, described);
        let offers = match &call.purpose {
            Purpose::Receive => None,
            Purpose::Partner(offers) => Some(written(ASSESSMENT_OFFERS, offers).map_err(NotAnswered::Failed)?),
        };
        let (ended, state) = self
            .runner
            .run(&connector.pre, state, deadline, move |guest, store| {
                Box::pin(async move {
                    match offers {
                        None => guest.call_receive(store, &context, &request).await,
                        Some(offers) => guest.call_partner(store, &context, &request, &offers).await,
                    }
                })
            })
            .await;
        if !state.inbound.as_ref().is_some_and(|inbound| inbound.is_genuine) {
            return Err(NotAnswered::NotGenuine);
        }
        match ended {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(NotAnswered::Failed(failure::reported(&error, &state))),
            Err(stopped) => Err(NotAnswered::Failed(failure::stopped(&stopped, &state))),
        }
    }

    /// Finds out whether a connection works, in words.
    ///
    /// # Errors
    /// Why it could not be found out.
    pub async fn check(&self, id: &ConnectorId, view: ConnectionView) -> Result<Vec<CheckLine>, DeliveryFailure> {
        let connector = self.installed(id)?;
        let call_id = format!("check of {}", view.connection.id);
        let context = context(&view, &call_id, self.limits.wall);
        let state = self.entitled(&connector, &view, call_id, Redactor::default())?;
        let (ended, state) = self
            .runner
            .run(&connector.pre, state, self.limits.wall, move |guest, store| {
                Box::pin(async move { guest.call_check(store, &context).await })
            })
            .await;
        match ended {
            Ok(Ok(lines)) => Ok(receipt::lines(lines, &state.redactor)),
            Ok(Err(error)) => Err(failure::reported(&error, &state)),
            Err(stopped) => Err(failure::stopped(&stopped, &state)),
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
        let call_id = format!("jobs of {}", view.connection.id);
        let context = context(&view, &call_id, self.limits.wall);
        let state = self.entitled(&connector, &view, call_id, Redactor::default())?;
        let (ended, state) = self
            .runner
            .run(&connector.pre, state, self.limits.wall, move |guest, store| {
                Box::pin(async move { guest.call_list_jobs(store, &context, cursor.as_deref()).await })
            })
            .await;
        match ended {
            Ok(Ok(page)) => jobs(page),
            Ok(Err(error)) => Err(failure::reported(&error, &state)),
            Err(stopped) => Err(failure::stopped(&stopped, &state)),
        }
    }
}

/// The request without what shows that it is genuine.
fn shown(request: InboundRequest, described: &Described) -> Request {
    let is_shown = |name: &str| {
        !HIDDEN.contains(&name) && described.header.as_ref().is_none_or(|header| !header.eq_ignore_ascii_case(name))
    };
    let header = |(name, value): (String, String)| Header { name: name.to_ascii_lowercase(), value };
    Request {
        method: request.method,
        path: request.path,
        query: request.query.into_iter().map(|(name, value)| Header { name, value }).collect(),
        headers: request.headers.into_iter().map(header).filter(|header| is_shown(&header.name)).collect(),
        body: match String::from_utf8(request.body) {
            Ok(text) if text.is_empty() => Payload::Empty,
            Ok(text) => Payload::Text(text),
            Err(error) => Payload::Bytes(error.into_bytes()),
        },
    }
}

fn read(answer: Answer) -> Result<Answered, DeliveryFailure> {
    if answer.events.len() > ENTITIES_MAX {
        return Err(broken(format!("more than {ENTITIES_MAX} events of one request")));
    }
    let events = answer.events.into_iter().map(|entity| entity_of(ATS_EVENT, &entity));
    let events = events.collect::<Result<Vec<AtsEvent>, _>>()?;
    let conflict = answer.conflict.map(read_response).transpose()?;
    Ok(Answered { events, response: read_response(answer.response)?, conflict })
}

fn read_response(response: Response) -> Result<InboundResponse, DeliveryFailure> {
    if !(200..=599).contains(&response.status) {
        return Err(broken(format!("`{}` is no status to answer with", response.status)));
    }
    if let Some(json) = &response.json
        && (json.len() > ANSWER_MAX || serde_json::from_str::<serde::de::IgnoredAny>(json).is_err())
    {
        return Err(broken("the answer is no JSON, or too long".to_owned()));
    }
    Ok(InboundResponse { status: response.status, json: response.json })
}

fn jobs(page: Page) -> Result<JobsPage, DeliveryFailure> {
    if page.items.len() > ENTITIES_MAX || page.next.as_ref().is_some_and(|next| next.len() > CURSOR_MAX) {
        return Err(broken(format!("a page of more than {ENTITIES_MAX} jobs, or a cursor that is too long")));
    }
    let jobs = page.items.iter().map(|entity| entity_of(ATS_JOB, entity)).collect::<Result<Vec<AtsJob>, _>>()?;
    Ok(JobsPage { jobs, next: page.next })
}

/// Only the place of a flaw is told: what stands there is about people.
fn entity_of<T: for<'de> serde::Deserialize<'de>>(schema: &str, entity: &Entity) -> Result<T, DeliveryFailure> {
    if entity.schema != schema {
        return Err(broken(format!("an entity that is not of schema `{schema}`")));
    }
    serde_json::from_str(&entity.json).map_err(|error| {
        broken(format!("an entity that does not fit `{schema}` (line {}, column {})", error.line(), error.column()))
    })
}

/// The guest's fault: it gave what the contract does not have.
fn broken(what: String) -> DeliveryFailure {
    let message = format!("the connector broke the contract: {what}");
    DeliveryFailure { retry: Retry::Never, ..failure::sandbox(FailureCode::GuestTrap, message) }
}
