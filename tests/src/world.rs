//! An employer with a gateway and an ATS: everything the main job needs, running.

use serde_json::{Value, json};
use wellspring_testkit::{Greenhouse, GreenhouseSeed, greenhouse::Note};

use crate::{
    Failure,
    client::{Client, id},
    demo::{competencies, credentials::Issuer},
    gateway::{Gateway, component, eventually},
};

/// The employer's job at the ATS.
pub const JOB: u64 = 7001;

/// A running gateway with one tenant, connected to a running double.
pub struct World {
    pub gateway: Gateway,
    pub ats: Greenhouse,
    pub client: Client,
    pub tenant: String,
    pub connection: String,
    pub job: String,
    pub profile: String,
}

impl World {
    /// Starts everything. `connectors` are installed besides Greenhouse's; `told` hears of each step.
    ///
    /// # Errors
    /// Any step that fails, in words.
    pub async fn start(seed: GreenhouseSeed, connectors: &[&str], told: impl Fn(&str)) -> Result<Self, Failure> {
        Self::start_with(seed, connectors, "", told).await
    }

    /// As [`Self::start`], with further settings of the gateway.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_with(
        seed: GreenhouseSeed,
        connectors: &[&str],
        settings: &str,
        told: impl Fn(&str),
    ) -> Result<Self, Failure> {
        told("starting the ATS double");
        let ats = Greenhouse::start(seed).await?;
        told("creating a gateway: database, keys, connector");
        let mut gateway = Gateway::create(&format!("{}{settings}", trusting(&[Issuer::College, Issuer::Training])))?;
        for name in ["greenhouse"].iter().chain(connectors) {
            let path = component(name)?;
            gateway.command(&["connectors", "install", &path.to_string_lossy()])?;
        }
        let tenant = gateway.command(&["tenant", "create", "--name", "Meridian Analytics"])?;
        let key = gateway.command(&["key", "create", "--tenant", &tenant, "--label", "demo"])?;
        told("starting the gateway");
        gateway.start().await?;
        let client = Client::new(&gateway.url(), &key)?;
        told("setting up frameworks, profile, connection and job over HTTP");
        for framework in [competencies::employer(), competencies::college()] {
            client.post("/v1/frameworks", &framework).await?;
        }
        let profile = id(&client.post("/v1/profiles", &competencies::profile()).await?)?;
        let connection = id(&client.post("/v1/connections", &greenhouse(&ats)).await?)?;
        gateway.command(&["connection", "grant", &connection, ats.origin(), "--tenant", &tenant])?;
        let job = json!({
            "title": "Junior data analyst", "profile": profile, "connection": connection, "external_id": JOB.to_string()
        });
        let job = id(&client.post("/v1/jobs", &job).await?)?;
        Ok(Self { gateway, ats, client, tenant, connection, job, profile })
    }

    /// Hands in credentials with an application. The id of the submission.
    ///
    /// # Errors
    /// It is not accepted.
    pub async fn submit(&self, application: &Application, credentials: &[Value]) -> Result<String, Failure> {
        self.submit_through(&self.connection, &self.job, application, credentials).await
    }

    /// [`Self::submit`] through another connection.
    ///
    /// # Errors
    /// It is not accepted.
    pub async fn submit_through(
        &self,
        connection: &str,
        job: &str,
        application: &Application,
        credentials: &[Value],
    ) -> Result<String, Failure> {
        let submission = Self::request(connection, job, application, credentials);
        id(&self.client.post("/v1/submissions", &submission).await?)
    }

    /// What is sent to hand in credentials with an application.
    pub fn request(connection: &str, job: &str, application: &Application, credentials: &[Value]) -> Value {
        let credentials: Vec<Value> = credentials.iter().map(|credential| json!({"json": credential})).collect();
        json!({
            "connection": connection,
            "application": {
                "id": application.id.to_string(),
                "candidate": {
                    "id": application.candidate.to_string(), "name": application.name, "email": application.email
                }
            },
            "job": job,
            "credentials": credentials,
        })
    }

    pub async fn submission(&self, id: &str) -> Result<Value, Failure> {
        self.client.get(&format!("/v1/submissions/{id}")).await
    }

    /// Waits until a submission's delivery has been tried to its end, and gives back the submission.
    ///
    /// # Errors
    /// It takes too long.
    pub async fn delivered(&self, id: &str) -> Result<Value, Failure> {
        eventually(&format!("{id} was not delivered"), async || {
            let shown = self.submission(id).await?;
            Ok((shown["deliveries"][0]["state"] == "delivered").then_some(shown))
        })
        .await
    }

    /// Our notes that correct what an application's first note says.
    pub fn our_corrections(&self, application: u64) -> Vec<Note> {
        let marker = format!("[wellspring-correction:{}:{application}:", self.connection);
        self.ats.notes().into_iter().filter(|note| note.body.contains(&marker)).collect()
    }

    /// Our notes about an application: those with its marker.
    pub fn our_notes(&self, application: u64) -> Vec<Note> {
        let marker = format!("[wellspring:{}:{application}]", self.connection);
        self.ats.notes().into_iter().filter(|note| note.body.contains(&marker)).collect()
    }
}

/// An application at the ATS.
#[derive(Debug, Clone)]
pub struct Application {
    pub id: u64,
    pub candidate: u64,
    pub name: String,
    pub email: String,
}

impl Application {
    /// The number `n` of many applicants.
    pub fn numbered(n: u64) -> Self {
        Self {
            id: 61_000 + n,
            candidate: 500 + n,
            name: format!("Applicant {n}"),
            email: format!("applicant-{n}@example.org"),
        }
    }

    /// An ATS in which these have applied.
    pub fn seed<'a>(applications: impl IntoIterator<Item = &'a Self>) -> GreenhouseSeed {
        applications.into_iter().fold(
            GreenhouseSeed::empty().allowing(u32::MAX).job(JOB, "Junior data analyst"),
            |seed, one| {
                seed.candidate(one.candidate, &one.name, &one.email)
                    .field(one.candidate, "heard_through", json!("A job board"))
                    .application(one.id, one.candidate, JOB)
            },
        )
    }
}

/// A connection to the double, with the custom fields that the double has for us.
fn greenhouse(ats: &Greenhouse) -> Value {
    json!({
        "name": "Greenhouse (double)",
        "connector": "greenhouse",
        "settings": {
            "report_url_field": "verified_skills_url",
            "score_field": "verified_skills_score",
            "summary_field": "verified_skills_summary"
        },
        "bases": {"api": ats.api_base(), "auth": ats.auth_base()},
        // The double allows as many requests as it can answer.
        "rate": {"requests": 100_000, "per_seconds": 10},
        "credentials": {"main": {"client_id": ats.client_id(), "client_secret": ats.client_secret()}}
    })
}

fn trusting(issuers: &[Issuer]) -> String {
    let ids: Vec<toml::Value> = issuers.iter().map(|issuer| issuer.id().into()).collect();
    format!("[policy]\ntrusted_issuers = {}\n", toml::Value::Array(ids))
}
