//! `/r/{token}`: the report page behind a link, the same report as data, and its picture by itself.

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, StatusCode, header::ACCEPT_LANGUAGE};
use serde::Deserialize;
use wellspring_model::submission::{EarlierAssessment, Language, Submission, SubmissionState};
use wellspring_store::{Action, AuditNote, StoreError};

use crate::{
    auth::token_digest,
    pages::{self, ReportLinks, Site},
    problem::Problem,
    routes::submissions::explanation::drawn,
    sentences::Sentences,
    state::App,
    view::report::ReportView,
};

pub fn router() -> Router<App> {
    Router::new()
        .route("/r/{token}", get(page))
        .route("/r/{token}/report.json", get(data))
        .route("/r/{token}/chart.svg", get(chart))
}

/// The reader's choice of language.
#[derive(Debug, Deserialize)]
pub struct LanguageQuery {
    pub lang: Option<String>,
}

/// Pages in the language the reader chose, else the browser's, else `fallback`.
pub fn site(app: &App, chosen: &LanguageQuery, headers: &HeaderMap, fallback: Language) -> Site {
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Site::new(&app.config.public_url, pages::language(chosen.lang.as_deref(), accepted, fallback))
}

/// What a link opens.
enum Opened {
    Report(Box<Submission>, Vec<EarlierAssessment>),
    /// What was withdrawn, in the language it was written in.
    Withdrawn(Language),
    Expired,
    Unknown,
}

async fn open(app: &App, token: &str) -> Result<Opened, StoreError> {
    let Some(share) = app.store.share(&token_digest(token)).await? else { return Ok(Opened::Unknown) };
    let now = app.now();
    if share.expires_at <= now {
        return Ok(Opened::Expired);
    }
    let Some(submission) = app.store.submission(share.tenant, share.submission).await? else {
        return Ok(Opened::Unknown);
    };
    // Its link ends with it; the clock of the node that retired it may be ahead of ours.
    if matches!(submission.state, SubmissionState::Retired { .. }) {
        return Ok(Opened::Expired);
    }
    if submission.withdrawn.is_some() {
        return Ok(Opened::Withdrawn(submission.language));
    }
    let earlier = app.store.earlier_assessments(share.tenant, share.submission).await?;
    let link = share.id.to_string();
    app.store.audit(AuditNote::new(share.tenant, now, &link, Action::ReportViewed, share.submission)).await?;
    Ok(Opened::Report(Box::new(submission), earlier))
}

async fn page(
    State(app): State<App>,
    token: Path<String>,
    chosen: Query<LanguageQuery>,
    headers: HeaderMap,
) -> Response {
    let plain = site(&app, &chosen, &headers, Language::En);
    let opened = match open(&app, &token).await {
        Ok(opened) => opened,
        Err(error) => return failed(&plain, &error),
    };
    let (submission, earlier) = match opened {
        Opened::Report(submission, earlier) => (submission, earlier),
        Opened::Withdrawn(language) => {
            let site = site(&app, &chosen, &headers, language);
            return pages::respond(&site, StatusCode::GONE, pages::withdrawn_page(&site));
        }
        Opened::Expired => return pages::respond(&plain, StatusCode::GONE, pages::link_expired_page(&plain)),
        Opened::Unknown => return pages::respond(&plain, StatusCode::NOT_FOUND, pages::link_unknown_page(&plain)),
    };
    let posting = match app.store.posting(submission.tenant, submission.posting).await {
        Ok(Some(posting)) => posting,
        Ok(None) => return pages::respond(&plain, StatusCode::NOT_FOUND, pages::link_unknown_page(&plain)),
        Err(error) => return failed(&plain, &error),
    };
    let site = site(&app, &chosen, &headers, submission.language);
    let base = app.config.public_url.path().trim_end_matches('/');
    let beside = |name: &str| Some(format!("{base}/r/{}/{name}", *token));
    let links = ReportLinks { data: beside("report.json"), chart: beside("chart.svg"), contact: None };
    let page = pages::submission_page(&site, &submission, &earlier, &posting, &links);
    pages::respond(&site, StatusCode::OK, page)
}

async fn data(State(app): State<App>, token: Path<String>) -> Result<Response, Problem> {
    match open(&app, &token).await? {
        Opened::Report(submission, earlier) => {
            let view = ReportView::new(&submission, &earlier, Sentences::get(submission.language));
            Ok(([(http::header::CACHE_CONTROL, "no-store")], Json(view)).into_response())
        }
        Opened::Withdrawn(_) | Opened::Expired | Opened::Unknown => Err(Problem::not_found()),
    }
}

async fn chart(
    State(app): State<App>,
    token: Path<String>,
    chosen: Query<LanguageQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Opened::Report(submission, _) = open(&app, &token).await? else { return Err(Problem::not_found()) };
    let SubmissionState::Assessed(assessed) = &submission.state else { return Err(Problem::not_found()) };
    drawn(&site(&app, &chosen, &headers, submission.language), assessed)
}

fn failed(site: &Site, error: &StoreError) -> Response {
    tracing::error!(%error, "a report could not be read");
    pages::respond(site, StatusCode::INTERNAL_SERVER_ERROR, pages::page_failed_page(site))
}
