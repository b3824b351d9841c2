//! The log, at its most talkative, says nothing about a person and no secret.

use serde_json::json;
use wellspring_testkit::{
    GreenhouseSeed,
    greenhouse::{Fault, Route},
};
use wellspring_tests::{
    client::Client,
    demo::credentials::{Award, Issuer, badge, signed},
    gateway::eventually,
    world::{Application, JOB, World},
};

const ALL: &str = "debug,wellspring=trace,wellspring_server=trace,wellspring_store=trace,wellspring_host=trace,\
                   wellspring_egress=trace,wellspring_verify=trace,wellspring_score=trace,wellspring_model=trace,connector=trace";

#[tokio::test]
async fn no_name_no_address_no_token_and_no_credential_is_in_the_log() {
    let canary = Application {
        id: 61_001,
        candidate: 501,
        name: "Canaria Serinus".to_owned(),
        email: "canaria.serinus@canary.example".to_owned(),
    };
    let stranger = "nobody.known@canary.example";
    let seed = GreenhouseSeed::empty().allowing(u32::MAX).job(JOB, "Junior data analyst");
    let seed = seed.candidate(canary.candidate, &canary.name, &canary.email);
    let seed = seed.application(canary.id, canary.candidate, JOB);
    let settings = format!("[log]\nfilter = \"{ALL}\"\nformat = \"json\"\n");
    let world = World::start_with(seed, &[], &settings, |_| {}).await.expect("the world starts");

    let good = signed(Issuer::Training, badge(Issuer::Training, Award::Competency(0), &canary.email)).expect("signed");
    let mut spoiled = good.clone();
    spoiled["credentialSubject"]["achievement"]["name"] = json!("Canarian singing");
    // Asked for over the network, and not there.
    let mut elsewhere = badge(Issuer::Training, Award::Competency(0), stranger);
    elsewhere["issuer"]["id"] = json!("did:web:canary-issuer.invalid:people:canaria-serinus");
    world.ats.fail_next(Route::WriteNote, 1, Fault::ServerError);
    let handed_in = [good.clone(), spoiled, elsewhere];
    let submission = world.submit(&canary, &handed_in).await.expect("it is accepted");
    eventually("it is not tried", async || {
        let shown = world.submission(&submission).await?;
        Ok((shown["deliveries"][0]["attempts"].as_array().is_some_and(|attempts| !attempts.is_empty())).then_some(()))
    })
    .await
    .expect("it is tried");
    let shown = world.delivered(&submission).await.expect("it is delivered");

    let report = shown["report_url"].as_str().expect("a link").to_owned();
    assert_eq!(world.client.open(&report).await.expect("it answers").0, 200);
    assert_eq!(world.client.open(&format!("{report}-canary-link")).await.expect("it answers").0, 404);
    let wrong_key = Client::new(&world.gateway.url(), "wsk_canary-key-that-nobody-has").expect("a client");
    wrong_key.get("/v1/jobs").await.expect_err("it is refused");
    let request = json!({"application": {"candidate": {"email": stranger}}, "canary_member": canary.name});
    world.client.post("/v1/submissions", &request).await.expect_err("it is refused");
    let verified = world.client.post("/v1/verifications", &json!({"credentials": [{"json": good}]})).await;
    assert!(verified.is_ok(), "{verified:?}");

    let log = world.gateway.log();
    let said = |what: &str| log.iter().any(|line| line.contains(what));
    assert!(said("the ATS has it") && said("the attempt did not deliver"), "the job was done, and logged");
    assert!(said("\"level\":\"DEBUG\""), "the filter lets much through");
    let token = report.rsplit('/').next().expect("a token").to_owned();
    let proof = good["proof"][0]["proofValue"].as_str().or(good["proof"]["proofValue"].as_str()).expect("a proof");
    let achievement = good["credentialSubject"]["achievement"]["name"].as_str().expect("a name");
    for canary in [
        canary.name.as_str(),
        "Canaria",
        &canary.email,
        "canaria.serinus",
        stranger,
        "Canarian singing",
        "canaria-serinus",
        "canary_member",
        "canary-link",
        "canary-key-that-nobody-has",
        achievement,
        proof,
        &token,
        world.client.key(),
        &world.ats.client_secret(),
    ] {
        let line = log.iter().find(|line| line.contains(canary));
        assert!(line.is_none(), "{canary} is in the log: {line:?}");
    }
}
