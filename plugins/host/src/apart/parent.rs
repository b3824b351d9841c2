//! The gateway's side: keeps a process running, and hands it errands.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::{Instant, timeout, timeout_at};
use wellspring_model::delivery::{DeliveryFailure, FailureCode};

use super::{
    frame::Down,
    line::{Line, gone},
};
use crate::{
    compile::{Code, Workplace},
    engine::{Allocation, HostError},
    errand::{Errand, Given},
    failure::sandbox,
    guest::Handle,
    lent::Lent,
    limits::Limits,
};

/// How long a call may go on beyond its deadline: the process ends calls itself, so one that did not has been lost.
const GRACE: Duration = Duration::from_secs(2);
/// Starting takes milliseconds, and so does loading; a busy machine is given its time.
const STARTING: Duration = Duration::from_secs(30);

/// Guests in a process of their own.
pub(crate) struct Apart {
    program: PathBuf,
    arguments: Vec<String>,
    limits: Arc<Limits>,
    slots: u32,
    allocation: Allocation,
    /// What a new process is given first.
    codes: Mutex<BTreeMap<Handle, Arc<Code>>>,
    line: tokio::sync::Mutex<Arc<Line>>,
    process: Mutex<Option<u32>>,
}

impl Apart {
    /// Starts the process.
    ///
    /// # Errors
    /// Why it does not start.
    pub async fn start(workplace: Workplace, limits: Arc<Limits>, slots: u32) -> Result<Self, HostError> {
        let Workplace::Child { program, arguments } = workplace else {
            return Err(HostError::new("guests are to run in a process of their own, and no program was named"));
        };
        let line = begin(&program, &arguments, &limits, slots).await?;
        tracing::debug!(process = line.process, "connectors run in a process of their own");
        Ok(Self {
            program,
            arguments,
            limits,
            slots,
            allocation: line.allocation,
            codes: Mutex::default(),
            process: Mutex::new(line.process),
            line: tokio::sync::Mutex::new(line),
        })
    }

    pub fn allocation(&self) -> Allocation {
        self.allocation
    }

    pub fn process(&self) -> Option<u32> {
        *self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub async fn load(&self, handle: Handle, code: Arc<Code>) -> Result<(), String> {
        let line = self.line().await.map_err(|error| error.to_string())?;
        // Noted before: a process that takes the place of this one meanwhile is given it too.
        self.codes.lock().unwrap_or_else(PoisonError::into_inner).insert(handle, Arc::clone(&code));
        let loaded = load(&line, handle, &code).await;
        if loaded.is_err() {
            self.codes.lock().unwrap_or_else(PoisonError::into_inner).remove(&handle);
        }
        loaded
    }

    pub fn forget(&self, handle: Handle) {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner).remove(&handle);
        // A process that is being started anew is not told: it is not given the code either.
        if let Ok(line) = self.line.try_lock() {
            let _said = line.send(&Down::Forget(handle));
        }
    }

    pub async fn run(&self, handle: Handle, errand: Errand, lent: Arc<Lent>) -> Result<Given, DeliveryFailure> {
        let end = Instant::now() + errand.deadline;
        let unavailable = |error: HostError| sandbox(FailureCode::Internal, error.to_string());
        // The wait for a process that is being started anew counts towards the deadline: a lease is only just longer.
        let Ok(line) = timeout_at(end, self.line()).await else { return Err(too_long()) };
        let line = line.map_err(unavailable)?;
        let deadline = end.saturating_duration_since(Instant::now());
        let errand = Errand { deadline, ..errand };
        let (call, ended) = line.calling(lent);
        let _leaving = Leaving { line: &line, call };
        if line.send(&Down::Enter { call, handle, errand: Box::new(errand) }).is_err() {
            return Err(gone());
        }
        match timeout(deadline + GRACE, ended).await {
            Ok(Ok(ended)) => ended,
            Ok(Err(_)) => Err(gone()),
            Err(_) => {
                line.end();
                Err(too_long())
            }
        }
    }

    /// The process that runs, or a new one with all the code that there is.
    async fn line(&self) -> Result<Arc<Line>, HostError> {
        let mut line = self.line.lock().await;
        if line.is_gone() {
            let new = begin(&self.program, &self.arguments, &self.limits, self.slots).await?;
            let codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if timeout(STARTING, load_all(&new, codes)).await.is_err() {
                tracing::error!(process = new.process, "not every connector was loaded in time");
            }
            if new.is_gone() {
                return Err(HostError::new("the process that runs connectors ended as they were loaded"));
            }
            tracing::warn!(process = new.process, "the process that runs connectors was started anew");
            *self.process.lock().unwrap_or_else(PoisonError::into_inner) = new.process;
            *line = new;
        }
        Ok(Arc::clone(&line))
    }
}

fn too_long() -> DeliveryFailure {
    sandbox(FailureCode::Deadline, "the call took longer than its limit".to_owned())
}

async fn begin(
    program: &std::path::Path,
    arguments: &[String],
    limits: &Limits,
    slots: u32,
) -> Result<Arc<Line>, HostError> {
    match timeout(STARTING, Line::start(program, arguments, limits, slots)).await {
        Ok(started) => started.map_err(|error| HostError::new(&error.to_string())),
        Err(_) => Err(HostError::new("the process that runs connectors does not begin")),
    }
}

/// One that does not load is missed by its own calls, and by no others.
async fn load_all(line: &Line, codes: BTreeMap<Handle, Arc<Code>>) {
    for (handle, code) in codes {
        if let Err(reason) = load(line, handle, &code).await {
            tracing::error!(process = line.process, ?handle, reason, "a connector was not loaded anew");
        }
    }
}

async fn load(line: &Line, handle: Handle, code: &Code) -> Result<(), String> {
    let loaded = line.loading(handle);
    let load = Down::Load { handle, code: Bytes::copy_from_slice(code.bytes()) };
    line.send(&load).map_err(|error| error.to_string())?;
    match timeout(STARTING, loaded).await {
        Ok(loaded) => loaded.unwrap_or_else(|_| Err("the process that runs connectors ended".to_owned())),
        Err(_) => Err("the process that runs connectors does not load it".to_owned()),
    }
}

/// A call that nobody waits for any more is left, also where whoever waited was cancelled.
struct Leaving<'a> {
    line: &'a Line,
    call: u64,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.line.leave(self.call);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{Pid, Signal, kill_process};

    use super::*;

    async fn apart() -> Apart {
        let tests = std::env::current_exe().expect("this program");
        let program = tests.parent().and_then(|deps| deps.parent()).expect("Cargo's folder").join("examples/guests");
        assert!(program.is_file(), "{} is built with the tests", program.display());
        let workplace = Workplace::Child { program, arguments: Vec::new() };
        Apart::start(workplace, Arc::new(Limits::default()), 2).await.expect("it starts")
    }

    fn no_code() -> Arc<Code> {
        Arc::new(Code::of_parent(b"no code".to_vec()))
    }

    /// Guards `load_all`: with an error of its own a connector that does not load keeps all others from running.
    #[tokio::test]
    async fn a_connector_that_does_not_load_anew_is_passed_over() {
        let apart = apart().await;
        assert!(apart.load(Handle(1), no_code()).await.is_err(), "it does not load");
        apart.codes.lock().expect("alone").insert(Handle(1), no_code());
        let before = apart.process();
        apart.line().await.expect("a process").end();
        apart.line().await.expect("another process, without that connector");
        assert_ne!(apart.process(), before);
    }

    /// Guards that code is noted before it is loaded: a process that is started meanwhile would never be given it.
    #[tokio::test]
    async fn code_that_is_being_loaded_is_known_to_a_process_that_is_started_meanwhile() {
        let apart = Arc::new(apart().await);
        let process = i32::try_from(apart.process().expect("a process")).expect("fits");
        kill_process(Pid::from_raw(process).expect("a process"), Signal::STOP).expect("it stops");
        let loading = tokio::spawn({
            let apart = Arc::clone(&apart);
            async move { apart.load(Handle(1), no_code()).await }
        });
        let is_noted = async {
            while apart.codes.lock().expect("alone").is_empty() {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(10), is_noted).await.expect("it is noted while it is loaded");
        apart.line().await.expect("a process").end();
        assert!(loading.await.expect("it ends").is_err(), "its process ended");
        assert!(apart.codes.lock().expect("alone").is_empty(), "what was not loaded is not kept");
    }

    /// Guards the time limits: without them whoever waits for a process that hangs waits for ever.
    #[tokio::test]
    async fn a_process_that_hangs_is_not_waited_for_for_ever() {
        let apart = apart().await;
        let process = i32::try_from(apart.process().expect("a process")).expect("fits");
        kill_process(Pid::from_raw(process).expect("a process"), Signal::STOP).expect("it stops");
        tokio::time::pause();
        let loaded = apart.load(Handle(1), no_code()).await;
        assert_eq!(loaded, Err("the process that runs connectors does not load it".to_owned()));
    }
}
