//! Files that go with a result, to a connector that takes files.

use http::StatusCode;
use serde_json::json;

use crate::{
    gateway::{Gateway, built_connector},
    talking::{given, hand_in, role, role_at, submission, work},
};

#[tokio::test]
async fn a_connector_that_takes_files_is_given_the_picture_of_the_report() {
    let gateway = Gateway::start().await;
    gateway.app.host.install(built_connector("files")).await.expect("it is a connector");
    let new = json!({"name": "Files", "connector": "files", "settings": {}, "credentials": {}});
    let connection = gateway.post("/v1/connections", &new).await;
    assert_eq!(connection.status, StatusCode::CREATED, "{}", connection.text);
    let role = role_at(&gateway, connection.id()).await;
    for did in ["deliver", "correct"] {
        let id = hand_in(&gateway, &role).await;
        work(&gateway).await;
        let given = given(&gateway, &id).await;
        assert_eq!((&given["did"], &given["another"]), (&json!(did), &json!(false)));
        let link = submission(&gateway, &id).await["report_url"].as_str().expect("a link").to_owned();
        let link = link.trim_start_matches("https://gateway.example").to_owned();
        let shown = gateway.get(&format!("{link}/chart.svg")).await.text;
        let beginning: String = String::from_utf8_lossy(&shown.as_bytes()[..200]).into_owned();
        let size = shown.len();
        let held =
            json!({"content_type": "image/svg+xml", "size": size, "begins": beginning, "ends": &shown[size - 10..]});
        let file = json!({"name": "chart.svg", "content_type": "image/svg+xml", "size": size, "held": held});
        assert_eq!(given["files"], json!([file]));
    }
}

#[tokio::test]
async fn a_connector_that_shows_results_in_another_way_is_given_no_file() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({})).await;
    let id = hand_in(&gateway, &role).await;
    work(&gateway).await;
    assert_eq!(given(&gateway, &id).await["files"], 0);
}
