//! `CFDocuments`: the frameworks that a reader may see, in pages.

use axum::{
    Json,
    extract::{OriginalUri, Query, State},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use url::form_urlencoded;
use wellspring_model::case::{ObjectKind, mapping::Place};

use super::{
    Reader, Status,
    query::{Asked, Written},
};
use crate::state::App;

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

pub async fn list(
    State(app): State<App>,
    reader: Reader,
    OriginalUri(uri): OriginalUri,
    query: Query<Written>,
) -> Result<Response, Status> {
    let asked = Asked::read(&query, reader.version)?;
    let mut documents: Vec<Map<String, Value>> = Vec::new();
    for edition in app.store.frameworks_for(reader.tenant, reader.readers).await? {
        let serving = reader.serving(&edition)?;
        documents.extend(serving.object(ObjectKind::Document, serving.document.clone(), Place::Alone));
    }
    let documents = asked.chosen(documents);
    let total = documents.len();
    let page = documents.into_iter().skip(asked.offset).take(asked.limit);
    let page: Vec<Value> = page.map(|document| asked.selected(document).into()).collect();
    // A set of CASE has one at least.
    if page.is_empty() {
        return Err(Status::unknown_object());
    }
    let mut response = Json(json!({"CFDocuments": page})).into_response();
    let headers = response.headers_mut();
    headers.insert(TOTAL, HeaderValue::from(total));
    if let Ok(links) = HeaderValue::try_from(links(&reader.base, uri.query().unwrap_or_default(), &asked, total)) {
        headers.insert(header::LINK, links);
    }
    Ok(response)
}

/// Where the other pages are (RFC 8288).
fn links(base: &str, query: &str, asked: &Asked, total: usize) -> String {
    let last = (total.saturating_sub(1) / asked.limit) * asked.limit;
    let next = asked.offset + asked.limit;
    let mut pages = vec![("first", 0), ("last", last)];
    if next < total {
        pages.push(("next", next));
    }
    if asked.offset > 0 {
        pages.push(("prev", asked.offset.saturating_sub(asked.limit)));
    }
    let link = |(name, offset): (&str, usize)| {
        let mut written = form_urlencoded::Serializer::new(String::new());
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            if key != "limit" && key != "offset" {
                written.append_pair(&key, &value);
            }
        }
        written.append_pair("limit", &asked.limit.to_string()).append_pair("offset", &offset.to_string());
        format!("<{base}/CFDocuments?{}>; rel=\"{name}\"", written.finish())
    };
    pages.into_iter().map(link).collect::<Vec<_>>().join(", ")
}
