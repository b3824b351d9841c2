//! `/partner/{connection}` and below: what an ATS asks of its assessment partner. What it can order are the tenant's jobs on
//! that connection: how somebody who applies for one does.

use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use wellspring_host::{Answered, InboundResponse};
use wellspring_model::{
    ats::{AtsEvent, Happened, Offer, Offers},
    delivery::Content,
    id::{AtsEventId, ExternalId, OrderId, PostingId},
    submission::SubmissionState,
};
use wellspring_store::{NewAtsEvent, NewDelivery, OrderAsked, Ordered};

use super::{
    called::{Called, Door, respond},
    hooks::{broken, connection, heard},
};
use crate::{problem::Problem, state::App, work::assess::new_delivery};

/// The newest jobs that are offered. What was offered once can be ordered also when newer ones have taken its place.
const MOST_OFFERS: u32 = 1_000;

/// Keeps what is ordered, and only then answers.
pub async fn partner(
    State(app): State<App>,
    Path(place): Path<Vec<(String, String)>>,
    request: Request,
) -> Result<Response, Problem> {
    let called = Called::read(&app, Door::Partner, connection(&place), request).await?;
    let order = OrderId::from_uuid(app.uuid());
    let offers = Offers { order, offers: offers(&app, &called).await? };
    let answered = called.ask(&app, Some(offers)).await?;
    let mut new = Vec::with_capacity(answered.events.len());
    for event in &answered.events {
        let delivery = follows(&app, &called, order, event).await?;
        new.push(NewAtsEvent { id: AtsEventId::from_uuid(app.uuid()), event: event.clone(), delivery });
    }
    if new.iter().filter(|one| matches!(one.event.what, Happened::AssessmentOrdered { .. })).count() > 1 {
        return Err(broken(&called, "one request orders one assessment"));
    }
    if new.is_empty() { Ok(respond(&answered.response)) } else { keep(&app, &called, new, &answered).await }
}

/// Keeps what is told, unless the same is ordered already, and says what to answer.
async fn keep(app: &App, called: &Called, new: Vec<NewAtsEvent>, answered: &Answered) -> Result<Response, Problem> {
    let Answered { response, conflict, .. } = answered;
    let (tenant, connection) = (called.connection.tenant, called.connection.id);
    let asked = OrderAsked {
        request: called.digest(),
        status: response.status,
        body: response.json.clone().unwrap_or_default(),
        takes_its_place: conflict.is_none(),
    };
    let told = new.len();
    match app.store.hear_order(tenant, connection, (new, asked), app.now()).await? {
        Ordered::Heard(what) => {
            heard(called, told, what)?;
            Ok(respond(response))
        }
        Ordered::Before(before) => {
            tracing::info!(%connection, "the ATS asked again for what it had ordered, and got the same answer");
            let json = Some(before.body).filter(|body| !body.is_empty());
            Ok(respond(&InboundResponse { status: before.status, json }))
        }
        Ordered::Already => Ok(conflict.as_ref().map_or_else(|| StatusCode::CONFLICT.into_response(), respond)),
    }
}

async fn offers(app: &App, called: &Called) -> Result<Vec<Offer>, Problem> {
    let connection = &called.connection;
    let postings = app.store.newest_postings(connection.tenant, connection.id, MOST_OFFERS).await?;
    let offer = |posting: wellspring_model::posting::Posting| Offer {
        id: posting.id.uuid(),
        name: posting.title,
        description: None,
    };
    Ok(postings.into_iter().map(offer).collect())
}

/// What has to be told for an order: the result, where the application's records are here and assessed. Refuses an order under
/// an id of the connector's own, or of what is not on offer.
async fn follows(app: &App, called: &Called, given: OrderId, event: &AtsEvent) -> Result<Option<NewDelivery>, Problem> {
    let Happened::AssessmentOrdered { order, offer, application, .. } = &event.what else { return Ok(None) };
    if *order != given {
        return Err(broken(called, "an order has the id that the call gave it"));
    }
    let (tenant, connection) = (called.connection.tenant, called.connection.id);
    let posting = PostingId::from_uuid(*offer);
    let offered = app.store.posting(tenant, posting).await?;
    if offered.is_none_or(|posting| posting.connection != connection) {
        return Err(broken(called, "what was ordered is not on offer"));
    }
    result_of(app, called, (&application.id, posting)).await
}

async fn result_of(
    app: &App,
    called: &Called,
    about: (&ExternalId, PostingId),
) -> Result<Option<NewDelivery>, Problem> {
    let (tenant, connection) = (called.connection.tenant, called.connection.id);
    let Some(submission) = app.store.submission_for(tenant, connection, about).await? else { return Ok(None) };
    if submission.withdrawn.is_some() || !matches!(submission.state, SubmissionState::Assessed(_)) {
        return Ok(None);
    }
    let content = Content::Result { submission: submission.id, connection };
    let delivery = new_delivery(app, &submission, content).await.map_err(|_| Problem::internal())?;
    Ok(Some(delivery))
}
