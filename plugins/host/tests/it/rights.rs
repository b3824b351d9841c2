//! What was not granted cannot be reached, whatever the guest says of it afterwards.

use wellspring_host::{DeliverCall, Host};
use wellspring_model::delivery::{DeliveryFailure, FailureCode, Retry};

use crate::support::{NOBODY, call, connection, deliver, host, id, install, tight};

const SECRET: (&str, &str) = ("main", r#"{"client_id":"us","client_secret":"s3cret"}"#);
const BASES: [(&str, &str); 2] = [("api", "http://127.0.0.1:9/v1"), ("auth", NOBODY)];

async fn stray(host: &Host, key: &str) -> DeliveryFailure {
    let mut call = DeliverCall { connection: connection("strays", &BASES, &[SECRET]), ..call("strays", key) };
    call.connection.connection.private_origins = vec![NOBODY.to_owned()];
    let failure = host.deliver(&id("strays"), call).await.result.expect_err("it strays");
    deliver(host, "echoes", "after").await.expect("the next call works");
    failure
}

#[tokio::test]
async fn a_guest_that_strays_is_named_even_where_it_hides_the_reason() {
    let host = host(tight());
    install(&host, &["strays", "echoes"]).await;
    for key in [
        "base",
        // Bases for tokens are not for guests.
        "tokens",
        "//evil.example/",
        "https://evil.example/",
        "/../../admin",
        "/%2e%2e/%2e%2e/admin",
        "\\\\evil.example\\",
        "@evil.example/",
        "/a\r\nHost: evil.example",
    ] {
        let failure = stray(&host, key).await;
        assert_eq!(failure.code, FailureCode::OriginDenied, "{key}: {}", failure.message);
        assert_eq!(failure.retry, Retry::Never, "{key}");
        assert!(failure.message.starts_with("a request was refused: "), "{}", failure.message);
    }
}

#[tokio::test]
async fn what_is_asked_for_and_granted_is_tried() {
    let host = host(tight());
    install(&host, &["strays", "echoes"]).await;
    // Nobody listens there, so it fails further on: with the guest's own words.
    let failure = stray(&host, "/status").await;
    assert_eq!((failure.code, failure.message.as_str()), (FailureCode::Internal, "it did not work"));
}

#[tokio::test]
async fn a_private_address_needs_the_operators_grant_of_that_origin() {
    let host = host(tight());
    install(&host, &["strays", "echoes"]).await;
    let mut view = connection("strays", &BASES[..1], &[]);
    let call = |view| DeliverCall { connection: view, ..call("strays", "/status") };
    let failure = host.deliver(&id("strays"), call(view.clone())).await.result.expect_err("not granted");
    assert_eq!(failure.code, FailureCode::OriginDenied, "{}", failure.message);
    view.connection.private_origins = vec![NOBODY.to_owned()];
    let failure = host.deliver(&id("strays"), call(view)).await.result.expect_err("nobody listens there");
    assert_eq!(failure.code, FailureCode::Internal, "granted, and tried: {}", failure.message);
}

#[tokio::test]
async fn a_connection_that_does_not_fit_is_refused_before_the_guest_runs() {
    let host = host(tight());
    install(&host, &["strays", "echoes"]).await;
    let refuse = async |call: DeliverCall| {
        let connector = call.connection.connection.connector.clone();
        let failure = host.deliver(&connector, call).await.result.expect_err("it does not fit");
        assert_eq!(
            (failure.code, failure.retry),
            (FailureCode::ConnectionInvalid, Retry::Never),
            "{}",
            failure.message
        );
        failure.message
    };

    let mut unfit = call("echoes", "");
    unfit.connection.connection.settings.insert("surprise".to_owned(), true.into());
    assert!(refuse(unfit).await.contains("settings"));

    let mut foreign = call("echoes", "");
    foreign.tenant = wellspring_model::id::TenantId::from_uuid(uuid::Uuid::from_u128(99));
    assert!(refuse(foreign).await.contains("another tenant"));

    let secret = ("main", r#"{"client_id":"us","klient_secret":"s3cret"}"#);
    let message =
        refuse(DeliverCall { connection: connection("strays", &BASES, &[secret]), ..call("strays", "") }).await;
    assert_eq!(message, "the secret of credential `main` is not of the form its type asks for");

    let message =
        refuse(DeliverCall { connection: connection("strays", &BASES[..1], &[SECRET]), ..call("strays", "") }).await;
    assert_eq!(message, "credential `main` needs an approved address for its tokens");
}

#[tokio::test]
async fn a_connector_that_is_not_installed_is_named() {
    let failure = deliver(&host(tight()), "nobody", "").await.expect_err("not installed");
    assert_eq!(failure.code, FailureCode::ConnectorMissing);
    assert_eq!(failure.message, "no connector `nobody` is installed");
}
