//! Joining a guest's path below an operator's base. The guest says where below; never which server.

use url::Url;
use wellspring_model::connection::BaseUrl;

/// The address of `path` and `query` below `base`.
///
/// # Errors
/// The reason, for the connector's author, where the path would lead anywhere else.
pub(crate) fn join(base: &BaseUrl, path: &str, query: &[(String, String)], longest: usize) -> Result<Url, String> {
    // Counted before anything is converted: it must not cost more than the limit.
    let pairs = query.iter().map(|(name, value)| name.len() + value.len() + 2).sum::<usize>();
    if path.len() + pairs > longest {
        return Err(too_long(longest));
    }
    if !path.is_empty() && !path.starts_with('/') {
        return Err("a path begins with `/`".to_owned());
    }
    if path.chars().any(|c| c.is_control() || matches!(c, '\\' | '?' | '#' | ' ')) || path.contains("//") {
        return Err("a path has no query, fragment, backslash, blank, control character or empty segment".to_owned());
    }
    if path.split('/').any(climbs) {
        return Err("a path has no segment that leads upwards, however it is written".to_owned());
    }
    let base = base.url();
    let prefix = base.path().trim_end_matches('/');
    let mut url = base.clone();
    url.set_path(&format!("{prefix}{path}"));
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    // Judged once more as it will be sent, whatever the steps before have let through.
    let below = url.path() == prefix || url.path().strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
    if url.origin() != base.origin() || !below || url.fragment().is_some() || !url.username().is_empty() {
        return Err("the path leads out of its base".to_owned());
    }
    if url.path().len() + url.query().map_or(0, str::len) > longest {
        return Err(too_long(longest));
    }
    Ok(url)
}

fn too_long(longest: usize) -> String {
    format!("path and query are longer than {longest} bytes")
}

/// Whether some server along the way might read a segment as a way up or as several segments.
fn climbs(segment: &str) -> bool {
    let lower = segment.to_ascii_lowercase();
    let plain = lower.replace("%2e", ".").replace("%3b", ";");
    // Some servers take what stands behind a semicolon away before they read the path.
    let name = plain.split(';').next().unwrap_or_default();
    name == "." || name == ".." || ["%2f", "%5c", "%00", "%0a", "%0d", "%25"].iter().any(|code| lower.contains(code))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base() -> BaseUrl {
        "https://ats.example/v3".parse().expect("a base")
    }

    #[test]
    fn plain_paths_are_joined() {
        let query = [("email".to_owned(), "a+b@example.org".to_owned())];
        let url = join(&base(), "/candidates/1", &query, 8_192).expect("it joins");
        assert_eq!(url.as_str(), "https://ats.example/v3/candidates/1?email=a%2Bb%40example.org");
        assert_eq!(join(&base(), "", &[], 8_192).expect("it joins").as_str(), "https://ats.example/v3");
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        for path in [
            "//evil.example",
            "\\\\evil.example",
            "/\\evil",
            "/../admin",
            "/x/../../admin",
            "/%2e%2e/admin",
            "/%2E./admin",
            "/.%2e/x",
            "/x/..%2fadmin",
            "/x%5c..",
            "@evil.example",
            ".evil.example",
            ":8443/x",
            "https://evil.example/",
            "/x#y",
            "/x?y=1",
            "/a\r\nHost: evil",
            "/a b",
            "/%252e%252e/admin",
            "evil",
        ] {
            assert!(join(&base(), path, &[], 8_192).is_err(), "{path} was let through");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_path_the_address_stays_below_its_base(path in ".{0,60}", key in ".{0,20}", value in ".{0,20}") {
            if let Ok(url) = join(&base(), &path, &[(key, value)], 8_192) {
                prop_assert_eq!(url.origin(), base().url().origin());
                prop_assert!(url.path() == "/v3" || url.path().starts_with("/v3/"));
                prop_assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none());
            }
        }

        #[test]
        fn paths_made_of_dangerous_pieces_stay_below_their_base(
            pieces in prop::collection::vec(
                prop::sample::select(vec!["/", "..", ".", "%2e", "%2f", "\\", "@", "evil.example", ":", "//", "?", "#", "v3"]),
                0..12,
            )
        ) {
            if let Ok(url) = join(&base(), &pieces.concat(), &[], 8_192) {
                prop_assert_eq!(url.host_str(), Some("ats.example"));
                prop_assert!(url.path() == "/v3" || url.path().starts_with("/v3/"), "{}", url);
            }
        }
    }
}
