//! `Idempotency-Key`: the same request sent again gets the same answer, another request under the same key is refused.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde::Serialize;
use wellspring_model::{digest::Digest, pointer::Pointer};
use wellspring_store::{Earlier, Idempotency};

use crate::problem::Problem;

const LONGEST: usize = 255;

/// The key of a request, if it has one.
///
/// # Errors
/// A problem where the header is empty, too long or not plain text.
pub fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().ok().map(str::trim).filter(|text| !text.is_empty() && text.len() <= LONGEST);
    let why = || format!("the header Idempotency-Key must be 1 to {LONGEST} plain characters");
    text.map(|text| Some(text.to_owned())).ok_or_else(|| Problem::invalid_request(Pointer::root(), why()))
}

/// What the store keeps beside the new thing, in the same transaction.
pub fn record<T: Serialize>(
    key: Option<String>,
    route: &'static str,
    request: Digest,
    status: u16,
    answer: &T,
) -> Result<Option<Idempotency>, Problem> {
    let Some(key) = key else { return Ok(None) };
    let body = serde_json::to_string(answer).map_err(|_| Problem::internal())?;
    Ok(Some(Idempotency { key, route: route.to_owned(), request, status, body }))
}

/// Answers a repeat with what the first request got.
pub fn replay(earlier: Earlier, request: Digest) -> Result<Response, Problem> {
    if earlier.request != request {
        return Err(Problem::idempotency_conflict());
    }
    let status = StatusCode::from_u16(earlier.status).map_err(|_| Problem::internal())?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (http::HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true")),
    ];
    Ok((status, headers, earlier.body).into_response())
}
