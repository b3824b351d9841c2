//! A process that runs guests, and the calls that are under way in it, as the gateway sees them.

use std::{
    collections::HashMap,
    io,
    os::{fd::OwnedFd, unix::net::UnixStream as StdStream},
    path::Path,
    process::Stdio,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::{
    io::AsyncRead,
    net::UnixStream,
    process::{Child, Command},
    sync::oneshot,
};
use wellspring_model::delivery::{DeliveryFailure, FailureCode};

use super::{
    asked::Asked,
    frame::{self, Ask, Down, Outbox, Reply, UP_MAX, Up},
    words,
};
use crate::{
    engine::Allocation,
    errand::{Given, Outside as _},
    failure::sandbox,
    guest::Handle,
    lent::Lent,
    limits::Limits,
};

/// A process, as long as it runs.
pub(super) struct Line {
    pub process: Option<u32>,
    pub allocation: Allocation,
    outbox: Outbox,
    open: Mutex<Open>,
    next: AtomicU64,
    is_gone: AtomicBool,
    /// Ended when this is dropped.
    child: Mutex<Child>,
}

/// What is waited for.
#[derive(Default)]
struct Open {
    calls: HashMap<u64, Pending>,
    loads: HashMap<Handle, oneshot::Sender<Result<(), String>>>,
}

struct Pending {
    lent: Arc<Lent>,
    asked: Asked,
    ended: oneshot::Sender<Result<Given, DeliveryFailure>>,
}

impl Line {
    /// Starts a process: with a pipe, and without an environment, arguments or files of ours. What it writes to standard error is heard
    /// until it is ready.
    pub async fn start(program: &Path, arguments: &[String], limits: &Limits, slots: u32) -> io::Result<Arc<Self>> {
        let (ours, theirs) = StdStream::pair()?;
        ours.set_nonblocking(true)?;
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        if let Some(errors) = child.stderr.take() {
            tokio::spawn(words::tell(child.id(), errors));
        }
        let (mut from, to) = UnixStream::from_std(ours)?.into_split();
        let outbox = Outbox::new(to);
        outbox.say(&Down::Begin { limits: limits.clone(), slots })?;
        let allocation = match frame::read(&mut from, UP_MAX).await? {
            Some(Up::Ready(ready)) => ready.map_err(io::Error::other)?,
            _ => return Err(io::Error::other("the process that runs connectors did not begin")),
        };
        let line = Arc::new(Self {
            process: child.id(),
            allocation,
            outbox,
            open: Mutex::default(),
            next: AtomicU64::new(0),
            is_gone: AtomicBool::new(false),
            child: Mutex::new(child),
        });
        tokio::spawn(listen(Arc::downgrade(&line), from));
        Ok(line)
    }

    pub fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Relaxed)
    }

    /// Ends the process: it does not do what it should.
    pub fn end(&self) {
        let killed = self.child.lock().unwrap_or_else(PoisonError::into_inner).start_kill();
        tracing::error!(process = self.process, ?killed, "the process that runs connectors is ended");
        self.close();
    }

    pub fn send(&self, down: &Down) -> io::Result<()> {
        self.outbox.say(down)
    }

    /// Notes a load that will be answered.
    pub fn loading(&self, handle: Handle) -> oneshot::Receiver<Result<(), String>> {
        let (loaded, answer) = oneshot::channel();
        self.open.lock().unwrap_or_else(PoisonError::into_inner).loads.insert(handle, loaded);
        answer
    }

    /// Notes a call that will end, and gives its number.
    pub fn calling(&self, lent: Arc<Lent>) -> (u64, oneshot::Receiver<Result<Given, DeliveryFailure>>) {
        let call = self.next.fetch_add(1, Ordering::Relaxed);
        let (ended, end) = oneshot::channel();
        let pending = Pending { lent, asked: Asked::nothing(), ended };
        self.open.lock().unwrap_or_else(PoisonError::into_inner).calls.insert(call, pending);
        (call, end)
    }

    /// Nobody waits for this call any more. What it asked for ends with it.
    pub fn leave(&self, call: u64) {
        let left = self.open.lock().unwrap_or_else(PoisonError::into_inner).calls.remove(&call);
        if left.is_some() {
            // A process that is gone needs not be told.
            let _said = self.send(&Down::Leave { call });
        }
    }

    /// The process has ended: so have its calls.
    fn close(&self) {
        self.is_gone.store(true, Ordering::Relaxed);
        let open = std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner));
        for pending in open.calls.into_values() {
            let _heard = pending.ended.send(Err(gone()));
        }
        for loaded in open.loads.into_values() {
            let _heard = loaded.send(Err("the process that runs connectors ended".to_owned()));
        }
    }

    fn take(&self, up: Up) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match up {
            Up::Ready(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "it began twice")),
            Up::Loaded { handle, result } => {
                if let Some(loaded) = open.loads.remove(&handle) {
                    let _heard = loaded.send(result);
                }
            }
            Up::Ended { call, result } => {
                if let Some(pending) = open.calls.remove(&call) {
                    let _heard = pending.ended.send(result.map_err(DeliveryFailure::from));
                }
            }
            Up::Log { call, level, line } => {
                if let Some(pending) = open.calls.get(&call) {
                    pending.lent.log(level, &line);
                }
            }
            Up::Ask { call, question, ask } => {
                let Some(pending) = open.calls.get_mut(&call) else { return Ok(()) };
                let (lent, outbox) = (Arc::clone(&pending.lent), self.outbox.clone());
                pending.asked.answer(async move { answer(&lent, ask).await }, move |reply| {
                    // A process that is gone needs no answer.
                    let _said = outbox.say(&Down::Reply { call, question, reply });
                })?;
            }
        }
        Ok(())
    }
}

/// What the gateway answers, within what was lent to the call.
async fn answer(lent: &Lent, ask: Ask) -> Reply {
    match ask {
        Ask::Send(request) => Reply::Sent(lent.send(*request).await),
        Ask::StateGet(key) => Reply::Got(lent.state_get(&key).await.map(|value| value.map(Into::into))),
        Ask::StateSet(key, value) => Reply::Kept(lent.state_set(&key, value.map(Into::into)).await),
        Ask::Fits(credential, comparison) => Reply::Fits(lent.fits(&credential, comparison).await),
    }
}

/// Why a call ended that was under way when its process did. After some tries of the same the connector is taken to be the reason.
pub(super) fn gone() -> DeliveryFailure {
    let message = "the process that runs connectors ended in the midst of the call";
    sandbox(FailureCode::GuestTrap, message.to_owned())
}

async fn listen(line: std::sync::Weak<Line>, mut from: impl AsyncRead + Unpin) {
    loop {
        let heard = frame::read(&mut from, UP_MAX).await;
        let Some(line) = line.upgrade() else { return };
        let taken = match heard {
            Ok(Some(up)) => line.take(up),
            Ok(None) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the process ended")),
            Err(error) => Err(error),
        };
        if let Err(error) = taken {
            tracing::error!(process = line.process, %error, "the process that runs connectors is lost");
            line.end();
            return;
        }
    }
}
