//! How many submissions a second are taken in for good: over HTTP, each on the disk before it is acknowledged.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;

use super::{
    Latencies,
    applicants::{of_many, small},
    fdatasyncs,
    http::Connection,
};
use crate::{
    Failure,
    world::{Application, World},
};

/// Until caches are filled and statements prepared.
const WARM_UP: Duration = Duration::from_secs(2);
/// About what one badge within a record takes.
const BADGE: usize = 3_500;
/// Where a request's number goes.
const NUMBER: &str = "000000000";

/// What to measure.
#[derive(Debug, Clone, Copy)]
pub struct Ingest {
    pub connections: usize,
    /// Of a whole request's body.
    pub bytes: usize,
    /// The number of the first, beyond those of earlier runs in the same world.
    pub first: u64,
    pub time: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct Taken {
    /// Durable submissions a second.
    pub rate: u64,
    pub latencies: Latencies,
    /// Of the gateway, for each.
    pub processor: Duration,
    /// What the disk did right before.
    pub fdatasyncs: u64,
}

impl Ingest {
    /// # Errors
    /// A request is not accepted.
    pub async fn run(self, world: &World) -> Result<Taken, Failure> {
        let template = Arc::new(Template::new(world, self.bytes, self.first)?);
        let folder = world.gateway.folder().to_owned();
        let fdatasyncs = tokio::task::spawn_blocking(move || fdatasyncs(&folder, Duration::from_secs(2))).await??;
        let began = Instant::now();
        let (from, until) = (began + WARM_UP, began + WARM_UP + self.time);
        let mut callers = JoinSet::new();
        for _ in 0..self.connections {
            callers.spawn(hand_in(Arc::clone(&template), from, until));
        }
        tokio::time::sleep_until(from.into()).await;
        let used = world.gateway.processor_time()?;
        tokio::time::sleep_until(until.into()).await;
        let used = world.gateway.processor_time()? - used;
        let mut latencies = Latencies::default();
        while let Some(caller) = callers.join_next().await {
            latencies.append(caller??);
        }
        let rate = (latencies.len() as f64 / self.time.as_secs_f64()) as u64;
        let processor = used / u32::try_from(latencies.len().max(1)).unwrap_or(u32::MAX);
        Ok(Taken { rate, latencies, processor, fdatasyncs })
    }
}

/// Hands in until `until`; those count that are acknowledged between the two.
async fn hand_in(template: Arc<Template>, from: Instant, until: Instant) -> Result<Latencies, Failure> {
    let mut connection = Connection::open(&template.authority).await?;
    let mut latencies = Latencies::default();
    loop {
        let request = template.next();
        let sent = Instant::now();
        connection.accepted(&request).await?;
        let now = Instant::now();
        if now >= until {
            return Ok(latencies);
        }
        if sent >= from {
            latencies.add(now - sent);
        }
    }
}

/// A request of which only a number differs from one to the next: no two applicants hand in the same bytes.
struct Template {
    authority: String,
    parts: Vec<String>,
    next: AtomicU64,
}

impl Template {
    fn new(world: &World, bytes: usize, first: u64) -> Result<Self, Failure> {
        let application = Application::numbered(1);
        // A badge, or a record of as many as fit. What is missing to the size is as hard to pack as a signature.
        let badges = bytes / BADGE;
        let mut credential = match badges {
            0 | 1 => small(&application.email)?,
            _ => of_many(badges - 1, &application.email)?,
        };
        credential["id"] = json!(format!("urn:example:{NUMBER}"));
        let mut request = World::request(&world.connection, &world.job, &application, &[credential]);
        request["application"]["id"] = json!(NUMBER);
        let missing = bytes.saturating_sub(request.to_string().len() + r#","description":"""#.len());
        let hard = (0_u32..).flat_map(|part| Sha256::digest(part.to_be_bytes())).flat_map(|byte| {
            let letter = |half: u8| char::from(b'a' + half);
            [letter(byte >> 4), letter(byte & 15)]
        });
        request["credentials"][0]["json"]["description"] = json!(hard.take(missing).collect::<String>());
        let body = request.to_string();
        let key = world.client.key();
        let authority = world.gateway.authority();
        let head = format!(
            "POST /v1/submissions HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer {key}\r\nContent-Type: \
             application/json\r\nIdempotency-Key: {NUMBER}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let parts = format!("{head}{body}").split(NUMBER).map(str::to_owned).collect();
        Ok(Self { authority, parts, next: first.into() })
    }

    fn next(&self) -> Vec<u8> {
        let number = format!("{:09}", self.next.fetch_add(1, Ordering::Relaxed));
        self.parts.join(&number).into_bytes()
    }
}
