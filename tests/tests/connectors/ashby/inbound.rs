//! What comes from Ashby.

use serde_json::{Value, json};
use wellspring_host::{Answered, NotAnswered};
use wellspring_model::ats::Happened;
use wellspring_testkit::ashby::{NotStarted, OutboundRequest, id};

use super::world::{OFFER, World};

/// What a webhook tells, as JSON and without its time.
async fn told(world: &World, request: OutboundRequest) -> Value {
    let answered = world.receive(request).await.expect("it is heard");
    assert_eq!((answered.response.status, &answered.response.json), (200, &None));
    let mut events = serde_json::to_value(&answered.events).expect("events");
    for event in events.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        event.remove("at");
    }
    events
}

#[tokio::test]
async fn every_webhook_that_says_something_to_us_becomes_one_event() {
    let world = World::example().await;
    let ats = &world.ats;
    assert_eq!(told(&world, ats.ping()).await, json!([{"type": "connection-tested"}]));
    let submitted = json!([{
        "type": "application-submitted",
        "application": {"id": id(61009), "stage": "Application review", "status": "active"},
        "candidate": {"id": id(503), "name": "Zoë Łukasik", "email": "zoe@example.org"},
        "job": {"id": id(7002), "title": "Workshop lead"}
    }]);
    assert_eq!(told(&world, ats.apply(61009, 503, 7002)).await, submitted);
    let updated = |stage: &str, status: &str| json!([{"type": "application-updated", "application": {"id": id(61001), "stage": stage, "status": status}}]);
    assert_eq!(told(&world, ats.move_stage(61001, "Interview")).await, updated("Interview", "active"));
    assert_eq!(told(&world, ats.hire(61001)).await, updated("Interview", "hired"));
    assert_eq!(told(&world, ats.archive(61001, "RejectedByOrg")).await, updated("Interview", "rejected"));
    assert_eq!(told(&world, ats.archive(61001, "RejectedByCandidate")).await, updated("Interview", "withdrawn"));
    let changed = json!([{
        "type": "job-changed",
        "job": {"id": id(7001), "title": "Junior data analyst", "status": "closed"}
    }]);
    assert_eq!(told(&world, ats.change_job(7001, "Archived")).await, changed);
    let merged = json!([{"type": "candidate-merged", "candidate": {"id": id(501)}, "into": {"id": id(502)}}]);
    assert_eq!(told(&world, ats.merge(501, 502)).await, merged);
    let deleted = json!([{"type": "candidate-deleted", "candidate": {"id": id(503)}}]);
    assert_eq!(told(&world, ats.delete(503)).await, deleted);
}

#[tokio::test]
async fn the_double_s_webhooks_are_what_ashby_documents() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/ats/ashby/webhook-payload-schemas.json");
    let Ok(text) = std::fs::read_to_string(file) else {
        eprintln!("SKIPPED: Ashby's schemas of webhooks are not here");
        return;
    };
    let schemas: Value = serde_json::from_str(&text).expect("JSON");
    let world = World::example().await;
    let ats = &world.ats;
    let sent = [
        ats.ping(),
        ats.apply(61009, 503, 7002),
        ats.move_stage(61001, "Interview"),
        ats.hire(61001),
        ats.archive(61001, "RejectedByOrg"),
        ats.merge(501, 502),
        ats.delete(503),
    ];
    for request in sent {
        let body: Value = serde_json::from_slice(&request.body).expect("JSON");
        let action = body["action"].as_str().expect("an action");
        let validator = jsonschema::validator_for(&schemas[action]).expect("a schema");
        let flaws: Vec<_> = validator.iter_errors(&body).map(|flaw| flaw.to_string()).collect();
        assert!(flaws.is_empty(), "{action}: {flaws:?}");
    }
}

#[tokio::test]
async fn a_webhook_about_something_else_is_heard_and_says_nothing() {
    let world = World::example().await;
    for action in ["offerCreate", "interviewScheduleUpdate", "surveySubmit", "something new"] {
        assert_eq!(told(&world, world.ats.webhook(action, &json!({"offer": {"id": id(1)}}))).await, json!([]));
    }
}

#[tokio::test]
async fn two_changes_in_a_row_are_two_events() {
    let world = World::example().await;
    let first = world.receive(world.ats.move_stage(61001, "Interview")).await.expect("it is heard");
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let second = world.receive(world.ats.move_stage(61001, "Interview")).await.expect("it is heard");
    assert_ne!(first.events, second.events, "they differ in their time");
}

#[tokio::test]
async fn what_is_not_signed_with_our_secret_never_reaches_the_guest() {
    let world = World::example().await;
    let good = world.ats.webhook("offerCreate", &json!({}));
    let altered = OutboundRequest { body: br#"{"action":"ping","data":{}}"#.to_vec(), ..good.clone() };
    let unsigned = OutboundRequest { headers: Vec::new(), ..good.clone() };
    // The guest would answer `invalid-input` to this; the signature is looked at first.
    let nonsense = OutboundRequest { body: b"no JSON".to_vec(), ..good };
    for request in [altered, unsigned, nonsense] {
        assert_eq!(world.receive(request).await, Err(NotAnswered::NotGenuine));
    }
    let partner = world.ats.list_offers();
    let unproven = OutboundRequest { headers: Vec::new(), ..partner };
    assert_eq!(world.partner(unproven, 1).await, Err(NotAnswered::NotGenuine));
}

#[tokio::test]
async fn a_signed_webhook_that_makes_no_sense_is_refused_without_quoting_it() {
    let world = World::example().await;
    let requests = [
        world.ats.webhook("applicationSubmit", &json!({"application": {"id": 7, "candidate": "Ana Ruiz"}})),
        world.ats.webhook("candidateMerge", &json!({"deletedCandidate": {"id": id(501)}})),
    ];
    for request in requests {
        let Err(NotAnswered::Failed(failure)) = world.receive(request).await else { panic!("it is refused") };
        assert_eq!(failure.code.as_str(), "INVALID_INPUT");
        assert!(!failure.message.contains("Ana"), "{}", failure.message);
    }
}

#[tokio::test]
async fn ashby_lists_what_can_be_ordered() {
    let world = World::example().await;
    let answered = world.partner(world.ats.list_offers(), 1).await.expect("it answers");
    let offers = json!([{"assessment_type_id": OFFER, "name": "Data skills", "description": ""}]);
    assert_eq!(body(&answered), json!({"success": true, "results": offers}));
    assert!(answered.events.is_empty());
}

#[tokio::test]
async fn an_order_is_told_with_all_its_facts_and_answered_with_its_id() {
    let world = World::example().await;
    let answered =
        world.partner(world.ats.start_assessment(&OFFER.to_string(), 61001), 0x0b).await.expect("it answers");
    let event = json!([{
        "type": "assessment-ordered",
        "order": "ord_0000000000000000000000000000000b",
        "offer": OFFER,
        "application": {"id": id(61001), "status": "active"},
        "candidate": {"id": id(501), "name": "Ana Ruiz", "email": "ana.ruiz@example.org"},
        "job": {"id": id(7001), "title": "Junior data analyst"}
    }]);
    assert_eq!(serde_json::to_value(&answered.events).expect("events"), event);
    let started = world.ats.started(&OFFER.to_string(), 61001, 200, body(&answered).to_string().as_bytes());
    assert_eq!(started.as_deref(), Ok("00000000-0000-0000-0000-00000000000b"));
    // What the gateway answers where the same is ordered already.
    let conflict = answered.conflict.expect("an answer for that");
    let json = conflict.json.unwrap_or_default();
    let told = world.ats.started(&OFFER.to_string(), 61001, conflict.status, json.as_bytes());
    assert_eq!(told, Err(NotStarted::AlreadyAssessed));
}

#[tokio::test]
async fn an_order_that_cannot_be_is_refused_in_words_for_the_user() {
    let world = World::example().await;
    world.ats.edit(|seed| *seed = seed.clone().candidate(504, "Nora", None).application(61004, 504, 7001));
    let refused = [(id(99), 61001, "no longer offered"), (OFFER.to_string(), 61004, "no e-mail address")];
    for (offer, application, words) in refused {
        let request = world.ats.start_assessment(&offer, application);
        let answered = world.partner(request, 1).await.expect("it answers");
        assert!(answered.events.is_empty());
        let response = &answered.response;
        let json = response.json.clone().unwrap_or_default();
        let told = world.ats.started(&offer, application, response.status, json.as_bytes());
        assert!(matches!(&told, Err(NotStarted::Told(message)) if message.contains(words)), "{told:?}");
    }
}

#[tokio::test]
async fn an_order_can_be_cancelled_by_the_id_ashby_was_told() {
    let world = World::example().await;
    let order = world.ordered(61001).await;
    let assessment = world.ats.records().assessments.remove(0).id;
    let answered = world.partner(world.ats.cancel_assessment(&assessment), 2).await.expect("it answers");
    assert_eq!(body(&answered)["success"], json!(true));
    assert_eq!(answered.events[0].what, Happened::AssessmentCancelled { order: order.id });
    let other = world.partner(world.ats.cancel_assessment("not ours"), 2).await.expect("it answers");
    assert_eq!((body(&other)["success"].clone(), other.events.len()), (json!(false), 0));
}

#[tokio::test]
async fn jobs_come_page_by_page_drafts_among_them() {
    let world = World::example().await;
    world.ats.edit(|seed| seed.page_size = 2);
    let first = world.jobs(None).await.expect("a page");
    let second = world.jobs(first.next.clone()).await.expect("a page");
    assert_eq!((first.jobs.len(), second.jobs.len(), second.next), (2, 1, None));
    let last = serde_json::to_value(&second.jobs[0]).expect("a job");
    let draft = json!({
        "id": id(7003), "title": "Night porter", "status": "draft", "requisition": id(97_003), "location": "Málaga"
    });
    assert_eq!(last, draft);
    let failure = world.jobs(Some("made up".to_owned())).await.expect_err("no cursor of Ashby's");
    assert_eq!(failure.code.as_str(), "INVALID_INPUT");
}

fn body(answered: &Answered) -> Value {
    serde_json::from_str(answered.response.json.as_deref().unwrap_or("null")).expect("JSON")
}
