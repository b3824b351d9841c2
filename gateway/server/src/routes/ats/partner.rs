//! `/partner/{connection}` and below: what an ATS asks of its assessment partner. What it can order are the tenant's jobs on
//! that connection: how somebody who applies for one does.

use axum::{
    extract::{Path, Request, State},
    response::Response,
};
use wellspring_model::{
    ats::{AtsEvent, Happened, Offer, Offers},
    delivery::Content,
    id::{AtsEventId, ExternalId, OrderId, PostingId},
    submission::SubmissionState,
};
use wellspring_store::{NewAtsEvent, NewDelivery};

use super::{
    called::{Called, Door, respond},
    hooks::{broken, connection, keep},
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
    if let Some(conflict) = &answered.conflict
        && is_ordered_already(&app, &called, &answered.events).await?
    {
        return Ok(respond(conflict));
    }
    let mut new = Vec::with_capacity(answered.events.len());
    for event in &answered.events {
        let delivery = follows(&app, &called, order, event).await?;
        new.push(NewAtsEvent { id: AtsEventId::from_uuid(app.uuid()), event: event.clone(), delivery });
    }
    if new.iter().filter(|one| matches!(one.event.what, Happened::AssessmentOrdered { .. })).count() > 1 {
        return Err(broken(&called, "one request orders one assessment"));
    }
    keep(&app, &called, new).await?;
    Ok(respond(&answered.response))
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

/// Whether the same is ordered and has not ended. Only a connector that says what its ATS is then answered asks for this; to
/// another, a second order takes the place of the first.
async fn is_ordered_already(app: &App, called: &Called, events: &[AtsEvent]) -> Result<bool, Problem> {
    let (tenant, connection) = (called.connection.tenant, called.connection.id);
    for event in events {
        if let Happened::AssessmentOrdered { offer, application, .. } = &event.what
            && app.store.is_ordered(tenant, connection, (&application.id, PostingId::from_uuid(*offer))).await?
        {
            return Ok(true);
        }
    }
    Ok(false)
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
