//! The page over HTTP, its events, and what people ask for on it.

use std::{convert::Infallible, sync::Arc};

use askama::Template;
use axum::{
    Form, Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Redirect, Response, Sse, sse::Event},
    routing::{get, post},
};
use futures_util::{Stream, stream};

use super::{Built, Shared, Snapshot, Wish};

/// Only what this server sends, and nothing that another page embeds.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

pub(super) fn router(shared: Arc<Shared>) -> Router {
    let style = || async {
        (
            [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
            concat!(include_str!("../../templates/page.css"), include_str!("../../templates/live/live.css")),
        )
    };
    let script = || async {
        ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("../../templates/live/live.js"))
    };
    Router::new()
        .route("/", get(page))
        .route("/events", get(events))
        .route("/call", post(call))
        .route("/page.css", get(style))
        .route("/live.js", get(script))
        .layer(from_fn_with_state(Arc::clone(&shared), guard))
        .with_state(shared)
}

#[derive(Template)]
#[template(path = "live/page.html")]
struct Page {
    now: Snapshot,
    revision: u64,
}

async fn page(State(shared): State<Arc<Shared>>) -> Response {
    let revision = *shared.revision.borrow();
    let now = shared.snapshot().clone();
    match (Page { now, revision }).render() {
        Ok(page) => Html(page).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Tells the page that there is something else to show.
async fn events(State(shared): State<Arc<Shared>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut revision = shared.revision.subscribe();
    revision.mark_changed();
    Sse::new(stream::unfold(revision, |mut revision| async move {
        revision.changed().await.ok()?;
        let number = *revision.borrow_and_update();
        Some((Ok(Event::default().data(number.to_string())), revision))
    }))
}

async fn call(State(shared): State<Arc<Shared>>, Form(wish): Form<Wish>) -> Response {
    // Whoever clicks eight times while one call runs gets eight calls, and no ninth.
    let _full = shared.wishes.try_send(wish);
    Redirect::to("/").into_response()
}

/// Answers nobody who came by another name, or from another page.
async fn guard(State(shared): State<Arc<Shared>>, headers: HeaderMap, request: Request, next: Next) -> Response {
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    let is_ours = |host: &str| shared.hosts.iter().any(|known| known == host);
    let by_name = text(header::HOST).is_some_and(is_ours);
    let from_here = text(header::ORIGIN).is_none_or(|origin| origin.strip_prefix("http://").is_some_and(is_ours));
    if !by_name || !from_here {
        return (StatusCode::FORBIDDEN, "this page answers on loopback only").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, axum::http::HeaderValue::from_static(value));
    }
    response
}
