//! Pages for people: the report behind a link, the meaning of findings and problems, and what to do when a link is dead.
//!
//! Every page is a pure function of its arguments and works without scripts. Texts come from [`crate::sentences`]; the
//! markdown of `docs/findings` and `docs/problems` is compiled in.

mod asset;
mod chart;
mod document;
mod icon;
mod language;
mod notice;
mod report;
mod site;

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};

pub use self::{
    asset::{Asset, asset},
    chart::{chart, respond_chart},
    document::{finding_page, findings_page, problem_page, problems_page},
    language::language,
    notice::{home_page, link_expired_page, link_unknown_page, page_failed_page, page_unknown_page, withdrawn_page},
    report::{ReportLinks, ReportPage, submission_page},
    site::Site,
};

/// Why a page could not be written.
pub type PageError = askama::Error;

/// What every page is sent with. Nothing is loaded from elsewhere, nothing runs, no address of a report leaks onward,
/// and nobody but the reader keeps a copy.
pub const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
        ),
    ),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
];

/// A page as a response. One that could not be written becomes a short page that says so.
pub fn respond(site: &Site, status: StatusCode, page: Result<String, PageError>) -> Response {
    let (status, page) = match page {
        Ok(page) => (status, page),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            (StatusCode::INTERNAL_SERVER_ERROR, page_failed_page(site).unwrap_or_default())
        }
    };
    (status, HEADERS, page).into_response()
}

#[cfg(test)]
mod tests;
