//! The Greenhouse connector in its sandbox, against the double of Greenhouse.

use std::time::Duration;

use serde_json::json;
use wellspring_host::{ConnectionView, Delivered, Host, Work};
use wellspring_model::{
    Timestamp,
    delivery::{ApplicationResult, DeliveryFailure, FailureCode, Receipt, Retry},
};
use wellspring_testkit::{
    Greenhouse, GreenhouseSeed,
    greenhouse::{Fault, Note, Route},
};

use crate::sandbox::{self, connection, corrected, deliver, host_with, withdrawal, work};

/// A host with the connector, the double, and a connection between them.
struct World {
    host: Host,
    ats: Greenhouse,
    view: ConnectionView,
}

impl World {
    async fn new(seed: GreenhouseSeed) -> Self {
        let host = host_with("greenhouse").await;
        let ats = Greenhouse::start(seed).await.expect("the double starts");
        let view = view(&ats, &ats.client_secret());
        Self { host, ats, view }
    }

    async fn example() -> Self {
        Self::new(GreenhouseSeed::example()).await
    }

    async fn deliver(&self) -> Result<Receipt, DeliveryFailure> {
        self.deliver_result(result()).await
    }

    async fn deliver_result(&self, result: ApplicationResult) -> Result<Receipt, DeliveryFailure> {
        self.delivered(result).await.result
    }

    async fn delivered(&self, result: ApplicationResult) -> Delivered {
        deliver(&self.host, &self.view, Duration::from_secs(60), work(result)).await
    }

    async fn withdraw(&self) -> Result<Receipt, DeliveryFailure> {
        let work = Work::Withdrawal(Box::new(withdrawal(&result())));
        deliver(&self.host, &self.view, Duration::from_secs(60), work).await.result
    }

    async fn said_by_check(&self, view: ConnectionView) -> Vec<(bool, String)> {
        let lines = self.host.check(&self.view.connection.connector, view).await.expect("it checks");
        lines.into_iter().map(|line| (line.ok, line.message)).collect()
    }

    fn our_notes(&self) -> Vec<Note> {
        self.ats.notes().into_iter().filter(|note| note.body.contains("[wellspring:")).collect()
    }

    fn writes(&self) -> Vec<String> {
        let requests = self.ats.requests().into_iter();
        let writes = requests.filter(|one| one.method != "GET" && one.path != "/token");
        writes.map(|one| format!("{} {}", one.method, one.path)).collect()
    }
}

fn view(ats: &Greenhouse, secret: &str) -> ConnectionView {
    let settings =
        [("report_url_field", json!("verified_skills_url")), ("score_field", json!("verified_skills_score"))];
    let secret = json!({ "client_id": ats.client_id(), "client_secret": secret });
    let bases = [("api", ats.api_base()), ("auth", ats.auth_base())];
    connection("greenhouse", ats.origin(), &settings, &bases, &[("main", secret)])
}

fn result() -> ApplicationResult {
    sandbox::result("61001", "501")
}

#[tokio::test]
async fn a_result_is_written_once_and_what_others_wrote_survives() {
    let world = World::example().await;
    let first = world.deliver().await.expect("it delivers");
    let note = world.our_notes().pop().expect("a note");
    assert_eq!((first.remote_id.map(|id| id.0), first.changed), (Some(note.id.to_string()), true));
    assert_eq!(world.writes(), ["PATCH /v3/candidates/501", "POST /v3/notes"]);
    let fields = world.ats.candidate(501).expect("she is there").custom_fields;
    assert_eq!(fields["desired_salary"], json!({ "amount": 41_000, "unit": "EUR" }));
    assert_eq!(fields["heard_through"], json!("A friend"));
    assert_eq!(fields["verified_skills_url"], json!("https://gateway.example/r/abc"));
    assert_eq!(fields["verified_skills_score"], json!(71.25));
    assert_eq!((note.candidate_id, note.application_id), (501, Some(61001)));
    assert!(note.body.starts_with("5 of 7 required skills verified\n\nSpreadsheets: verified"), "{}", note.body);
    assert!(note.body.contains("https://gateway.example/r/abc"), "{}", note.body);

    let second = world.deliver().await.expect("it delivers again");
    assert_eq!((second.remote_id.map(|id| id.0), second.changed), (Some(note.id.to_string()), false));
    assert_eq!(world.writes().len(), 2, "the second call writes nothing");
    let tokens = world.ats.requests().iter().filter(|one| one.path == "/token").count();
    assert_eq!(tokens, 1, "and uses the first one's token");
}

#[tokio::test]
async fn a_correction_is_a_note_of_its_own_and_written_once() {
    let world = World::example().await;
    world.deliver().await.expect("it delivers");
    let first = world.ats.notes();
    let corrected = corrected(&result());
    let receipt = world.deliver_result(corrected.clone()).await.expect("it delivers");
    let notes = world.ats.notes();
    let (before, new) = notes.split_at(first.len());
    assert_eq!(before, first, "what was there stays");
    assert_eq!(new.len(), 1);
    assert_eq!(receipt.remote_id.map(|id| id.0), Some(new[0].id.to_string()));
    let text = "Correction: 0 of 7 required skills verified\n\nSQL basics: Failed (before: Passed)\n\nFull report: ";
    assert!(new[0].body.starts_with(text), "{}", new[0].body);
    let fields = world.ats.candidate(501).expect("she is there").custom_fields;
    assert_eq!(fields["verified_skills_score"].as_f64(), Some(0.0));
    assert_eq!(world.our_notes().len(), 1, "the result's marker still stands in one note");

    let again = world.deliver_result(corrected).await.expect("it delivers again");
    assert!(!again.changed);
    assert_eq!(world.ats.notes().len(), notes.len());
}

#[tokio::test]
async fn a_withdrawal_empties_our_fields_and_says_so_once() {
    let world = World::example().await;
    world.deliver().await.expect("it delivers");
    let before = world.ats.notes();
    let receipt = world.withdraw().await.expect("it takes back");
    let fields = world.ats.candidate(501).expect("she is there").custom_fields;
    assert!(!fields.keys().any(|key| key.starts_with("verified_skills")), "{fields:?}");
    assert_eq!(fields["desired_salary"], json!({ "amount": 41_000, "unit": "EUR" }), "others' fields stay");
    let notes = world.ats.notes();
    let (_, new) = notes.split_at(before.len());
    assert_eq!((new.len(), receipt.remote_id.map(|id| id.0)), (1, Some(new[0].id.to_string())));
    assert!(new[0].body.starts_with("The applicant has withdrawn the verified skills."), "{}", new[0].body);
    assert_eq!(world.our_notes().len(), 1, "the result's marker still stands in one note");

    let writes = world.writes().len();
    assert!(!world.withdraw().await.expect("it takes back again").changed);
    assert_eq!(world.writes().len(), writes, "the second call writes nothing");
}

#[tokio::test]
async fn our_note_is_found_on_whatever_page_it_stands() {
    let mut seed = GreenhouseSeed::example();
    for number in 0..230 {
        seed = seed.note(501, &format!("note {number}"));
    }
    let world = World::new(seed).await;
    assert!(world.deliver().await.expect("it delivers").changed);
    assert!(!world.deliver().await.expect("it delivers again").changed);
    assert_eq!(world.our_notes().len(), 1);
}

#[tokio::test]
async fn a_note_whose_answer_was_lost_is_found_by_the_next_attempt() {
    let world = World::example().await;
    world.ats.fail_next(Route::WriteNote, 1, Fault::HoldAfter);
    let (failed, ()) = tokio::join!(world.deliver(), async {
        world.ats.wait_held(1).await;
        world.ats.drop_held();
    });
    let failure = failed.expect_err("no answer");
    assert_eq!((failure.code, failure.retry), (FailureCode::Unavailable, Retry::Backoff), "{}", failure.message);
    let receipt = world.deliver().await.expect("the second attempt finds it");
    assert!(!receipt.changed);
    assert_eq!(world.our_notes().len(), 1);
}

#[tokio::test]
async fn the_wait_that_greenhouse_asks_for_is_passed_on() {
    let world = World::example().await;
    world.ats.fail_next(Route::Notes, 1, Fault::RateLimited);
    let failure = world.deliver().await.expect_err("too many requests");
    assert_eq!((failure.code, failure.remote_status), (FailureCode::RateLimited, Some(429)));
    assert!(matches!(failure.retry, Retry::AfterMs(1_000..)), "{:?}", failure.retry);
}

#[tokio::test]
async fn a_field_that_somebody_emptied_meanwhile_is_noticed() {
    let world = World::example().await;
    world.ats.fail_next(Route::WriteCandidate, 1, Fault::HoldAfter);
    let (failed, ()) = tokio::join!(world.deliver(), async {
        world.ats.wait_held(1).await;
        world.ats.edit_field(501, "desired_salary", None);
        world.ats.release_held();
    });
    let failure = failed.expect_err("a field was lost");
    assert_eq!(failure.code, FailureCode::Conflict);
    assert_eq!(failure.message, "after writing, these custom fields do not hold what was sent: desired_salary");
    assert!(world.our_notes().is_empty());
}

#[tokio::test]
async fn an_address_that_two_candidates_share_decides_nothing() {
    let seed =
        || GreenhouseSeed::empty().job(7001, "Junior data analyst").candidate(501, "Ana Ruiz", "ana.ruiz@example.org");
    let mut unnamed = result();
    unnamed.application.candidate.id = None;
    let world = World::new(seed().candidate(502, "Ana R.", "Ana.Ruiz@example.org")).await;
    let failure = world.deliver_result(unnamed.clone()).await.expect_err("two candidates");
    assert_eq!((failure.code, failure.retry), (FailureCode::NotFound, Retry::Never));
    assert!(world.writes().is_empty());

    let world = World::new(seed()).await;
    assert!(world.deliver_result(unnamed).await.expect("one candidate").changed);
    assert_eq!(world.our_notes()[0].application_id, None, "the application is unknown to this ATS");
}

#[tokio::test]
async fn check_says_in_words_what_works_and_what_does_not() {
    let world = World::example().await;
    let good = [
        "Greenhouse accepts the credentials.",
        "Candidates can be read.",
        "Notes can be read.",
        "The custom field `verified_skills_url` is there.",
        "The custom field `verified_skills_score` is there.",
    ];
    assert_eq!(world.said_by_check(world.view.clone()).await, good.map(|text| (true, text.to_owned())));

    let mut wrong = world.view.clone();
    wrong.connection.settings.insert("score_field".to_owned(), "heard_through".into());
    let last = world.said_by_check(wrong).await.pop().expect("a line");
    assert_eq!(
        last,
        (false, "The custom field `heard_through` is of type short_text; it should be number.".to_owned())
    );

    let refused = world.said_by_check(view(&world.ats, "canary-s3cret")).await;
    assert_eq!(refused.len(), 1);
    assert!(!refused[0].0 && refused[0].1.starts_with("Greenhouse gives no access."), "{refused:?}");
    assert!(!refused[0].1.contains("canary"), "{refused:?}");

    let mut seed = GreenhouseSeed::example();
    seed.scopes.retain(|scope| scope != "harvest:notes:list");
    let world = World::new(seed).await;
    let said = world.said_by_check(world.view.clone()).await;
    assert!(said.iter().any(|(ok, message)| !ok && message.contains("otes")), "{said:?}");
}

#[tokio::test]
async fn with_the_last_request_that_is_allowed_the_ats_says_how_long_to_leave_it_alone() {
    let counting = World::example().await;
    let requests = counting.delivered(result()).await.requests;
    let allowing = async |requests: u32| {
        let seed = GreenhouseSeed { rate_limit: requests, now: Timestamp::UNIX_EPOCH, ..GreenhouseSeed::example() };
        World::new(seed).await.delivered(result()).await
    };
    let last = allowing(requests).await;
    assert!(last.result.is_ok(), "it was enough: {:?}", last.result);
    assert!(last.wait.is_some_and(|wait| wait <= Duration::from_secs(31)), "{:?}", last.wait);
    assert_eq!(allowing(requests + 1).await.wait, None, "one more is allowed");
}
