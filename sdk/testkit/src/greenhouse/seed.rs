//! What a double begins with.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::record::{Application, Candidate, CustomField, Job, Note, ValueType};

/// The ATS as it is before anything is sent to it.
#[derive(Debug, Clone)]
pub struct GreenhouseSeed {
    pub client_id: String,
    pub client_secret: String,
    /// The double's time when it starts.
    pub now: Timestamp,
    /// What the credentials may do. A call beyond it answers 403.
    pub scopes: Vec<String>,
    /// Requests in 30 seconds, beyond which the double answers 429.
    pub rate_limit: u32,
    pub fields: Vec<CustomField>,
    pub jobs: Vec<Job>,
    pub candidates: Vec<Candidate>,
    pub applications: Vec<Application>,
    pub notes: Vec<Note>,
}

impl GreenhouseSeed {
    /// An ATS with the custom fields an employer might have, ours among them, and nobody in it.
    pub fn empty() -> Self {
        let fields = [
            ("Verified skills", "verified_skills_summary", ValueType::LongText),
            ("Verified skills score", "verified_skills_score", ValueType::Number),
            ("Verified skills report", "verified_skills_url", ValueType::Url),
            ("Desired salary", "desired_salary", ValueType::Currency),
            ("Can start on", "start_date", ValueType::Date),
            ("Heard of us through", "heard_through", ValueType::ShortText),
        ];
        let fields = (1..).zip(fields).map(|(id, (name, name_key, value_type))| CustomField {
            id,
            name: name.to_owned(),
            name_key: name_key.to_owned(),
            value_type,
        });
        let scopes = [
            "harvest:candidates:list",
            "harvest:candidates:update",
            "harvest:applications:list",
            "harvest:jobs:list",
            "harvest:notes:list",
            "harvest:notes:create",
            "harvest:custom_fields:list",
        ];
        Self {
            client_id: "double-client".to_owned(),
            client_secret: "double-secret-that-no-guest-may-see".to_owned(),
            now: Timestamp::UNIX_EPOCH,
            scopes: scopes.map(str::to_owned).to_vec(),
            rate_limit: 1_000,
            fields: fields.collect(),
            jobs: Vec::new(),
            candidates: Vec::new(),
            applications: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// An ATS in use: two jobs, three candidates, fields that HR has filled in, and a note of a recruiter's.
    pub fn example() -> Self {
        Self::empty()
            .job(7001, "Junior data analyst")
            .job(7002, "Workshop lead")
            .candidate(501, "Ana Ruiz", "ana.ruiz@example.org")
            .field(501, "desired_salary", json!({"amount": 41_000, "unit": "EUR"}))
            .field(501, "heard_through", json!("A friend"))
            .application(61001, 501, 7001)
            .note(501, "Spoke on the phone. Friendly, asks good questions.")
            .candidate(502, "Ben Okafor", "ben.okafor@example.org")
            .application(61002, 502, 7001)
            .candidate(503, "Chloe Martin", "chloe.martin@example.org")
            .application(61003, 503, 7002)
    }

    /// Allows so many requests in 30 seconds, beyond which the double answers 429.
    #[must_use]
    pub fn allowing(mut self, requests: u32) -> Self {
        self.rate_limit = requests;
        self
    }

    #[must_use]
    pub fn job(mut self, id: u64, name: &str) -> Self {
        self.jobs.push(Job { id, name: name.to_owned(), status: "open".to_owned() });
        self
    }

    #[must_use]
    pub fn candidate(mut self, id: u64, name: &str, email: &str) -> Self {
        let (name, email) = (name.to_owned(), email.to_owned());
        self.candidates.push(Candidate { id, name, email, custom_fields: [].into() });
        self
    }

    /// Fills a custom field of a candidate, as somebody in HR would have.
    #[must_use]
    pub fn field(mut self, candidate: u64, name_key: &str, value: Value) -> Self {
        // Mostly the one that was added last; there may be many.
        if let Some(one) = self.candidates.iter_mut().rev().find(|one| one.id == candidate) {
            one.custom_fields.insert(name_key.to_owned(), value);
        }
        self
    }

    #[must_use]
    pub fn application(mut self, id: u64, candidate_id: u64, job_id: u64) -> Self {
        self.applications.push(Application { id, candidate_id, job_id, status: "active".to_owned() });
        self
    }

    /// A note that a recruiter wrote.
    #[must_use]
    pub fn note(mut self, candidate_id: u64, body: &str) -> Self {
        let id = 1 + self.notes.len() as u64;
        self.notes.push(Note {
            id,
            candidate_id,
            application_id: None,
            body: body.to_owned(),
            note_type: "NOTE".to_owned(),
            visibility: "public".to_owned(),
            author: "Rita Holm, recruiter".to_owned(),
            created_at: self.now,
        });
        self
    }

    /// The double's time when it starts.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        for note in &mut self.notes {
            note.created_at = now;
        }
        self
    }
}
