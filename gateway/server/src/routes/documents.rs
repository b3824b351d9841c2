//! Pages that need no key: the start page, what findings and problems mean, and the style.

use axum::{
    Router,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, StatusCode};
use wellspring_model::submission::Language;

use super::reports::{LanguageQuery, site};
use crate::{
    pages::{self, PageError, Site},
    problem::Problem,
    state::App,
};

pub fn router() -> Router<App> {
    Router::new()
        .route("/", get(home))
        .route("/findings", get(findings))
        .route("/findings/{code}", get(finding))
        .route("/problems", get(problems))
        .route("/problems/{slug}", get(problem))
        .route("/openapi.json", get(openapi))
        .route("/assets/{name}", get(asset))
}

async fn home(State(app): State<App>, chosen: Query<LanguageQuery>, headers: HeaderMap) -> Response {
    let site = site(&app, &chosen, &headers, Language::En);
    pages::respond(&site, StatusCode::OK, pages::home_page(&site))
}

async fn findings(State(app): State<App>, chosen: Query<LanguageQuery>, headers: HeaderMap) -> Response {
    let site = site(&app, &chosen, &headers, Language::En);
    pages::respond(&site, StatusCode::OK, pages::findings_page(&site))
}

async fn problems(State(app): State<App>, chosen: Query<LanguageQuery>, headers: HeaderMap) -> Response {
    let site = site(&app, &chosen, &headers, Language::En);
    pages::respond(&site, StatusCode::OK, pages::problems_page(&site))
}

async fn finding(
    State(app): State<App>,
    code: Path<String>,
    chosen: Query<LanguageQuery>,
    headers: HeaderMap,
) -> Response {
    let site = site(&app, &chosen, &headers, Language::En);
    found_or_not(&site, pages::finding_page(&site, &code))
}

async fn problem(
    State(app): State<App>,
    slug: Path<String>,
    chosen: Query<LanguageQuery>,
    headers: HeaderMap,
) -> Response {
    let site = site(&app, &chosen, &headers, Language::En);
    found_or_not(&site, pages::problem_page(&site, &slug))
}

fn found_or_not(site: &Site, page: Option<Result<String, PageError>>) -> Response {
    match page {
        Some(page) => pages::respond(site, StatusCode::OK, page),
        None => pages::respond(site, StatusCode::NOT_FOUND, pages::page_unknown_page(site)),
    }
}

/// The API document. It tells nothing that is not public.
async fn openapi() -> Response {
    axum::Json(super::openapi()).into_response()
}

async fn asset(name: Path<String>) -> Response {
    match pages::asset(&name) {
        Some(asset) => (asset.headers(), asset.bytes).into_response(),
        None => Problem::not_found().into_response(),
    }
}
