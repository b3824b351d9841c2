//! The Greenhouse connector over real HTTP, against as much of Harvest v3 as it uses.

use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};
use wellspring_host::{ConnectionView, DeliverCall, Host};
use wellspring_model::delivery::{DeliveryFailure, FailureCode, Receipt, Retry};

use crate::{
    ats::{Answer, Ats, Seen, json as answer},
    support::{call, connection, host, id, install, tight},
};

const SECRET: (&str, &str) = ("main", r#"{"client_id":"us","client_secret":"canary-s3cret"}"#);
const TOKEN: &str = "canary-t0ken";

/// What the ATS holds, and one way for it to misbehave.
struct Greenhouse {
    fields: Map<String, Value>,
    notes: Vec<Value>,
    applications: Vec<Value>,
    /// Candidates with the applicant's address.
    same_address: usize,
    trouble: Option<Trouble>,
}

enum Trouble {
    TooMany,
    /// Once: the note is kept, its answer is not sent.
    NoteWithoutAnswer,
    /// The custom fields of others are lost on writing.
    LosesFields,
    BadToken,
}

impl Greenhouse {
    fn new(trouble: Option<Trouble>) -> Self {
        let field = |value: Value| json!({ "name": "a field", "type": "short_text", "value": value });
        let fields = [("salary", field(json!({ "amount": 5, "unit": "EUR" }))), ("team", field(json!("Data")))];
        Self {
            fields: fields.map(|(key, field)| (key.to_owned(), field)).into_iter().collect(),
            notes: (1..=7).map(|number| json!({ "id": number, "body": format!("note {number}") })).collect(),
            applications: vec![json!({ "id": 61001, "candidate_id": 501 })],
            same_address: 1,
            trouble,
        }
    }

    fn answer(&mut self, seen: &Seen) -> Answer {
        let path = seen.target.split('?').next().unwrap_or_default();
        if path == "/token" {
            return match self.trouble {
                Some(Trouble::BadToken) => answer(401, json!({ "error": "invalid_client" })),
                _ => answer(200, json!({ "access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600 })),
            };
        }
        if seen.authorization != format!("Bearer {TOKEN}") {
            return answer(401, json!({ "message": "Unauthorized" }));
        }
        if let Some(Trouble::TooMany) = self.trouble {
            return Answer::Json { status: 429, headers: "Retry-After: 7\r\n".to_owned(), json: json!({}) };
        }
        match (seen.method.as_str(), path) {
            ("GET", "/v3/applications") => answer(200, json!(self.applications)),
            ("GET", "/v3/candidates") => answer(200, self.candidates(seen)),
            ("GET", "/v3/notes") => self.page(seen),
            ("GET", "/v3/custom_fields") => answer(
                200,
                json!([
                    { "id": 1, "name_key": "report", "value_type": "url" },
                    { "id": 2, "name_key": "score", "value_type": "short_text" }
                ]),
            ),
            ("PATCH", "/v3/candidates/501") => self.replace(&seen.json),
            ("POST", "/v3/notes") => self.note(&seen.json),
            _ => answer(404, json!({})),
        }
    }

    fn candidates(&self, seen: &Seen) -> Value {
        let candidate = json!({ "id": 501, "custom_fields": self.fields });
        let count = if seen.query("email").is_some() { self.same_address } else { 1 };
        Value::from(vec![candidate; count])
    }

    /// Three at a time, by cursor; the cursor comes alone.
    fn page(&self, seen: &Seen) -> Answer {
        let from = seen.query("cursor").map_or(0, |cursor| cursor.parse().expect("our own cursor"));
        assert!(from == 0 || seen.target.matches('=').count() == 1, "a cursor comes alone: {}", seen.target);
        let page: Vec<_> = self.notes.iter().skip(from).take(3).collect();
        let next = format!("Link: <https://elsewhere.invalid/v3/notes?cursor={}>; rel=\"next\"\r\n", from + 3);
        let headers = if from + 3 < self.notes.len() { next } else { String::new() };
        Answer::Json { status: 200, headers, json: json!(page) }
    }

    /// Harvest v3 replaces all custom fields, and gives numbers back as text.
    fn replace(&mut self, body: &Value) -> Answer {
        let sent = body["custom_fields"].as_array().expect("custom fields");
        let sent = sent.iter().filter(|field| match self.trouble {
            Some(Trouble::LosesFields) => field["name_key"] != "salary",
            _ => true,
        });
        self.fields = sent
            .map(|field| {
                let value = field["value"]
                    .as_f64()
                    .map_or_else(|| field["value"].clone(), |number| json!(format!("{number:.3}")));
                (field["name_key"].as_str().expect("a key").to_owned(), json!({ "value": value }))
            })
            .collect();
        answer(200, json!({ "id": 501 }))
    }

    fn note(&mut self, body: &Value) -> Answer {
        let mut note = body.clone();
        note["id"] = (self.notes.len() + 1).into();
        self.notes.push(note.clone());
        if let Some(Trouble::NoteWithoutAnswer) = self.trouble {
            self.trouble = None;
            return Answer::Silence;
        }
        answer(201, note)
    }
}

/// A host with the connector, an ATS, and a connection between them.
struct World {
    host: Host,
    ats: Ats,
    greenhouse: Arc<Mutex<Greenhouse>>,
    view: ConnectionView,
}

impl World {
    async fn new(greenhouse: Greenhouse) -> Option<Self> {
        let host = host(tight());
        install(&host, &["greenhouse"]).await?;
        let greenhouse = Arc::new(Mutex::new(greenhouse));
        let behind = Arc::clone(&greenhouse);
        let ats = Ats::start(move |seen| behind.lock().expect("no panic").answer(seen)).await;
        let api = format!("{}/v3", ats.origin);
        let mut view = connection("greenhouse", &[("api", &api), ("auth", &ats.origin)], &[SECRET]);
        view.connection.private_origins = vec![ats.origin.clone()];
        for (setting, key) in [("report_url_field", "report"), ("score_field", "score")] {
            view.connection.settings.insert(setting.to_owned(), key.into());
        }
        Some(Self { host, ats, greenhouse, view })
    }

    async fn deliver(&self) -> Result<Receipt, DeliveryFailure> {
        let call = DeliverCall { connection: self.view.clone(), ..call("greenhouse", "key") };
        self.host.deliver(&id("greenhouse"), call).await
    }

    fn with<T>(&self, look: impl FnOnce(&mut Greenhouse) -> T) -> T {
        look(&mut self.greenhouse.lock().expect("no panic"))
    }

    fn our_notes(&self) -> usize {
        let ours = |note: &&Value| note["body"].as_str().is_some_and(|body| body.contains("[wellspring:"));
        self.with(|greenhouse| greenhouse.notes.iter().filter(ours).count())
    }
}

#[tokio::test]
async fn a_result_is_written_once_and_others_fields_survive() {
    let Some(world) = World::new(Greenhouse::new(None)).await else { return };
    let first = world.deliver().await.expect("delivers");
    assert_eq!((first.remote_id.map(|id| id.0), first.changed), (Some("8".to_owned()), true));
    assert_eq!(world.ats.writes(), ["PATCH /v3/candidates/501", "POST /v3/notes"]);
    world.with(|greenhouse| {
        let value = |key: &str| greenhouse.fields[key]["value"].clone();
        assert_eq!(value("salary"), json!({ "amount": 5, "unit": "EUR" }));
        assert_eq!(value("team"), json!("Data"));
        assert_eq!(value("report"), json!("https://gateway.example/r/abc"));
        assert_eq!(value("score"), json!("71.250"));
        let note = &greenhouse.notes[7];
        assert_eq!((&note["candidate_id"], &note["application_id"]), (&json!(501), &json!(61001)));
        let body = note["body"].as_str().expect("a body");
        assert!(body.starts_with("5 of 7 required skills verified\n\nSpreadsheets: verified"), "{body}");
        assert!(
            body.ends_with("https://gateway.example/r/abc\n\n[wellspring:con_00000000000000000000000000000002:61001]")
        );
    });

    let second = world.deliver().await.expect("delivers again");
    assert_eq!((second.remote_id.map(|id| id.0), second.changed), (Some("8".to_owned()), false));
    assert_eq!(world.ats.writes().len(), 2, "the second call writes nothing");
}

#[tokio::test]
async fn one_token_serves_all_calls_and_only_its_endpoint_sees_the_secret() {
    let Some(world) = World::new(Greenhouse::new(None)).await else { return };
    world.deliver().await.expect("delivers");
    world.deliver().await.expect("delivers again");
    let (tokens, rest): (Vec<_>, Vec<_>) = world.ats.seen().into_iter().partition(|seen| seen.target == "/token");
    assert_eq!(tokens.len(), 1, "the second call uses the first one's token");
    assert!(tokens[0].authorization.starts_with("Basic "));
    assert!(rest.iter().all(|seen| seen.authorization == format!("Bearer {TOKEN}")));
}

#[tokio::test]
async fn a_note_whose_answer_was_lost_is_found_by_the_next_attempt() {
    let Some(world) = World::new(Greenhouse::new(Some(Trouble::NoteWithoutAnswer))).await else { return };
    let failure = world.deliver().await.expect_err("no answer");
    assert_eq!((failure.code, failure.retry), (FailureCode::Unavailable, Retry::Backoff), "{}", failure.message);
    let receipt = world.deliver().await.expect("the second attempt finds it");
    assert_eq!((receipt.remote_id.map(|id| id.0), receipt.changed), (Some("8".to_owned()), false));
    assert_eq!(world.our_notes(), 1);
}

#[tokio::test]
async fn the_wait_that_greenhouse_asks_for_is_passed_on() {
    let Some(world) = World::new(Greenhouse::new(Some(Trouble::TooMany))).await else { return };
    let failure = world.deliver().await.expect_err("too many requests");
    assert_eq!(failure.code, FailureCode::RateLimited);
    assert_eq!((failure.retry, failure.remote_status), (Retry::AfterMs(7_000), Some(429)));
}

#[tokio::test]
async fn fields_that_did_not_survive_the_writing_are_noticed() {
    let Some(world) = World::new(Greenhouse::new(Some(Trouble::LosesFields))).await else { return };
    let failure = world.deliver().await.expect_err("a field was lost");
    assert_eq!(failure.code, FailureCode::Conflict);
    assert_eq!(failure.message, "after writing, these custom fields do not hold what was sent: salary");
    assert_eq!(world.our_notes(), 0);
}

#[tokio::test]
async fn an_address_that_two_candidates_share_decides_nothing() {
    let Some(world) = World::new(Greenhouse::new(None)).await else { return };
    world.with(|greenhouse| {
        greenhouse.applications.clear();
        greenhouse.same_address = 2;
    });
    let mut call = DeliverCall { connection: world.view.clone(), ..call("greenhouse", "key") };
    call.result.application.candidate.id = None;
    let failure = world.host.deliver(&id("greenhouse"), call.clone()).await.expect_err("two candidates");
    assert_eq!((failure.code, failure.retry), (FailureCode::NotFound, Retry::Never));
    assert!(world.ats.writes().is_empty());

    world.with(|greenhouse| greenhouse.same_address = 1);
    let receipt = world.host.deliver(&id("greenhouse"), call).await.expect("one candidate");
    assert!(receipt.changed);
    assert_eq!(world.with(|greenhouse| greenhouse.notes[7].get("application_id").cloned()), None);
}

#[tokio::test]
async fn check_says_in_words_what_works_and_what_does_not() {
    let Some(world) = World::new(Greenhouse::new(None)).await else { return };
    let lines = world.host.check(&id("greenhouse"), world.view.clone()).await.expect("checks");
    let said: Vec<_> = lines.iter().map(|line| (line.ok, line.message.as_str())).collect();
    assert_eq!(
        said,
        [
            (true, "Greenhouse accepts the credentials."),
            (true, "Candidates can be read."),
            (true, "Notes can be read."),
            (true, "The custom field `report` is there."),
            (false, "The custom field `score` is of type short_text; it should be number."),
        ]
    );

    let Some(world) = World::new(Greenhouse::new(Some(Trouble::BadToken))).await else { return };
    let lines = world.host.check(&id("greenhouse"), world.view.clone()).await.expect("checks");
    assert_eq!(lines.len(), 1);
    assert!(!lines[0].ok && lines[0].message.starts_with("Greenhouse gives no access."), "{}", lines[0].message);
    assert!(!lines[0].message.contains("canary"), "{}", lines[0].message);
}
