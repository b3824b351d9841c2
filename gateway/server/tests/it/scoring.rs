//! How an employer scores: for all jobs, for one job, what another policy changes for those who were assessed, and what two
//! of them make of the same candidates.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use wellspring_score::ScoringPolicy;
use wellspring_server::work::{run_ready, sources::look};

use crate::{
    badge,
    crosswalks::trusting,
    explanation::{TAUGHT, address, school},
    gateway::{Answer, Gateway, ITEM, Role},
};

/// The policy that comes with the product, under another name, with this much for an exact match.
pub fn rules(version: &str, exact_match: u32) -> Value {
    let mut rules = serde_json::to_value(ScoringPolicy::default()).expect("it is JSON");
    rules["name"] = json!("ours");
    rules["version"] = json!(version);
    rules["factors"]["exact_match"] = json!(exact_match);
    rules
}

async fn policy(gateway: &Gateway, version: &str, exact_match: u32) -> String {
    let made = gateway.post("/v1/scoring/policies", &rules(version, exact_match)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.id()
}

async fn put(gateway: &Gateway, path: &str, policy: Option<&str>) -> Answer {
    gateway.call(Method::PUT, path, Some(&gateway.tenant.key), Some(&json!({"policy": policy}))).await
}

/// A gateway that relies on the badges of these tests, with a framework in which one item is an exact match of what the job
/// asks for.
async fn start() -> (Gateway, Role) {
    let gateway = Gateway::start_with(trusting).await;
    let role = gateway.role().await;
    gateway.post("/v1/frameworks", &school()).await;
    (gateway, role)
}

/// Hands in a badge for an item, and has it assessed.
async fn applied(gateway: &Gateway, role: &Role, item: &str) -> String {
    let badge = badge::signed(badge::unsigned(&address(item)));
    let accepted = gateway.post("/v1/submissions", &role.submission(&[json!({"json": badge})])).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    run_ready(&gateway.app).await.expect("the work is done");
    // Ids of one moment have no order.
    gateway.clock.advance(1);
    accepted.id()
}

async fn shown(gateway: &Gateway, id: &str) -> Value {
    gateway.get(&format!("/v1/submissions/{id}")).await.json()
}

/// By which policy somebody is assessed now, and with what score.
async fn stands(gateway: &Gateway, id: &str) -> (String, Value) {
    let assessment = shown(gateway, id).await["assessment"].clone();
    (assessment["policy"].as_str().expect("a policy").to_owned(), assessment["score"]["value"].clone())
}

/// Does the chore of re-checking, and what comes of it.
async fn rescored(gateway: &Gateway) {
    look(gateway.app.clone()).await.expect("sources are looked at");
    run_ready(&gateway.app).await.expect("the work is done");
}

async fn replayed(gateway: &Gateway, id: &str, query: &str) -> Value {
    let answer = gateway.get(&format!("/v1/submissions/{id}/replay{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn an_employers_policy_scores_and_a_jobs_own_goes_before_it() {
    let (gateway, role) = start().await;
    let shipped = gateway.get("/v1/scoring").await.json();
    assert_eq!((&shipped["policy"], &shipped["rules"]["factors"]["exact_match"]), (&Value::Null, &json!(1_000_000)));
    let id = applied(&gateway, &role, TAUGHT).await;
    assert_eq!(stands(&gateway, &id).await, (shipped["reference"].as_str().expect("a name").to_owned(), json!(100)));

    let half = policy(&gateway, "1", 500_000).await;
    let in_force = put(&gateway, "/v1/scoring", Some(&half)).await.json();
    assert_eq!((&in_force["policy"], &in_force["reference"]), (&json!(half), &json!("ours@1")));
    let kept = gateway.get(&format!("/v1/scoring/policies/{half}")).await.json();
    assert_eq!((&kept["digest"], &kept["rules"]), (&in_force["digest"], &rules("1", 500_000)));
    assert_eq!(stands(&gateway, &applied(&gateway, &role, TAUGHT).await).await, ("ours@1".to_owned(), json!(50)));

    let job = format!("/v1/jobs/{}", role.job);
    let own = policy(&gateway, "2", 250_000).await;
    assert_eq!(put(&gateway, &format!("{job}/scoring"), Some(&own)).await.status, StatusCode::OK);
    assert_eq!(gateway.get(&job).await.json()["scoring_policy"], own.as_str());
    assert_eq!(gateway.get(&format!("{job}/scoring")).await.json()["reference"], "ours@2");
    assert_eq!(stands(&gateway, &applied(&gateway, &role, TAUGHT).await).await, ("ours@2".to_owned(), json!(25)));
    put(&gateway, &format!("{job}/scoring"), None).await;
    assert_eq!(gateway.get(&format!("{job}/scoring")).await.json()["reference"], "ours@1");
    put(&gateway, "/v1/scoring", None).await;
    assert_eq!(gateway.get("/v1/scoring").await.json(), shipped);
    let made = json!({
        "title": "x", "profile": role.profile, "connection": role.connection, "scoring_policy": own
    });
    assert_eq!(gateway.post("/v1/jobs", &made).await.json()["scoring_policy"], own.as_str(), "from its beginning");
}

#[tokio::test]
async fn another_policy_makes_new_assessments_beside_the_old_ones_and_corrections_where_they_differ() {
    let (gateway, role) = start().await;
    let (matched, same) = (applied(&gateway, &role, TAUGHT).await, applied(&gateway, &role, ITEM).await);
    let before = shown(&gateway, &matched).await;
    let half = policy(&gateway, "1", 500_000).await;
    put(&gateway, &format!("/v1/jobs/{}/scoring", role.job), Some(&half)).await;
    assert_eq!(shown(&gateway, &matched).await, before, "at its time");
    assert_eq!(replayed(&gateway, &matched, "").await["code"], "SAME_BYTES");
    rescored(&gateway).await;
    assert_eq!(stands(&gateway, &matched).await, ("ours@1".to_owned(), json!(50)));
    assert_eq!(stands(&gateway, &same).await, ("ours@1".to_owned(), json!(100)));

    let kinds = |shown: &Value| -> Vec<String> {
        let deliveries = shown["deliveries"].as_array().expect("deliveries");
        deliveries.iter().map(|one| one["kind"].as_str().expect("a kind").to_owned()).collect()
    };
    let (now, unchanged) = (shown(&gateway, &matched).await, shown(&gateway, &same).await);
    assert_eq!(kinds(&now), ["result", "correction"]);
    assert_eq!(kinds(&unchanged), ["result"], "the same result is news to nobody");
    for (one, score) in [(&now, 100), (&unchanged, 100)] {
        let history = one["history"].as_array().expect("a history");
        assert_eq!((history.len(), &history[0]["score"]["value"]), (1, &json!(score)), "{one:#}");
        assert!(history[0]["policy"].as_str().is_some_and(|policy| policy.starts_with("wellspring-default@")));
    }
    let actions = gateway.get(&format!("/v1/audit?subject={same}&action=submission.rescored")).await.json();
    assert_eq!(actions["items"].as_array().map(Vec::len), Some(1));
    let link = |shown: &Value| shown["report_url"].as_str().expect("a link").replace("https://gateway.example", "");
    let page = gateway.call(Method::GET, &link(&now), None, None).await.text;
    assert!(page.contains("Scored by another policy of the employer: ours@1"), "the page says what changed");
    let page = gateway.call(Method::GET, &link(&unchanged), None, None).await.text;
    assert!(!page.contains("came to something else"), "nothing did");

    let earlier = before["assessment"]["id"].as_str().expect("an id");
    let old = gateway.get(&format!("/v1/submissions/{matched}/explanation?assessment={earlier}")).await.json();
    assert_eq!((&old["assessment"], &old["policy"]), (&json!(earlier), &before["assessment"]["policy"]));
    assert_eq!(old["lines"][0]["score"], 1_000_000);
    rescored(&gateway).await;
    assert_eq!(shown(&gateway, &matched).await["history"], now["history"], "once");
}

#[tokio::test]
async fn each_assessment_is_replayed_by_the_policy_it_was_made_with() {
    let (gateway, role) = start().await;
    let id = applied(&gateway, &role, TAUGHT).await;
    let shipped = shown(&gateway, &id).await["assessment"]["id"].as_str().expect("an id").to_owned();
    put(&gateway, "/v1/scoring", Some(&policy(&gateway, "1", 500_000).await)).await;
    rescored(&gateway).await;
    let ours = shown(&gateway, &id).await["assessment"]["id"].as_str().expect("an id").to_owned();
    put(&gateway, "/v1/scoring", Some(&policy(&gateway, "2", 250_000).await)).await;
    rescored(&gateway).await;
    assert_eq!(stands(&gateway, &id).await, ("ours@2".to_owned(), json!(25)));
    let mut digests = Vec::new();
    for query in [String::new(), format!("?assessment={shipped}"), format!("?assessment={ours}")] {
        let replayed = replayed(&gateway, &id, &query).await;
        assert_eq!((&replayed["code"], &replayed["kept"]), (&json!("SAME_BYTES"), &replayed["replayed"]), "{query}");
        digests.push(replayed["kept"].clone());
    }
    digests.dedup();
    assert_eq!(digests.len(), 3);
    let nobodys = format!("/v1/submissions/{id}/replay?assessment=asm_00000000000000000000000000000000");
    assert_eq!(gateway.get(&nobodys).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_the_operator_has_changed_since_or_the_program_has_no_more_cannot_be_replayed_and_says_so() {
    let (gateway, role) = start().await;
    let id = applied(&gateway, &role, TAUGHT).await;
    assert_eq!(replayed(&gateway, &id, "").await["code"], "SAME_BYTES");
    let other = gateway.restarted(|config| config.policy.trusted_issuers.clear()).await;
    let answer = replayed(&other, &id, "").await;
    assert_eq!((&answer["outcome"], &answer["code"]), (&json!("undetermined"), &json!("OTHER_RULES")));
    assert!(answer.get("replayed").is_none() && answer.get("assessment").is_none());
    let asked = json!({"job": role.job, "after": "shipped"});
    let compared = other.post("/v1/scoring/compare", &asked).await.json();
    assert_eq!(compared["items"], json!([{"submission": id, "code": "OTHER_RULES"}]));

    let classes = vec![wellspring_model::credential::Assurance::A, wellspring_model::credential::Assurance::B];
    let other = gateway.restarted(|config| config.policy.assurance = classes).await;
    let answer = replayed(&other, &id, "").await;
    assert_eq!((&answer["outcome"], &answer["code"]), (&json!("undetermined"), &json!("OTHER_POLICY")));
}

#[tokio::test]
async fn two_policies_are_compared_over_a_jobs_candidates_a_page_at_a_time_and_nothing_changes() {
    let (gateway, role) = start().await;
    let (matched, same) = (applied(&gateway, &role, TAUGHT).await, applied(&gateway, &role, ITEM).await);
    let half = policy(&gateway, "1", 500_000).await;
    let before = (shown(&gateway, &matched).await, shown(&gateway, &same).await);
    let ask = async |query: &str, body: Value| gateway.post(&format!("/v1/scoring/compare{query}"), &body).await;
    let first = ask("?limit=1", json!({"job": role.job, "after": half})).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    let one = &first.json()["items"][0];
    assert_eq!(one["submission"], matched.as_str());
    let comparison = &one["comparison"];
    assert_eq!(
        (&comparison["before"]["score"]["value"], &comparison["after"]["score"]["value"]),
        (&json!(100), &json!(50))
    );
    assert_eq!(comparison["after"]["policy"], "ours@1");
    let line = &comparison["lines"][0];
    assert_eq!(
        (&line["item"], &line["before"]["score"], &line["after"]["score"]),
        (&json!(ITEM), &json!(1_000_000), &json!(500_000))
    );
    let next = first.json()["next"].as_str().expect("there is more").to_owned();
    let second =
        ask(&format!("?limit=1&after={next}"), json!({"job": role.job, "before": half, "after": "shipped"})).await;
    assert_eq!(second.json()["items"][0]["submission"], same.as_str());
    assert_eq!((&second.json()["items"][0]["comparison"]["lines"], second.json().get("next")), (&json!([]), None));
    assert!(!first.text.contains("Ada") && !first.text.contains(badge::EMAIL), "ids and shares only: {}", first.text);
    assert_eq!((shown(&gateway, &matched).await, shown(&gateway, &same).await), before, "asking changes nothing");

    let refused = ask("?limit=51", json!({"job": role.job, "after": half})).await;
    assert_eq!((refused.status, &refused.json()["pointer"]), (StatusCode::BAD_REQUEST, &json!("/limit")));
    let unknown = ask("", json!({"job": role.job, "after": "scp_00000000000000000000000000000000"})).await;
    assert_eq!((unknown.problem().as_str(), &unknown.json()["pointer"]), ("unknown-scoring-policy", &json!("/after")));
    let stranger = gateway.other_tenant().await;
    let body = json!({"job": role.job, "after": "shipped"});
    let theirs = gateway.call(Method::POST, "/v1/scoring/compare", Some(&stranger.key), Some(&body)).await;
    assert_eq!((theirs.status, theirs.problem().as_str()), (StatusCode::NOT_FOUND, "unknown-job"));
}

#[tokio::test]
async fn policies_that_do_not_fit_are_refused_with_their_place() {
    let gateway = Gateway::start().await;
    let refused = async |change: fn(&mut Value)| {
        let mut rules = rules("1", 1);
        change(&mut rules);
        let answer = gateway.post("/v1/scoring/policies", &rules).await;
        assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::BAD_REQUEST, "invalid-request"));
        answer.json()["pointer"].as_str().expect("a place").to_owned()
    };
    assert_eq!(refused(|rules| rules["factors"]["peer"] = json!(1_000_001)).await, "/factors/peer");
    assert_eq!(refused(|rules| rules["factors"]["friend"] = json!(1)).await, "/factors/friend");
    assert_eq!(refused(|rules| rules["most_edges"] = json!(6)).await, "/most_edges");
    assert_eq!(refused(|rules| rules["assurance"] = json!([])).await, "/assurance");
    assert_eq!(refused(|rules| rules["assurance"] = json!(["Z"])).await, "/assurance/0");
    assert_eq!(refused(|rules| rules["name"] = json!("a@b")).await, "/name");
    assert_eq!(refused(|rules| rules["name"] = json!("wellspring-default")).await, "/name");
    assert_eq!(refused(|rules| rules["version"] = json!("")).await, "/version");
    assert_eq!(refused(|rules| rules["scales"][1]["id"] = json!("dreyfus")).await, "/scales/1/id");
    assert_eq!(refused(|rules| rules["scales"] = json!(vec![rules["scales"][0].clone(); 101])).await, "/scales");

    let long = json!(vec!["x".repeat(3_000); 100]);
    let mut large = rules("1", 1);
    large["machine_results"] = long;
    large["scales"][0]["also"] = json!(["y".repeat(300_000)]);
    assert_eq!(gateway.post("/v1/scoring/policies", &large).await.problem(), "body-too-large");
    policy(&gateway, "1", 1).await;
    let again = gateway.post("/v1/scoring/policies", &rules("1", 2)).await;
    assert_eq!((again.status, again.problem().as_str()), (StatusCode::CONFLICT, "scoring-policy-exists"));
    let other = gateway.other_tenant().await;
    let theirs = gateway.call(Method::POST, "/v1/scoring/policies", Some(&other.key), Some(&rules("1", 2))).await.id();
    let put = put(&gateway, "/v1/scoring", Some(&theirs)).await;
    assert_eq!((put.status, put.problem().as_str()), (StatusCode::NOT_FOUND, "unknown-scoring-policy"));
}

#[tokio::test]
async fn a_rule_about_age_is_off_until_an_employer_writes_one_and_is_told_with_its_reason() {
    let (gateway, role) = start().await;
    let id = applied(&gateway, &role, ITEM).await;
    let explained = async |query: &str| {
        let explanation = gateway.get(&format!("/v1/submissions/{id}/explanation{query}")).await.json();
        explanation["lines"][0].clone()
    };
    let line = explained("").await;
    assert_eq!((&line["score"], &line["evidence"]["date"]), (&json!(1_000_000), &json!("2026-01-01")));
    assert_eq!((&line["words"]["dated"], line.get("recency")), (&json!("1 January 2026"), None));

    let reason = "The rules for this equipment were replaced this year.";
    let mut rules = rules("1", 1_000_000);
    rules["recency"] = json!([{"items": [ITEM], "months": 6, "worth": 250_000, "reason": reason}]);
    let mut unreasoned = rules.clone();
    unreasoned["recency"][0].as_object_mut().expect("a rule").remove("reason");
    let refused = gateway.post("/v1/scoring/policies", &unreasoned).await;
    assert_eq!((refused.status, &refused.json()["pointer"]), (StatusCode::BAD_REQUEST, &json!("/recency/0")));
    unreasoned["recency"][0]["reason"] = json!("because");
    let refused = gateway.post("/v1/scoring/policies", &unreasoned).await;
    assert_eq!(refused.json()["pointer"], "/recency/0/reason");

    let policy = gateway.post("/v1/scoring/policies", &rules).await.id();
    put(&gateway, &format!("/v1/jobs/{}/scoring", role.job), Some(&policy)).await;
    gateway.clock.advance(3 * 24 * 60 * 60);
    rescored(&gateway).await;
    let line = explained("?language=es").await;
    assert_eq!((&line["score"], &line["code"]), (&json!(250_000), &json!("OLDER")));
    assert_eq!(line["recency"]["as_of"], "2026-11-23", "age is that of the day of the application");
    assert!(line["words"]["recency"].as_str().is_some_and(|told| told.contains(reason) && told.contains("25 %")));
    assert_eq!(replayed(&gateway, &id, "").await["code"], "SAME_BYTES");
    let shown = shown(&gateway, &id).await;
    let link = shown["report_url"].as_str().expect("a link").replace("https://gateway.example", "");
    let page = gateway.call(Method::GET, &link, None, None).await.text;
    assert!(page.contains(reason) && page.contains("1 January 2026"), "the page tells both");
}
