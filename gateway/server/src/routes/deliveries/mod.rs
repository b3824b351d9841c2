//! `/v1/deliveries`: what goes to ATSs and endpoints, with every attempt.

pub mod replay;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use wellspring_model::id::DeliveryId;
use wellspring_store::Action;

use super::{PageQuery, PageView, page};
use crate::{auth::Caller, problem::Problem, state::App, view::submission::DeliveryView};

/// One delivery with its attempts.
#[utoipa::path(
    get,
    path = "/v1/deliveries/{id}",
    tag = "deliveries",
    params(("id" = String, Path, description = "`dlv_…`")),
    responses((status = 200, body = DeliveryView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn show(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Json<DeliveryView>, Problem> {
    let id: DeliveryId = id.parse().map_err(|_| Problem::not_found())?;
    let delivery = app.store.delivery(caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    let attempts = app.store.attempts(caller.tenant, id).await?;
    caller.notes(&app, Action::DeliveryViewed, id, None).await?;
    Ok(Json(DeliveryView::new(&delivery, &attempts)))
}

/// All deliveries, oldest first.
#[utoipa::path(
    get,
    path = "/v1/deliveries",
    tag = "deliveries",
    params(PageQuery),
    responses((status = 200, body = PageView<DeliveryView>))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageView<DeliveryView>>, Problem> {
    let (deliveries, next) = app.store.deliveries(caller.tenant, page(&query)?).await?;
    caller.lists(&app, Action::DeliveriesListed, deliveries.iter().map(|(delivery, _)| delivery.id)).await?;
    let items = deliveries.iter().map(|(delivery, attempts)| DeliveryView::new(delivery, attempts)).collect();
    Ok(Json(PageView { items, next: next.map(String::from) }))
}
