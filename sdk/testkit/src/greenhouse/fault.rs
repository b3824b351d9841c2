//! What can go wrong at Greenhouse, by what a request asks for.

/// What a request asks of the ATS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Route {
    Token,
    Applications,
    Candidates,
    WriteCandidate,
    Notes,
    WriteNote,
    CustomFields,
    Other,
}

impl Route {
    pub(crate) fn of(method: &str, path: &str) -> Self {
        match (method, path.strip_prefix("/v3/").unwrap_or(path)) {
            ("POST", "/token") => Self::Token,
            ("GET", "applications") => Self::Applications,
            ("GET", "candidates") => Self::Candidates,
            ("PATCH", path) if path.starts_with("candidates/") => Self::WriteCandidate,
            ("GET", "notes") => Self::Notes,
            ("POST", "notes") => Self::WriteNote,
            ("GET", "custom_fields") => Self::CustomFields,
            _ => Self::Other,
        }
    }
}
