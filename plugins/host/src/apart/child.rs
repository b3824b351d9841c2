//! The process that runs guests. It is told its limits, gives up what it does not need, and then serves its pipe until that ends.

use std::{
    collections::HashMap,
    io,
    os::{fd::AsFd as _, unix::net::UnixStream as StdStream},
    process::ExitCode,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::{
    net::UnixStream,
    signal::unix::{SignalKind, signal},
    sync::oneshot,
    task::AbortHandle,
};
use wellspring_egress::{OutboundRequest, OutboundResponse, SendFailure};
use wellspring_model::time::{Clock, Entropy};

use super::frame::{self, Ask, DOWN_MAX, Down, Failed, Outbox, Reply, Up};
use crate::{
    compile::Code,
    errand::{Comparison, LogLevel, Outside},
    guest::Executor,
    kept::NotKept,
    limits::Limits,
};

/// As in `sysexits.h`.
const COULD_NOT_RUN: u8 = 70;

/// Serves the pipe that is standard input, until it ends.
pub fn run(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> ExitCode {
    let served = alone().and_then(|()| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_io().enable_time().build()?;
        runtime.block_on(serve(clock, entropy))
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the process that runs connectors ends: {error}");
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}

/// With nothing open but what it was meant to have.
fn alone() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    crate::inherited::close_inherited()?;
    Ok(())
}

async fn serve(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> io::Result<()> {
    // Whoever ends the gateway often ends all of its processes at once. It has calls to bring to their end before; then the pipe ends,
    // and so does this process.
    let _heard = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let pipe = StdStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    pipe.set_nonblocking(true)?;
    let (mut from, mut to) = UnixStream::from_std(pipe)?.into_split();
    let Some(Down::Begin { limits, slots }) = frame::read(&mut from, DOWN_MAX).await? else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it was not told how to begin"));
    };
    let executor = match ready(limits, slots, clock, entropy) {
        Ok(executor) => executor,
        Err(reason) => {
            frame::say(&mut to, &Up::Ready(Err(reason.clone()))).await?;
            return Err(io::Error::other(reason));
        }
    };
    let outbox = Outbox::new(to);
    outbox.say(&Up::Ready(Ok(executor.allocation())))?;
    let guests = Guests { executor: Arc::new(executor), outbox, calls: Arc::default() };
    while let Some(down) = frame::read(&mut from, DOWN_MAX).await? {
        guests.take(down)?;
    }
    Ok(())
}

/// An engine, in a process that has given up the rest. Before the first byte of anybody's code is here.
fn ready(limits: Limits, slots: u32, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Executor, String> {
    let executor = Executor::new(Arc::new(limits), slots, clock, entropy).map_err(|error| error.to_string())?;
    hush().map_err(|error| format!("it cannot give up standard error: {error}"))?;
    #[cfg(target_os = "linux")]
    super::lock_down::lock_down().map_err(|error| {
        format!(
            "it cannot give up system calls ({error}): let it call `seccomp`, or set connectors.own_process = false"
        )
    })?;
    Ok(executor)
}

/// Standard error leads nowhere from now on: whoever took this process over would write the gateway's log with it.
fn hush() -> io::Result<()> {
    let nowhere = std::fs::OpenOptions::new().write(true).open("/dev/null")?;
    rustix::stdio::dup2_stderr(nowhere)?;
    Ok(())
}

struct Guests {
    executor: Arc<Executor>,
    outbox: Outbox,
    calls: Calls,
}

type Calls = Arc<Mutex<HashMap<u64, Call>>>;

struct Call {
    task: AbortHandle,
    asking: Arc<Asking>,
}

impl Guests {
    fn take(&self, down: Down) -> io::Result<()> {
        match down {
            Down::Begin { .. } => return Err(io::Error::new(io::ErrorKind::InvalidData, "it began twice")),
            Down::Load { handle, code } => {
                let (executor, outbox) = (Arc::clone(&self.executor), self.outbox.clone());
                tokio::task::spawn_blocking(move || {
                    let result = executor.load(handle, &Code::of_parent(code.into()));
                    outbox.say_last(&Up::Loaded { handle, result })
                });
            }
            Down::Forget(handle) => self.executor.forget(handle),
            Down::Enter { call, handle, errand } => {
                let asking = Arc::new(Asking {
                    call,
                    outbox: self.outbox.clone(),
                    next: AtomicU32::new(0),
                    open: Mutex::default(),
                });
                let (executor, outbox, calls) =
                    (Arc::clone(&self.executor), self.outbox.clone(), Arc::clone(&self.calls));
                let outside: Arc<Asking> = Arc::clone(&asking);
                // Held until the call is noted, so that it cannot end before.
                let mut noted = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
                let task = tokio::spawn(async move {
                    let result = executor.run(handle, *errand, outside).await.map_err(Failed::from);
                    calls.lock().unwrap_or_else(PoisonError::into_inner).remove(&call);
                    outbox.say_last(&Up::Ended { call, result })
                });
                noted.insert(call, Call { task: task.abort_handle(), asking });
            }
            Down::Leave { call } => {
                if let Some(call) = self.calls.lock().unwrap_or_else(PoisonError::into_inner).remove(&call) {
                    call.task.abort();
                }
            }
            Down::Reply { call, question, reply } => {
                let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(call) = calls.get(&call) {
                    call.asking.hear(question, reply);
                }
            }
        }
        Ok(())
    }
}

/// Whatever a guest asks for is asked of the gateway.
struct Asking {
    call: u64,
    outbox: Outbox,
    next: AtomicU32,
    open: Mutex<HashMap<u32, oneshot::Sender<Reply>>>,
}

impl Asking {
    /// `None`: there is nobody any more who would answer.
    async fn ask(&self, ask: Ask) -> Option<Reply> {
        let question = self.next.fetch_add(1, Ordering::Relaxed);
        let (heard, reply) = oneshot::channel();
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(question, heard);
        self.outbox.say(&Up::Ask { call: self.call, question, ask }).ok()?;
        reply.await.ok()
    }

    fn hear(&self, question: u32, reply: Reply) {
        let heard = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&question);
        if let Some(heard) = heard {
            // Whoever asked may be gone.
            let _heard = heard.send(reply);
        }
    }
}

#[async_trait]
impl Outside for Asking {
    async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, SendFailure> {
        match self.ask(Ask::Send(Box::new(request))).await {
            Some(Reply::Sent(sent)) => sent,
            _ => Err(SendFailure::Connect),
        }
    }

    async fn state_get(&self, key: &str) -> Result<Option<Vec<u8>>, NotKept> {
        match self.ask(Ask::StateGet(key.to_owned())).await {
            Some(Reply::Got(got)) => got.map(|value| value.map(Into::into)),
            _ => Err(NotKept::Unavailable),
        }
    }

    async fn state_set(&self, key: &str, value: Option<Vec<u8>>) -> Result<(), NotKept> {
        match self.ask(Ask::StateSet(key.to_owned(), value.map(Bytes::from))).await {
            Some(Reply::Kept(kept)) => kept,
            _ => Err(NotKept::Unavailable),
        }
    }

    async fn fits(&self, credential: &str, comparison: Comparison) -> bool {
        let ask = Ask::Fits(credential.to_owned(), comparison);
        matches!(self.ask(ask).await, Some(Reply::Fits(true)))
    }

    fn log(&self, level: LogLevel, line: &str) {
        // With the pipe gone, so is whoever would read it.
        let _said = self.outbox.say(&Up::Log { call: self.call, level, line: line.to_owned() });
    }
}
