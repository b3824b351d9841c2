//! Reading request bodies strictly: size, syntax, duplicate keys, depth, unknown members. Each refusal is a problem with
//! the place in the document, and nothing has been stored when it is sent.

use axum::{
    extract::{FromRequest, Request},
    http::header::CONTENT_TYPE,
};
use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use wellspring_model::pointer::Pointer;

use crate::{problem::Problem, state::App};

/// A JSON body that was read strictly, with its bytes as received.
#[derive(Debug)]
pub struct StrictJson<T> {
    pub value: T,
    pub bytes: Bytes,
}

impl<T: DeserializeOwned> FromRequest<App> for StrictJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::unsupported_media_type("application/json"));
        }
        let bytes = read_all(request, app).await?;
        let value = strict(&bytes, app)?;
        Ok(Self { value, bytes })
    }
}

/// The whole body, up to the configured limit.
pub async fn read_all(request: Request, app: &App) -> Result<Bytes, Problem> {
    let limit = app.config.limits.body_bytes;
    axum::body::to_bytes(request.into_body(), limit).await.map_err(|_| Problem::body_too_large(limit))
}

/// Parses strictly into `T`.
pub fn strict<T: DeserializeOwned>(bytes: &[u8], app: &App) -> Result<T, Problem> {
    let limits = wellspring_verify::Limits { bytes: app.config.limits.body_bytes, ..app.verification.limits };
    wellspring_verify::check_json(bytes, &limits).map_err(Problem::from)?;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| Problem::invalid_request(pointer(error.path()), plain(error.inner())))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") || kind.to_ascii_lowercase().ends_with("+json")
}

fn pointer(path: &serde_path_to_error::Path) -> Pointer {
    path.iter().fold(Pointer::root(), |pointer, segment| match segment {
        Segment::Seq { index } => pointer.index(*index),
        Segment::Map { key } => pointer.key(key),
        Segment::Enum { variant } => pointer.key(variant),
        Segment::Unknown => pointer,
    })
}

/// serde's words without the line and column, which the pointer replaces.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}
