//! HTTP. One folder or file per resource; a route decodes, calls one step, stores, answers.

pub mod ats;
pub mod audit;
mod case;
pub mod connections;
pub mod connectors;
pub mod crosswalks;
pub mod deliveries;
pub mod documents;
pub mod endpoints;
pub mod frameworks;
pub mod health;
pub mod jobs;
pub mod profiles;
pub mod reports;
pub mod scoring;
pub mod submissions;
pub mod trust;
pub mod unmapped;
pub mod verifications;

use std::sync::Arc;

use axum::{Router, http::StatusCode, response::IntoResponse};
use serde::{Deserialize, Serialize};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use utoipa::{
    IntoParams, OpenApi, ToSchema,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use wellspring_model::pointer::Pointer;
use wellspring_store::Page;

use crate::{
    problem::{self, Problem},
    state::App,
    telemetry::request,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Wellspring Gateway",
        description = "Takes learner records with job applications, verifies and scores them, and brings the result into the ATS.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    security(("key" = []))
)]
struct Api;

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(submissions::accept::accept, submissions::show::list))
        .routes(routes!(submissions::show::show))
        .routes(routes!(submissions::recheck::recheck))
        .routes(routes!(submissions::explanation::explanation))
        .routes(routes!(submissions::explanation::chart))
        .routes(routes!(submissions::replay::replay))
        .routes(routes!(submissions::withdrawal::withdraw))
        .routes(routes!(verifications::verify))
        .routes(routes!(connections::add, connections::list))
        .routes(routes!(connections::show, connections::remove))
        .routes(routes!(connections::check))
        .routes(routes!(connections::resume))
        .routes(routes!(ats::jobs::jobs))
        .routes(routes!(ats::orders::list))
        .routes(routes!(frameworks::import::import, frameworks::list))
        .routes(routes!(frameworks::import::import_from))
        .routes(routes!(frameworks::show))
        .routes(routes!(frameworks::changes::changes))
        .routes(routes!(frameworks::publication::put))
        .routes(routes!(crosswalks::add, crosswalks::list))
        .routes(routes!(crosswalks::show))
        .routes(routes!(crosswalks::associations::add, crosswalks::associations::list))
        .routes(routes!(crosswalks::associations::show))
        .routes(routes!(crosswalks::associations::decide))
        .routes(routes!(crosswalks::suggestions::suggest))
        .routes(routes!(crosswalks::editions::make, crosswalks::editions::list))
        .routes(routes!(crosswalks::editions::package))
        .routes(routes!(unmapped::list))
        .routes(routes!(unmapped::resolve))
        .routes(routes!(profiles::add, profiles::list))
        .routes(routes!(profiles::show))
        .routes(routes!(jobs::add, jobs::list))
        .routes(routes!(jobs::show))
        .routes(routes!(trust::policies::add, trust::policies::list))
        .routes(routes!(trust::policies::show))
        .routes(routes!(trust::in_force::show, trust::in_force::put))
        .routes(routes!(trust::in_force::put_for_job))
        .routes(routes!(trust::preview::preview))
        .routes(routes!(trust::preview::decision))
        .routes(routes!(scoring::policies::add, scoring::policies::list))
        .routes(routes!(scoring::policies::show))
        .routes(routes!(scoring::in_force::show, scoring::in_force::put))
        .routes(routes!(scoring::in_force::show_for_job, scoring::in_force::put_for_job))
        .routes(routes!(scoring::compare::compare))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::show))
        .routes(routes!(deliveries::replay::replay))
        .routes(routes!(deliveries::replay::replay_one))
        .routes(routes!(deliveries::replay::cancel))
        .routes(routes!(connectors::list))
        .routes(routes!(endpoints::add, endpoints::list))
        .routes(routes!(endpoints::show, endpoints::remove))
        .routes(routes!(endpoints::actions::rotate))
        .routes(routes!(endpoints::actions::test))
        .routes(routes!(endpoints::actions::resume))
        .routes(routes!(audit::list))
        .routes(routes!(audit::heads))
}

/// The OpenAPI document of `/v1`.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = api().split_for_parts().1;
    let key = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    document.components.get_or_insert_default().security_schemes.insert("key".to_owned(), key.into());
    document
}

/// The document as text, as committed in `docs/openapi.json`.
///
/// # Errors
/// The document cannot be serialised.
pub fn openapi_text() -> Result<String, serde_json::Error> {
    openapi().to_pretty_json()
}

/// Everything the gateway answers to.
pub fn router(app: App) -> Router {
    let (api, _) = api().split_for_parts();
    let base: Arc<str> = app.config.public_url.as_str().into();
    api.merge(reports::router())
        .merge(documents::router())
        .merge(ats::router())
        .merge(case::router())
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(axum::middleware::map_response_with_state(base, problem::absolute))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(|_| Problem::internal().into_response()))
        .layer(axum::middleware::from_fn_with_state(app.clone(), request::observe))
        // Whoever asks for these every second is in no trace and in no figure.
        .merge(health::router())
        .with_state(app)
}

/// Where a page of a list begins and how long it is.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The `next` of the page before.
    pub after: Option<String>,
    /// 1 to 200; 50 if absent.
    pub limit: Option<u16>,
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageView<T> {
    pub items: Vec<T>,
    /// Give it as `after` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Reads a page query into what the store takes.
///
/// # Errors
/// A problem where the cursor is none of ours or the limit is out of range.
pub fn page<Id: std::str::FromStr>(query: &PageQuery) -> Result<Page<Id>, Problem> {
    page_of(query, 50, 200)
}

/// The same where so many come unasked, and so many at most.
///
/// # Errors
/// As [`page`].
pub fn page_of<Id: std::str::FromStr>(query: &PageQuery, unasked: u16, most: u16) -> Result<Page<Id>, Problem> {
    let refuse = |key: &str, why: &str| Problem::invalid_request(Pointer::root().key(key), why.to_owned());
    let limit = query.limit.unwrap_or(unasked);
    if !(1..=most).contains(&limit) {
        return Err(refuse("limit", &format!("it must be 1 to {most}")));
    }
    let after = query.after.as_deref().map(str::parse).transpose();
    let after = after.map_err(|_| refuse("after", "it must be the `next` of an earlier page"))?;
    Ok(Page { after, limit: u32::from(limit) })
}

/// 201 with the place of the new thing.
pub fn created<T: Serialize>(location: String, body: T) -> impl IntoResponse {
    (StatusCode::CREATED, [(http::header::LOCATION, location)], axum::Json(body))
}
