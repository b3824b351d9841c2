//! One call against a real account, made into a script that tells nobody whose account it was.
//!
//! The connector runs in the real host; its requests come to the [`Front`](crate::front::Front) and go on from there through the same
//! egress as the gateway's, which adds the real credentials and takes them out of what comes back. So nothing that is written
//! down here has ever held one.

mod looks;
mod scrub;
mod spelling;

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};
use thiserror::Error;
use uuid::Uuid;
use wellspring_egress::{Authorities, ConnectionClient};
use wellspring_host::{CheckLine, ConnectionView, Refusal, grants::GrantError};
use wellspring_model::{
    SecretString, Timestamp,
    connection::{BaseUrl, Connection},
    id::{ConnectionId, TenantId},
    time::Clock,
};

use crate::{
    forward::Forward,
    front::{Answer, Asked, Exchange},
    generic,
    rig::{Applicant, Call, Outcome, Ran, Rig, RigError, Sample},
    script::{Called, Expected, Flaw, PlayError, Script, Scripted, Step, object, play},
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
    #[error("what was recorded cannot be played: {0}")]
    Play(#[from] PlayError),
}

/// What was recorded.
pub struct Recorded {
    pub script: Script,
    pub ran: Ran,
    /// How many values were replaced.
    pub replaced: usize,
    /// In what the script is not as the connector is when it is played with the stand-in: what changes from call to call, or was
    /// replaced and is looked at by the connector.
    pub flaws: Vec<Flaw>,
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
    // Whoever else on this machine has found the way to the account finds nobody there any more.
    rig.end();
    let mut scrubber = Scrubber::new(&account.applicant, stand_in);
    // What we sent ourselves is known, whatever it looks like.
    scrubber.keep(&sample.result_json());
    scrubber.keep(&sample.correction_json());
    scrubber.keep(&sample.withdrawal_json());
    let bodies =
        ran.exchanges.iter().filter_map(|exchange| serde_json::from_slice(&exchange.answer.as_ref()?.body).ok());
    bodies.for_each(|body: Value| scrubber.meet(&body));
    let exchanges = ran.exchanges.iter().map(|exchange| step(exchange, &mut scrubber)).collect();
    let expect = outcome(&ran.outcome, &mut scrubber);
    let script = Script {
        title: format!("recorded: {}", serde_json::to_value(called)?.as_str().unwrap_or_default()),
        call: called,
        settings: Some(settings.clone()),
        work: None,
        request: None,
        cursor: None,
        exchanges,
        expect,
    };
    let flaws = play(rig, &script, &Sample::new(stand_in.clone())).await?.flaws;
    Ok(Recorded { script, ran, replaced: scrubber.replaced(), flaws })
}

/// Messages are for people and may change; codes are what a test is about. What the connector or the host says of itself is not scrubbed:
/// it is about nobody.
fn outcome(outcome: &Outcome, scrubber: &mut Scrubber) -> Value {
    match outcome {
        Outcome::Checked(lines) => {
            let line = |line: &CheckLine| json!({ "name": line.name, "ok": line.ok });
            json!({ "lines": lines.iter().map(line).collect::<Vec<_>>() })
        }
        Outcome::Failed(failure) => json!({ "failure": { "code": failure.code, "retry": failure.retry } }),
        other => scrubber.answer(&other.to_json()),
    }
}

fn step(exchange: &Exchange, scrubber: &mut Scrubber) -> Step {
    let asked = &exchange.asked;
    let body = Body::of(asked, scrubber);
    Step {
        request: Expected {
            method: asked.method.clone(),
            base: Some(asked.base.clone()),
            path: scrubber.path(&asked.path),
            query: pairs(&asked.query, scrubber),
            headers: None,
            credential: asked.credential.clone(),
            json: body.json,
            form: body.form,
            text: body.text,
        },
        answer: exchange.answer.as_ref().map_or_else(lost, |answer| scripted(answer, scrubber)),
    }
}

/// Names with values; `None` where there are none.
fn pairs(pairs: &[(String, String)], scrubber: &mut Scrubber) -> Option<Value> {
    let mut scrubbed = Vec::new();
    for (name, value) in pairs {
        let value = scrubber.request(name, &Value::String(value.clone()));
        scrubbed.push((scrubber.key(name), value.as_str().unwrap_or_default().to_owned()));
    }
    (!pairs.is_empty()).then(|| object(&scrubbed))
}

/// What a script expects of a body.
#[derive(Default)]
struct Body {
    json: Option<Value>,
    form: Option<Value>,
    text: Option<Value>,
}

impl Body {
    fn of(asked: &Asked, scrubber: &mut Scrubber) -> Self {
        if asked.body.is_empty() {
            return Self::default();
        }
        let kind = asked.header("content-type").unwrap_or_default();
        if kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
            let fields: Vec<_> = url::form_urlencoded::parse(&asked.body).into_owned().collect();
            return Self { form: pairs(&fields, scrubber), ..Self::default() };
        }
        if let Some(fields) = generic::multipart(kind, &asked.body) {
            return Self { text: Some(json!({ "$contains": pieces(&fields, scrubber) })), ..Self::default() };
        }
        if let Ok(body) = serde_json::from_slice::<Value>(&asked.body) {
            return Self { json: Some(scrubber.request("", &body)), ..Self::default() };
        }
        // Bytes that are no text are a file's, and about somebody.
        let text = std::str::from_utf8(&asked.body).ok().map(|text| Value::String(text.to_owned()));
        Self { text: text.map(|text| scrubber.request("", &text)), ..Self::default() }
    }
}

/// What has to stand somewhere in a form with files: its fields and what they hold, and of files their fields alone.
fn pieces(fields: &Map<String, Value>, scrubber: &mut Scrubber) -> Vec<Value> {
    let mut pieces = Vec::new();
    for (name, value) in fields {
        pieces.push(json!(format!("name=\"{name}\"")));
        if value.is_string() {
            pieces.push(scrubber.request(name, value));
        }
    }
    pieces
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn body(kind: &str, body: &'static str) -> Body {
        let asked = Asked {
            method: "POST".to_owned(),
            base: "api".to_owned(),
            path: "/notes".to_owned(),
            query: Vec::new(),
            headers: vec![("content-type".to_owned(), kind.to_owned())],
            body: Bytes::from_static(body.as_bytes()),
            credential: None,
        };
        let real = Applicant { application: "88123".to_owned(), ..Applicant::default() };
        Body::of(&asked, &mut Scrubber::new(&real, &Applicant::default()))
    }

    /// Without it, whatever a connector sends as a form or a text passes.
    #[test]
    fn forms_and_texts_are_expected_as_well() {
        let form = body("application/x-www-form-urlencoded", "application=88123&tag=a&tag=b");
        assert_eq!(form.form, Some(json!({"application": "61001", "tag": ["a", "b"]})));
        assert_eq!(body("text/plain", "note on 88123").text, Some(json!("note on 61001")));
        let file = "--b\r\nContent-Disposition: form-data; name=\"on\"\r\n\r\n88123\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.txt\"\r\n\r\ntext\r\n--b--\r\n";
        let expected = json!({"$contains": ["name=\"file\"", "name=\"on\"", "61001"]});
        assert_eq!(body("multipart/form-data; boundary=b", file).text, Some(expected));
        let json = body("application/json", "{\"application\": 88123}");
        assert!(json.text.is_none() && json.json == Some(json!({"application": 61001})));
    }
}
