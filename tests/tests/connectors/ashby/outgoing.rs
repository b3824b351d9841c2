//! What goes to Ashby.

use std::time::Duration;

use serde_json::json;
use wellspring_model::{
    delivery::{FailureCode, Retry},
    id::OrderId,
};
use wellspring_testkit::{
    AshbySeed,
    ashby::{AssessmentStatus, Fault, id},
};

use super::world::{World, result};
use crate::sandbox;

/// Calls that write, in the order in which they are made.
const WRITES: [&str; 3] = ["customField.setValues", "assessment.addCompletedToCandidate", "candidate.createNote"];

#[tokio::test]
async fn a_result_becomes_fields_an_assessment_and_a_note_once() {
    let world = World::example().await;
    let first = world.deliver().await.expect("it delivers");
    assert_eq!(world.writes(), WRITES);
    let records = world.ats.records();
    let note = records.notes.last().expect("a note");
    assert_eq!((first.remote_id.map(|id| id.0), first.changed), (Some(note.id.clone()), true));
    assert!(note.content.starts_with("5 of 7 required skills verified\n\nSpreadsheets: verified"), "{}", note.content);
    assert!(note.content.contains("https://gateway.example/r/abc") && !note.notified, "{note:?}");
    let fields = &records.applications[0].custom_fields;
    assert_eq!(fields[&id(11)], json!("5 of 7 required skills verified"));
    assert_eq!(fields[&id(12)], json!(71.25));
    assert_eq!(fields[&id(13)], json!("https://gateway.example/r/abc"));
    assert_eq!(records.candidates[0].custom_fields[&id(23)], json!("A friend"), "others' fields stay");
    let assessment = &records.assessments[0];
    assert_eq!((assessment.candidate_id.as_str(), assessment.name.as_str()), (id(501).as_str(), "Verified skills"));
    assert_eq!(assessment.result.as_ref().map(|result| &result.value), Some(&json!(71.25)));
    let row = assessment.row("requirement-1").expect("a row for each requirement");
    assert_eq!((row.label.as_str(), &row.value), ("Writes SQL queries", &json!("verified")));
    assert_eq!(row.description.as_deref(), Some("SQL basics (did:web:college.example)"));
    assert_eq!(assessment.row("requirement-2").map(|row| &row.value), Some(&json!("no evidence")));

    let second = world.deliver().await.expect("it delivers again");
    assert_eq!((second.remote_id.map(|id| id.0), second.changed), (Some(note.id.clone()), false));
    assert_eq!(world.writes().len(), WRITES.len(), "the second call writes nothing");
}

#[tokio::test]
async fn what_was_ordered_is_updated_under_the_id_that_ashby_was_told() {
    let world = World::example().await;
    let order = world.ordered(61001).await;
    let mut result = result();
    result.order = Some(order);
    let first = world.deliver_result(result.clone()).await.expect("it delivers");
    let before = world.ats.records();
    let second = world.deliver_result(result).await.expect("it delivers again");
    assert_eq!((first.remote_id, before.notes), (second.remote_id, world.ats.records().notes), "one note");
    let assessments = world.ats.records().assessments;
    let [assessment] = assessments.as_slice() else { panic!("one assessment: {assessments:?}") };
    assert_eq!(assessment.rows, before.assessments[0].rows, "told again, it shows the same");
    assert_eq!(assessment.status, AssessmentStatus::Completed);
    assert_eq!(assessment.result.as_ref().map(|result| &result.value), Some(&json!(71.25)));
    let link = assessment.profile_url.as_ref().map(|url| &url.value);
    assert_eq!(link, Some(&json!("https://gateway.example/r/abc")));
    assert!(assessment.row("requirement-2").is_some());
}

/// Without it, the note of before was found, and Ashby waited for ever.
#[tokio::test]
async fn what_is_ordered_after_a_result_was_brought_is_answered_all_the_same() {
    let world = World::example().await;
    let mut result = result();
    world.deliver_result(result.clone()).await.expect("it delivers");
    let notes = world.ats.records().notes;
    let order = world.ordered(61001).await;
    result.order = Some(order);
    world.deliver_result(result).await.expect("it delivers");
    let records = world.ats.records();
    let ordered = records.assessments.iter().find(|one| one.application_id.is_some()).expect("what was ordered");
    assert_eq!(ordered.status, AssessmentStatus::Completed);
    assert_eq!(ordered.result.as_ref().map(|result| &result.value), Some(&json!(71.25)));
    assert_eq!(records.notes, notes, "people were told before");
}

#[tokio::test]
async fn an_order_that_ashby_does_not_know_is_said_in_plain_words() {
    let world = World::example().await;
    let mut result = result();
    result.order = Some(wellspring_model::ats::OrderRef { id: OrderId::from_uuid(uuid::Uuid::from_u128(77)) });
    let failure = world.deliver_result(result).await.expect_err("nobody ordered it");
    assert_eq!((failure.code, failure.retry), (FailureCode::NotFound, Retry::Never));
    assert_eq!(failure.message, "assessment.update: Ashby does not have it (assessment_not_found)");
}

#[tokio::test]
async fn a_correction_brings_rows_and_fields_in_line_and_tells_people_once() {
    let world = World::example().await;
    world.deliver().await.expect("it delivers");
    let before = world.ats.records().notes;
    let receipt = world.correct().await.expect("it corrects");
    let records = world.ats.records();
    let (kept, new) = records.notes.split_at(before.len());
    assert_eq!(kept, before, "what people have read stays");
    let [note] = new else { panic!("one further note: {new:?}") };
    assert_eq!(receipt.remote_id.map(|id| id.0), Some(note.id.clone()));
    let text = "Correction: 0 of 7 required skills verified\n\nSQL basics: Failed (before: Passed)\n\nFull report: ";
    assert!(note.content.starts_with(text) && note.notified, "{note:?}");
    assert_eq!(records.applications[0].custom_fields[&id(12)].as_f64(), Some(0.0));
    let [assessment] = records.assessments.as_slice() else { panic!("one assessment") };
    assert_eq!(assessment.row("requirement-1").map(|row| &row.value), Some(&json!("failed")));

    let writes = world.writes().len();
    assert!(!world.correct().await.expect("it corrects again").changed);
    assert_eq!(world.writes().len(), writes, "the second call writes nothing");
}

#[tokio::test]
async fn a_withdrawal_empties_fields_overwrites_the_assessment_and_says_so_once() {
    let world = World::example().await;
    world.deliver().await.expect("it delivers");
    world.withdraw(None).await.expect("it takes back");
    let records = world.ats.records();
    assert!(records.applications[0].custom_fields.is_empty(), "{:?}", records.applications[0].custom_fields);
    let [assessment] = records.assessments.as_slice() else { panic!("one assessment") };
    assert_eq!(assessment.result.as_ref().map(|result| &result.value), Some(&json!("Withdrawn")));
    assert!(assessment.rows.iter().all(|row| row.value == json!("Withdrawn")), "{:?}", assessment.rows);
    let note = records.notes.last().expect("a note");
    assert!(note.content.starts_with("The applicant has withdrawn the verified skills.") && note.notified, "{note:?}");

    let writes = world.writes().len();
    assert!(!world.withdraw(None).await.expect("it takes back again").changed);
    assert_eq!(world.writes().len(), writes, "the second call writes nothing");
}

#[tokio::test]
async fn a_withdrawal_cancels_what_was_ordered_and_leaves_nothing_of_it_to_read() {
    let world = World::example().await;
    let order = world.ordered(61001).await;
    let mut result = result();
    result.order = Some(order);
    world.deliver_result(result).await.expect("it delivers");
    world.withdraw(Some(order)).await.expect("it takes back");
    let assessment = world.ats.records().assessments.remove(0);
    let reason = "The applicant has withdrawn the verified skills.".to_owned();
    assert_eq!(assessment.status, AssessmentStatus::Cancelled(reason));
    let told: Vec<_> = assessment
        .result
        .iter()
        .chain(&assessment.profile_url)
        .chain(&assessment.rows)
        .map(|one| one.value.clone())
        .collect();
    assert!(told.iter().all(|value| *value == json!("Withdrawn") || *value == json!("Completed")), "{told:?}");
}

#[tokio::test]
async fn where_fields_cannot_be_emptied_people_are_told_which() {
    let world = World::example().await;
    world.deliver().await.expect("it delivers");
    world.ats.fail_next("customField.setValues", 1, Fault::Refused("invalid_input"));
    let failure = world.withdraw(None).await.expect_err("it cannot be done");
    assert_eq!((failure.code, failure.retry), (FailureCode::InvalidInput, Retry::Never));
    let ids = [id(13), id(12), id(11)].join(", ");
    assert_eq!(failure.message, format!("Ashby does not let these custom fields be emptied: {ids}. Empty them there."));
    assert_eq!(world.ats.records().assessments[0].writes, 2, "the assessment was overwritten all the same");
}

#[tokio::test]
async fn a_merged_candidate_is_followed_by_the_application() {
    let world = World::example().await;
    let _told = world.ats.merge(501, 502);
    world.deliver().await.expect("it delivers");
    let note = world.ats.records().notes.pop().expect("a note");
    assert_eq!(note.candidate_id, id(502));
    // Merged once more after the delivery: what was written has gone along, and is found there.
    let _told = world.ats.merge(502, 503);
    assert!(!world.deliver().await.expect("it delivers again").changed);
}

#[tokio::test]
async fn a_candidate_who_is_gone_ends_in_plain_words_and_one_with_the_address_is_taken() {
    let world = World::example().await;
    let _told = world.ats.delete(501);
    let failure = world.deliver().await.expect_err("she is gone");
    assert_eq!((failure.code, failure.retry), (FailureCode::NotFound, Retry::Never));
    let said = "the candidate is gone from Ashby, perhaps merged with another or deleted, and nobody there has the \
                applicant's address";
    assert_eq!(failure.message, said);
    assert!(world.writes().is_empty());

    world.ats.edit(|seed| *seed = seed.clone().candidate(504, "Ana R.", Some("Ana.Ruiz@example.org")));
    let failure = world.deliver().await.expect_err("her application is gone, and its fields are asked for");
    assert_eq!(failure.code, FailureCode::NotFound);
    world.ats.edit(|seed| *seed = seed.clone().candidate(505, "A. Ruiz", Some("ana.ruiz@example.org")));
    let failure = world.deliver().await.expect_err("two share the address");
    assert_eq!(failure.message, "several candidates in Ashby share this applicant's address; merge them there");
}

#[tokio::test]
async fn fields_of_the_candidate_need_no_application() {
    let world = World::of_candidate(AshbySeed::empty().candidate(501, "Ana Ruiz", Some("ana.ruiz@example.org"))).await;
    world.deliver().await.expect("it delivers");
    assert_eq!(world.ats.records().candidates[0].custom_fields[&id(22)], json!(71.25));
}

#[tokio::test]
async fn our_note_is_found_on_whatever_page_it_stands() {
    let world = World::example().await;
    world.deliver().await.expect("it delivers");
    world.ats.edit(|seed| {
        seed.page_size = 10;
        for number in 0..95 {
            *seed = seed.clone().note(501, &format!("note {number}"));
        }
        seed.notes.reverse();
    });
    assert!(!world.deliver().await.expect("it delivers again").changed);
    assert_eq!(world.writes().len(), WRITES.len());
}

#[tokio::test]
async fn whatever_answer_was_lost_the_next_attempt_ends_with_one_of_each() {
    for verb in WRITES {
        let world = World::example().await;
        world.ats.fail_next(verb, 1, Fault::HoldAfter);
        let (failed, ()) = tokio::join!(world.deliver(), async {
            world.ats.wait_held(1).await;
            world.ats.drop_held();
        });
        let failure = failed.expect_err("no answer");
        assert_eq!((failure.code, failure.retry), (FailureCode::Unavailable, Retry::Backoff), "{}", failure.message);
        world.deliver().await.expect("the second attempt ends");
        let records = world.ats.records();
        assert_eq!(records.assessments.len(), 1, "{verb}");
        let ours = records.notes.iter().filter(|note| note.content.contains("[wellspring:")).count();
        assert_eq!(ours, 1, "{verb}");
        assert_eq!(records.applications[0].custom_fields.len(), 3, "{verb}");
    }
}

#[tokio::test]
async fn each_fault_has_its_name_and_says_when_to_come_again() {
    let world = World::example().await;
    let faults = [
        (Fault::RateLimited, FailureCode::RateLimited, Retry::AfterMs(7_000)),
        (Fault::ServerError, FailureCode::Unavailable, Retry::Backoff),
        (Fault::Unauthorized, FailureCode::Auth, Retry::Backoff),
        (Fault::DropConnection, FailureCode::Unavailable, Retry::Backoff),
        (Fault::Huge, FailureCode::Upstream, Retry::Never),
        (Fault::Refused("internal_server_error"), FailureCode::Unavailable, Retry::Backoff),
        (Fault::Refused("missing_endpoint_permission"), FailureCode::Forbidden, Retry::Never),
        (Fault::Refused("too_long"), FailureCode::InvalidInput, Retry::Never),
    ];
    for (fault, code, retry) in faults {
        world.ats.fail_next("candidate.listNotes", 1, fault);
        let failure = world.deliver().await.expect_err("it goes wrong");
        assert_eq!((failure.code, failure.retry), (code, retry), "{fault:?}: {}", failure.message);
    }
    assert!(world.deliver().await.expect("then it delivers").changed);
}

#[tokio::test]
async fn an_answer_that_takes_too_long_ends_the_call_and_not_the_work() {
    let world = World::example().await;
    world.ats.fail_next("candidate.createNote", 1, Fault::Slow(Duration::from_secs(20)));
    let failure = world.deliver_within(Duration::from_millis(1_500)).await.expect_err("too slow");
    assert_eq!(failure.code, FailureCode::Deadline, "{}", failure.message);
    assert!(!world.deliver().await.expect("the note is there").changed);
}

#[tokio::test]
async fn names_and_words_of_any_script_arrive_as_they_are() {
    let world = World::example().await;
    let mut result = sandbox::result(&id(61003), &id(503));
    result.headline = "5 de 7 competencias · 技能 · Łódź 🎓".to_owned();
    result.language = serde_json::from_value(json!("es")).expect("a language");
    world.deliver_result(result).await.expect("it delivers");
    let records = world.ats.records();
    assert!(records.notes[1].content.starts_with("5 de 7 competencias · 技能 · Łódź 🎓\n"));
    assert_eq!(records.assessments[0].name, "Competencias verificadas");
}

#[tokio::test]
async fn check_says_in_words_what_works_and_what_does_not() {
    let world = World::example().await;
    let good = [
        "Ashby accepts the API key.",
        "The key may write to candidates.",
        "The candidates can be read.",
        "The jobs can be read.",
        "The custom field \u{201c}Verified skills report\u{201d} is there.",
        "The custom field \u{201c}Verified skills score\u{201d} is there.",
        "The custom field \u{201c}Verified skills\u{201d} is there.",
        "Results are added as completed assessments.",
    ];
    assert_eq!(world.check().await, good.map(|text| (true, text.to_owned())));

    world.ats.edit(|seed| {
        seed.scopes.retain(|scope| scope != "candidates:write" && scope != "jobs:read");
        seed.fields.retain(|field| field.id != id(12));
    });
    let bad: Vec<_> = world.check().await.into_iter().filter(|(ok, _)| !ok).map(|(_, message)| message).collect();
    assert_eq!(bad.len(), 3, "{bad:?}");
    assert_eq!(bad[0], "The permission candidatesWrite is missing: nothing could be delivered.");
    assert!(bad[1].starts_with("The permission jobsRead is missing."), "{bad:?}");
    assert_eq!(bad[2], format!("There is no custom field {}.", id(12)));

    world.ats.edit(|seed| seed.key = "another".to_owned());
    let said = world.check().await;
    assert!(said.iter().any(|(ok, _)| !ok), "{said:?}");
    assert!(!format!("{said:?}").contains("double-key"), "{said:?}");
}
