//! Identifiers of issuers and keys, and where their documents lie (DID Core; did:key; did:web; Controlled Identifiers 1.0).

use url::Url;

/// The part of a key's identifier before `#`: whose document lists it.
pub(crate) fn controller_of(method: &str) -> &str {
    method.split_once('#').map_or(method, |(controller, _)| controller)
}

/// The document that speaks for an identifier. `None` where there is none to fetch: did:key is its own document, and
/// other methods and schemes are not read.
pub(crate) fn document_url(id: &str) -> Option<Url> {
    let id = controller_of(id);
    let url = match id.strip_prefix("did:web:") {
        Some(name) => Url::parse(&did_web_address(name)?).ok()?,
        None => Url::parse(id).ok().filter(|_| id.starts_with("https://"))?,
    };
    let plain =
        url.scheme() == "https" && url.host().is_some() && url.username().is_empty() && url.password().is_none();
    plain.then_some(url)
}

/// `host%3A8443:a:b` lies at `https://host:8443/a/b/did.json`; without a path, below `.well-known`.
fn did_web_address(name: &str) -> Option<String> {
    let mut parts = name.split(':');
    let host = parts.next()?.replace("%3A", ":").replace("%3a", ":");
    let host_like = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':');
    if host.is_empty() || !host.bytes().all(host_like) {
        return None;
    }
    let mut path = String::new();
    for part in parts {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~' | b'%' | b'@');
        if part.is_empty() || part.starts_with('.') || !part.bytes().all(plain) {
            return None;
        }
        path.push('/');
        path.push_str(part);
    }
    let path = if path.is_empty() { "/.well-known".to_owned() } else { path };
    Some(format!("https://{host}{path}/did.json"))
}

#[cfg(test)]
mod tests {
    use super::document_url;

    #[test]
    fn documents_lie_where_their_methods_say() {
        let at = |id: &str| document_url(id).map(String::from);
        assert_eq!(at("did:web:a.example").as_deref(), Some("https://a.example/.well-known/did.json"));
        assert_eq!(at("did:web:a.example%3A8443:x:y#k").as_deref(), Some("https://a.example:8443/x/y/did.json"));
        assert_eq!(at("https://a.example/issuers/1#key").as_deref(), Some("https://a.example/issuers/1"));
    }

    #[test]
    fn what_names_no_document_of_its_own_is_not_fetched() {
        for id in [
            "did:key:z6Mk",
            "did:web:",
            "did:web:a.example:",
            "did:web:a.example:..:b",
            "did:web:a/b",
            "did:web:u@a.example",
            "http://a.example/",
            "https://user:secret@a.example/",
            "urn:uuid:1",
            "z6Mk",
            "file:///etc/passwd",
            "",
        ] {
            assert_eq!(document_url(id), None, "{id}");
        }
    }
}
