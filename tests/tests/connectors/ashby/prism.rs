//! Every request of the Ashby connector, and every answer of ours to Ashby, through Prism with Ashby's own document. Run by
//! `cargo xtask ashby-prism`; by itself it says that it is skipped.

use std::sync::Arc;

use axum::{Router, body::Bytes, extract::Path, http::HeaderMap, response::IntoResponse, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;
use wellspring_model::{ats::OrderRef, id::OrderId};
use wellspring_testkit::ashby::{AssessmentStatus, OutboundRequest, id};

use super::world::{OFFER, World, result};

/// The id that an order gets.
const ORDER: u128 = 0x0b;

/// Prism before the double, the double, Prism before us, and us.
fn ports() -> Option<[u16; 4]> {
    let ports = std::env::var_os("ASHBY_PRISM")?;
    let ports: Vec<u16> = ports.to_string_lossy().split(',').filter_map(|port| port.parse().ok()).collect();
    Some(ports.try_into().expect("four ports"))
}

#[tokio::test]
async fn ashby_s_document_has_every_request_and_every_answer_of_ours() {
    let Some([api, double, partner, ours]) = ports() else {
        eprintln!("SKIPPED: Prism does not run; use `cargo xtask ashby-prism`");
        return;
    };
    let world = Arc::new(World::behind(api, double).await);
    let check = world.check().await;
    assert!(check.iter().all(|(ok, _)| *ok), "{check:?}");
    assert_eq!(world.jobs(None).await.expect("jobs").jobs.len(), 3);

    world.deliver().await.expect("it delivers");
    world.correct().await.expect("it corrects");
    world.withdraw(None).await.expect("it takes back");
    assert_eq!(world.ats.records().assessments[0].writes, 3, "each of them came through");

    serve(&world, ours).await;
    ordered(&world, &format!("127.0.0.1:{partner}")).await;
}

/// The partner side, and an ordered assessment from its beginning to its end.
async fn ordered(world: &World, partner: &str) {
    let send = async |request: OutboundRequest| {
        let (status, body) = request.send(partner, "/").await.expect("it is answered");
        (status, body.clone(), serde_json::from_slice::<Value>(&body).unwrap_or_default())
    };
    let (_, _, offers) = send(world.ats.list_offers()).await;
    assert_eq!(offers["results"][0]["name"], json!("Data skills"), "{offers}");
    let (status, _, refused) = send(world.ats.start_assessment(&id(99), 61001)).await;
    assert_eq!((status, refused["message"].is_string()), (422, true), "{refused}");
    let (status, body, _) = send(world.ats.start_assessment(&OFFER.to_string(), 61001)).await;
    let started = world.ats.started(&OFFER.to_string(), 61001, status, &body).expect("it is started");

    let mut result = result();
    // The note of what was withdrawn before is there; this is another application's work.
    result.marker = result.marker.replace(']', ":ordered]");
    let order = OrderRef { id: OrderId::from_uuid(Uuid::from_u128(ORDER)) };
    result.order = Some(order);
    world.deliver_result(result.clone()).await.expect("it delivers what was ordered");
    let of_order = |world: &World| world.ats.records().assessments.into_iter().find(|one| one.id == started);
    assert_eq!(of_order(world).map(|one| one.status), Some(AssessmentStatus::Completed));
    world.withdraw_result(&result).await.expect("it takes back what was ordered");
    assert!(matches!(of_order(world).map(|one| one.status), Some(AssessmentStatus::Cancelled(_))));
    let (status, _, cancelled) = send(world.ats.cancel_assessment(&started)).await;
    assert_eq!((status, &cancelled["success"]), (200, &json!(true)), "{cancelled}");
}

/// A gateway in small: what Ashby asks of its partner goes through the host.
async fn serve(world: &Arc<World>, port: u16) {
    let world = Arc::clone(world);
    let answer = move |Path(verb): Path<String>, headers: HeaderMap, body: Bytes| async move {
        let headers =
            headers.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        let request = OutboundRequest { path: format!("/{verb}"), headers: headers.collect(), body: body.to_vec() };
        let answered = world.partner(request, ORDER).await.expect("it answers");
        let status = axum::http::StatusCode::from_u16(answered.response.status).expect("a status");
        (status, [("content-type", "application/json")], answered.response.json.unwrap_or_default()).into_response()
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
    let router = Router::new().route("/{verb}", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
}
