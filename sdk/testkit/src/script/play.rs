//! Playing a script: the connector is called, each request is compared, and what comes of it as well.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use wellspring_model::ats::Offers;

use super::{
    file::{Called, Expected, Received, Script, Scripted, Step},
    matching::{Difference, differences, fill},
};
use crate::{
    front::{Answer, Asked, Behind},
    rig::{Call, Ran, Rig, RigError, Sample},
};

/// What playing a script showed.
#[derive(Debug)]
pub struct Played {
    pub title: String,
    /// Empty: all was as the script says.
    pub flaws: Vec<Flaw>,
    pub ran: Ran,
}

/// Something that was not as the script says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Where, in a sentence.
    pub what: String,
    pub differences: Vec<Difference>,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        for one in &self.differences {
            let pointer = if one.pointer.is_empty() { "the whole" } else { &one.pointer };
            write!(f, "\n  {pointer}\n    expected  {}\n    came      {}", one.expected, one.came)?;
        }
        Ok(())
    }
}

/// Plays a script on a connection that nothing was done with before.
///
/// # Errors
/// The script cannot be played: its settings do not fit the connector, or what it lays over the sample makes no result.
pub async fn play(rig: &Rig, script: &Script, sample: &Sample) -> Result<Played, PlayError> {
    let (call, known) = call(script, sample)?;
    let steps: Vec<Step> = script.exchanges.iter().map(|step| filled(step, &known)).collect::<Result<_, _>>()?;
    let playing = Arc::new(Playing { total: steps.len(), state: Mutex::new((steps.into(), Vec::new())) });
    rig.begin(script.settings.as_ref(), Arc::clone(&playing) as _)?;
    let ran = rig.call(call).await;
    let mut flaws = playing.end();
    let expected = fill(&script.expect, &known);
    let differences = differences(&expected, Some(&ran.outcome.to_json()));
    if !differences.is_empty() {
        flaws.push(Flaw { what: format!("the call came to something else ({})", ran.outcome.line()), differences });
    }
    Ok(Played { title: script.title.clone(), flaws, ran })
}

/// Why a script cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    #[error(transparent)]
    Rig(#[from] RigError),
    #[error("`work` makes no result of the sample: {0}")]
    Work(#[from] serde_json::Error),
    #[error("`{0}` needs a `request`: what the ATS sends")]
    Request(&'static str),
}

/// The call, and what its script's gaps are filled from.
fn call(script: &Script, sample: &Sample) -> Result<(Call, Value), PlayError> {
    let sample = sample.clone().over(script.work.clone().unwrap_or_default());
    let received = |name| script.request.as_ref().ok_or(PlayError::Request(name));
    Ok(match script.call {
        Called::Check => (Call::Check, sample.result_json()),
        Called::ListJobs => (Call::ListJobs(script.cursor.clone()), sample.result_json()),
        Called::Deliver => {
            let result = sample.result()?;
            let attachments = Sample::attachments(&result);
            (Call::Deliver(Box::new(result), attachments), sample.result_json())
        }
        Called::Correct => (Call::Deliver(Box::new(sample.correction()?), Vec::new()), sample.correction_json()),
        Called::Withdraw => (Call::Withdraw(Box::new(sample.withdrawal()?)), sample.withdrawal_json()),
        Called::Receive => {
            let received = received("receive")?;
            let known = sample.result_json();
            (Call::Receive(filled_request(received, &known)?, received.proof.clone()), known)
        }
        Called::Partner => {
            let received = received("partner")?;
            let offers = offers()?;
            let known = json!({ "order": offers.order, "offer": offers.offers.first() });
            (Call::Partner(filled_request(received, &known)?, offers, received.proof.clone()), known)
        }
    })
}

/// What can be ordered in a test.
pub(crate) fn offers() -> Result<Offers, serde_json::Error> {
    serde_json::from_value(json!({
        "order": "ord_00000000000000000000000000000005",
        "offers": [{
            "id": "00000000-0000-4000-8000-000000000006",
            "name": "Data technician",
            "description": "7 requirements, from verified credentials"
        }]
    }))
}

fn filled_request(received: &Received, known: &Value) -> Result<wellspring_host::InboundRequest, serde_json::Error> {
    let filled: Received = serde_json::from_value(fill(&serde_json::to_value(received)?, known))?;
    Ok(filled.request())
}

fn filled(step: &Step, known: &Value) -> Result<Step, serde_json::Error> {
    serde_json::from_value(fill(&serde_json::to_value(step)?, known))
}

struct Playing {
    total: usize,
    state: Mutex<(std::collections::VecDeque<Step>, Vec<Flaw>)>,
}

impl Playing {
    /// What was found, and what is still expected.
    fn end(&self) -> Vec<Flaw> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (steps, flaws) = &mut *state;
        if let Some(step) = steps.front().filter(|_| flaws.is_empty()) {
            let number = self.total - steps.len() + 1;
            let what = format!(
                "request {number} of {} did not come: {} {}",
                self.total, step.request.method, step.request.path
            );
            flaws.push(Flaw { what, differences: Vec::new() });
        }
        std::mem::take(flaws)
    }
}

#[async_trait]
impl Behind for Playing {
    async fn answer(&self, asked: &Asked) -> Answer {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (steps, flaws) = &mut *state;
        let line = format!("{} {}:{}", asked.method, asked.base, asked.path);
        let number = self.total - steps.len() + 1;
        let Some(step) = steps.front() else {
            let what = format!("a request that the script does not have, after its {}: {line}", self.total);
            flaws.push(Flaw { what, differences: Vec::new() });
            return unexpected();
        };
        let differences = step.request.differences(asked);
        if differences.is_empty() {
            let answer = step.answer.answer();
            steps.pop_front();
            return answer;
        }
        let what = format!("request {number} of {} is another than expected: {line}", self.total);
        flaws.push(Flaw { what, differences });
        unexpected()
    }
}

fn unexpected() -> Answer {
    Answer::json(501, &json!({ "message": "the script does not expect this request" }))
}

impl Expected {
    fn differences(&self, asked: &Asked) -> Vec<Difference> {
        let text = |part: &str, expected: &str, came: &str| {
            let found = differences(&expected.into(), Some(&came.into()));
            found.into_iter().map(|one| Difference { pointer: part.to_owned(), ..one }).collect::<Vec<_>>()
        };
        let mut found = text("method", &self.method, &asked.method);
        found.extend(text("path", &decoded(&self.path), &decoded(&asked.path)));
        if let Some(base) = &self.base {
            found.extend(text("base", base, &asked.base));
        }
        if let Some(credential) = &self.credential {
            found.extend(text("credential", credential, asked.credential.as_deref().unwrap_or("none")));
        }
        let mut part = |name: &str, expected: &Option<Value>, came: Option<Value>| {
            let Some(expected) = expected else { return };
            let differences = differences(expected, came.as_ref());
            found.extend(
                differences.into_iter().map(|one| Difference { pointer: format!("{name} {}", one.pointer), ..one }),
            );
        };
        part("query", &self.query, Some(object(&asked.query)));
        part("headers", &self.headers, Some(object(&asked.headers)));
        part("body", &self.json, serde_json::from_slice(&asked.body).ok());
        let form: Vec<_> = url::form_urlencoded::parse(&asked.body).into_owned().collect();
        part("form", &self.form, Some(object(&form)));
        part("text", &self.text, Some(Value::String(String::from_utf8_lossy(&asked.body).into_owned())));
        found
    }
}

impl Scripted {
    fn answer(&self) -> Answer {
        let pairs = self.headers.iter().map(|(name, value)| (name.clone(), value.clone()));
        match (&self.json, &self.text) {
            (Some(json), _) => {
                let mut answer = Answer::json(self.status, json);
                answer.headers.extend(pairs);
                answer
            }
            (None, text) => Answer {
                status: self.status,
                headers: pairs.collect(),
                body: Bytes::from(text.clone().unwrap_or_default()),
            },
        }
    }
}

/// Of several values with one name, a list.
pub(crate) fn object(pairs: &[(String, String)]) -> Value {
    let mut members = Map::new();
    for (name, value) in pairs {
        let value = Value::String(value.clone());
        match members.get_mut(name) {
            None => {
                members.insert(name.clone(), value);
            }
            Some(Value::Array(items)) => items.push(value),
            Some(first) => *first = json!([first.take(), value]),
        }
    }
    Value::Object(members)
}

/// A path with its percent-encoding undone: how it is written is the connector's affair.
fn decoded(path: &str) -> String {
    let plus = path.replace('+', "%2B");
    url::form_urlencoded::parse(format!("p={}", plus.replace('&', "%26").replace('=', "%3D")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}
