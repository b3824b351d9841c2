//! A double of Greenhouse Recruiting: Harvest v3 with its token endpoint, and the pages an HR user would look at.
//!
//! It behaves as documented in public: lists filtered by ids instead of single records, cursors that come alone, custom
//! fields replaced as a whole, tokens that expire, limits told in headers.

mod api;
mod fault;
mod hr;
mod index;
mod page;
mod record;
mod refusal;
mod seed;
mod state;

use std::{io, net::Ipv4Addr, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{cuttable, fault::Verdict};

pub use crate::{fault::Fault, seen::RequestSeen};
pub use fault::Route;
pub use record::{Application, Candidate, CustomField, Job, Note, ValueType};
pub use seed::GreenhouseSeed;

use state::Shared;

/// A running double. It ends when it is dropped.
pub struct Greenhouse {
    origin: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl Greenhouse {
    /// Starts on a free port of the loopback interface.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(seed: GreenhouseSeed) -> io::Result<Self> {
        Self::start_on(0, seed).await
    }

    /// Starts on this port of the loopback interface.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start_on(port: u16, seed: GreenhouseSeed) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::new(origin.clone(), seed));
        let router = api::router(Arc::clone(&shared)).merge(hr::router(Arc::clone(&shared)));
        let server = cuttable::serve(listener, router);
        Ok(Self { origin, shared, server })
    }

    /// `http://127.0.0.1:<port>`
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What to approve as the connector's base `api`.
    pub fn api_base(&self) -> String {
        format!("{}/v3", self.origin)
    }

    /// What to approve as the connector's base `auth`.
    pub fn auth_base(&self) -> String {
        self.origin.clone()
    }

    pub fn client_id(&self) -> String {
        self.shared.lock().seed.client_id.clone()
    }

    pub fn client_secret(&self) -> String {
        self.shared.lock().seed.client_secret.clone()
    }

    /// The page that shows what an HR user would see.
    pub fn hr_url(&self) -> String {
        format!("{}/hr", self.origin)
    }

    /// One candidate's page.
    pub fn candidate_url(&self, candidate: u64) -> String {
        format!("{}/hr/candidates/{candidate}", self.origin)
    }

    /// All notes, oldest first.
    pub fn notes(&self) -> Vec<Note> {
        self.shared.lock().seed.notes.clone()
    }

    pub fn note_count(&self) -> usize {
        self.shared.lock().seed.notes.len()
    }

    /// When the note at this place was written.
    pub fn note_written(&self, place: usize) -> Option<std::time::Instant> {
        self.shared.lock().written.get(place).copied()
    }

    /// When notes were written, each with its application, from the one with this place on.
    pub fn notes_written(&self, from: usize) -> Vec<(Option<u64>, std::time::Instant)> {
        let state = self.shared.lock();
        let notes = state.seed.notes.iter().skip(from).map(|note| note.application_id);
        notes.zip(state.written.iter().skip(from).copied()).collect()
    }

    pub fn candidate(&self, id: u64) -> Option<Candidate> {
        let state = self.shared.lock();
        state.index.candidate(id).map(|place| state.seed.candidates[place].clone())
    }

    /// Somebody in HR changes a custom field, or empties it.
    pub fn edit_field(&self, candidate: u64, name_key: &str, value: Option<Value>) {
        let mut state = self.shared.lock();
        for one in state.seed.candidates.iter_mut().filter(|one| one.id == candidate) {
            match &value {
                Some(value) => one.custom_fields.insert(name_key.to_owned(), value.clone()),
                None => one.custom_fields.remove(name_key),
            };
        }
    }

    /// Every request to the API and the token endpoint, in the order of their arrival.
    pub fn requests(&self) -> Vec<RequestSeen> {
        self.shared.lock().requests.clone()
    }

    /// Lets time pass for the double: tokens grow old, the limit's window ends.
    pub fn advance_clock(&self, by: Duration) {
        self.shared.lock().advanced += by;
    }

    /// Makes every token that was given out invalid at once.
    pub fn expire_tokens(&self) {
        self.shared.lock().tokens.clear();
    }

    /// Makes the next `count` requests to a route go wrong.
    pub fn fail_next(&self, route: Route, count: usize, fault: Fault) {
        let faults = std::iter::repeat_n((route, fault), count);
        self.shared.lock().faults.extend(faults);
    }

    /// How many requests are held right now.
    pub fn held(&self) -> usize {
        self.shared.holding.count()
    }

    /// Waits until at least this many requests are held.
    pub async fn wait_held(&self, count: usize) {
        self.shared.holding.wait_for(count).await;
    }

    /// Lets every held request go on.
    pub fn release_held(&self) {
        self.shared.holding.let_go(Verdict::Release);
    }

    /// Cuts the connection of every held request: whoever waits never gets an answer.
    pub fn drop_held(&self) {
        self.shared.holding.let_go(Verdict::Drop);
    }
}

impl Drop for Greenhouse {
    fn drop(&mut self) {
        self.server.abort();
    }
}
