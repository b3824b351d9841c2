//! One call against a real account, made into a script that tells nobody whose account it was.
//!
//! The connector runs in the real host; its requests come to the [`Front`](crate::front::Front) and go on from there through the same
//! egress as the gateway's, which adds the real credentials and takes them out of what comes back. So nothing that is written
//! down here has ever held one.

mod looks;
mod scrub;

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;
use wellspring_egress::{Authorities, ConnectionClient};
use wellspring_host::{ConnectionView, Refusal, grants::GrantError};
use wellspring_model::{
    SecretString, Timestamp,
    connection::{BaseUrl, Connection},
    id::{ConnectionId, TenantId},
    time::Clock,
};

use crate::{
    forward::Forward,
    front::{Answer, Exchange},
    rig::{Applicant, Call, Ran, Rig, RigError, Sample},
    script::{Called, Expected, Script, Scripted, Step},
};

use scrub::Scrubber;

/// The account that is called.
pub struct Account {
    /// Addresses that the manifest leaves open, or others than it names.
    pub bases: BTreeMap<String, BaseUrl>,
    /// Origins on private networks that may be called: an ATS on the premises.
    pub private_origins: Vec<String>,
    /// Members by credential.
    pub credentials: BTreeMap<String, BTreeMap<String, SecretString>>,
    /// Whose application the result is brought to.
    pub applicant: Applicant,
}

/// Why nothing was recorded.
#[derive(Debug, Error)]
pub enum RecordError {
    #[error("the account: {0}")]
    Account(#[from] Refusal),
    #[error("the account: {0}")]
    Grant(#[from] GrantError),
    #[error(transparent)]
    Rig(#[from] RigError),
    #[error("the applicant makes no result: {0}")]
    Work(#[from] serde_json::Error),
    #[error("`{0:?}` cannot be recorded: it is the ATS that calls")]
    Inbound(Called),
}

/// What was recorded.
pub struct Recorded {
    pub script: Script,
    pub ran: Ran,
    /// How many values were replaced.
    pub replaced: usize,
}

/// Makes one call against the account. `stand_in` is whose application takes the place of the real one in the script.
///
/// # Errors
/// Why nothing was recorded. That the call failed is recorded like any other outcome.
pub async fn record(
    rig: &Rig,
    settings: &serde_json::Map<String, Value>,
    account: Account,
    called: Called,
    stand_in: &Applicant,
    clock: Arc<dyn Clock>,
) -> Result<Recorded, RecordError> {
    let connector = rig.connector();
    let accepted = connector.connect(settings, &account.bases, &account.credentials)?;
    let connection = Connection {
        id: ConnectionId::from_uuid(Uuid::from_u128(1)),
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        name: "record".to_owned(),
        connector: connector.manifest().id.clone(),
        settings: settings.clone(),
        bases: accepted.bases,
        credentials: accepted.secrets.keys().cloned().collect(),
        private_origins: account.private_origins,
        created_at: Timestamp::UNIX_EPOCH,
    };
    let view = ConnectionView { connection, secrets: accepted.secrets };
    let rights = wellspring_host::grants::grant(connector.manifest(), &view)?;
    // The machine's own authorities: an ATS on the premises with another one is recorded where the machine believes that.
    let client = ConnectionClient::new(rights, Arc::new(Authorities::new(None)), clock);
    rig.begin(Some(settings), Arc::new(Forward::new(client)))?;

    let sample = Sample::new(account.applicant.clone());
    let call = match called {
        Called::Check => Call::Check,
        Called::ListJobs => Call::ListJobs(None),
        Called::Deliver => Call::Deliver(Box::new(sample.result()?), Vec::new()),
        Called::Correct => Call::Deliver(Box::new(sample.correction()?), Vec::new()),
        Called::Withdraw => Call::Withdraw(Box::new(sample.withdrawal()?)),
        Called::Receive | Called::Partner => return Err(RecordError::Inbound(called)),
    };
    let ran = rig.call(call).await;
    let mut scrubber = Scrubber::new(&account.applicant, stand_in);
    // What we sent ourselves is known, whatever it looks like.
    scrubber.keep(&sample.result_json());
    scrubber.keep(&sample.correction_json());
    scrubber.keep(&sample.withdrawal_json());
    let exchanges = ran.exchanges.iter().map(|exchange| step(exchange, &mut scrubber)).collect();
    let expect = scrubber.answer(&ran.outcome.to_json());
    // Whoever else on this machine has found the way to the account finds nobody there any more.
    rig.end();
    let script = Script {
        title: format!("recorded: {}", serde_json::to_value(called)?.as_str().unwrap_or_default()),
        call: called,
        settings: Some(settings.clone()),
        work: None,
        request: None,
        cursor: None,
        exchanges,
        expect: outcome(expect),
    };
    Ok(Recorded { script, ran, replaced: scrubber.replaced() })
}

/// Messages are for people and may change; codes are what a test is about.
fn outcome(mut expect: Value) -> Value {
    if let Some(failure) = expect.get_mut("failure").and_then(Value::as_object_mut) {
        failure.remove("message");
    }
    expect
}

fn step(exchange: &Exchange, scrubber: &mut Scrubber) -> Step {
    let asked = &exchange.asked;
    let mut query = serde_json::Map::new();
    for (name, value) in &asked.query {
        query.insert(name.clone(), scrubber.request(name, &Value::String(value.clone())));
    }
    let json = serde_json::from_slice::<Value>(&asked.body).ok().map(|body| scrubber.request("", &body));
    Step {
        request: Expected {
            method: asked.method.clone(),
            base: Some(asked.base.clone()),
            path: scrubber.path(&asked.path),
            query: (!query.is_empty()).then_some(Value::Object(query)),
            headers: None,
            credential: asked.credential.clone(),
            json,
            form: None,
            text: None,
        },
        answer: exchange.answer.as_ref().map_or_else(lost, |answer| scripted(answer, scrubber)),
    }
}

/// No answer came: a script says that as a gateway in between would.
fn lost() -> Scripted {
    Scripted { status: 504, headers: BTreeMap::new(), json: Some(json!({ "message": "no answer" })), text: None }
}

fn scripted(answer: &Answer, scrubber: &mut Scrubber) -> Scripted {
    const KEPT: [&str; 4] = ["content-type", "retry-after", "link", "etag"];
    let is_kept =
        |name: &str| KEPT.contains(&name) || name.starts_with("x-ratelimit-") || name.starts_with("ratelimit");
    let mut headers = BTreeMap::new();
    for (name, value) in answer.headers.iter().filter(|(name, _)| is_kept(name)) {
        let value = if name == "link" { scrubber.link(value) } else { value.clone() };
        headers.insert(name.clone(), value);
    }
    let json = serde_json::from_slice::<Value>(&answer.body).ok().map(|body| scrubber.answer(&body));
    if json.is_some() {
        headers.remove("content-type");
    }
    let text = (json.is_none() && !answer.body.is_empty()).then(|| "text".to_owned());
    Scripted { status: answer.status, headers, json, text }
}
