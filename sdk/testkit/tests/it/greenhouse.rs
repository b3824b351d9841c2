//! The double of Greenhouse does what the public documentation of Harvest v3 says.

use std::time::Duration;

use serde_json::{Value, json};
use wellspring_testkit::{
    Greenhouse, GreenhouseSeed,
    greenhouse::{Fault, Route},
};

use crate::http::{Client, send, token};

async fn example() -> Greenhouse {
    Greenhouse::start(GreenhouseSeed::example()).await.expect("the double starts")
}

fn note(text: &str) -> String {
    json!({"candidate_id": 501, "body": text, "note_type": "NOTE", "visibility": "public"}).to_string()
}

#[tokio::test]
async fn tokens_are_given_for_the_right_secret_and_end_after_an_hour() {
    let double = example().await;
    assert_eq!(token(&double, "d3Jvbmc6d3Jvbmc=").await.status, 401);
    let client = Client::new(&double).await;
    assert_eq!(client.get("candidates").await.status, 200);
    double.advance_clock(Duration::from_secs(3_600));
    let late = client.get("candidates").await;
    assert_eq!((late.status, &late.json["errors"][0]["message"]), (401, &json!("Token could not be decoded.")));
    let client = Client::new(&double).await;
    double.expire_tokens();
    assert_eq!(client.get("candidates").await.status, 401);
}

#[tokio::test]
async fn a_cursor_walks_through_all_pages_and_comes_alone() {
    let mut seed = GreenhouseSeed::example();
    for number in 0..25 {
        seed = seed.note(501, &format!("number {number}"));
    }
    let double = Greenhouse::start(seed).await.expect("the double starts");
    let client = Client::new(&double).await;
    let mut path = "notes?candidate_ids=501&per_page=10".to_owned();
    let mut found = Vec::new();
    loop {
        let page = client.get(&path).await;
        found.extend(page.json.as_array().expect("a list").iter().map(|note| note["id"].as_u64().expect("an id")));
        let Some(next) = page.next() else { break };
        let with_more = client.get(&format!("{next}&per_page=10")).await;
        assert_eq!(with_more.status, 422);
        path = next;
    }
    assert_eq!(found, (1..=26).collect::<Vec<u64>>());
    assert_eq!(client.get("notes?per_page=501").await.status, 422);
    let many: Vec<String> = (0..51).map(|id| id.to_string()).collect();
    assert_eq!(client.get(&format!("candidates?ids={}", many.join(","))).await.status, 422);
}

#[tokio::test]
async fn custom_fields_are_replaced_as_a_whole() {
    let double = example().await;
    let client = Client::new(&double).await;
    let before = double.candidate(501).expect("a candidate").custom_fields;
    assert!(before.contains_key("desired_salary"));
    let only_ours = json!({"custom_fields": [{"name_key": "verified_skills_score", "value": 71.25}]});
    let answer = client.call("PATCH", "candidates/501", &only_ours.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json["custom_fields"]["desired_salary"]["value"], Value::Null);
    let after = double.candidate(501).expect("a candidate").custom_fields;
    assert_eq!(after.keys().collect::<Vec<_>>(), ["verified_skills_score"], "what was not sent is lost");
    assert_eq!(client.get("candidates/501").await.status, 405, "there is no single candidate to read");
}

#[tokio::test]
async fn values_that_do_not_fit_a_field_are_refused_and_change_nothing() {
    let double = example().await;
    let client = Client::new(&double).await;
    let before = double.candidate(501);
    for (key, value) in [
        ("verified_skills_score", json!("many")),
        ("verified_skills_url", json!("javascript:alert(1)")),
        ("heard_through", json!("x".repeat(256))),
        ("no_such_field", json!("x")),
    ] {
        let body = json!({"custom_fields": [{"name_key": key, "value": value}]});
        let answer = client.call("PATCH", "candidates/501", &body.to_string()).await;
        assert_eq!((answer.status, &answer.json["message"]), (422, &json!("Validation error")), "{key}");
    }
    assert_eq!(double.candidate(501), before);
}

#[tokio::test]
async fn every_note_that_is_sent_is_kept_repeats_included() {
    let double = example().await;
    let client = Client::new(&double).await;
    let before = double.notes().len();
    for _ in 0..2 {
        assert_eq!(client.call("POST", "notes", &note("the same")).await.status, 201);
    }
    assert_eq!(double.notes().len(), before + 2);
    let others =
        json!({"candidate_id": 501, "application_id": 61002, "body": "x", "note_type": "NOTE", "visibility": "public"});
    assert_eq!(client.call("POST", "notes", &others.to_string()).await.status, 422);
}

#[tokio::test]
async fn limits_and_scopes_are_told_in_headers_and_words() {
    let mut seed = GreenhouseSeed::example();
    seed.rate_limit = 2;
    seed.scopes.retain(|scope| scope != "harvest:notes:list");
    let double = Greenhouse::start(seed).await.expect("the double starts");
    let client = Client::new(&double).await;
    let first = client.get("candidates").await;
    assert_eq!((first.header("x-ratelimit-limit"), first.header("x-ratelimit-remaining")), (Some("2"), Some("1")));
    let refused = client.get("notes").await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("harvest:notes:list"));
    let limited = client.get("candidates").await;
    assert_eq!(limited.status, 429);
    let wait: u64 = limited.header("retry-after").and_then(|text| text.parse().ok()).expect("seconds to wait");
    double.advance_clock(Duration::from_secs(wait));
    assert_eq!(client.get("candidates").await.status, 200);
}

#[tokio::test]
async fn faults_happen_as_often_as_asked_for() {
    let double = example().await;
    let client = Client::new(&double).await;
    double.fail_next(Route::Candidates, 1, Fault::ServerError);
    double.fail_next(Route::Candidates, 1, Fault::RateLimited);
    double.fail_next(Route::Candidates, 1, Fault::Unauthorized);
    double.fail_next(Route::Candidates, 1, Fault::DropConnection);
    assert_eq!(client.get("candidates").await.status, 503);
    assert_eq!(client.get("candidates").await.status, 429);
    assert_eq!(client.get("candidates").await.status, 401);
    assert!(client.try_call("GET", "candidates", "").await.is_none());
    assert_eq!(client.get("candidates").await.status, 200);
    let statuses: Vec<_> =
        double.requests().iter().filter(|one| one.path == "/v3/candidates").map(|one| one.status).collect();
    assert_eq!(statuses, [Some(503), Some(429), Some(401), None, Some(200)]);
}

#[tokio::test]
async fn what_is_held_after_is_done_and_what_is_held_before_is_not() {
    let double = example().await;
    let client = Client::new(&double).await;
    let before = double.notes().len();
    double.fail_next(Route::WriteNote, 1, Fault::HoldAfter);
    let body = note("kept");
    let (answer, ()) = tokio::join!(client.try_call("POST", "notes", &body), async {
        double.wait_held(1).await;
        assert_eq!(double.notes().len(), before + 1);
        double.drop_held();
    });
    assert!(answer.is_none(), "whoever waits never gets an answer");
    double.fail_next(Route::WriteNote, 1, Fault::HoldBefore);
    let (answer, ()) = tokio::join!(client.try_call("POST", "notes", &body), async {
        double.wait_held(1).await;
        assert_eq!(double.notes().len(), before + 1);
        double.release_held();
    });
    assert_eq!(answer.map(|answer| answer.status), Some(201));
    assert_eq!(double.notes().len(), before + 2);
    assert_eq!(double.held(), 0);
}

#[tokio::test]
async fn hr_sees_fields_and_notes_with_addresses_that_can_be_followed_and_nothing_that_runs() {
    let seed = GreenhouseSeed::example()
        .field(501, "verified_skills_score", json!(71.25))
        .field(501, "verified_skills_url", json!("https://gateway.example/r/abc"))
        .note(501, "Report: https://gateway.example/r/abc javascript:alert(1) <script>alert(2)</script>");
    let double = Greenhouse::start(seed).await.expect("the double starts");
    let list = send(double.origin(), "GET", "/hr", "", "").await.expect("a page");
    assert!(list.text.contains("Verified skills score: 71.25") && list.text.contains("No result yet"));
    let page = send(double.origin(), "GET", "/hr/candidates/501", "", "").await.expect("a page");
    assert!(page.text.contains("41000 EUR"));
    assert_eq!(page.text.matches("<a href=\"https://gateway.example/r/abc\"").count(), 2);
    assert!(!page.text.contains("href=\"javascript:") && !page.text.contains("<script>"));
    assert!(double.requests().is_empty(), "looking is no request to the API");
}
