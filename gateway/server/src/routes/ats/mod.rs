//! What ATSs ask of us at the addresses of their connections. No key of ours comes with that: what shows that a request is
//! genuine is the connection's shared secret, which the sandbox looks at.

mod called;
mod hooks;
pub mod jobs;
pub mod orders;
mod partner;

use axum::{
    Router,
    routing::{any, post},
};

use crate::state::App;

/// `/hooks/{connection}` and `/partner/{connection}`, and what is below them.
pub fn router() -> Router<App> {
    Router::new()
        .route("/hooks/{connection}", post(hooks::receive))
        .route("/hooks/{connection}/{*path}", post(hooks::receive))
        .route("/partner/{connection}", any(partner::partner))
        .route("/partner/{connection}/{*path}", any(partner::partner))
}
