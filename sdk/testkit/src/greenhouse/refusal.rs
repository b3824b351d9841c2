//! How Harvest refuses.

use axum::{
    Json,
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::fault::Refusals;

/// A request the ATS does not do.
#[derive(Debug)]
pub(super) struct Refusal(pub StatusCode, pub Value);

impl Refusal {
    /// 422, in the form that Harvest documents.
    pub(super) fn invalid(field: &str, message: &str) -> Self {
        let body = json!({"message": "Validation error", "errors": [{"message": message, "field": field}]});
        Self(StatusCode::UNPROCESSABLE_ENTITY, body)
    }

    pub(super) fn unauthorized() -> Self {
        let errors = json!([{"message": "Token could not be decoded."}]);
        Self(StatusCode::UNAUTHORIZED, json!({"message": "Unauthorized", "errors": errors}))
    }

    pub(super) fn forbidden(scope: &str) -> Self {
        Self(StatusCode::FORBIDDEN, json!({"message": format!("The scope {scope} is missing")}))
    }

    pub(super) fn not_found() -> Self {
        Self(StatusCode::NOT_FOUND, json!({"message": "Resource not found"}))
    }
}

impl Refusals for Refusal {
    fn rate_limited(seconds: u64) -> Response {
        too_many(seconds)
    }

    fn down() -> Response {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"message": "Down"}))).into_response()
    }

    fn unauthorized() -> Response {
        Self::unauthorized().into_response()
    }

    fn refused(code: &'static str) -> Response {
        Self::invalid("body", code).into_response()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}

/// 429, with the time until there is room again.
pub(super) fn too_many(seconds: u64) -> Response {
    let mut response = (StatusCode::TOO_MANY_REQUESTS, Json(json!({"message": "Rate limit exceeded"}))).into_response();
    response.headers_mut().insert("retry-after", HeaderValue::from(seconds));
    response.headers_mut().insert("x-ratelimit-remaining", HeaderValue::from_static("0"));
    response
}
