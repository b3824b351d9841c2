//! Importing from another CASE service, and from our own.

use http::StatusCode;
use serde_json::{Value, json};

use super::{act, ask, example, import, publish, service::Service, tenant_of};
use crate::gateway::{Answer, Gateway};

fn package(n: usize) -> Value {
    let guid = |kind: usize| format!("{kind:08x}-0000-4000-8000-{n:012x}");
    json!({
        "CFDocument": {"identifier": guid(1), "uri": "urn:x", "creator": "x", "title": format!("Framework {n}"),
            "lastChangeDateTime": "2026-01-01T00:00:00Z"},
        "CFItems": [{"identifier": guid(2), "uri": "urn:y", "fullStatement": "f", "lastChangeDateTime": "2026-01-01T00:00:00Z"}],
    })
}

/// A gateway whose operator lets frameworks be read from this origin.
async fn reaching(origin: &str) -> Gateway {
    let origin = origin.parse().expect("an origin");
    Gateway::start_with(|config| config.egress.framework_origins = vec![origin]).await
}

async fn import_from(gateway: &Gateway, body: &Value) -> Answer {
    gateway.post("/v1/frameworks/import", body).await
}

fn client(origin: &str, secret: &str) -> Value {
    json!({"token_url": format!("{origin}/token"), "client_id": "an id", "client_secret": secret})
}

#[tokio::test]
async fn the_only_framework_of_a_service_is_imported_with_client_credentials() {
    let service = Service::start(vec![package(1)], true, true).await;
    let gateway = reaching(&service.origin).await;
    let imported =
        import_from(&gateway, &json!({"url": service.url(), "credential": client(&service.origin, "a secret")})).await;
    assert_eq!(imported.status, StatusCode::CREATED, "{}", imported.text);
    assert_eq!((&imported.json()["title"], &imported.json()["case_version"]), (&json!("Framework 1"), &json!("1.0")));
    for credential in [json!(null), client(&service.origin, "another secret"), json!({"key": "wrong"})] {
        let refused = import_from(&gateway, &json!({"url": service.url(), "credential": credential})).await;
        assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::BAD_GATEWAY, "framework-source"));
        assert!(!refused.text.contains("another secret"), "{}", refused.text);
    }
    let key = import_from(&gateway, &json!({"url": service.url(), "credential": {"key": "a-token"}})).await;
    assert_eq!(key.status, StatusCode::OK, "the same bytes are nothing new: {}", key.text);
}

#[tokio::test]
async fn of_a_service_with_several_frameworks_all_pages_are_named_to_choose_from() {
    for counts in [true, false] {
        let service = Service::start((1..=5).map(package).collect(), false, counts).await;
        let gateway = reaching(&service.origin).await;
        let asked = import_from(&gateway, &json!({"url": service.url()})).await;
        assert_eq!((asked.status, &asked.json()["pointer"]), (StatusCode::BAD_REQUEST, &json!("/document")));
        let documents = asked.json()["documents"].as_array().expect("a list").clone();
        assert_eq!(documents.len(), 5, "{documents:?}");
        assert_eq!(service.asked(), ["documents from 0", "documents from 2", "documents from 4"]);
        let body = json!({"url": service.url(), "document": documents[3]["identifier"]});
        let imported = import_from(&gateway, &body).await;
        assert_eq!(imported.json()["title"], "Framework 4", "{}", imported.text);
        let id = documents[2]["identifier"].as_str().expect("text");
        let by_address = import_from(&gateway, &json!({"url": format!("{}/CFPackages/{id}", service.url())})).await;
        assert_eq!(by_address.json()["title"], "Framework 3", "{}", by_address.text);
    }
}

#[tokio::test]
async fn an_address_inside_needs_the_operators_word() {
    let service = Service::start(vec![package(1)], false, true).await;
    let gateway = Gateway::start().await;
    let refused = import_from(&gateway, &json!({"url": service.url()})).await;
    assert_eq!(refused.problem(), "framework-source");
    assert!(refused.json()["detail"].as_str().expect("text").contains("private network"), "{}", refused.text);
    assert_eq!(service.asked(), Vec::<String>::new(), "nobody was asked");
}

#[tokio::test]
async fn a_service_that_answers_badly_changes_nothing() {
    let mut broken = package(1);
    broken["CFItems"][0]["identifier"] = json!("one");
    let service = Service::start(vec![broken], false, true).await;
    let gateway = reaching(&service.origin).await;
    let refused = import_from(&gateway, &json!({"url": service.url()})).await;
    assert_eq!(
        (refused.problem().as_str(), &refused.json()["pointer"]),
        ("invalid-framework", &json!("/CFItems/0/identifier"))
    );
    let absent = json!({"url": service.url(), "document": "00000000-0000-4000-8000-000000000000"});
    assert_eq!(import_from(&gateway, &absent).await.problem(), "framework-source");
    for url in ["https://salt.example/elsewhere/CFPackages/1", "ftp://salt.example/ims/case/v1p0"] {
        let refused = import_from(&gateway, &json!({"url": url})).await;
        assert_eq!(
            (refused.problem().as_str(), &refused.json()["pointer"]),
            ("invalid-request", &json!("/url")),
            "{url}"
        );
    }
    assert_eq!(gateway.get("/v1/frameworks").await.json()["items"], json!([]));
}

#[tokio::test]
async fn what_we_publish_is_imported_by_another_tenant_without_a_loss() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let gateway = reaching(&origin).await;
    let router = gateway.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let owner = tenant_of(&gateway, &gateway.tenant).await;
    let reader = gateway.other_tenant().await;
    let theirs = tenant_of(&gateway, &reader).await;
    for (text, version) in [(Some(example()), "v1p1"), (act(), "v1p0")] {
        let Some(text) = text else { continue };
        let package: Value = serde_json::from_str(&text).expect("JSON");
        let id = package["CFDocument"]["identifier"].as_str().expect("text").to_owned();
        let ours = import(&gateway, &text).await;
        let url = format!("{origin}/case/{owner}/ims/case/{version}");
        let body = json!({"url": url, "document": id});
        let call =
            async || gateway.call(http::Method::POST, "/v1/frameworks/import", Some(&reader.key), Some(&body)).await;
        assert_eq!(call().await.problem(), "framework-source", "it is not published");
        publish(&gateway, &ours.id()).await;
        let imported = call().await;
        assert_eq!(imported.status, StatusCode::CREATED, "{}", imported.text);
        assert_eq!(imported.json()["digest"], ours.json()["digest"], "byte by byte");
        let path = format!("/case/{theirs}/ims/case/{version}/CFPackages/{id}");
        let again = gateway.call(http::Method::GET, &path, Some(&reader.key), None).await;
        assert!(again.text == text);
        // Through the other version what that can say comes along.
        let other = if version == "v1p1" { "v1p0" } else { "v1p1" };
        let answer = ask(&gateway, None, &format!("{other}/CFPackages/{id}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
}
