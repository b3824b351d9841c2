//! A gateway as a process, and Ashby that orders of it, over HTTP and on both stores.

use serde_json::{Map, Value, json};
use wellspring_testkit::{
    Ashby, AshbySeed,
    ashby::{AssessmentStatus, NotStarted, OutboundRequest, id as ats_id},
};
use wellspring_tests::{
    client::{Client, id},
    demo::{
        competencies,
        credentials::{Award, Issuer, badge, signed},
    },
    gateway::{Gateway, component, eventually},
    world::World,
};

use super::world::{secrets, settings};
use crate::own_database::OwnDatabase;

/// An employer at a gateway, connected to a double of Ashby.
struct Employer {
    gateway: Gateway,
    client: Client,
    ats: Ashby,
    connection: String,
    job: String,
}

impl Employer {
    /// `further`: settings of the gateway.
    async fn start(further: &str) -> Self {
        let seed = AshbySeed::example();
        let secrets: Map<String, Value> =
            secrets(&seed).into_iter().map(|(name, secret)| (name.to_owned(), secret)).collect();
        let ats = Ashby::start(seed).await.expect("the double starts");
        let mut gateway = Gateway::create(&World::settings(further)).expect("it is created");
        let path = component("ashby").expect("it is built");
        let install = ["connectors", "install", "--unsigned", "--accept-rights", &path.to_string_lossy()];
        gateway.command(&install).expect("it is installed");
        gateway.start().await.expect("it starts");
        let tenant = gateway.command(&["tenant", "create", "--name", "Meridian Analytics"]).expect("a tenant");
        let key = gateway.command(&["key", "create", "--tenant", &tenant, "--label", "test"]).expect("a key");
        let client = Client::new(&gateway.url(), &key).expect("a client");
        let made = async |path: &str, body: &Value| {
            id(&client.post(path, body).await.expect("it is made")).expect("it has an id")
        };
        for framework in [competencies::employer(), competencies::college()] {
            client.post("/v1/frameworks", &framework).await.expect("it is taken");
        }
        let profile = made("/v1/profiles", &competencies::profile()).await;
        let settings: Map<String, Value> =
            settings().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let connection = json!({
            "name": "Ashby (double)", "connector": "ashby", "settings": settings, "bases": {"api": ats.origin()},
            "credentials": secrets,
        });
        let connection = made("/v1/connections", &connection).await;
        gateway.command(&["connection", "grant", &connection, ats.origin(), "--tenant", &tenant]).expect("granted");
        let job = json!({
            "title": "Junior data analyst", "profile": profile, "connection": connection, "external_id": ats_id(7001)
        });
        let job = made("/v1/jobs", &job).await;
        Self { gateway, client, ats, connection, job }
    }

    /// The job as Ashby is offered it.
    fn offer(&self) -> String {
        let hex = self.job.trim_start_matches("job_");
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }

    async fn ask(&self, request: OutboundRequest) -> (u16, Vec<u8>) {
        let path = format!("/partner/{}{}", self.connection, request.path);
        self.client.post_as(&path, &request.headers, request.body).await.expect("it answers")
    }

    async fn orders(&self) -> Vec<Value> {
        let orders = self.client.get("/v1/orders").await.expect("orders");
        orders["items"].as_array().expect("a list").clone()
    }

    /// Hands in a badge with application 61001, and waits until Ashby has its result.
    async fn hand_in(&self) {
        let email = "ana.ruiz@example.org";
        let badge = signed(Issuer::Training, badge(Issuer::Training, Award::Competency(0), email));
        let submission = json!({
            "connection": self.connection, "job": self.job, "credentials": [{"json": badge.expect("it is signed")}],
            "application": {"id": ats_id(61001), "candidate": {"id": ats_id(501), "email": email}},
        });
        let submission = id(&self.client.post("/v1/submissions", &submission).await.expect("accepted")).expect("an id");
        eventually("it was not delivered", async || {
            let shown = self.client.get(&format!("/v1/submissions/{submission}")).await?;
            Ok((shown["deliveries"][0]["state"] == "delivered").then_some(()))
        })
        .await
        .expect("it is delivered");
    }
}

/// Without it, Ashby was told that somebody else had started it, and the result went to an assessment that Ashby had never
/// heard of.
async fn an_order_whose_answer_was_lost_is_asked_again_and_answered(further: &str) {
    let mut employer = Employer::start(further).await;
    let offer = employer.offer();
    let start = || employer.ats.start_assessment(&offer, 61001);
    let (lost, at_the_same_time) = tokio::join!(employer.ask(start()), employer.ask(start()));
    assert_eq!((lost.0, &lost), (200, &at_the_same_time), "of two at once, both get the answer of one");
    employer.gateway.kill().expect("it runs");
    employer.gateway.start().await.expect("it starts again");
    let again = employer.ask(employer.ats.start_assessment(&offer, 61001)).await;
    assert_eq!(again, lost, "the same answer, byte for byte");
    let assessment = employer.ats.started(&offer, 61001, again.0, &again.1).expect("it is started");

    employer.ats.edit(|seed| seed.candidates[0].email = Some("ana@elsewhere.example".to_owned()));
    let (status, body) = employer.ask(employer.ats.start_assessment(&offer, 61001)).await;
    assert_eq!(employer.ats.started(&offer, 61001, status, &body), Err(NotStarted::AlreadyAssessed));
    let orders = employer.orders().await;
    assert_eq!((orders.len(), &orders[0]["state"]), (1, &json!("ordered")), "{orders:#?}");

    employer.hand_in().await;
    let assessments = employer.ats.records().assessments;
    let [one] = assessments.as_slice() else { panic!("one assessment: {assessments:?}") };
    assert_eq!((&one.id, &one.status), (&assessment, &AssessmentStatus::Completed));
    assert_eq!(employer.orders().await[0]["state"], "completed");

    let (status, body) = employer.ask(employer.ats.start_assessment(&offer, 61001)).await;
    let new = employer.ats.started(&offer, 61001, status, &body).expect("what has ended can be ordered anew");
    assert_ne!(new, assessment);
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_asked_again_and_answered_on_sqlite() {
    an_order_whose_answer_was_lost_is_asked_again_and_answered("").await;
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_asked_again_and_answered_on_postgresql() {
    let Some(database) = OwnDatabase::create("ordered").await else { return };
    an_order_whose_answer_was_lost_is_asked_again_and_answered(&database.settings()).await;
    database.remove().await;
}
