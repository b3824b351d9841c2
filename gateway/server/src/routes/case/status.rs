//! `imsx_StatusInfo`: how CASE says that a request failed.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use wellspring_store::StoreError;

use crate::problem::Problem;

/// A failed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    status: StatusCode,
    minor: &'static str,
    description: String,
}

impl Status {
    fn new(status: StatusCode, minor: &'static str, description: impl Into<String>) -> Self {
        Self { status, minor, description: description.into() }
    }

    pub fn unknown_object() -> Self {
        let description =
            "there is no such object among the frameworks that may be read; a key of their owner shows the others";
        Self::new(StatusCode::NOT_FOUND, "unknownobject", description)
    }

    pub fn unknown_address() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "unknownobject",
            "this is no address of the CASE service; see its discovery document",
        )
    }

    pub fn no_uuid() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_uuid", "objects are asked for by their identifier, a UUID")
    }

    pub fn sort_field(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_sort_field", description)
    }

    pub fn selection_field(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_selection_field", description)
    }

    pub fn unauthorized() -> Self {
        let description = "the key is not valid; send none to read what is published, or `Authorization: Bearer wsk_…`";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorised_request", description)
    }

    pub fn fault() -> Self {
        let description = "the gateway met a fault of its own, which has been logged";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_server_error", description)
    }

    fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "server_busy", "the gateway cannot answer now; try again shortly")
    }
}

impl From<StoreError> for Status {
    fn from(error: StoreError) -> Self {
        // It logs what has to be logged.
        match Problem::from(error).kind().status() {
            StatusCode::INTERNAL_SERVER_ERROR => Self::fault(),
            _ => Self::busy(),
        }
    }
}

impl IntoResponse for Status {
    fn into_response(self) -> Response {
        let body = json!({
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_description": self.description,
            "imsx_codeMinor": {
                "imsx_codeMinorField": [
                    {"imsx_codeMinorFieldName": "wellspring", "imsx_codeMinorFieldValue": self.minor}
                ]
            }
        });
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
