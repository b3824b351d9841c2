//! What is recorded at an account is a test from then on: it passes when it is played, and nobody is in it.

use std::{path::Path, sync::Arc};

use serde_json::{Map, Value, json};
use wellspring_model::Timestamp;
use wellspring_testkit::{
    front::Front,
    generic::{Generic, GenericSeed},
    record::{Account, Recorded, record},
    rig::{Applicant, Rig, Seeded, StoppedClock},
    script::Called,
};

fn applicant() -> Applicant {
    Applicant {
        application: "88123".to_owned(),
        candidate: "88501".to_owned(),
        name: "Greta Lindqvist".to_owned(),
        email: "greta@lindqvist.example".to_owned(),
    }
}

/// An account where people have written about the applicant: more than fits on a page.
fn account() -> GenericSeed {
    let record = |value: Value| value.as_object().expect("an object").clone();
    let mut seed = GenericSeed { applicant: applicant(), ..GenericSeed::default() };
    seed.settings = settings();
    let person = json!({"id": "88501", "name": "Greta Lindqvist", "email": "greta@lindqvist.example"});
    seed.collections.insert("candidates".to_owned(), vec![record(person)]);
    let application = json!({"id": "88123", "candidate": "88501", "job": "7001"});
    seed.collections.insert("applications".to_owned(), vec![record(application)]);
    let jobs = [json!({"id": "7001", "title": "Data technician"}), json!({"id": "7002", "title": "Clerk"})];
    seed.collections.insert("jobs".to_owned(), jobs.map(record).to_vec());
    let notes = ["Greta seemed tired.", "Called 555-123-4567.", "greta.lindqvist"];
    let notes = notes.iter().zip(4_401..).map(|(text, id)| {
        record(json!({"id": id.to_string(), "application": "88123", "text": text, "author": {"first_name": "Hans", "login": "hans"}}))
    });
    seed.collections.insert("notes".to_owned(), notes.collect());
    seed
}

fn settings() -> Map<String, Value> {
    Map::new()
}

async fn recorded(called: Called) -> Recorded {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/connectors/careless.wasm");
    let package = std::fs::read(file).expect("careless.wasm is built: run `cargo xtask connectors`");
    let clock = Arc::new(StoppedClock(Timestamp::UNIX_EPOCH));
    let rig = Rig::new(package, &settings(), Arc::clone(&clock) as _, Arc::new(Seeded::new(1))).await;
    let rig = rig.expect("it installs");
    let manifest = rig.connector().manifest();
    let ats = Front::start(manifest, Arc::new(Generic::new(account())), &Seeded::new(2)).await.expect("a port");
    let account = Account {
        bases: ats.bases(manifest),
        private_origins: vec![ats.origin().to_owned()],
        credentials: ats.secrets(),
        applicant: applicant(),
    };
    record(&rig, &settings(), account, called, &Applicant::default(), clock).await.expect("it is recorded")
}

/// Fails where the connector's own words go through what is for answers, where the query of a link is kept as it came, or where what
/// people are called is.
#[tokio::test(flavor = "multi_thread")]
async fn each_call_becomes_a_script_that_passes_and_has_nobody_in_it() {
    for called in [Called::Check, Called::ListJobs, Called::Deliver, Called::Withdraw] {
        let recorded = recorded(called).await;
        assert!(recorded.flaws.is_empty(), "{called:?}: {:#?}", recorded.flaws);
        let script = serde_json::to_string(&recorded.script).expect("JSON");
        for gone in ["Greta", "greta", "indqvist", "88123", "88501", "tired", "555", "Hans", "hans", "4401"] {
            assert!(!script.contains(gone), "{called:?}: {gone} is in {script}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_a_check_keep_their_names_and_a_list_its_pages() {
    let check = recorded(Called::Check).await.script;
    assert_eq!(check.expect, json!({"lines": [{"name": "notes", "ok": true}]}));
    let deliver = recorded(Called::Deliver).await.script;
    let links = deliver.exchanges.iter().filter(|step| step.answer.headers.contains_key("link")).count();
    assert_eq!((links, deliver.exchanges.len()), (2, 5), "spare, three pages, and the note: {deliver:#?}");
}
