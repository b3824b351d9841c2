//! What was said of an application is looked at again: once for all who depend on the same list, at once where somebody
//! asks, by the clock where something ends. What comes out differently is corrected; everything else stays.

use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use wellspring_model::credential::IssuerId;
use wellspring_server::work::{run_ready, sources::look};

use crate::{
    badge,
    gateway::{Gateway, ITEM, Role},
    issued::{credential_for, issuer, keys, list, list_at},
    issuer_site::{IssuerSite, Mood},
    talking,
};

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

fn target() -> String {
    format!("https://case.example.org/ims/case/v1p1/CFItems/{ITEM}")
}

/// An issuer's site, a gateway that trusts and reaches it, and a job.
struct World {
    site: IssuerSite,
    gateway: Gateway,
    role: Role,
}

impl World {
    async fn start() -> Self {
        let (site, gateway) = Self::reached().await;
        let role = gateway.role().await;
        Self { site, gateway, role }
    }

    /// As [`Self::start`], with an ATS that answers: what it is brought is delivered.
    async fn start_with_ats() -> Self {
        let (site, gateway) = Self::reached().await;
        let role = talking::role(&gateway, &json!({})).await;
        Self { site, gateway, role }
    }

    async fn reached() -> (IssuerSite, Gateway) {
        let site = IssuerSite::start().await;
        site.put("/issuer", &keys(&site));
        site.put("/list", &list(&site, &[]));
        let fetcher = site.fetcher_with(SignedDuration::from_mins(5), SignedDuration::from_hours(24));
        let trusted = vec![IssuerId(issuer(&site)), IssuerId(badge::key().did_key())];
        let gateway = Gateway::start_reaching(Some(fetcher), |config| config.policy.trusted_issuers = trusted).await;
        (site, gateway)
    }

    /// A badge with this entry in the issuer's list.
    fn listed(&self, index: usize) -> Value {
        credential_for(&target(), &self.site, Some(("/list", index)))
    }

    /// Hands in for the applicant of this number. The id of the submission.
    async fn hand_in(&self, applicant: usize, credentials: &[Value]) -> String {
        let credentials: Vec<Value> = credentials.iter().map(|one| json!({"json": one})).collect();
        let mut submission = self.role.submission(&credentials);
        submission["application"]["id"] = json!(format!("{}", 61_000 + applicant));
        submission["application"]["candidate"]["id"] = json!(format!("{}", 500 + applicant));
        let accepted = self.gateway.post("/v1/submissions", &submission).await;
        assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
        accepted.id()
    }

    /// Does what is in the queue. Nobody answers at the address of the ATS, so deliveries are tried and wait.
    async fn work(&self) {
        run_ready(&self.gateway.app).await.expect("the work is done");
    }

    /// Lets time pass, looks at sources, and does what comes of it.
    async fn later(&self, seconds: i64) {
        self.gateway.clock.advance(seconds);
        look(self.gateway.app.clone()).await.expect("sources are looked at");
        self.work().await;
    }

    async fn recheck(&self, id: &str) {
        let asked = self.gateway.post(&format!("/v1/submissions/{id}/recheck"), &json!({})).await;
        assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text);
        self.work().await;
    }

    async fn shown(&self, id: &str) -> Value {
        self.gateway.get(&format!("/v1/submissions/{id}")).await.json()
    }

    /// Outcome, how often it was corrected, and the kinds of its deliveries.
    async fn stands(&self, id: &str) -> (String, usize, Vec<String>) {
        let shown = self.shown(id).await;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let deliveries = shown["deliveries"].as_array().expect("deliveries").iter().map(|one| text(&one["kind"]));
        (text(&shown["outcome"]), shown["history"].as_array().expect("a history").len(), deliveries.collect())
    }

    async fn checked_at(&self, id: &str) -> String {
        self.shown(id).await["checked_at"].as_str().expect("a time").to_owned()
    }
}

fn as_it_was(outcome: &str) -> (String, usize, Vec<String>) {
    (outcome.to_owned(), 0, vec!["result".to_owned()])
}

fn corrected(outcome: &str) -> (String, usize, Vec<String>) {
    (outcome.to_owned(), 1, vec!["result".to_owned(), "correction".to_owned()])
}

#[tokio::test]
async fn a_revoked_credential_is_corrected_with_one_look_for_all_applicants_and_nothing_for_the_others() {
    let world = World::start().await;
    let mut applicants = Vec::new();
    for n in 0..6 {
        applicants.push(world.hand_in(n, &[world.listed(n)]).await);
    }
    let not_listed = world.hand_in(7, &[badge::signed(badge::unsigned(&target()))]).await;
    world.work().await;
    for id in &applicants {
        assert_eq!(world.stands(id).await, as_it_was("passed"));
    }
    assert_eq!((world.site.asked("/list"), world.site.asked("/issuer")), (1, 1));
    let first = world.checked_at(&applicants[0]).await;

    world.later(DAY).await;
    assert_eq!(world.site.asked("/list"), 2, "looked at again");
    assert_eq!(world.checked_at(&applicants[0]).await, first, "it says the same, so nobody was re-checked");

    world.site.put("/list", &list(&world.site, &[3]));
    world.later(DAY).await;
    assert_eq!((world.site.asked("/list"), world.site.asked("/issuer")), (3, 3), "once for six applicants");
    for (n, id) in applicants.iter().enumerate() {
        let expected = if n == 3 { corrected("failed") } else { as_it_was("passed") };
        assert_eq!(world.stands(id).await, expected, "applicant {n}");
        assert_ne!(world.checked_at(id).await, first, "the list says something else, so everybody was re-checked");
    }
    assert_eq!(world.stands(&not_listed).await, as_it_was("passed"));
    assert_eq!(world.checked_at(&not_listed).await, first, "it does not depend on the list");

    let shown = world.shown(&applicants[3]).await;
    assert_eq!(shown["assessment"]["score"]["value"], 0);
    let earlier = &shown["history"][0];
    assert_eq!((&earlier["outcome"], &earlier["score"]["value"]), (&json!("passed"), &json!(100)));
    assert_eq!((&earlier["at"], &earlier["replaced_at"]), (&json!(first), &shown["checked_at"]));
    assert_ne!(earlier["id"], shown["assessment"]["id"]);

    world.recheck(&applicants[3]).await;
    assert_eq!(world.stands(&applicants[3]).await, corrected("failed"), "nothing new, nothing twice");
    world.site.put("/list", &list(&world.site, &[]));
    world.later(DAY).await;
    let (outcome, times, _) = world.stands(&applicants[3]).await;
    assert_eq!((outcome.as_str(), times), ("passed", 2), "given back");
}

/// Without it, the correction was written over the result that the later submission had brought to the ATS.
#[tokio::test]
async fn what_was_replaced_is_corrected_in_its_report_and_not_in_the_ats() {
    let world = World::start_with_ats().await;
    let first = world.hand_in(1, &[world.listed(1)]).await;
    world.later(1).await;
    let second = world.hand_in(1, &[world.listed(2)]).await;
    world.later(1).await;
    let delivered = ("result".to_owned(), "delivered".to_owned());
    for id in [&first, &second] {
        assert_eq!(talking::deliveries(&world.gateway, id).await, std::slice::from_ref(&delivered));
    }
    world.site.put("/list", &list(&world.site, &[1]));
    world.later(DAY).await;
    assert_eq!(world.stands(&first).await, corrected("failed"));
    assert_eq!(world.stands(&second).await, as_it_was("passed"));
    let untold = ("correction".to_owned(), "cancelled".to_owned());
    assert_eq!(talking::deliveries(&world.gateway, &first).await, [delivered.clone(), untold]);

    world.site.put("/list", &list(&world.site, &[1, 2]));
    world.later(DAY).await;
    let told = ("correction".to_owned(), "delivered".to_owned());
    assert_eq!(talking::deliveries(&world.gateway, &second).await, [delivered, told]);
}

#[tokio::test]
async fn a_site_that_is_down_changes_nothing_until_it_has_been_for_too_long() {
    let world = World::start().await;
    let id = world.hand_in(1, &[world.listed(1)]).await;
    world.work().await;
    let first = world.checked_at(&id).await;
    world.site.feel(Mood::Status("503 Service Unavailable"));
    // A day and an hour after the look, what the fetcher has kept is too old to stand in.
    world.later(DAY + HOUR).await;
    world.recheck(&id).await;
    assert_eq!(world.stands(&id).await, as_it_was("passed"));
    assert_eq!(world.checked_at(&id).await, first, "it was not checked");
    let asked = world.site.asked("/list");
    world.later(HOUR).await;
    assert!(world.site.asked("/list") > asked, "it is asked again in an hour");
    assert_eq!(world.stands(&id).await, as_it_was("passed"));

    world.later(DAY).await;
    assert_eq!(world.stands(&id).await, corrected("undetermined"), "silent for more than a day");
    world.site.feel(Mood::Well);
    world.later(DAY).await;
    let (outcome, times, _) = world.stands(&id).await;
    assert_eq!((outcome.as_str(), times), ("passed", 2));
}

#[tokio::test]
async fn a_site_that_is_down_holds_no_revocation_back() {
    let world = World::start().await;
    world.site.put("/other", &list_at(&world.site, "/other", &[]));
    let other = credential_for(&target(), &world.site, Some(("/other", 1)));
    let id = world.hand_in(1, &[world.listed(1), other]).await;
    world.work().await;
    assert_eq!(world.stands(&id).await, as_it_was("passed"));
    world.site.silence("/other");
    world.site.put("/list", &list(&world.site, &[1]));
    world.later(DAY + HOUR).await;
    assert_eq!(world.stands(&id).await, corrected("failed"));
}

#[tokio::test]
async fn a_list_that_could_not_be_had_is_found_once_it_is_there() {
    let world = World::start().await;
    world.site.silence("/late");
    let id = world.hand_in(1, &[credential_for(&target(), &world.site, Some(("/late", 1)))]).await;
    world.work().await;
    assert_eq!(world.stands(&id).await, as_it_was("undetermined"));
    world.site.put("/late", &list_at(&world.site, "/late", &[]));
    world.later(HOUR).await;
    assert_eq!(world.stands(&id).await, as_it_was("undetermined"));
    world.site.speak("/late");
    world.later(HOUR).await;
    assert_eq!(world.stands(&id).await, corrected("passed"));
}

#[tokio::test]
async fn what_ends_with_time_is_corrected_then_and_the_page_says_so() {
    let world = World::start().await;
    let mut badge = badge::unsigned(&target());
    badge["validUntil"] = json!("2026-11-25T12:00:00Z");
    let id = world.hand_in(1, &[badge::signed(badge)]).await;
    world.work().await;
    world.later(2 * DAY + 59).await;
    assert_eq!(world.stands(&id).await, as_it_was("passed"), "clocks may differ by a minute");
    world.later(2).await;
    assert_eq!(world.stands(&id).await, corrected("failed"));

    let link = world.shown(&id).await["report_url"].as_str().expect("a link").to_owned();
    let link = link.trim_start_matches("https://gateway.example");
    let page = async |path: String| world.gateway.call(Method::GET, &path, None, None).await.text;
    let english = page(format!("{link}?lang=en")).await;
    for part in [
        "Last checked",
        "A check on 25 November 2026 at 12:01 UTC came to something else than the result of 23 November 2026 at 12:00 UTC.",
        "Data cleaning: Failed (before: Passed). The credential’s time ended on 25 November 2026.",
        "Score: 0 of 100 (before: 100)",
    ] {
        assert!(english.contains(part), "`{part}` is not in {english}");
    }
    let spanish = page(format!("{link}?lang=es")).await;
    assert!(spanish.contains("Corregido") && spanish.contains("(antes: 100)"), "{spanish}");
    let data: Value = serde_json::from_str(&page(format!("{link}/report.json")).await).expect("JSON");
    assert_eq!(data["history"][0]["score"]["value"], 100);
    assert_eq!(data["checked_at"], world.shown(&id).await["checked_at"]);
}

#[tokio::test]
async fn what_the_employer_has_changed_since_is_no_reason_for_a_correction() {
    let world = World::start().await;
    let rules = json!({"trusted_issuers": [badge::key().did_key()]});
    let policy = world.gateway.post("/v1/trust/policies", &json!({"title": "Ours", "rules": rules})).await.id();
    let put = async |policy: Value| {
        let body = json!({"policy": policy});
        world.gateway.call(Method::PUT, "/v1/trust", Some(&world.gateway.tenant.key), Some(&body)).await
    };
    assert_eq!(put(json!(policy)).await.status, StatusCode::OK);
    let id = world.hand_in(1, &[badge::signed(badge::unsigned(&target()))]).await;
    world.work().await;
    let denying = json!({"title": "Theirs", "rules": {"denied_issuers": [badge::key().did_key()]}});
    let denying = world.gateway.post("/v1/trust/policies", &denying).await.id();
    put(json!(denying)).await;
    let edition = json!({
        "CFDocument": {
            "identifier": "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b10", "uri": "https://case.example.org/x",
            "title": "Example framework", "version": "2", "lastChangeDateTime": "2026-11-01T00:00:00Z"
        },
        "CFItems": [{"identifier": ITEM, "uri": target(), "fullStatement": "Something else"}], "CFAssociations": []
    });
    assert_eq!(world.gateway.post("/v1/frameworks", &edition).await.status, StatusCode::CREATED);
    world.gateway.clock.advance(60);
    let first = world.checked_at(&id).await;
    world.recheck(&id).await;
    assert_ne!(world.checked_at(&id).await, first);
    assert_eq!(world.stands(&id).await, as_it_was("passed"));
}

#[tokio::test]
async fn a_recheck_is_for_whoever_owns_the_submission_and_once_it_is_assessed() {
    let world = World::start().await;
    let id = world.hand_in(1, &[world.listed(1)]).await;
    let path = format!("/v1/submissions/{id}/recheck");
    let early = world.gateway.post(&path, &json!({})).await;
    assert_eq!((early.status, early.problem().as_str()), (StatusCode::CONFLICT, "not-assessed"));
    world.work().await;
    let other = world.gateway.other_tenant().await;
    let theirs = world.gateway.call(Method::POST, &path, Some(&other.key), Some(&json!({}))).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    world.gateway.clock.advance(11);
    world.recheck(&id).await;
    assert_eq!(world.stands(&id).await, as_it_was("passed"));
    world.site.put("/list", &list(&world.site, &[1]));
    world.recheck(&id).await;
    world.later(0).await;
    assert_eq!(world.stands(&id).await, corrected("failed"), "the list is looked at anew, within the next turn");
}

#[tokio::test]
async fn nothing_is_looked_at_where_nobody_wants_it_but_who_asks_is_answered() {
    let world = World::start().await;
    let fetcher = world.site.fetcher_with(SignedDuration::ZERO, SignedDuration::ZERO);
    let trusted = vec![IssuerId(issuer(&world.site))];
    let gateway = Gateway::start_reaching(Some(fetcher), |config| {
        config.policy.trusted_issuers = trusted;
        config.recheck.hours = 0;
    })
    .await;
    let world = World { role: gateway.role().await, gateway, site: world.site };
    let id = world.hand_in(1, &[world.listed(1)]).await;
    world.work().await;
    world.site.put("/list", &list(&world.site, &[1]));
    let asked = world.site.asked("/list");
    world.later(30 * DAY).await;
    assert_eq!(world.site.asked("/list"), asked);
    assert_eq!(world.stands(&id).await, as_it_was("passed"));
    world.recheck(&id).await;
    assert_eq!(world.stands(&id).await, corrected("failed"));
}
