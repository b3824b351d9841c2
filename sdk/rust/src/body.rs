//! What a request carries.

use crate::{
    Blob,
    bindings::wellspring::connector::http::{self, Header},
};

/// What a request carries.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    None,
    Text(String),
    Bytes(Vec<u8>),
    Json(String),
    Form(Vec<Header>),
    Multipart(Vec<Part>),
    Blob(Blob),
}

impl Body {
    pub(crate) fn contract(&self) -> http::Body<'_> {
        match self {
            Self::None => http::Body::None,
            Self::Text(text) => http::Body::Text(text.clone()),
            Self::Bytes(bytes) => http::Body::Bytes(bytes.clone()),
            Self::Json(json) => http::Body::Json(json.clone()),
            Self::Form(fields) => http::Body::Form(fields.clone()),
            Self::Multipart(parts) => http::Body::Multipart(parts.iter().map(Part::contract).collect()),
            Self::Blob(blob) => http::Body::Blob(blob.handle()),
        }
    }
}

/// A part of a form that carries files.
#[derive(Debug, Clone)]
pub struct Part {
    name: String,
    filename: Option<String>,
    content_type: Option<String>,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Text(String),
    Bytes(Vec<u8>),
    Blob(Blob),
}

impl Part {
    /// A field of text.
    pub fn text(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), filename: None, content_type: None, content: Content::Text(value.into()) }
    }

    /// A file of bytes.
    pub fn file(name: &str, filename: &str, content_type: &str, bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            filename: Some(filename.to_owned()),
            content_type: Some(content_type.to_owned()),
            content: Content::Bytes(bytes),
        }
    }

    /// A file that the host holds, with its own content type.
    pub fn blob(name: &str, filename: &str, blob: &Blob) -> Self {
        let content = Content::Blob(blob.clone());
        Self { name: name.to_owned(), filename: Some(filename.to_owned()), content_type: None, content }
    }

    fn contract(&self) -> http::Part<'_> {
        http::Part {
            name: self.name.clone(),
            filename: self.filename.clone(),
            content_type: self.content_type.clone(),
            content: match &self.content {
                Content::Text(text) => http::Content::Text(text.clone()),
                Content::Bytes(bytes) => http::Content::Bytes(bytes.clone()),
                Content::Blob(blob) => http::Content::Blob(blob.handle()),
            },
        }
    }
}
