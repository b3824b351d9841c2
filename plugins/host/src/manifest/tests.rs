use super::*;

const GOOD: &str = r#"
    id = "acme/greenhouse"
    version = "0.1.0"
    contract = "0.1"
    display-level = "field"
    serialize-by = "candidate"
    events = ["deliver"]
    [bases.api]
    url = "https://{settings.host}/v3"
    [bases.auth]
    url = "https://auth.example"
    [credentials.main]
    type = "oauth2-client-credentials"
    token-url = "{bases.auth}/token"
    attach = "bearer"
    [rate]
    requests = 50
    per-seconds = 10
    [settings]
"#;

fn with(from: &str, to: &str) -> Result<Manifest, ManifestError> {
    assert!(GOOD.contains(from), "{from}");
    Manifest::parse(&GOOD.replace(from, to))
}

#[test]
fn a_manifest_names_the_addresses_it_asks_for() {
    let manifest = Manifest::parse(GOOD).expect("parses");
    let settings = Map::from_iter([("host".to_owned(), Value::from("acme.ats.example"))]);
    let asked = manifest.asked_base("api", &settings).expect("complete");
    assert_eq!(asked.to_string(), "https://acme.ats.example/v3");
    assert_eq!(manifest.token_bases(), BTreeSet::from(["auth"]));
    let approved = BTreeMap::from([("auth".to_owned(), "http://127.0.0.1:9/".parse().expect("a base"))]);
    let token = manifest.token_url(&manifest.credentials["main"], &approved).expect("approved");
    assert_eq!(token.to_string(), "http://127.0.0.1:9/token");
    assert_eq!(manifest.token_url(&manifest.credentials["main"], &BTreeMap::new()), None);
}

#[test]
fn a_setting_cannot_move_an_address_elsewhere() {
    let manifest = Manifest::parse(GOOD).expect("parses");
    for host in ["evil.example/x?", "user@evil.example", "evil.example:8443", "a#", "", "a/../b"] {
        let settings = Map::from_iter([("host".to_owned(), Value::from(host))]);
        assert_eq!(manifest.asked_base("api", &settings), Err(ManifestError::Setting("host".to_owned())), "{host}");
    }
}

#[test]
fn a_key_may_stand_where_a_user_name_does() {
    let oauth = "type = \"oauth2-client-credentials\"\n    token-url = \"{bases.auth}/token\"\n    attach = \"bearer\"";
    assert!(with(oauth, "type = \"api-key\"\nattach = \"basic\"").is_ok());
    assert!(matches!(with(oauth, "type = \"basic\""), Err(ManifestError::Credential { .. })));
}

#[test]
fn each_flaw_is_named() {
    assert!(
        matches!(with("[settings]", "[surprise]"), Err(ManifestError::Unreadable(text)) if text.contains("surprise"))
    );
    assert_eq!(with("contract = \"0.1\"", "contract = \"7.0\""), Err(ManifestError::Contract("7.0".to_owned())));
    assert!(matches!(with("\"0.1.0\"", "\"0.1\""), Err(ManifestError::Version(_))));
    assert!(matches!(with("[\"deliver\"]", "[]"), Err(ManifestError::Events)));
    assert!(matches!(with("[\"deliver\"]", "[\"fly\"]"), Err(ManifestError::Unreadable(_))));
    assert!(matches!(with("bases.api", "bases.API"), Err(ManifestError::Name(_))));
    assert!(matches!(with("https://auth", "http://auth"), Err(ManifestError::Base { .. })));
    assert!(matches!(with("{bases.auth}", "{bases.other}"), Err(ManifestError::Credential { .. })));
    for elsewhere in ["https://auth.example", "{bases.auth}.evil.example", "{bases.auth}@evil.example", "x{bases.auth}"]
    {
        assert!(matches!(with("{bases.auth}", elsewhere), Err(ManifestError::Credential { .. })), "{elsewhere}");
    }
    assert!(matches!(with("attach = \"bearer\"", "attach = \"basic\""), Err(ManifestError::Credential { .. })));
    assert!(matches!(with("requests = 50", "requests = 0"), Err(ManifestError::Rate)));
    assert!(matches!(with("id = \"acme", "id = \"Acme"), Err(ManifestError::Unreadable(_))));
}

#[test]
fn a_header_that_nothing_can_go_by_is_refused_at_once() {
    let oauth = "type = \"oauth2-client-credentials\"\n    token-url = \"{bases.auth}/token\"\n    attach = \"bearer\"";
    let by = |name: &str| with(oauth, &format!("type = \"api-key\"\nattach = \"header\"\nheader = \"{name}\""));
    assert!(by("X-Api-Key").is_ok());
    for name in ["", "X-Api Key", "X-Api-Key:", "Host", "Content-Length", "X-Forwarded-For", "Proxy-Authorization"] {
        assert!(matches!(by(name), Err(ManifestError::Credential { .. })), "{name}");
    }
    let token = with("attach = \"bearer\"", "attach = \"header\"\nheader = \"X-Token\"");
    assert!(matches!(token, Err(ManifestError::Credential { .. })), "a token goes as a bearer's");
    let hook = |name: &str| {
        let section = format!(
            "[credentials.hook]\ntype = \"shared-secret\"\n[webhooks]\ncredential = \"hook\"\ncheck = \"hmac\"\nheader = \"{name}\"\n[settings]"
        );
        Manifest::parse(&GOOD.replace("[\"deliver\"]", "[\"deliver\", \"receive\"]").replace("[settings]", &section))
    };
    assert!(hook("Signature").is_ok());
    assert!(matches!(hook("Signature:"), Err(ManifestError::Inbound { .. })));
}

/// Guards the look at every text: an operator reads a manifest on a terminal before accepting what it asks for.
#[test]
fn what_does_not_show_or_changes_how_others_do_is_in_no_manifest() {
    for hidden in ["\\u001B[8m", "\\u000Asigned by ed25519:…", "\\u202E", "\\u200B"] {
        let refused = with("settings.host}/v3", &format!("settings.host}}/v3/{hidden}")).expect_err(hidden);
        assert!(matches!(refused, ManifestError::Unseen(_)), "{hidden}: {refused:?}");
        assert!(refused.to_string().chars().all(|c| !c.is_control() && c != '\u{202e}'), "{refused}");
    }
}
