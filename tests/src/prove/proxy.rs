//! A TCP forwarder whose connections go wrong, as networks do; the same ones in the same way for the same seed and load.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

use super::Chance;
use crate::Failure;

/// What a piece of a delayed connection takes at most.
const LONGEST_DELAY_MILLIS: u64 = 600;
const BYTE: Duration = Duration::from_secs(1);

/// How a connection goes wrong, once so many bytes have passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Every piece takes a while.
    Delay,
    /// Reset in the midst of a request.
    ResetRequest,
    /// Reset in the midst of an answer: the other side has done what it was asked.
    ResetAnswer,
    /// The answers end; requests could still be sent.
    HalfClose,
    /// Answers come one byte a second.
    Trickle,
    /// Nothing passes any more, and nobody is told.
    BlackHole,
}

impl Fault {
    pub const ALL: [Self; 6] =
        [Self::Delay, Self::ResetRequest, Self::ResetAnswer, Self::HalfClose, Self::Trickle, Self::BlackHole];
}

/// A running forwarder. It ends when it is dropped.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    target: Mutex<SocketAddr>,
    weather: Mutex<Weather>,
    chance: Mutex<Chance>,
    met: Mutex<BTreeMap<Fault, u64>>,
    /// Changed to end all connections that there are.
    cut: watch::Sender<u64>,
}

/// Which connections go wrong.
#[derive(Debug, Clone)]
struct Weather {
    faults: Vec<Fault>,
    /// The fault begins within so many bytes.
    within: u64,
}

impl Proxy {
    /// Starts on a free port of the loopback interface. Everything passes, to `port`.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(port: u16, seed: u64) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let mine = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            target: Mutex::new((Ipv4Addr::LOCALHOST, port).into()),
            weather: Mutex::new(Weather { faults: Vec::new(), within: 1 }),
            chance: Mutex::new(Chance::new(seed)),
            met: Mutex::default(),
            cut: watch::Sender::new(0),
        });
        let of_server = Arc::clone(&shared);
        let server = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, Arc::clone(&of_server)));
            }
        });
        Ok(Self { port: mine, shared, server })
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    /// `http://127.0.0.1:<port>`
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Leads to another port from now on; what was connected to the old one is cut.
    pub fn aim(&self, port: u16) {
        *lock(&self.shared.target) = (Ipv4Addr::LOCALHOST, port).into();
        self.cut();
    }

    /// Every connection made from now on goes wrong, within so many bytes.
    pub fn misbehave(&self, faults: &[Fault], within: u64) {
        *lock(&self.shared.weather) = Weather { faults: faults.to_vec(), within };
    }

    /// Everything passes from now on.
    pub fn behave(&self) {
        lock(&self.shared.weather).faults.clear();
        self.cut();
    }

    /// How often each fault was met.
    pub fn met(&self) -> BTreeMap<Fault, u64> {
        lock(&self.shared.met).clone()
    }

    fn cut(&self) {
        self.shared.cut.send_modify(|count| *count += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
        self.server.abort();
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The connection is to be reset at both ends.
struct Reset;

async fn carry(mut client: TcpStream, shared: Arc<Shared>) {
    let mut cut = shared.cut.subscribe();
    let target = *lock(&shared.target);
    let Ok(mut server) = TcpStream::connect(target).await else { return };
    let plan = shared.plan();
    let hole = AtomicBool::new(false);
    let reset = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let (up, down) = match plan {
            Some((fault @ (Fault::ResetRequest | Fault::BlackHole), after, delay)) => {
                (Some((fault, after, delay)), None)
            }
            Some((Fault::Delay, after, delay)) => {
                (Some((Fault::Delay, after, delay)), Some((Fault::Delay, after, delay)))
            }
            other => (None, other),
        };
        tokio::select! {
            ended = async { tokio::try_join!(
                pump(from_client, to_server, up, &hole, &shared),
                pump(from_server, to_client, down, &hole, &shared),
            ) } => ended.is_err(),
            _ = cut.changed() => true,
        }
    };
    if reset {
        // Closed without a word otherwise; with it, the other end is told that the connection broke.
        let _gone = (client.set_zero_linger(), server.set_zero_linger());
    }
}

/// What goes wrong, after how many bytes, and how long a piece takes.
type Plan = (Fault, u64, Duration);

impl Shared {
    fn plan(&self) -> Option<Plan> {
        let weather = lock(&self.weather).clone();
        let mut chance = lock(&self.chance);
        let which = usize::try_from(chance.below(weather.faults.len().max(1) as u64)).unwrap_or(0);
        let fault = weather.faults.get(which).copied()?;
        let after = 1 + chance.below(weather.within);
        Some((fault, after, Duration::from_millis(chance.below(LONGEST_DELAY_MILLIS))))
    }

    fn meet(&self, fault: Fault) {
        *lock(&self.met).entry(fault).or_default() += 1;
    }
}

async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    plan: Option<Plan>,
    hole: &AtomicBool,
    shared: &Shared,
) -> Result<(), Reset> {
    let (mut bytes, mut passed, mut met) = (vec![0; 16 * 1024], 0_u64, false);
    loop {
        let count = match from.read(&mut bytes).await {
            Ok(0) => {
                let _closed = to.shutdown().await;
                return Ok(());
            }
            Ok(count) => count,
            Err(_) => return Err(Reset),
        };
        if hole.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        // As much of this piece as passes before anything goes wrong.
        let before = plan.map_or(count as u64, |(_, after, _)| after.saturating_sub(passed).min(count as u64));
        let (good, rest) = bytes[..count].split_at(usize::try_from(before).unwrap_or(count));
        to.write_all(good).await.map_err(|_| Reset)?;
        passed += count as u64;
        let Some((fault, _, delay)) = plan.filter(|_| !rest.is_empty()) else { continue };
        if !std::mem::replace(&mut met, true) {
            shared.meet(fault);
        }
        match fault {
            Fault::Delay => {
                tokio::time::sleep(delay).await;
                to.write_all(rest).await.map_err(|_| Reset)?;
            }
            Fault::ResetRequest | Fault::ResetAnswer => return Err(Reset),
            Fault::HalfClose => {
                let _closed = to.shutdown().await;
                // Read on, so that the other end notices nothing.
                while from.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
                return Ok(());
            }
            Fault::Trickle => {
                for byte in rest {
                    tokio::time::sleep(BYTE).await;
                    to.write_all(&[*byte]).await.map_err(|_| Reset)?;
                }
            }
            Fault::BlackHole => {
                hole.store(true, Ordering::Relaxed);
                std::future::pending::<()>().await;
            }
        }
    }
}
