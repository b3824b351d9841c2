//! A re-check that comes to something else reaches the ATS as something that people notice, once.

use serde_json::json;
use wellspring_testkit::greenhouse::{Fault, Route};
use wellspring_tests::{
    demo::credentials::{Award, Issuer, badge, signed},
    gateway::eventually,
    world::{Application, World},
};

/// A world in which an applicant's result was delivered, and the operator has then found out about its issuer.
async fn denied_since(application: &Application) -> (World, String) {
    let mut world = World::start(Application::seed([application]), &[], |_| {}).await.expect("the world starts");
    let badge = signed(Issuer::Training, badge(Issuer::Training, Award::Competency(0), &application.email));
    let id = world.submit(application, &[badge.expect("it is signed")]).await.expect("it is accepted");
    world.delivered(&id).await.expect("it is delivered");
    world.deny(Issuer::Training).await.expect("it starts again");
    (world, id)
}

#[tokio::test]
async fn a_correction_brings_the_fields_in_line_and_writes_one_note_even_where_its_answer_is_lost() {
    let application = Application::numbered(1);
    let (world, id) = denied_since(&application).await;
    let before = world.our_notes(application.id);
    assert_eq!(before.len(), 1);
    assert!(before[0].body.starts_with("1 of 8 requirements verified"), "{}", before[0].body);

    world.ats.fail_next(Route::WriteNote, 1, Fault::HoldAfter);
    world.recheck(&id).await.expect("it is asked for");
    world.ats.wait_held(1).await;
    world.ats.drop_held();
    let shown = world.corrected(&id).await.expect("it is delivered");
    assert_eq!(shown["deliveries"][1]["kind"], "correction");
    let attempts = shown["deliveries"][1]["attempts"].as_array().expect("attempts");
    assert_eq!(attempts.len(), 2, "the first one's answer was lost: {attempts:?}");

    assert_eq!(world.our_notes(application.id), before, "the first note stays as it was read");
    let notes = world.our_corrections(application.id);
    assert_eq!(notes.len(), 1, "{notes:?}");
    let body = &notes[0].body;
    for part in [
        "Correction: 0 of 8 requirements verified, 0 of 4 musts met\n\nA check on ",
        "Clean data: No verified evidence supplied (before: Verified)",
        "Score: 0 of 100 (before: ",
        "People decide, not this score.",
        "Full report: http",
    ] {
        assert!(body.contains(part), "`{part}` is not in {body}");
    }
    assert_eq!(shown["deliveries"][1]["receipt"]["remote_id"], notes[0].id.to_string().as_str());
    let fields = world.ats.candidate(application.candidate).expect("the candidate").custom_fields;
    assert_eq!(fields["verified_skills_score"].as_f64(), Some(0.0));
    assert_eq!(fields["heard_through"], "A job board", "what others wrote is still there");

    world.recheck(&id).await.expect("it is asked for");
    let checked = shown["checked_at"].clone();
    let shown = eventually("it was not checked again", async || {
        let shown = world.submission(&id).await?;
        Ok((shown["checked_at"] != checked).then_some(shown))
    })
    .await
    .expect("it is checked again");
    assert_eq!(shown["deliveries"].as_array().expect("deliveries").len(), 2, "nothing new to tell");
    assert_eq!(world.our_corrections(application.id).len(), 1);
}

#[tokio::test]
async fn a_result_that_is_tried_again_after_a_correction_says_what_is_true_now() {
    let application = Application::numbered(1);
    let mut world = World::start(Application::seed([&application]), &[], |_| {}).await.expect("the world starts");
    let badge = signed(Issuer::Training, badge(Issuer::Training, Award::Competency(0), &application.email));
    // Refused twice, the second time with a fresh token: the connection is paused.
    world.ats.fail_next(Route::WriteNote, 2, Fault::Unauthorized);
    let id = world.submit(&application, &[badge.expect("it is signed")]).await.expect("it is accepted");
    let connection = format!("/v1/connections/{}", world.connection);
    eventually("the connection was not paused", async || {
        let shown = world.client.get(&connection).await?;
        Ok((shown["queue"]["state"] == "paused").then_some(()))
    })
    .await
    .expect("it is paused");
    world.deny(Issuer::Training).await.expect("it starts again");
    world.recheck(&id).await.expect("it is asked for");
    eventually("it was not corrected", async || {
        let shown = world.submission(&id).await?;
        Ok((shown["history"][0]["outcome"] == "passed").then_some(()))
    })
    .await
    .expect("it is corrected");
    assert!(world.our_notes(application.id).is_empty(), "nothing has arrived so far");

    world.client.post(&format!("{connection}/resume"), &json!({})).await.expect("it goes on");
    let shown = world.corrected(&id).await.expect("it is delivered");
    assert_eq!(shown["deliveries"][0]["state"], "delivered");
    let notes = world.our_notes(application.id);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].body.starts_with("0 of 8 requirements verified"), "not what was once true: {}", notes[0].body);
    assert_eq!(world.our_corrections(application.id).len(), 1, "it was tried before, and might have arrived");
}

/// Without corrections and withdrawals of their own, the connector finds the notes of before, and writes none.
#[tokio::test]
async fn who_hands_in_again_after_a_withdrawal_is_seen_again_and_can_withdraw_again() {
    let application = Application::numbered(1);
    let world = World::start(Application::seed([&application]), &[], |_| {}).await.expect("the world starts");
    let badge = signed(Issuer::Training, badge(Issuer::Training, Award::Competency(0), &application.email));
    let badge = [badge.expect("it is signed")];
    let score = || {
        let fields = world.ats.candidate(application.candidate).expect("the candidate").custom_fields;
        fields.get("verified_skills_score").and_then(serde_json::Value::as_f64)
    };
    let withdrawals = || world.ats.notes().iter().filter(|note| note.body.starts_with("Withdrawn by")).count();
    let corrections = || world.our_corrections(application.id);
    for round in 0..2 {
        let id = world.submit(&application, &badge).await.expect("it is accepted");
        world.delivered(&id).await.expect("it is delivered");
        assert!(score().is_some_and(|score| score > 0.0), "{:?}", score());
        assert_eq!((corrections().len(), withdrawals()), (round, round));
        world.withdrawn(&id).await.expect("it is taken back");
        assert_eq!((score(), withdrawals()), (None, round + 1));
    }
    assert_eq!(world.our_notes(application.id).len(), 1, "what people have read stays");
    let body = corrections().remove(0).body;
    for part in ["Correction: 1 of 8 requirements verified", " was withdrawn. ", "Clean data", "Full report: http"] {
        assert!(body.contains(part), "`{part}` is not in {body}");
    }
}
