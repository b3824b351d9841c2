//! A server on loopback that stands where the ATS would be. A connector's requests come to it through the real host and the real
//! egress; it checks what they prove themselves with, lets them go wrong where that was asked for, writes them down, and has
//! somebody [behind](Behind) it answer: a script, a stateful double, or the ATS itself.

mod credentials;
mod fault;
mod serve;
mod trace;

use std::{
    collections::BTreeMap,
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::{net::TcpListener, task::JoinHandle, time::Instant};
use wellspring_host::Manifest;
use wellspring_model::{SecretString, connection::BaseUrl, time::Entropy};

use crate::cuttable;

pub use fault::{Fault, Where};
pub use trace::Exchange;

use credentials::Credentials;

/// A request as it came, without what it proved itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    /// The base's name in the manifest.
    pub base: String,
    /// Below the base.
    pub path: String,
    pub query: Vec<(String, String)>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// Which credential of the manifest it proved itself with.
    pub credential: Option<String>,
}

impl Asked {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Answer {
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self { status, headers, body: Bytes::from(body.to_string()) }
    }

    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }
}

/// Who answers.
#[async_trait]
pub trait Behind: Send + Sync {
    async fn answer(&self, asked: &Asked) -> Answer;

    /// Whether a request that proves nothing is turned away before it comes here.
    fn refuses_strangers(&self) -> bool {
        false
    }
}

/// The server. It ends when it is dropped.
pub struct Front {
    origin: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

pub(crate) struct Shared {
    /// The only name under which it answers: no page in a browser reaches it by a name of its own.
    host: String,
    credentials: Credentials,
    state: Mutex<State>,
}

struct State {
    behind: Arc<dyn Behind>,
    faults: Vec<(Where, Fault)>,
    /// Requests since the faults were set.
    count: usize,
    trace: Vec<Exchange>,
    started: Instant,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Front {
    /// Starts on a free port, for a connector with this manifest. Its secrets are made of `entropy`, and are no better than that.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(manifest: &Manifest, behind: Arc<dyn Behind>, entropy: &dyn Entropy) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let host = listener.local_addr()?.to_string();
        let origin = format!("http://{host}");
        let state = State { behind, faults: Vec::new(), count: 0, trace: Vec::new(), started: Instant::now() };
        let credentials = Credentials::new(manifest, entropy);
        let shared = Arc::new(Shared { host, credentials, state: Mutex::new(state) });
        let server = cuttable::serve(listener, serve::router(Arc::clone(&shared)));
        Ok(Self { origin, shared, server })
    }

    /// `http://127.0.0.1:<port>`
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What to approve as the connector's bases.
    pub fn bases(&self, manifest: &Manifest) -> BTreeMap<String, BaseUrl> {
        let base = |name: &String| Some((name.clone(), format!("{}/{name}", self.origin).parse().ok()?));
        manifest.bases.keys().filter_map(base).collect()
    }

    /// The secrets that it knows, as members by credential.
    pub fn secrets(&self) -> BTreeMap<String, BTreeMap<String, SecretString>> {
        self.shared.credentials.secrets()
    }

    /// The secret that it knows for a member of a credential.
    pub(crate) fn made_up(&self, credential: &str, member: &str) -> String {
        self.shared.credentials.made_up(credential, member)
    }

    /// Has somebody else answer from now on, and forgets faults and trace.
    pub fn put_behind(&self, behind: Arc<dyn Behind>) {
        let mut state = self.shared.lock();
        state.behind = behind;
        state.faults.clear();
        state.count = 0;
        state.trace.clear();
    }

    /// Makes requests go wrong, counted from now on.
    pub fn fail(&self, at: Where, fault: Fault) {
        let mut state = self.shared.lock();
        state.faults.push((at, fault));
        state.count = 0;
    }

    /// Nothing goes wrong from now on.
    pub fn heal(&self) {
        self.shared.lock().faults.clear();
    }

    /// Every token that was given out is invalid at once.
    pub fn expire_tokens(&self) {
        self.shared.credentials.expire_tokens();
    }

    /// What was exchanged since the last time this was asked.
    pub fn take_trace(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.shared.lock().trace)
    }

    /// A text in whose place nothing of its secrets is to be read.
    pub fn mask(&self, text: &str) -> String {
        self.shared.credentials.mask(text)
    }

    /// Whether a text holds one of the secrets it knows.
    pub fn holds_secret(&self, text: &str) -> bool {
        self.shared.credentials.are_in(text)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.server.abort();
    }
}
