//! An application that is withdrawn: nothing more is told of it but that, to the ATS, to whoever opens its link, to endpoints.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    events::endpoint,
    gateway::{Answer, Gateway, Role},
    receiver::Receiver,
    talking::{deliveries, given, hand_in, later, role, submission, work},
};

async fn withdraw(gateway: &Gateway, id: &str, reason: &str) -> Answer {
    later(gateway);
    gateway.post(&format!("/v1/submissions/{id}/withdrawal"), &json!({"reason": reason})).await
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(kind, state)| ((*kind).to_owned(), (*state).to_owned())).collect()
}

#[tokio::test]
async fn what_the_ats_has_is_taken_back_there_once() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let role = role(&gateway, &json!({})).await;
    endpoint(&gateway, &receiver, &["submission.withdrawn", "delivery.delivered"]).await;
    let id = hand_in(&gateway, &role).await;
    work(&gateway).await;
    let answer = withdraw(&gateway, &id, "applicant").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let withdrawn = json!({"at": gateway.app.now(), "reason": "applicant"});
    assert_eq!(answer.json(), json!({"id": id, "state": "assessed", "withdrawn": withdrawn}));
    work(&gateway).await;
    gateway.clock.advance(60);
    assert_eq!(
        withdraw(&gateway, &id, "employer").await.json()["withdrawn"],
        withdrawn,
        "a second one changes nothing"
    );
    work(&gateway).await;
    let both = pairs(&[("result", "delivered"), ("withdrawal", "delivered")]);
    assert_eq!(deliveries(&gateway, &id).await, both);
    let given = given(&gateway, &id).await;
    assert_eq!(
        (&given["did"], &given["reason"], &given["corrections"]),
        (&json!("withdraw"), &json!("APPLICANT"), &json!([]))
    );
    assert!(given["headline"].as_str().expect("a text").starts_with("Withdrawn by the applicant"));
    assert_eq!(submission(&gateway, &id).await["withdrawn"], withdrawn);
    let received = receiver.received();
    let mut kinds: Vec<String> = received.iter().map(|event| event.kind()).collect();
    kinds.sort();
    assert_eq!(kinds, ["delivery.delivered", "delivery.delivered", "submission.withdrawn"]);
    let told = received.iter().find(|event| event.kind() == "submission.withdrawn").expect("it was told").json();
    assert_eq!((&told["data"]["submission"], &told["data"]["reason"]), (&json!(id), &json!("applicant")));
    assert!(received.iter().any(|event| event.json()["data"]["kind"] == "withdrawal"));
}

#[tokio::test]
async fn its_link_says_so_in_plain_words_to_both_readers() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({})).await;
    let badge = crate::badge::signed(crate::badge::unsigned("https://case.example.org/nothing"));
    let mut new = role.submission(&[json!({"json": badge})]);
    new["language"] = json!("es");
    let id = gateway.post("/v1/submissions", &new).await.id();
    work(&gateway).await;
    let link = submission(&gateway, &id).await["report_url"].as_str().expect("a link").to_owned();
    let link = link.trim_start_matches("https://gateway.example").to_owned();
    withdraw(&gateway, &id, "employer").await;
    let page = gateway.call(Method::GET, &link, None, None).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.text.contains("Este resultado se ha retirado"), "{}", page.text);
    assert!(!page.text.contains("Ada") && !page.text.contains("Data cleaning"), "{}", page.text);
    let english = gateway.call(Method::GET, &format!("{link}?lang=en"), None, None).await.text;
    for words in ["This result was withdrawn", "If you applied", "If you are recruiting"] {
        assert!(english.contains(words), "{english}");
    }
    for beside in ["report.json", "chart.svg"] {
        let answer = gateway.call(Method::GET, &format!("{link}/{beside}"), None, None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{beside}");
    }
}

#[tokio::test]
async fn what_waited_is_taken_back_and_what_may_have_arrived_too() {
    let gateway = Gateway::start().await;
    let down = role(&gateway, &json!({"fails": ["deliver"]})).await;
    let id = hand_in(&gateway, &down).await;
    work(&gateway).await;
    assert_eq!(
        deliveries(&gateway, &id).await,
        pairs(&[("result", "pending")]),
        "tried, and nobody knows what came of it"
    );
    withdraw(&gateway, &id, "applicant").await;
    work(&gateway).await;
    assert_eq!(deliveries(&gateway, &id).await, pairs(&[("result", "cancelled"), ("withdrawal", "delivered")]));

    let early = hand_in(&gateway, &down).await;
    withdraw(&gateway, &early, "applicant").await;
    work(&gateway).await;
    let shown = submission(&gateway, &early).await;
    assert_eq!((&shown["state"], &shown["rejected"]), (&json!("rejected"), &json!("WITHDRAWN")));
    assert_eq!(shown["deliveries"], json!([]), "the ATS never heard of it");
}

#[tokio::test]
async fn a_connector_that_cannot_take_back_leaves_that_to_be_seen() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({"lacks": ["withdraw"]})).await;
    let id = hand_in(&gateway, &role).await;
    work(&gateway).await;
    withdraw(&gateway, &id, "applicant").await;
    work(&gateway).await;
    let shown = submission(&gateway, &id).await["deliveries"][1].clone();
    assert_eq!((&shown["kind"], &shown["state"]), (&json!("withdrawal"), &json!("exhausted")));
    assert_eq!(shown["attempts"][0]["code"], "UNSUPPORTED");
}

#[tokio::test]
async fn nobody_looks_at_it_again_and_what_cannot_be_withdrawn_is_refused() {
    let gateway = Gateway::start_with(|config| {
        config.retention.credentials_days = 1;
        config.retention.reports_days = 1;
    })
    .await;
    let role = role(&gateway, &json!({})).await;
    let id = hand_in(&gateway, &role).await;
    let path = format!("/v1/submissions/{id}/withdrawal");
    for (wrong, place) in
        [(json!({}), ""), (json!({"reason": "weather"}), "/reason"), (json!({"reason": "applicant", "x": 1}), "/x")]
    {
        let answer = gateway.post(&path, &wrong).await;
        assert_eq!(
            (answer.problem().as_str(), &answer.json()["pointer"]),
            ("invalid-request", &json!(place)),
            "{wrong}"
        );
    }
    work(&gateway).await;
    withdraw(&gateway, &id, "applicant").await;
    let recheck = gateway.post(&format!("/v1/submissions/{id}/recheck"), &json!({})).await;
    assert_eq!((recheck.status, recheck.problem().as_str()), (StatusCode::CONFLICT, "withdrawn"));
    work(&gateway).await;
    let other = hand_in(&gateway, &role).await;
    work(&gateway).await;
    gateway.clock.advance(2 * 24 * 60 * 60);
    wellspring_server::work::chores::retire(gateway.app.clone()).await.expect("the chore is done");
    let states: Vec<Value> = vec![submission(&gateway, &id).await, submission(&gateway, &other).await];
    assert!(states.iter().all(|shown| shown["state"] == "retired"), "{states:#?}");
    let answer = withdraw(&gateway, &other, "applicant").await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::CONFLICT, "retired"));
}

/// What a connector that finds its own work by markers would have to know of all that it was given.
async fn last(gateway: &Gateway, id: &str) -> (String, String, Vec<String>) {
    let given = given(gateway, id).await;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let corrections = given["corrections"].as_array().map(|all| all.iter().map(text).collect());
    (text(&given["did"]), text(&given["marker"]), corrections.unwrap_or_default())
}

/// Without it, a connector was told of a result that it would find by the marker of the note that was taken back, and wrote nothing.
#[tokio::test]
async fn what_is_handed_in_after_a_withdrawal_is_a_correction_and_can_be_withdrawn_in_its_turn() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({})).await;
    let first = hand_in(&gateway, &role).await;
    work(&gateway).await;
    let (did, note, _) = last(&gateway, &first).await;
    assert_eq!(did, "deliver");
    let key = given(&gateway, &first).await["key"].clone();
    withdraw(&gateway, &first, "applicant").await;
    work(&gateway).await;
    let (did, taken_back, _) = last(&gateway, &first).await;
    assert_eq!(did, "withdraw");

    let second = hand_in(&gateway, &role).await;
    work(&gateway).await;
    assert_eq!(deliveries(&gateway, &second).await, pairs(&[("result", "delivered")]));
    let (did, correction, _) = last(&gateway, &second).await;
    assert_eq!(did, "correct");
    let shown = given(&gateway, &second).await;
    assert_ne!(shown["key"], key, "the ATS is to write something");
    let changes = shown["changes"].as_str().expect("a text");
    assert!(
        changes.starts_with("The result for the learner records of 23 November 2026 at 12:00 UTC was"),
        "{changes}"
    );
    assert!(changes.contains("Score: ") && changes.ends_with("People decide, not this score."), "{changes}");

    withdraw(&gateway, &second, "employer").await;
    work(&gateway).await;
    let (did, taken_back_again, corrections) = last(&gateway, &second).await;
    assert!(did == "withdraw" && corrections.contains(&correction), "{did} {corrections:?}");
    let mut markers = vec![note, taken_back, correction, taken_back_again];
    markers.sort();
    markers.dedup();
    assert_eq!(markers.len(), 4, "each is found by a marker of its own: {markers:?}");
}

#[tokio::test]
async fn what_is_handed_in_again_is_a_correction_of_what_the_ats_was_told_and_of_nothing_else() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({})).await;
    let early = hand_in(&gateway, &role).await;
    withdraw(&gateway, &early, "applicant").await;
    let first = hand_in(&gateway, &role).await;
    work(&gateway).await;
    assert_eq!(given(&gateway, &first).await["did"], "deliver", "of the one before the ATS never heard");
    let second = hand_in(&gateway, &role).await;
    work(&gateway).await;
    let shown = given(&gateway, &second).await;
    assert_eq!(shown["did"], "correct");
    let changes = shown["changes"].as_str().expect("a text");
    assert!(changes.starts_with("Learner records were handed in again on 23 November 2026 at 12:00 UTC."), "{changes}");

    let badge = crate::badge::signed(crate::badge::unsigned("https://case.example.org/nothing"));
    let mut elsewhere = role.submission(&[json!({"json": badge})]);
    elsewhere["application"]["id"] = json!("55013");
    let elsewhere = gateway.post("/v1/submissions", &elsewhere).await.id();
    work(&gateway).await;
    assert_eq!(given(&gateway, &elsewhere).await["did"], "deliver", "that is another application");

    let before = given(&gateway, &second).await;
    replay(&gateway, &second).await;
    let after = given(&gateway, &second).await;
    assert_eq!(
        (&after["did"], &after["key"]),
        (&before["did"], &before["key"]),
        "an attempt is what the first one was"
    );
    assert_ne!(after["calls"], before["calls"], "it was tried again");
    replay(&gateway, &first).await;
    assert_eq!(
        deliveries(&gateway, &first).await,
        pairs(&[("result", "cancelled")]),
        "the second's result stands there"
    );
}

/// Takes up the first delivery of a submission again.
async fn replay(gateway: &Gateway, id: &str) {
    let filter = json!({"ids": [submission(gateway, id).await["deliveries"][0]["id"]]});
    later(gateway);
    let replayed = gateway.post("/v1/deliveries/replay", &filter).await;
    assert_eq!(replayed.status, StatusCode::OK, "{}", replayed.text);
    work(gateway).await;
}

/// Hands in twice for one application; the ATS has the result of each, the second's last.
async fn delivered_twice(gateway: &Gateway, role: &Role) -> (String, String) {
    let first = hand_in(gateway, role).await;
    work(gateway).await;
    let second = hand_in(gateway, role).await;
    work(gateway).await;
    (first, second)
}

/// Without it, the withdrawal emptied in the ATS what the later submission had brought there, and nobody brought it again.
#[tokio::test]
async fn what_was_handed_in_later_is_brought_again_after_an_earlier_one_is_withdrawn() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({})).await;
    let (first, second) = delivered_twice(&gateway, &role).await;
    let (_, correction, _) = last(&gateway, &second).await;
    let key = given(&gateway, &second).await["key"].clone();
    withdraw(&gateway, &first, "applicant").await;
    work(&gateway).await;
    assert_eq!(deliveries(&gateway, &first).await, pairs(&[("result", "delivered"), ("withdrawal", "delivered")]));
    let brought = pairs(&[("result", "delivered"), ("correction", "delivered")]);
    assert_eq!(deliveries(&gateway, &second).await, brought);
    let (did, again, _) = last(&gateway, &second).await;
    let shown = given(&gateway, &second).await;
    assert_eq!(did, "correct");
    assert!(again != correction && shown["key"] != key, "the ATS is to write something: {again} {}", shown["key"]);
    let changes = shown["changes"].as_str().expect("a text");
    assert!(changes.contains("was withdrawn") && changes.contains("Score: "), "{changes}");
    let calls = |given: &Value| given["calls"].as_u64().expect("a number");
    assert!(calls(&given(&gateway, &first).await) < calls(&shown), "it comes after the withdrawal");

    withdraw(&gateway, &second, "applicant").await;
    work(&gateway).await;
    let (did, _, corrections) = last(&gateway, &second).await;
    assert!(did == "withdraw" && corrections.contains(&correction) && corrections.contains(&again), "{corrections:?}");
    assert_eq!(deliveries(&gateway, &first).await.len(), 2, "the earlier one does not come back");
}

#[tokio::test]
async fn what_is_withdrawn_too_is_not_brought_again() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({})).await;
    let (first, second) = delivered_twice(&gateway, &role).await;
    withdraw(&gateway, &first, "applicant").await;
    withdraw(&gateway, &second, "applicant").await;
    work(&gateway).await;
    let all = pairs(&[("result", "delivered"), ("correction", "cancelled"), ("withdrawal", "delivered")]);
    assert_eq!(deliveries(&gateway, &second).await, all);
}
