//! A double of Ashby: its API, its webhooks, its side of the assessment partnership, and the pages an HR user would look at.
//!
//! It behaves as documented in public: everything is a POST, errors come with status 200, lists go by cursor, values in ordered
//! assessments are replaced by their identifiers, ids vanish in a merge.

mod assessments;
mod fields;
mod happenings;
mod hr;
mod orders;
mod outbound;
mod people;
mod record;
mod rpc;
mod seed;
mod state;

use std::{io, net::Ipv4Addr, sync::Arc};

use tokio::{net::TcpListener, task::JoinHandle};

use crate::{cuttable, fault::Verdict};

pub use crate::{fault::Fault, seen::RequestSeen};
pub use orders::NotStarted;
pub use outbound::OutboundRequest;
pub use record::{
    Application, Assessment, AssessmentStatus, Candidate, CustomField, FieldType, Job, Note, Shown, ShownKind, Tag,
    Values, id,
};
pub use seed::AshbySeed;

use state::Shared;

/// A running double. It ends when it is dropped.
pub struct Ashby {
    origin: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl Ashby {
    /// Starts on a free port of the loopback interface.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(seed: AshbySeed) -> io::Result<Self> {
        Self::start_on(0, seed).await
    }

    /// Starts on this port of the loopback interface.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start_on(port: u16, seed: AshbySeed) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::new(seed));
        let router = rpc::router(Arc::clone(&shared)).merge(hr::router(Arc::clone(&shared)));
        let server = cuttable::serve(listener, router);
        Ok(Self { origin, shared, server })
    }

    /// `http://127.0.0.1:<port>`: what to approve as the connector's base `api`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The page that shows what an HR user would see.
    pub fn hr_url(&self) -> String {
        format!("{}/hr", self.origin)
    }

    /// One candidate's page.
    pub fn candidate_url(&self, candidate: u64) -> String {
        format!("{}/hr/candidates/{}", self.origin, id(candidate))
    }

    /// All that is there by now.
    pub fn records(&self) -> AshbySeed {
        self.shared.lock().seed.clone()
    }

    /// Somebody in HR changes something.
    pub fn edit(&self, change: impl FnOnce(&mut AshbySeed)) {
        change(&mut self.shared.lock().seed);
    }

    /// Every call to the API, in the order of their arrival.
    pub fn requests(&self) -> Vec<RequestSeen> {
        self.shared.lock().requests.clone()
    }

    /// Makes the next `count` calls of a verb go wrong.
    pub fn fail_next(&self, verb: &str, count: usize, fault: Fault) {
        let faults = std::iter::repeat_n((verb.to_owned(), fault), count);
        self.shared.lock().faults.extend(faults);
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

impl Drop for Ashby {
    fn drop(&mut self) {
        self.server.abort();
    }
}
