//! A page on loopback that shows a connector at work: what it asks of the ATS, what it is answered, and what people at the ATS would
//! see. It follows what happens by itself.

mod page;
mod shown;

use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Deserialize;
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
};

pub use shown::{Built, ExchangeShown, Field, Group, Hr, RecordShown, Run, Snapshot};

/// Something a person asks for on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// On a stand-in with nothing written to it.
    Deliver,
    /// On what is there by now.
    Again,
    Correct,
    Withdraw,
    Check,
    ListJobs,
}

/// What is to go wrong in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    #[default]
    None,
    RateLimited,
    Unavailable,
    Unauthorized,
    LostAnswer,
    Oversize,
    Page,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Wish {
    pub action: Action,
    #[serde(default)]
    pub trouble: Trouble,
}

/// The page. It ends when it is dropped.
pub struct Live {
    address: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

pub(crate) struct Shared {
    /// The only names under which it answers, so that no other page can reach it by a name of its own.
    hosts: [String; 2],
    snapshot: Mutex<Snapshot>,
    revision: watch::Sender<u64>,
    wishes: mpsc::Sender<Wish>,
}

impl Shared {
    fn snapshot(&self) -> MutexGuard<'_, Snapshot> {
        self.snapshot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    /// Starts on this port of the loopback interface, or on a free one. What people ask for on the page comes out of the channel.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start(port: u16, first: Snapshot) -> io::Result<(Self, mpsc::Receiver<Wish>)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        let (wishes, wanted) = mpsc::channel(8);
        let shared = Arc::new(Shared {
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
            snapshot: Mutex::new(first),
            revision: watch::Sender::new(1),
            wishes,
        });
        let router = page::router(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            // It serves until it is dropped.
            let _ended = axum::serve(listener, router).await;
        });
        Ok((Self { address: format!("http://127.0.0.1:{port}/"), shared, server }, wanted))
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Shows something else from now on.
    pub fn show(&self, change: impl FnOnce(&mut Snapshot)) {
        change(&mut self.shared.snapshot());
        self.shared.revision.send_modify(|revision| *revision += 1);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.server.abort();
    }
}
