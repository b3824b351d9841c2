//! `dev`: watches the folder, rebuilds, swaps the connector, calls it again, and shows what it did in the terminal and on a page.

mod show;
mod watch;

use std::{
    fmt, fs,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Args;
use tokio::sync::mpsc;
use wellspring_testkit::{
    conformance::{Double, DoubleKind, Scene},
    front::{Fault, Where},
    live::{Action, Built, Hr, Live, Run, Snapshot, Trouble, Wish},
    rig::{Call, Rig, Sample},
};

use crate::{
    build,
    clock::{SystemClock, SystemEntropy},
    failure::Failure,
    project::{Folder, Project},
    trial::{Stand, block_on, double, untried},
};

use watch::Watched;

/// How often the folder is looked at.
const LOOK: Duration = Duration::from_millis(300);

/// What is called after each build.
const FIRST: Wish = Wish { action: Action::Deliver, trouble: Trouble::None };

#[derive(Debug, Args)]
pub struct Dev {
    #[command(flatten)]
    folder: Folder,
    /// The stand-in for the ATS.
    #[arg(long, value_enum, default_value_t = Stand::Generic)]
    double: Stand,
    /// The page's port on the loopback interface; 0 takes a free one.
    #[arg(long, default_value_t = 4477)]
    port: u16,
    /// Build without the network.
    #[arg(long)]
    offline: bool,
    /// Build and call once, show it, and end: with 1 where it was not built or the call failed.
    #[arg(long)]
    once: bool,
}

pub fn run(args: &Dev) -> Result<String, Failure> {
    let project = args.folder.open()?;
    block_on(async {
        let first = Snapshot {
            connector: project.manifest.id.to_string(),
            version: project.manifest.version.clone(),
            events: events(&project),
            ..Snapshot::default()
        };
        let (live, wishes) = Live::start(args.port, first).await.map_err(|error| {
            Failure::missing(format!(
                "port {} of the loopback interface: {error}. Choose another with --port",
                args.port
            ))
        })?;
        println!("what HR would see: {}   (ends with Ctrl-C)", live.address());
        let session = Session { args, live, rig: None, stage: None, calls: 0 };
        if args.once {
            return session.once().await;
        }
        // Around all of it: a signal that comes while something is built or called counts as well.
        tokio::select! {
            done = session.follow(&project, wishes) => done,
            _ = tokio::signal::ctrl_c() => Ok(String::new()),
        }
    })
}

/// What runs while somebody works on a connector.
struct Session<'a> {
    args: &'a Dev,
    live: Live,
    rig: Option<Rig>,
    stage: Option<Stage>,
    calls: u32,
}

/// The stand-in, and who applies there.
struct Stage {
    kind: DoubleKind,
    double: Double,
    sample: Sample,
    /// How many requests the last delivery without trouble took.
    requests: usize,
}

impl Session<'_> {
    /// Builds and calls once. A program that asks is told whether all was well.
    async fn once(mut self) -> Result<String, Failure> {
        if !self.rebuild().await {
            return Err(Failure::found("it was not built"));
        }
        if self.call(FIRST).await { Ok(String::new()) } else { Err(Failure::found("the call did not succeed")) }
    }

    /// Until somebody ends it.
    async fn follow(mut self, project: &Project, mut wishes: mpsc::Receiver<Wish>) -> Result<String, Failure> {
        // Before the first build, which can take minutes: what is changed meanwhile is not in it.
        let mut watched = Watched::new(project.folder());
        self.rebuild().await;
        self.call(FIRST).await;
        loop {
            tokio::select! {
                wish = wishes.recv() => match wish {
                    Some(wish) => {
                        self.call(wish).await;
                    }
                    None => return Ok(String::new()),
                },
                () = tokio::time::sleep(LOOK) => {
                    if watched.has_changed() {
                        self.rebuild().await;
                        self.call(FIRST).await;
                    }
                }
            }
        }
    }

    /// Builds, and puts what was built in the place of what ran before. Where it does not build, that runs on. Gives whether it was built.
    async fn rebuild(&mut self) -> bool {
        self.live.show(|now| now.built = Built::Building);
        let started = Instant::now();
        match self.try_rebuild().await {
            Ok(bytes) => {
                let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                println!("\nbuilt in {took_ms} ms, {bytes} bytes");
                self.live.show(|now| now.built = Built::Ready { took_ms, bytes });
                true
            }
            Err(failure) => {
                println!("\n{}", failure.message);
                self.live.show(|now| now.built = Built::Failed { message: failure.message });
                false
            }
        }
    }

    async fn try_rebuild(&mut self) -> Result<usize, Failure> {
        let project = self.args.folder.open()?;
        let kind = double(&project, self.args.double)?;
        let offline = self.args.offline;
        let building = project.clone();
        let built = tokio::task::spawn_blocking(move || {
            build::rust(&building, offline)?;
            let file = building.package();
            fs::read(&file).map_err(|error| Failure::unreadable(&file, &error))
        });
        let package = built.await.map_err(Failure::internal)??;
        let bytes = package.len();
        // Settings may have changed as well, so the connection is made anew; the stand-in begins anew with the next delivery.
        let rig = Rig::new(package, &kind.settings(), Arc::new(SystemClock), Arc::new(SystemEntropy)).await;
        let rig = rig.map_err(untried)?;
        let double = kind.start(Scene::Usual).await.map_err(Failure::internal)?;
        rig.begin(None, double.behind()).map_err(untried)?;
        let events = events(&project);
        self.live.show(|now| {
            now.events = events;
            now.version.clone_from(&project.manifest.version);
        });
        self.stage = Some(Stage { sample: kind.sample(), double, kind, requests: 1 });
        self.rig = Some(rig);
        Ok(bytes)
    }

    /// Calls what was built last. Gives whether that succeeded.
    async fn call(&mut self, wish: Wish) -> bool {
        let (Some(rig), Some(stage)) = (&self.rig, &mut self.stage) else { return false };
        if wish.action == Action::Deliver {
            match stage.kind.start(Scene::Usual).await {
                Ok(double) => stage.double = double,
                Err(error) => return not_called(format!("no stand-in can be started: {error}")),
            }
            if let Err(error) = rig.begin(None, stage.double.behind()) {
                return not_called(error);
            }
        }
        let call = match call(wish.action, &stage.sample) {
            Ok(call) => call,
            Err(error) => return not_called(format!("the applicant of the stand-in makes no result: {error}")),
        };
        rig.front().heal();
        if let Some((at, fault)) = fault(wish.trouble, stage.requests) {
            rig.front().fail(at, fault);
        }
        let export = call.export(rig.connector().manifest());
        let ran = rig.call(call).await;
        self.calls += 1;
        if wish.action == Action::Deliver && wish.trouble == Trouble::None {
            stage.requests = ran.exchanges.len().max(1);
        }
        let mut run = Run::new(self.calls, export, &ran, rig.front());
        run.missed = wish.trouble != Trouble::None && ran.exchanges.iter().all(|exchange| exchange.fault.is_none());
        show::print(&run);
        let is_good = run.is_good;
        let hr = hr(stage);
        self.live.show(|now| {
            now.run = Some(run);
            now.hr = Some(hr);
        });
        is_good
    }
}

fn not_called(why: impl fmt::Display) -> bool {
    println!("{why}");
    false
}

/// Exports besides `check` that the manifest declares.
fn events(project: &Project) -> Vec<String> {
    project.manifest.events.iter().map(|event| event.as_str().to_owned()).collect()
}

fn call(action: Action, sample: &Sample) -> Result<Call, serde_json::Error> {
    let deliver = |result| {
        let attachments = Sample::attachments(&result);
        Call::Deliver(Box::new(result), attachments)
    };
    Ok(match action {
        Action::Deliver | Action::Again => deliver(sample.result()?),
        Action::Correct => deliver(sample.correction()?),
        Action::Withdraw => Call::Withdraw(Box::new(sample.withdrawal()?)),
        Action::Check => Call::Check,
        Action::ListJobs => Call::ListJobs(None),
    })
}

/// Where what goes wrong, in a delivery of so many requests.
fn fault(trouble: Trouble, requests: usize) -> Option<(Where, Fault)> {
    Some(match trouble {
        Trouble::None => return None,
        Trouble::RateLimited => (Where::Nth(1), Fault::RateLimited(7)),
        Trouble::Unavailable => (Where::Every, Fault::Unavailable),
        Trouble::Unauthorized => (Where::Every, Fault::Unauthorized),
        Trouble::LostAnswer => (Where::Nth(requests), Fault::LostAnswer),
        Trouble::Oversize => (Where::Every, Fault::Oversize),
        Trouble::Page => (Where::Every, Fault::Page),
    })
}

/// What people see there: on this page, or on one of the stand-in's own.
fn hr(stage: &Stage) -> Hr {
    let title = match &stage.double {
        Double::Generic(generic) => return Hr::of(generic),
        Double::Greenhouse(..) => "Greenhouse (a stand-in)",
        Double::Ashby(..) => "Ashby (a stand-in)",
    };
    let applicant = stage.sample.applicant();
    Hr {
        title: title.to_owned(),
        name: applicant.name.clone(),
        email: applicant.email.clone(),
        groups: Vec::new(),
        address: stage.double.page(),
    }
}
