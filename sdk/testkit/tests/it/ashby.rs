//! The double of Ashby does what the public documentation says.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use wellspring_testkit::{
    Ashby, AshbySeed,
    ashby::{Fault, id},
};

use crate::http::{Answer, send};

async fn example() -> Ashby {
    Ashby::start(AshbySeed::example()).await.expect("the double starts")
}

async fn call_as(double: &Ashby, key: &str, verb: &str, arguments: &Value) -> Answer {
    let basic = BASE64_STANDARD.encode(format!("{key}:"));
    let headers = format!("Authorization: Basic {basic}\r\nContent-Type: application/json\r\n");
    let answer = send(double.origin(), "POST", &format!("/{verb}"), &headers, &arguments.to_string()).await;
    answer.expect("an answer")
}

async fn call(double: &Ashby, verb: &str, arguments: &Value) -> Answer {
    let key = double.records().key;
    call_as(double, &key, verb, arguments).await
}

fn code(answer: &Answer) -> (u16, &str) {
    assert_eq!(answer.json["success"], json!(false), "{}", answer.text);
    (answer.status, answer.json["errorInfo"]["code"].as_str().expect("a code"))
}

#[tokio::test]
async fn what_goes_wrong_stands_in_the_body_and_only_the_key_decides_the_status() {
    let double = example().await;
    assert_eq!(code(&call(&double, "candidate.info", &json!({"id": id(9)})).await), (200, "candidate_not_found"));
    assert_eq!(code(&call(&double, "candidate.info", &json!({})).await), (200, "invalid_input"));
    assert_eq!(code(&call_as(&double, "wrong", "candidate.info", &json!({})).await), (403, "invalid_api_key"));
    double.edit(|seed| seed.scopes.clear());
    let answer = call(&double, "candidate.info", &json!({"id": id(501)})).await;
    assert_eq!(code(&answer), (403, "missing_endpoint_permission"));
    let anonymous = send(double.origin(), "POST", "/candidate.info", "", "{}").await.expect("an answer");
    assert_eq!(code(&anonymous), (401, "unauthorized"));
    let read = send(double.origin(), "GET", "/candidate.info", "", "").await.expect("an answer");
    assert_eq!(read.status, 405, "every call is a POST");
}

#[tokio::test]
async fn a_cursor_walks_through_all_pages() {
    let mut seed = AshbySeed::example();
    for number in 0..25 {
        seed = seed.note(501, &format!("number {number}"));
    }
    let double = Ashby::start(seed).await.expect("the double starts");
    let mut arguments = json!({"candidateId": id(501), "limit": 10});
    let mut sizes = Vec::new();
    loop {
        let page = call(&double, "candidate.listNotes", &arguments).await.json;
        sizes.push(page["results"].as_array().expect("a list").len());
        if page["moreDataAvailable"] == json!(false) {
            break;
        }
        arguments["cursor"] = page["nextCursor"].clone();
    }
    assert_eq!(sizes, [10, 10, 6]);
    arguments["cursor"] = json!("made up");
    assert_eq!(code(&call(&double, "candidate.listNotes", &arguments).await), (200, "invalid_cursor"));
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused_and_none_of_them_is_set() {
    let double = example().await;
    let set = async |field: u64, value: Value| {
        let values = json!([{"fieldId": id(12), "fieldValue": 5}, {"fieldId": id(field), "fieldValue": value}]);
        let arguments = json!({"objectId": id(61001), "objectType": "Application", "values": values});
        call(&double, "customField.setValues", &arguments).await
    };
    for (field, value) in [(12, json!("many")), (13, json!("javascript:alert(1)")), (14, json!("yes"))] {
        assert_eq!(code(&set(field, value).await), (200, "invalid_input"));
    }
    assert_eq!(code(&set(22, json!(1)).await), (200, "custom_field_not_found"), "a field of another object");
    assert!(double.records().applications[0].custom_fields.is_empty());
    assert_eq!(set(14, json!(true)).await.json["success"], json!(true));
    assert_eq!(double.records().applications[0].custom_fields.len(), 2);
}

#[tokio::test]
async fn an_identifier_comes_once_and_a_result_comes_with_its_link() {
    let double = example().await;
    let started = json!({"success": true, "results": {"assessment_id": id(71)}}).to_string();
    double.started(&id(2), 61001, 200, started.as_bytes()).expect("it is started");
    let shown = |identifier: &str, kind: &str, value: Value| json!({"identifier": identifier, "label": "Label", "type": kind, "value": value});
    let update = async |more: Value| {
        let mut arguments = json!({"assessment_id": id(71), "timestamp": 1});
        for (name, value) in more.as_object().expect("an object") {
            arguments[name] = value.clone();
        }
        call(&double, "assessment.update", &arguments).await
    };
    let status = shown("status", "string", json!("Started"));
    assert_eq!(code(&update(json!({})).await).1, "invalid_input", "neither status nor reason");
    let score = shown("score", "numeric_score", json!(5));
    assert_eq!(
        code(&update(json!({"assessment_status": status, "assessment_result": score})).await).1,
        "invalid_input"
    );
    let twice = json!([shown("row", "string", json!("a")), shown("row", "string", json!("b"))]);
    assert_eq!(code(&update(json!({"assessment_status": status, "metadata": twice})).await).1, "invalid_input");
    let words = json!([shown("row", "numeric_score", json!("many"))]);
    assert_eq!(code(&update(json!({"assessment_status": status, "metadata": words})).await).1, "invalid_input");
    for value in ["first", "second"] {
        let row = json!([shown("row", "string", json!(value))]);
        assert_eq!(update(json!({"assessment_status": status, "metadata": row})).await.status, 200);
    }
    let assessment = double.records().assessments.remove(0);
    assert_eq!(assessment.row("row").map(|row| &row.value), Some(&json!("second")), "it took the place of the first");
    assert_eq!(assessment.rows.len(), 2);
}

#[tokio::test]
async fn tags_of_one_title_are_one_and_are_put_on_and_taken_off() {
    let double = example().await;
    double.edit(|seed| seed.scopes.push("hiringProcessMetadata:write".to_owned()));
    let first = call(&double, "candidateTag.create", &json!({"title": "Verified skills"})).await.json;
    let second = call(&double, "candidateTag.create", &json!({"title": "Verified skills"})).await.json;
    assert_eq!(first["results"]["id"], second["results"]["id"]);
    let tagging = json!({"candidateId": id(501), "tagId": first["results"]["id"]});
    let tagged = call(&double, "candidate.addTag", &tagging).await.json;
    assert_eq!(tagged["results"]["tags"][0]["title"], json!("Verified skills"));
    let untagged = call(&double, "candidate.removeTag", &tagging).await.json;
    assert_eq!(untagged["results"]["tags"], json!([]));
}

#[tokio::test]
async fn a_webhook_goes_out_over_http_with_its_signature() {
    let double = example().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let authority = listener.local_addr().expect("an address").to_string();
    let heard = |headers: axum::http::HeaderMap, body: String| async move {
        let signature = headers.get("ashby-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
        format!("{} {}", &signature[..7], body)
    };
    let router = axum::Router::new().route("/hooks/", axum::routing::post(heard));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let (status, answer) = double.ping().send(&authority, "/hooks").await.expect("it is heard");
    let answer = String::from_utf8(answer).expect("text");
    assert_eq!((status, answer.as_str()), (200, r#"sha256= {"action":"ping","data":{"webhookActionType":"ping"}}"#));
    server.abort();
}

#[tokio::test]
async fn each_fault_comes_once_and_only_where_it_was_asked_for() {
    let double = example().await;
    double.fail_next("candidate.info", 1, Fault::RateLimited);
    let arguments = json!({"id": id(501)});
    assert_eq!(call(&double, "job.info", &json!({"id": id(7001)})).await.status, 200);
    let limited = call(&double, "candidate.info", &arguments).await;
    assert_eq!((code(&limited), limited.header("retry-after")), ((429, "rate_limit_exceeded"), Some("7")));
    assert_eq!(call(&double, "candidate.info", &arguments).await.status, 200);
}

#[tokio::test]
async fn an_hr_user_sees_what_was_written_and_markup_stays_text() {
    let double = example().await;
    let note = json!({"candidateId": id(501), "note": "<b>bold</b> see https://gateway.example/r/abc"});
    assert_eq!(call(&double, "candidate.createNote", &note).await.json["success"], json!(true));
    let path = double.candidate_url(501).replace(double.origin(), "");
    let page = send(double.origin(), "GET", &path, "", "").await.expect("a page");
    assert!(page.text.contains("&#60;b&#62;bold&#60;/b&#62;"), "{}", page.text);
    assert!(page.text.contains(r#"<a href="https://gateway.example/r/abc">"#), "{}", page.text);
    let list = send(double.origin(), "GET", "/hr", "", "").await.expect("a page");
    assert!(list.text.contains("Zoë Łukasik") && list.text.contains("No result yet"), "{}", list.text);
    let nobody = send(double.origin(), "GET", "/hr/candidates/nobody", "", "").await.expect("a page");
    assert_eq!(nobody.status, 404);
}
