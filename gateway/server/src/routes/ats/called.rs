//! A request of an ATS, from the first look at its address to the answer of the connector.

use std::time::Duration;

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};
use wellspring_host::{Answered, InboundCall, InboundRequest, InboundResponse, NotAnswered, Purpose};
use wellspring_model::{
    ats::Offers,
    connection::Connection,
    delivery::{DeliveryFailure, FailureCode},
    digest::Digest,
    id::ConnectionId,
    pointer::Pointer,
};

use crate::{problem::Problem, state::App, work::deliver};

/// How long an ATS waits for us at most. Some give up after ten seconds.
const DEADLINE: Duration = Duration::from_secs(9);

/// A connection that its ATS calls, and the request.
pub(super) struct Called {
    pub connection: Connection,
    request: InboundRequest,
}

/// For what an ATS calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Hooks,
    Partner,
}

impl Called {
    /// Finds whom a request is for, and reads it. An address that nobody answers at looks the same whatever the reason.
    pub async fn read(app: &App, door: Door, id: &str, request: Request) -> Result<Self, Problem> {
        let id: ConnectionId = id.parse().map_err(|_| Problem::not_found())?;
        let connection = app.store.connection_called(id).await?.ok_or_else(Problem::not_found)?;
        let connector = app.host.connector(&connection.connector).ok_or_else(Problem::not_found)?;
        let described = match door {
            Door::Hooks => &connector.manifest().webhooks,
            Door::Partner => &connector.manifest().partner,
        };
        if described.is_none() {
            return Err(Problem::not_found());
        }
        let per_minute = app.config.limits.ats_requests_per_minute;
        app.pace.take(connection.id, per_minute, app.now()).map_err(Problem::too_many_requests)?;
        let below = match door {
            Door::Hooks => "/hooks/",
            Door::Partner => "/partner/",
        };
        let request = inbound(app, below, request).await?;
        Ok(Self { connection, request })
    }

    /// Over what is asked, so that the same request is known again. What a proxy or a later signature adds is not part of it.
    pub fn digest(&self) -> Digest {
        let InboundRequest { method, path, query, body, .. } = &self.request;
        let mut hash = Sha256::new();
        let query = query.iter().flat_map(|(name, value)| [name, value]);
        for part in [method, path].into_iter().chain(query).map(String::as_bytes).chain([body.as_slice()]) {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Digest::from_bytes(hash.finalize().into())
    }

    /// Asks the connector what it tells, and what to answer.
    pub async fn ask(&self, app: &App, offers: Option<Offers>) -> Result<Answered, Problem> {
        let connection = &self.connection;
        let view = deliver::view(app, connection.clone()).await.map_err(|_| Problem::internal())?;
        let call = InboundCall {
            connection: view,
            call_id: format!("{} {}", connection.id, app.uuid().simple()),
            deadline: DEADLINE,
            purpose: offers.map_or(Purpose::Receive, Purpose::Partner),
            request: self.request.clone(),
        };
        app.host.inbound(&connection.connector, call).await.map_err(|not| match not {
            NotAnswered::NotGenuine => {
                tracing::warn!(connection = %connection.id, "a request did not show that it is genuine");
                Problem::not_genuine()
            }
            NotAnswered::Failed(failure) => refused(connection.id, failure),
        })
    }
}

/// What the ATS is told of a connector that could not make sense of its request, or failed.
fn refused(connection: ConnectionId, failure: DeliveryFailure) -> Problem {
    tracing::warn!(%connection, code = %failure.code, "a request of the ATS came to nothing");
    match failure.code {
        FailureCode::InvalidInput => Problem::invalid_request(Pointer::root(), failure.message),
        FailureCode::Unsupported => Problem::not_found(),
        // The ATS tells it again.
        _ => Problem::unavailable(),
    }
}

/// The connector's answer, as it is sent.
pub(super) fn respond(answer: &InboundResponse) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = match answer.json.clone() {
        Some(json) => (status, [(header::CONTENT_TYPE, "application/json")], json).into_response(),
        None => status.into_response(),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn inbound(app: &App, below: &str, request: Request) -> Result<InboundRequest, Problem> {
    let (parts, body) = request.into_parts();
    let limit = app.config.limits.ats_request_bytes;
    let body = axum::body::to_bytes(body, limit).await.map_err(|_| Problem::body_too_large(limit))?;
    let headers = parts.headers.iter();
    let text = |(name, value): (&header::HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let query = parts.uri.query().unwrap_or_default();
    Ok(InboundRequest {
        method: parts.method.as_str().to_owned(),
        path: path(parts.uri.path(), below),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: headers.filter_map(text).collect(),
        body: body.to_vec(),
    })
}

/// What stands behind the connection's id, as it came.
fn path(path: &str, below: &str) -> String {
    let rest = path.strip_prefix(below).and_then(|rest| rest.split_once('/'));
    format!("/{}", rest.map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_is_shown_what_stands_behind_its_connections_id() {
        assert_eq!(path("/hooks/con_1", "/hooks/"), "/");
        assert_eq!(path("/hooks/con_1/", "/hooks/"), "/");
        assert_eq!(path("/partner/con_1/assessment.list", "/partner/"), "/assessment.list");
        assert_eq!(path("/partner/con_1/a%2Fb/c", "/partner/"), "/a%2Fb/c");
    }
}
