//! `GET /v1/orders`: assessments that ATSs have ordered.

use axum::{
    Json,
    extract::{Query, State},
};
use serde::Serialize;
use utoipa::ToSchema;
use wellspring_model::ats::{Order, OrderState};
use wellspring_store::Action;

use crate::{
    auth::Caller,
    problem::Problem,
    routes::{PageQuery, PageView, page},
    state::App,
};

/// An assessment that an ATS has ordered.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderView {
    pub id: String,
    /// `ordered`: the ATS waits for it; `completed`: it has the result; `cancelled`: it wants it no longer, or the application
    /// was withdrawn.
    pub state: String,
    pub connection: String,
    /// What was ordered: how the application does against this job's profile.
    pub job: String,
    /// The ATS's id of the application.
    pub application: String,
    pub ordered_at: String,
    /// What the application was handed in as; absent until it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<String>,
}

impl From<Order> for OrderView {
    fn from(order: Order) -> Self {
        let (submission, completed_at, cancelled_at) = match &order.state {
            OrderState::Ordered { submission } => (*submission, None, None),
            OrderState::Completed { at, submission } => (Some(*submission), Some(at.to_string()), None),
            OrderState::Cancelled { at } => (None, None, Some(at.to_string())),
        };
        Self {
            id: order.id.to_string(),
            state: order.state.as_str().to_owned(),
            connection: order.connection.to_string(),
            job: order.posting.to_string(),
            application: order.application.to_string(),
            ordered_at: order.ordered_at.to_string(),
            submission: submission.map(|id| id.to_string()),
            completed_at,
            cancelled_at,
        }
    }
}

/// All orders, oldest first.
#[utoipa::path(
    get,
    path = "/v1/orders",
    tag = "orders",
    params(PageQuery),
    responses((status = 200, body = PageView<OrderView>))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageView<OrderView>>, Problem> {
    let (orders, next) = app.store.orders(caller.tenant, page(&query)?).await?;
    caller.lists(&app, Action::OrdersListed, orders.iter().map(|order| order.id)).await?;
    Ok(Json(PageView { items: orders.into_iter().map(OrderView::from).collect(), next: next.map(String::from) }))
}
