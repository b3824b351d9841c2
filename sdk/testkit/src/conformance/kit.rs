//! What every rule is tried with.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use wellspring_host::Manifest;
use wellspring_model::delivery::ApplicationResult;

use super::{Double, DoubleKind, Scene};
use crate::{
    front::{Fault, Where},
    rig::{Call, Outcome, Ran, Rig, RigError, Sample},
    script::Script,
};

/// A connector, and what it is tried on.
pub(super) struct Kit<'a> {
    pub rig: &'a Rig,
    double: DoubleKind,
    pub scripts: Vec<(String, Script)>,
    seen: Mutex<Seen>,
}

/// What was seen of the connector over all calls.
#[derive(Default)]
pub(super) struct Seen {
    pub bases: BTreeSet<String>,
    pub credentials: BTreeSet<String>,
    /// What it said to operators: logs, failures, details, lines of checks, and what it kept; each with where it said so.
    pub said: Vec<(&'static str, String)>,
}

impl<'a> Kit<'a> {
    pub fn new(rig: &'a Rig, double: DoubleKind, scripts: Vec<(String, Script)>) -> Self {
        Self { rig, double, scripts, seen: Mutex::default() }
    }

    pub fn manifest(&self) -> &Manifest {
        self.rig.connector().manifest()
    }

    pub fn sample(&self) -> Sample {
        self.double.sample()
    }

    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A double with nothing written to it, on a connection with nothing kept.
    pub async fn fresh(&self) -> Result<Double, RigError> {
        self.at(Scene::Usual).await
    }

    /// As [`Self::fresh`], after something has happened to the applicant.
    pub async fn at(&self, scene: Scene) -> Result<Double, RigError> {
        let double = self.double.start(scene).await?;
        self.rig.begin(None, double.behind())?;
        Ok(double)
    }

    /// As [`Self::fresh`], where the request with this number goes wrong.
    pub async fn fresh_with(&self, at: Where, fault: Fault) -> Result<Double, RigError> {
        let double = self.fresh().await?;
        self.rig.front().fail(at, fault);
        Ok(double)
    }

    pub async fn call(&self, call: Call) -> Ran {
        let ran = self.rig.call(call).await;
        self.note(&ran);
        ran
    }

    pub async fn call_within(&self, call: Call, deadline: Duration) -> Ran {
        let ran = self.rig.call_within(call, deadline).await;
        self.note(&ran);
        ran
    }

    /// Delivers the sample.
    pub async fn deliver(&self) -> Result<Ran, RigError> {
        Ok(self.call(result_call(self.sample().result()?)).await)
    }

    /// Nothing goes wrong any more, and the same is delivered again.
    pub async fn deliver_again(&self) -> Result<Ran, RigError> {
        self.rig.front().heal();
        self.deliver().await
    }

    pub fn note(&self, ran: &Ran) {
        let mut seen = self.seen();
        for exchange in &ran.exchanges {
            seen.bases.insert(exchange.asked.base.clone());
            seen.credentials.extend(exchange.asked.credential.clone());
        }
        seen.said.extend(ran.logs.iter().map(|line| ("log", line.message.clone())));
        match &ran.outcome {
            Outcome::Failed(failure) => seen.said.push(("error", failure.message.clone())),
            Outcome::Delivered(receipt) => seen.said.push(("receipt", receipt.details.to_string())),
            Outcome::Checked(lines) => seen.said.extend(lines.iter().map(|line| ("check", line.message.clone()))),
            Outcome::Answered(_) | Outcome::Jobs(_) | Outcome::NotGenuine => {}
        }
        seen.said.extend(self.rig.kept().into_iter().map(|text| ("state", text)));
    }
}

pub(super) fn result_call(result: ApplicationResult) -> Call {
    let attachments = Sample::attachments(&result);
    Call::Deliver(Box::new(result), attachments)
}
