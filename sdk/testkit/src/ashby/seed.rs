//! What a double begins with.

use jiff::Timestamp;
use serde_json::Value;

use super::record::{Application, Assessment, Candidate, CustomField, FieldType, Job, Note, Tag, Values, id};

/// The ATS as it is before anything is sent to it.
#[derive(Debug, Clone)]
pub struct AshbySeed {
    /// The API key.
    pub key: String,
    /// The secret token of webhooks.
    pub webhook_secret: String,
    /// What the double proves itself with to its assessment partner: `user:password`.
    pub partner_secret: String,
    /// Partners that may add assessments.
    pub partners: Vec<String>,
    /// The double's time when it starts.
    pub now: Timestamp,
    /// What the key may do. A call beyond it answers 403.
    pub scopes: Vec<String>,
    /// Items of a page, where a caller asks for more.
    pub page_size: usize,
    pub fields: Vec<CustomField>,
    pub jobs: Vec<Job>,
    pub candidates: Vec<Candidate>,
    pub applications: Vec<Application>,
    pub notes: Vec<Note>,
    pub assessments: Vec<Assessment>,
    pub tags: Vec<Tag>,
}

impl AshbySeed {
    /// An ATS with the custom fields an employer might have, ours among them, and nobody in it.
    pub fn empty() -> Self {
        let fields = [
            (11, "Verified skills", "Application", FieldType::LongText),
            (12, "Verified skills score", "Application", FieldType::Number),
            (13, "Verified skills report", "Application", FieldType::Url),
            (14, "Can start at once", "Application", FieldType::Boolean),
            (21, "Verified skills", "Candidate", FieldType::LongText),
            (22, "Verified skills score", "Candidate", FieldType::Number),
            (23, "Heard of us through", "Candidate", FieldType::String),
        ];
        let fields = fields.map(|(number, title, object_type, field_type)| CustomField {
            id: id(number),
            title: title.to_owned(),
            object_type,
            field_type,
        });
        let scopes = ["apiKeys:read", "candidates:read", "candidates:write", "jobs:read", "hiringProcessMetadata:read"];
        Self {
            key: "double-key-that-no-guest-may-see".to_owned(),
            webhook_secret: "double-webhook-secret".to_owned(),
            partner_secret: "double-partner-key:".to_owned(),
            partners: vec![id(1)],
            now: Timestamp::UNIX_EPOCH,
            scopes: scopes.map(str::to_owned).to_vec(),
            page_size: 100,
            fields: fields.to_vec(),
            jobs: Vec::new(),
            candidates: Vec::new(),
            applications: Vec::new(),
            notes: Vec::new(),
            assessments: Vec::new(),
            tags: Vec::new(),
        }
    }

    /// An ATS in use: three jobs, three candidates, a field that HR has filled in, and a note of a recruiter's.
    pub fn example() -> Self {
        Self::empty()
            .job(7001, "Junior data analyst", "Open")
            .job(7002, "Workshop lead", "Open")
            .job(7003, "Night porter", "Draft")
            .candidate(501, "Ana Ruiz", Some("ana.ruiz@example.org"))
            .field(501, 23, "A friend".into())
            .application(61001, 501, 7001)
            .note(501, "Spoke on the phone. Friendly, asks good questions.")
            .candidate(502, "Ben Okafor", Some("ben.okafor@example.org"))
            .application(61002, 502, 7001)
            .candidate(503, "Zoë Łukasik", Some("zoe@example.org"))
            .application(61003, 503, 7002)
    }

    #[must_use]
    pub fn job(mut self, number: u64, title: &str, status: &'static str) -> Self {
        let (title, requisition) = (title.to_owned(), Some(id(number + 90_000)));
        self.jobs.push(Job { id: id(number), title, status, requisition, updated_at: self.now });
        self
    }

    #[must_use]
    pub fn candidate(mut self, number: u64, name: &str, email: Option<&str>) -> Self {
        self.candidates.push(Candidate {
            id: id(number),
            name: name.to_owned(),
            email: email.map(str::to_owned),
            custom_fields: Values::new(),
            tags: Vec::new(),
        });
        self
    }

    /// Fills a custom field of a candidate, as somebody in HR would have.
    #[must_use]
    pub fn field(mut self, candidate: u64, field: u64, value: Value) -> Self {
        if let Some(one) = self.candidates.iter_mut().rev().find(|one| one.id == id(candidate)) {
            one.custom_fields.insert(id(field), value);
        }
        self
    }

    #[must_use]
    pub fn application(mut self, number: u64, candidate: u64, job: u64) -> Self {
        self.applications.push(Application {
            id: id(number),
            candidate_id: id(candidate),
            job_id: id(job),
            status: "Active",
            stage: "Application review".to_owned(),
            archive_reason: None,
            custom_fields: Values::new(),
            updated_at: self.now,
        });
        self
    }

    /// A note that a recruiter wrote.
    #[must_use]
    pub fn note(mut self, candidate: u64, content: &str) -> Self {
        self.notes.push(Note {
            id: id(80_000 + self.notes.len() as u64),
            candidate_id: id(candidate),
            content: content.to_owned(),
            is_private: false,
            notified: false,
            author: "Rita Holm".to_owned(),
            created_at: self.now,
        });
        self
    }
}
