//! What the pages for HR users have in common.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

const STYLE: &str = include_str!("../templates/hr.css");

pub(crate) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

/// A stretch of a note: text, or an address that can be followed.
pub(crate) enum Piece {
    Text(String),
    Link(String),
}

/// Cuts a line at the addresses in it. Only web addresses can be followed.
pub(crate) fn pieces(line: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for word in line.split_inclusive(' ') {
        let address = word.trim_end();
        let is_web = address.starts_with("https://") || address.starts_with("http://");
        match pieces.last_mut() {
            _ if is_web => pieces.push(Piece::Link(address.to_owned())),
            Some(Piece::Text(text)) => text.push_str(word),
            _ => pieces.push(Piece::Text(word.to_owned())),
        }
    }
    pieces
}

/// What stands for a person without a picture.
pub(crate) fn initials(name: &str) -> String {
    name.split(' ').filter_map(|part| part.chars().next()).take(2).collect()
}

pub(crate) fn no_such_candidate() -> Response {
    let text = "<!doctype html><title>No such candidate</title><p>No such candidate.";
    (StatusCode::NOT_FOUND, Html(text)).into_response()
}

pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
