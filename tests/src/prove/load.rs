//! Applicants who hand in and do not give up: each repeats its request under its idempotency key until it is acknowledged.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::task::JoinSet;

use crate::{
    Failure,
    client::{Client, id},
    demo::credentials::{Award, Issuer, badge, signed},
    world::{Application, World},
};

/// How long a client waits before it repeats a request that got no answer.
const AGAIN: Duration = Duration::from_millis(50);

/// What clients were told, by the number of the application.
pub type Accepted = BTreeMap<u64, String>;

/// Clients that hand in applications until they are told to stop.
pub struct Load {
    clients: JoinSet<Result<(), Failure>>,
    state: Arc<State>,
}

struct State {
    next: AtomicU64,
    most: u64,
    stop: AtomicBool,
    repeated: AtomicU64,
    accepted: Mutex<Accepted>,
    connection: String,
    job: String,
}

impl Load {
    /// Starts clients at the addresses of `nodes`, in turn; each waits for `pause` between two applications. Applications
    /// are numbered from 1 to `most`.
    pub fn start(world: &World, nodes: &[Client], clients: usize, pause: Duration, most: u64) -> Self {
        let state = Arc::new(State {
            next: AtomicU64::new(1),
            most,
            stop: AtomicBool::new(false),
            repeated: AtomicU64::new(0),
            accepted: Mutex::default(),
            connection: world.connection.clone(),
            job: world.job.clone(),
        });
        let mut running = JoinSet::new();
        for client in nodes.iter().cycle().take(clients) {
            running.spawn(hand_in(client.clone(), Arc::clone(&state), pause));
        }
        Self { clients: running, state }
    }

    /// How many were acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        self.state.accepted.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// What was acknowledged so far.
    pub fn accepted(&self) -> Accepted {
        self.state.accepted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets every client finish what it has begun. What was acknowledged, and how many requests had to be repeated.
    ///
    /// # Errors
    /// A request was refused.
    pub async fn finish(mut self) -> Result<(Accepted, u64), Failure> {
        self.state.stop.store(true, Ordering::Relaxed);
        while let Some(client) = self.clients.join_next().await {
            client.map_err(|error| Failure::new(error.to_string()))??;
        }
        let accepted = self.state.accepted.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok((accepted, self.state.repeated.load(Ordering::Relaxed)))
    }
}

async fn hand_in(client: Client, state: Arc<State>, pause: Duration) -> Result<(), Failure> {
    while !state.stop.load(Ordering::Relaxed) {
        let number = state.next.fetch_add(1, Ordering::Relaxed);
        if number > state.most {
            return Ok(());
        }
        let request = request(&state, number)?;
        let mut tries = 0;
        let answer = loop {
            if let Some(answer) = client.post_once("/v1/submissions", &format!("key-{number}"), &request).await? {
                break answer;
            }
            tries += 1;
            tokio::time::sleep(AGAIN).await;
        };
        state.repeated.fetch_add(u64::from(tries > 0), Ordering::Relaxed);
        let submission = id(&answer)?;
        state.accepted.lock().unwrap_or_else(PoisonError::into_inner).insert(number, submission);
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

fn request(state: &State, number: u64) -> Result<Value, Failure> {
    let application = Application::numbered(number);
    let badge = badge(Issuer::Training, Award::Competency(0), &application.email);
    let credentials = [signed(Issuer::Training, badge)?];
    Ok(World::request(&state.connection, &state.job, &application, &credentials))
}
