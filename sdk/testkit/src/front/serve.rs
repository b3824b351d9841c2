//! HTTP in, an exchange in the trace, HTTP out.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header::HOST},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde_json::json;

use super::{Answer, Asked, Exchange, Fault, Shared};
use crate::cuttable::Cut;

/// Requests larger than this are nobody's.
const BODY_MAX: usize = 40 << 20;
/// White space, which JSON may hold any amount of.
const MEGABYTE: Bytes = Bytes::from_static(&[b' '; 1 << 20]);
/// The answer that is larger than any may be, in megabytes.
const OVERSIZE: usize = 64;
/// What HTTP itself puts around a message.
const FRAMING: [&str; 6] =
    ["host", "content-length", "connection", "transfer-encoding", "user-agent", "accept-encoding"];

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(take).layer(axum::extract::DefaultBodyLimit::max(BODY_MAX)).with_state(shared)
}

async fn take(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Cut>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if headers.get(HOST).is_none_or(|host| host.as_bytes() != shared.host.as_bytes()) {
        return respond(Answer::json(403, &json!({ "message": "this server answers under its own address only" })));
    }
    let (base, path) = place(uri.path());
    if let Some(answer) = shared.credentials.token(&base, &path, &headers, &body) {
        return respond(answer);
    }
    let carried = shared.credentials.carried(&headers);
    let asked = Asked {
        method: method.to_string(),
        base,
        path,
        query: url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        headers: shown(&headers, carried.as_ref().map(|(_, header)| header.as_str())),
        body,
        credential: carried.map(|(name, _)| name),
    };
    let (behind, fault, started) = {
        let mut state = shared.lock();
        state.count += 1;
        let number = state.count;
        let fault = state.faults.iter().find(|(at, _)| at.is(number, &asked.method)).map(|(_, fault)| *fault);
        (Arc::clone(&state.behind), fault, state.started)
    };
    let is_stranger = asked.credential.is_none() && shared.credentials.are_attached() && behind.refuses_strangers();
    let arrived = started.elapsed();
    let answer = match fault.map_or(Ok(()), instead) {
        Err(answer) => answer,
        Ok(()) if is_stranger => {
            Some(Answer::json(401, &json!({ "message": "this request proves nothing; name a credential" })))
        }
        Ok(()) => {
            let answer = behind.answer(&asked).await;
            if let Some(Fault::Slow(by)) = fault {
                tokio::time::sleep(by).await;
            }
            Some(answer)
        }
    };
    let answer = if fault == Some(Fault::LostAnswer) { None } else { answer };
    shared.lock().trace.push(Exchange {
        at: arrived,
        took: started.elapsed().saturating_sub(arrived),
        asked,
        answer: answer.clone(),
        fault: fault.map(Fault::as_str),
    });
    match answer {
        None => {
            connection.cut();
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Some(_) if fault == Some(Fault::Oversize) => {
            Body::from_stream(stream::iter((0..OVERSIZE).map(|_| Ok::<_, Infallible>(MEGABYTE)))).into_response()
        }
        Some(answer) => respond(answer),
    }
}

/// What is answered without anything being done; `Ok`: it is done.
fn instead(fault: Fault) -> Result<(), Option<Answer>> {
    let refused = |status, message: &str| Err(Some(Answer::json(status, &json!({ "message": message }))));
    match fault {
        Fault::LostAnswer | Fault::Slow(_) => Ok(()),
        Fault::Cut => Err(None),
        Fault::RateLimited(seconds) => {
            let answer = Answer::json(429, &json!({ "message": "Too many requests" }));
            Err(Some(answer.with_header("retry-after", seconds)))
        }
        Fault::Unavailable => refused(503, "Down for maintenance"),
        Fault::Unauthorized => refused(401, "The token has expired"),
        Fault::Forbidden => refused(403, "The scope is missing"),
        Fault::Oversize => Err(Some(Answer { status: 200, headers: Vec::new(), body: Bytes::new() })),
        Fault::Page => {
            let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
            Err(Some(Answer {
                status: 200,
                headers,
                body: Bytes::from_static(b"<!doctype html><title>Sign in</title>"),
            }))
        }
    }
}

/// The first segment is the base's name, the rest the path below it.
fn place(path: &str) -> (String, String) {
    let path = path.trim_start_matches('/');
    let (base, rest) = path.split_once('/').unwrap_or((path, ""));
    (base.to_owned(), format!("/{rest}"))
}

fn shown(headers: &HeaderMap, carrier: Option<&str>) -> Vec<(String, String)> {
    let is_shown = |name: &HeaderName| {
        !FRAMING.contains(&name.as_str()) && name != "authorization" && Some(name.as_str()) != carrier
    };
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().filter(|(name, _)| is_shown(name)).map(|(name, value)| (name.to_string(), text(value))).collect()
}

fn respond(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>())
            && !FRAMING.contains(&name.as_str())
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}
