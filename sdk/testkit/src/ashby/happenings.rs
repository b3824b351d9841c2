//! What people in HR do at Ashby, with the webhook that it sends.

use serde_json::{Value, json};

use super::{
    Ashby,
    outbound::OutboundRequest,
    people,
    record::{Application, id},
    state::State,
};

impl Ashby {
    /// Somebody sets up a webhook, and Ashby tries it.
    pub fn ping(&self) -> OutboundRequest {
        self.webhook("ping", &json!({"webhookActionType": "ping"}))
    }

    /// Somebody applies: the application is there from now on.
    pub fn apply(&self, application: u64, candidate: u64, job: u64) -> OutboundRequest {
        let mut state = self.shared.lock();
        let seed = state.seed.clone().application(application, candidate, job);
        state.seed = seed;
        let data = self::application(&state, &id(application));
        drop(state);
        self.webhook("applicationSubmit", &data)
    }

    /// Somebody moves an application to another stage.
    pub fn move_stage(&self, application: u64, stage: &str) -> OutboundRequest {
        self.change(application, "candidateStageChange", |one| stage.clone_into(&mut one.stage))
    }

    /// Somebody archives an application; `reason` is Ashby's word, such as `RejectedByOrg`.
    pub fn archive(&self, application: u64, reason: &'static str) -> OutboundRequest {
        self.change(application, "applicationUpdate", |one| {
            one.status = "Archived";
            one.archive_reason = Some(reason);
        })
    }

    /// Somebody is hired.
    pub fn hire(&self, application: u64) -> OutboundRequest {
        self.change(application, "candidateHire", |one| one.status = "Hired")
    }

    /// Two candidates become one: `gone` is no more, and what was theirs is `left`'s.
    pub fn merge(&self, gone: u64, left: u64) -> OutboundRequest {
        let (gone, left) = (id(gone), id(left));
        let mut state = self.shared.lock();
        state.seed.candidates.retain(|one| one.id != gone);
        let applications =
            state.seed.applications.iter_mut().map(|one| &mut one.candidate_id).filter(|of| **of == gone);
        applications.for_each(|of| of.clone_from(&left));
        let notes = state.seed.notes.iter_mut().map(|one| &mut one.candidate_id).filter(|of| **of == gone);
        notes.for_each(|of| of.clone_from(&left));
        let assessments = state.seed.assessments.iter_mut().map(|one| &mut one.candidate_id).filter(|of| **of == gone);
        assessments.for_each(|of| of.clone_from(&left));
        drop(state);
        self.webhook("candidateMerge", &json!({"deletedCandidate": {"id": gone}, "mergedCandidate": {"id": left}}))
    }

    /// A candidate is deleted with all that was theirs.
    pub fn delete(&self, candidate: u64) -> OutboundRequest {
        let gone = id(candidate);
        let mut state = self.shared.lock();
        state.seed.candidates.retain(|one| one.id != gone);
        state.seed.applications.retain(|one| one.candidate_id != gone);
        state.seed.notes.retain(|one| one.candidate_id != gone);
        state.seed.assessments.retain(|one| one.candidate_id != gone);
        drop(state);
        self.webhook("candidateDelete", &json!({"candidate": {"id": gone}}))
    }

    /// A job gets another status.
    pub fn change_job(&self, job: u64, status: &'static str) -> OutboundRequest {
        let mut state = self.shared.lock();
        let now = state.now();
        let mut data = Value::Null;
        for one in state.seed.jobs.iter_mut().filter(|one| one.id == id(job)) {
            (one.status, one.updated_at) = (status, now);
            data = json!({"job": people::job(one)});
        }
        drop(state);
        self.webhook("jobUpdate", &data)
    }

    /// Any webhook, signed as Ashby signs it.
    pub fn webhook(&self, action: &str, data: &Value) -> OutboundRequest {
        let secret = self.shared.lock().seed.webhook_secret.clone();
        OutboundRequest::webhook(&secret, action, data)
    }

    fn change(&self, application: u64, action: &str, change: impl FnOnce(&mut Application)) -> OutboundRequest {
        let mut state = self.shared.lock();
        let now = state.now();
        if let Some(one) = state.seed.applications.iter_mut().find(|one| one.id == id(application)) {
            one.updated_at = now;
            change(one);
        }
        let data = self::application(&state, &id(application));
        drop(state);
        self.webhook(action, &data)
    }
}

fn application(state: &State, id: &str) -> Value {
    let found = state.seed.applications.iter().find(|one| one.id == id);
    json!({"application": found.map(|one| people::application(one, &state.seed))})
}
