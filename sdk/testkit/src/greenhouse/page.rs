//! Paging as in Harvest v3: `per_page` on the first call only, then a cursor that comes alone.

use axum::{
    Json,
    http::{HeaderValue, header::LINK},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

use super::refusal::Refusal;

/// The parameters of a list, the first call's in every later one.
#[derive(Debug, Clone)]
pub(super) struct Query {
    parameters: Vec<(String, String)>,
    offset: usize,
}

impl Query {
    pub(super) fn read(parameters: Vec<(String, String)>) -> Result<Self, Refusal> {
        let Some((_, cursor)) = parameters.iter().find(|(name, _)| name == "cursor") else {
            return Ok(Self { parameters, offset: 0 });
        };
        if parameters.len() > 1 {
            return Err(Refusal::invalid("cursor", "Must be the only query parameter"));
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
        let (parameters, offset) =
            serde_json::from_slice(&bytes).map_err(|_| Refusal::invalid("cursor", "Is not a cursor of ours"))?;
        Ok(Self { parameters, offset })
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A list of ids, of which Greenhouse takes at most fifty.
    pub(super) fn ids(&self, name: &str) -> Result<Option<Vec<u64>>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let ids: Result<Vec<u64>, _> = text.split(',').map(str::parse).collect();
        let ids = ids.map_err(|_| Refusal::invalid(name, "Must be a list of ids"))?;
        if ids.len() > 50 {
            return Err(Refusal::invalid(name, "Must have at most 50 ids"));
        }
        Ok(Some(ids))
    }

    /// One page, with a link to the next where there is one.
    pub(super) fn page(&self, all: Vec<Value>, address: &str) -> Result<Response, Refusal> {
        let size = match self.text("per_page") {
            None => 100,
            Some(text) => text
                .parse()
                .ok()
                .filter(|size| (1..=500).contains(size))
                .ok_or_else(|| Refusal::invalid("per_page", "Must be between 1 and 500"))?,
        };
        let next = self.offset + size;
        let is_last = next >= all.len();
        let page: Vec<Value> = all.into_iter().skip(self.offset).take(size).collect();
        let mut response = Json(page).into_response();
        if !is_last && let Ok(text) = serde_json::to_vec(&(&self.parameters, next)) {
            let cursor = BASE64_URL_SAFE_NO_PAD.encode(text);
            let link = format!("<{address}?cursor={cursor}>; rel=\"next\"");
            if let Ok(link) = HeaderValue::from_str(&link) {
                response.headers_mut().insert(LINK, link);
            }
        }
        Ok(response)
    }
}
