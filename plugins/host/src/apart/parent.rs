//! The gateway's side: keeps a process running, and hands it errands.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::timeout;
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
/// Starting takes milliseconds; a busy machine is given its time.
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
        load(&line, handle, &code).await?;
        self.codes.lock().unwrap_or_else(PoisonError::into_inner).insert(handle, code);
        Ok(())
    }

    pub fn forget(&self, handle: Handle) {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner).remove(&handle);
        // A process that is being started anew is not told: it is not given the code either.
        if let Ok(line) = self.line.try_lock() {
            let _said = line.send(&Down::Forget(handle));
        }
    }

    pub async fn run(&self, handle: Handle, errand: Errand, lent: Arc<Lent>) -> Result<Given, DeliveryFailure> {
        let deadline = errand.deadline;
        let unavailable = |error: HostError| sandbox(FailureCode::Internal, error.to_string());
        let line = self.line().await.map_err(unavailable)?;
        let (call, end) = line.calling(lent);
        let _leaving = Leaving { line: &line, call };
        if line.send(&Down::Enter { call, handle, errand: Box::new(errand) }).is_err() {
            return Err(gone());
        }
        match timeout(deadline + GRACE, end).await {
            Ok(Ok(ended)) => ended,
            Ok(Err(_)) => Err(gone()),
            Err(_) => {
                line.end();
                Err(sandbox(FailureCode::Deadline, "the call took longer than its limit".to_owned()))
            }
        }
    }

    /// The process that runs, or a new one with all the code that there is.
    async fn line(&self) -> Result<Arc<Line>, HostError> {
        let mut line = self.line.lock().await;
        if line.is_gone() {
            let new = begin(&self.program, &self.arguments, &self.limits, self.slots).await?;
            let codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for (handle, code) in codes {
                load(&new, handle, &code).await.map_err(|error| HostError::new(&error))?;
            }
            tracing::warn!(process = new.process, "the process that runs connectors was started anew");
            *self.process.lock().unwrap_or_else(PoisonError::into_inner) = new.process;
            *line = new;
        }
        Ok(Arc::clone(&line))
    }
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

async fn load(line: &Line, handle: Handle, code: &Code) -> Result<(), String> {
    let loaded = line.loading(handle);
    let load = Down::Load { handle, code: Bytes::copy_from_slice(code.bytes()) };
    line.send(&load).map_err(|error| error.to_string())?;
    loaded.await.unwrap_or_else(|_| Err("the process that runs connectors ended".to_owned()))
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
