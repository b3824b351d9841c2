//! The form of a script: `exchanges/*.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wellspring_host::InboundRequest;

use crate::rig::Proof;

/// A call with its exchanges.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What it shows, in a sentence.
    pub title: String,
    pub call: Called,
    /// The connection's settings, in place of those of `double.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Map<String, Value>>,
    /// What is different from the sample result: a JSON Merge Patch (RFC 7396).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<Value>,
    /// The request of the ATS, for `receive` and `partner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Received>,
    /// Of `list-jobs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// In this order.
    #[serde(default)]
    pub exchanges: Vec<Step>,
    /// What the call comes to: `receipt`, `lines`, `events` with `status` and `json`, `jobs`, or `failure`. Members that are not
    /// named are not looked at.
    pub expect: Value,
}

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Called {
    Check,
    Deliver,
    Correct,
    Withdraw,
    Receive,
    Partner,
    ListJobs,
}

/// A request of the ATS.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Received {
    #[serde(default = "post")]
    pub method: String,
    #[serde(default = "root")]
    pub path: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// How it shows that it is genuine: `manifest` (as described there, which is meant where this is left out), `none`, or
    /// `{"other": …}` with the members of `[webhooks]`.
    #[serde(default = "as_the_manifest_says")]
    pub proof: Proof,
}

fn post() -> String {
    "POST".to_owned()
}

fn root() -> String {
    "/".to_owned()
}

const fn as_the_manifest_says() -> Proof {
    Proof::Manifest
}

impl Received {
    pub(super) fn request(&self) -> InboundRequest {
        let mut headers: Vec<_> = self.headers.clone().into_iter().collect();
        if self.json.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        InboundRequest {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone().into_iter().collect(),
            headers,
            body: self.json.as_ref().map(|json| json.to_string().into_bytes()).unwrap_or_default(),
        }
    }
}

/// A request of the connector, and its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub request: Expected,
    pub answer: Scripted,
}

/// What a request has to be like. What is left out is not looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub method: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<Value>,
    /// The credential's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// The body as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// The body's form fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Value>,
    /// The body as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Value>,
}

/// What it is answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scripted {
    pub status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(text)
    }
}
