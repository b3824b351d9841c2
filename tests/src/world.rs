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

/// What an employer has at a gateway.
pub struct Employer {
    pub client: Client,
    pub tenant: String,
    pub connection: String,
    pub job: String,
    pub profile: String,
}

/// Requests in ten seconds. The double allows as many as it can answer.
pub const UNHURRIED: u32 = 100_000;

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
        let gateway = Gateway::create(&Self::settings(settings))?;
        let origin = ats.origin().to_owned();
        Self::start_in(gateway, ats, &origin, connectors, told).await
    }

    /// The settings of a gateway that relies on the issuers of the demo, and further ones.
    pub fn settings(further: &str) -> String {
        format!("{}{further}", trusting(&[Issuer::College, Issuer::Training]))
    }

    /// As [`Self::start`], in a gateway that was made by the caller and with an ATS that is reached at `origin`.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_in(
        mut gateway: Gateway,
        ats: Greenhouse,
        origin: &str,
        connectors: &[&str],
        told: impl Fn(&str),
    ) -> Result<Self, Failure> {
        for name in ["greenhouse"].iter().chain(connectors) {
            let path = component(name)?;
            gateway.command(&["connectors", "install", "--unsigned", "--accept-rights", &path.to_string_lossy()])?;
        }
        told("starting the gateway");
        gateway.start().await?;
        told("setting up frameworks, profile, connection and job over HTTP");
        let employer = employer(&gateway, &ats, origin, "Meridian Analytics", UNHURRIED).await?;
        let Employer { client, tenant, connection, job, profile } = employer;
        Ok(Self { gateway, ats, client, tenant, connection, job, profile })
    }

    /// A further employer at the same gateway, with a connection to this double that makes at most so many requests in ten
    /// seconds.
    ///
    /// # Errors
    /// Any step that fails, in words.
    pub async fn employer(&self, name: &str, requests: u32) -> Result<Employer, Failure> {
        self.employer_at(&self.ats, name, requests).await
    }

    /// As [`Self::employer`], with an ATS of its own.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn employer_at(&self, ats: &Greenhouse, name: &str, requests: u32) -> Result<Employer, Failure> {
        employer(&self.gateway, ats, ats.origin(), name, requests).await
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

    /// Takes back, as the operator, that an issuer is to be relied on. The gateway is killed for it and started again.
    ///
    /// # Errors
    /// It does not start again.
    pub async fn deny(&mut self, issuer: Issuer) -> Result<(), Failure> {
        self.gateway.kill()?;
        let denied = format!("[policy]\ndenied_issuers = [\"{}\"]\n", issuer.id());
        self.gateway.configure(|text| text.replacen("[policy]\n", &denied, 1))?;
        self.gateway.start().await
    }

    /// Asks for another look at a submission.
    ///
    /// # Errors
    /// It is refused.
    pub async fn recheck(&self, id: &str) -> Result<(), Failure> {
        self.client.post(&format!("/v1/submissions/{id}/recheck"), &json!({})).await.map(drop)
    }

    /// Waits until what was said of a submission has been corrected at the ATS, and gives back the submission.
    ///
    /// # Errors
    /// It takes too long.
    pub async fn corrected(&self, id: &str) -> Result<Value, Failure> {
        self.delivered_second(id, "correction").await
    }

    /// Withdraws a submission, and waits until what was said of it has been taken back at the ATS.
    ///
    /// # Errors
    /// It is refused, or takes too long.
    pub async fn withdrawn(&self, id: &str) -> Result<Value, Failure> {
        self.client.post(&format!("/v1/submissions/{id}/withdrawal"), &json!({"reason": "applicant"})).await?;
        self.delivered_second(id, "withdrawal").await
    }

    async fn delivered_second(&self, id: &str, kind: &str) -> Result<Value, Failure> {
        eventually(&format!("the {kind} of {id} was not delivered"), async || {
            let shown = self.submission(id).await?;
            let second = &shown["deliveries"][1];
            Ok((second["kind"] == kind && second["state"] == "delivered").then_some(shown))
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

/// Sets an employer up, with the ATS at `origin`: on the gateway's machine what is the operator's, the rest over HTTP.
async fn employer(
    gateway: &Gateway,
    ats: &Greenhouse,
    origin: &str,
    name: &str,
    requests: u32,
) -> Result<Employer, Failure> {
    let tenant = gateway.command(&["tenant", "create", "--name", name])?;
    let key = gateway.command(&["key", "create", "--tenant", &tenant, "--label", "demo"])?;
    let client = Client::new(&gateway.url(), &key)?;
    for framework in [competencies::employer(), competencies::college()] {
        client.post("/v1/frameworks", &framework).await?;
    }
    let profile = id(&client.post("/v1/profiles", &competencies::profile()).await?)?;
    let connection = id(&client.post("/v1/connections", &greenhouse(ats, origin, requests)).await?)?;
    gateway.command(&["connection", "grant", &connection, origin, "--tenant", &tenant])?;
    let job = json!({
        "title": "Junior data analyst", "profile": profile, "connection": connection, "external_id": JOB.to_string()
    });
    let job = id(&client.post("/v1/jobs", &job).await?)?;
    Ok(Employer { client, tenant, connection, job, profile })
}

/// A connection to the double, reached at `origin`, with the custom fields that the double has for us.
pub fn greenhouse(ats: &Greenhouse, origin: &str, requests: u32) -> Value {
    json!({
        "name": "Greenhouse (double)",
        "connector": "greenhouse",
        "settings": {
            "report_url_field": "verified_skills_url",
            "score_field": "verified_skills_score",
            "summary_field": "verified_skills_summary"
        },
        "bases": {"api": format!("{origin}/v3"), "auth": origin},
        "rate": {"requests": requests, "per_seconds": 10},
        "credentials": {"main": {"client_id": ats.client_id(), "client_secret": ats.client_secret()}}
    })
}

fn trusting(issuers: &[Issuer]) -> String {
    let ids: Vec<toml::Value> = issuers.iter().map(|issuer| issuer.id().into()).collect();
    format!("[policy]\ntrusted_issuers = {}\n", toml::Value::Array(ids))
}
