//! Ashby as the customer of an assessment partner: it lists, starts and cancels, and makes of the answers what an HR user sees.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Ashby,
    outbound::OutboundRequest,
    record::{Assessment, AssessmentStatus, id},
};

/// Why no assessment has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotStarted {
    /// The partner says that it is under way already.
    AlreadyAssessed,
    /// What the partner wants to be shown.
    Told(String),
    /// The answer is not what is documented.
    Broken(String),
}

#[derive(Deserialize)]
struct Started {
    success: bool,
    results: Results,
}

#[derive(Deserialize)]
struct Results {
    assessment_id: String,
}

impl Ashby {
    /// Asks the partner what there is.
    pub fn list_offers(&self) -> OutboundRequest {
        self.partner("assessment.list", &json!({}))
    }

    /// Asks the partner to begin an assessment of this type for an application.
    pub fn start_assessment(&self, type_id: &str, application: u64) -> OutboundRequest {
        let state = self.shared.lock();
        let seed = &state.seed;
        let application = seed.applications.iter().find(|one| one.id == id(application));
        let candidate = application.and_then(|of| seed.candidates.iter().find(|one| one.id == of.candidate_id));
        let job = application.and_then(|of| seed.jobs.iter().find(|one| one.id == of.job_id));
        let (first, last) = candidate.map_or(("", ""), |one| one.name.split_once(' ').unwrap_or((&one.name, "")));
        let arguments = json!({
            "assessment_type_id": type_id,
            "candidate": {
                "ashby_id": candidate.map_or("", |one| &one.id),
                "first_name": first,
                "last_name": last,
                "email": candidate.and_then(|one| one.email.as_deref()).unwrap_or_default(),
                "ashby_profile_url": "https://app.ashbyhq.example/candidates/1",
            },
            "application": {
                "ashby_id": application.map_or("", |one| &one.id),
                "status": application.map_or("Active", |one| one.status),
            },
            "job": {
                "ashby_id": job.map_or("", |one| &one.id),
                "name": job.map_or("", |one| &one.title),
                "ashby_job_url": "https://app.ashbyhq.example/jobs/1",
                "hiringTeam": [],
            },
        });
        drop(state);
        self.partner("assessment.start", &arguments)
    }

    /// Reads the partner's answer to `start_assessment`, and gives the assessment's id.
    ///
    /// # Errors
    /// What an HR user sees instead.
    pub fn started(&self, type_id: &str, application: u64, status: u16, body: &[u8]) -> Result<String, NotStarted> {
        let broken = |why: &str| NotStarted::Broken(format!("{why}: {}", String::from_utf8_lossy(body)));
        match status {
            200 => {}
            409 => return Err(NotStarted::AlreadyAssessed),
            422 => {
                let body: Value = serde_json::from_slice(body).map_err(|_| broken("no JSON"))?;
                let message = body["message"].as_str().ok_or_else(|| broken("no message"))?;
                return Err(NotStarted::Told(message.to_owned()));
            }
            other => return Err(broken(&format!("status {other}"))),
        }
        let started: Started = serde_json::from_slice(body).map_err(|_| broken("not what is documented"))?;
        if !started.success {
            return Err(broken("no success"));
        }
        let mut state = self.shared.lock();
        let of = state.seed.applications.iter().find(|one| one.id == id(application));
        let candidate_id = of.map(|one| one.candidate_id.clone()).unwrap_or_default();
        state.seed.assessments.push(Assessment {
            id: started.results.assessment_id.clone(),
            type_id: type_id.to_owned(),
            name: "Ordered assessment".to_owned(),
            candidate_id,
            application_id: Some(id(application)),
            status: AssessmentStatus::Ordered,
            result: None,
            profile_url: None,
            rows: Vec::new(),
            writes: 0,
        });
        Ok(started.results.assessment_id)
    }

    /// Asks the partner to cancel an assessment.
    pub fn cancel_assessment(&self, assessment: &str) -> OutboundRequest {
        self.partner("assessment.cancel", &json!({"assessment_id": assessment}))
    }

    fn partner(&self, verb: &str, arguments: &Value) -> OutboundRequest {
        let secret = self.shared.lock().seed.partner_secret.clone();
        OutboundRequest::partner(&secret, verb, arguments)
    }
}
