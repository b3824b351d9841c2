//! Files that pages load, compiled in.

use http::{HeaderName, HeaderValue, header};

/// A compiled-in file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    pub content_type: &'static str,
    pub bytes: &'static [u8],
}

impl Asset {
    /// What it is sent with. A short life, so that a new release shows its own style soon.
    pub fn headers(&self) -> [(HeaderName, HeaderValue); 3] {
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(self.content_type)),
            (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ]
    }
}

/// The file at `/assets/{name}`.
pub fn asset(name: &str) -> Option<Asset> {
    let (content_type, bytes): (_, &[u8]) = match name {
        "style.css" => ("text/css; charset=utf-8", include_bytes!("../../assets/style.css")),
        "chart.css" => ("text/css; charset=utf-8", include_bytes!("../../assets/chart.css")),
        "mark.svg" => ("image/svg+xml", include_bytes!("../../assets/mark.svg")),
        _ => return None,
    };
    Some(Asset { content_type, bytes })
}
