//! The gateway as an ATS's assessment partner: what is ordered is announced, waits for the application, and is answered.

use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    events::endpoint,
    gateway::{Gateway, Role, connection},
    receiver::Receiver,
    talking::{ask, deliveries, given, hand_in, later, role, work},
};

/// The job as an ATS is offered it.
fn offer(job: &str) -> String {
    let hex = job.trim_start_matches("job_");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

async fn order(gateway: &Gateway, role: &Role) -> String {
    let body = json!({"offer": offer(&role.job), "application": "55012"});
    let answer = ask(gateway, &role.connection, "assessment.start", &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()["assessment_id"].as_str().expect("an id").to_owned()
}

async fn orders(gateway: &Gateway) -> Vec<Value> {
    gateway.get("/v1/orders").await.json()["items"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn what_is_ordered_waits_for_the_application_and_is_answered_with_its_result() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let role = role(&gateway, &json!({})).await;
    endpoint(&gateway, &receiver, &["assessment.ordered"]).await;
    let offered = ask(&gateway, &role.connection, "assessment.list", &json!({})).await.json();
    assert_eq!(offered, json!([{"id": offer(&role.job), "name": "Junior data analyst"}]));
    let order = order(&gateway, &role).await;
    work(&gateway).await;
    let told = receiver.received()[0].json();
    assert_eq!((&told["data"]["order"], &told["data"]["application"]), (&json!(order), &json!("55012")));
    assert!(!told.to_string().contains("ada@"), "{told}");
    let waiting = json!({
        "id": order, "state": "ordered", "connection": role.connection, "job": role.job, "application": "55012",
        "ordered_at": gateway.app.now(),
    });
    assert_eq!(orders(&gateway).await, [waiting]);
    let id = hand_in(&gateway, &role).await;
    assert_eq!(orders(&gateway).await[0]["submission"], json!(id));
    work(&gateway).await;
    assert_eq!(given(&gateway, &id).await["order"], json!(order));
    let shown = orders(&gateway).await.remove(0);
    assert_eq!((&shown["state"], &shown["submission"]), (&json!("completed"), &json!(id)));
    assert!(shown["completed_at"].is_string());
    let audit = gateway.get(&format!("/v1/audit?subject={order}")).await.json();
    let actions: Vec<&Value> = audit["items"].as_array().expect("rows").iter().map(|row| &row["action"]).collect();
    assert_eq!(actions, ["order.placed", "order.completed"]);
}

#[tokio::test]
async fn an_order_for_records_that_are_here_is_answered_at_once() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({})).await;
    let id = hand_in(&gateway, &role).await;
    work(&gateway).await;
    let before = given(&gateway, &id).await;
    assert_eq!(before["order"], Value::Null);
    let order = order(&gateway, &role).await;
    work(&gateway).await;
    let given = given(&gateway, &id).await;
    assert_eq!(given["order"], json!(order));
    assert_ne!(given["key"], before["key"], "it says something new");
    assert_eq!(orders(&gateway).await[0]["state"], "completed");

    let again = self::order(&gateway, &role).await;
    later(&gateway);
    gateway.post(&format!("/v1/submissions/{id}/withdrawal"), &json!({"reason": "applicant"})).await;
    work(&gateway).await;
    let kinds: Vec<String> = deliveries(&gateway, &id).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["result", "result", "result", "withdrawal"]);
    let given = crate::talking::given(&gateway, &id).await;
    assert_eq!((&given["did"], &given["order"]), (&json!("withdraw"), &json!(again)));
    assert_eq!(orders(&gateway).await[1]["state"], "cancelled", "what was withdrawn answers nothing");
}

#[tokio::test]
async fn an_order_can_be_taken_back_and_its_application_is_then_like_any_other() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let role = role(&gateway, &json!({})).await;
    endpoint(&gateway, &receiver, &["assessment.cancelled"]).await;
    let order = order(&gateway, &role).await;
    let cancel = json!({"assessment": order});
    for _ in 0..2 {
        assert_eq!(ask(&gateway, &role.connection, "assessment.cancel", &cancel).await.status, StatusCode::OK);
    }
    work(&gateway).await;
    assert_eq!(receiver.kinds(), ["assessment.cancelled"]);
    let shown = orders(&gateway).await.remove(0);
    assert!(shown["state"] == "cancelled" && shown["cancelled_at"].is_string(), "{shown:#}");
    let id = hand_in(&gateway, &role).await;
    work(&gateway).await;
    assert_eq!(given(&gateway, &id).await["order"], Value::Null);
}

#[tokio::test]
async fn a_connector_that_makes_up_ids_or_offers_orders_nothing() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({})).await;
    let greenhouse = gateway.post("/v1/connections", &connection()).await.id();
    let elsewhere = json!({"title": "x", "profile": role.profile, "connection": greenhouse});
    let elsewhere = gateway.post("/v1/jobs", &elsewhere).await.id();
    let made_up = "ord_00000000000000000000000000000001";
    for wrong in [
        json!({"offer": offer(&role.job), "application": "1", "assessment": made_up}),
        json!({"offer": offer(&elsewhere), "application": "1"}),
        json!({"offer": "00000000-0000-0000-0000-000000000000", "application": "1"}),
        json!({"offer": "no UUID", "application": "1"}),
    ] {
        let answer = ask(&gateway, &role.connection, "assessment.start", &wrong).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            "{wrong}"
        );
    }
    assert!(orders(&gateway).await.is_empty());
    let unsigned = gateway.post(&format!("/partner/{}/assessment.list", role.connection), &json!({})).await;
    assert_eq!((unsigned.status, unsigned.problem().as_str()), (StatusCode::UNAUTHORIZED, "not-genuine"));
    let elsewhere = ask(&gateway, &role.connection, "elsewhere", &json!({})).await;
    assert_eq!((elsewhere.status, elsewhere.text.as_str()), (StatusCode::NOT_FOUND, ""), "the connector's own answer");
}
