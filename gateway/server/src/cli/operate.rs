//! `serve`, `work` and `migrate`.

use std::{future::IntoFuture as _, net::SocketAddr};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use wellspring_model::time::Clock as _;
use wellspring_store::{Database, StoreError};

use super::{ConfigArgs, Failure, exit};
use crate::{
    clock::SystemClock,
    config::Config,
    routes, start,
    state::App,
    telemetry::{self, Telemetry},
    work,
};

fn loaded(args: &ConfigArgs) -> Result<Config, Failure> {
    Config::load(args.config.as_deref()).map_err(Failure::could_not_run)
}

/// Reads the configuration and starts the log.
pub fn configured(args: &ConfigArgs) -> Result<Config, Failure> {
    let config = loaded(args)?;
    telemetry::log(&config).map_err(Failure::could_not_run)?;
    Ok(config)
}

pub async fn migrate(args: ConfigArgs) -> Result<u8, Failure> {
    let config = configured(&args)?;
    let key = &config.secrets.master_key_file;
    if start::ensure_master_key(key).map_err(Failure::could_not_run)? {
        say!("made the master key {}; keep a copy apart from the database", key.display());
    }
    let store = start::store(&config).await.map_err(Failure::could_not_run)?;
    store.migrate().await.map_err(Failure::could_not_run)?;
    if store.ensure_audit_key(SystemClock.now()).await.map_err(Failure::could_not_run)? {
        say!("made the key that audit trails are signed with; `wellspring audit key` prints its public part");
    }
    store.close().await;
    match config.database() {
        Database::Sqlite(path) => say!("the database {} is up to date", path.display()),
        Database::Postgres(_) => say!("the database is up to date"),
    }
    Ok(exit::PASSED)
}

/// Answers HTTP and works off the queue.
pub async fn serve(args: ConfigArgs) -> Result<u8, Failure> {
    let config = loaded(&args)?;
    let telemetry = telemetry::start(&config).map_err(Failure::could_not_run)?;
    let listen = config.server.listen;
    let _serving = start::serving_lock(&config).map_err(Failure::could_not_run)?;
    let app = ready(config).await?;
    let (listener, figures) = (bind("listen", listen).await?, figures(&app).await?);
    let (stop, stopped) = watch::channel(false);
    let chores = tokio::spawn(work::chores::run(app.clone(), stopped.clone()));
    let worker = tokio::spawn(work::run(app.clone(), stopped.clone()));
    let (close, closed) = watch::channel(false);
    let serve = axum::serve(listener, routes::router(app.clone())).with_graceful_shutdown(until(closed));
    let served = tokio::spawn(serve.into_future());
    say!("Wellspring Gateway answers at http://{listen} (known as {})", app.config.public_url);
    tell(State::Ready);
    stopping(&app, &stop).await;
    let _listener_may_be_gone = close.send(true);
    // Whoever takes longer over a request than work may take to end is cut off.
    let served = tokio::time::timeout(app.config.drain(), served).await;
    let _finished = tokio::join!(worker, chores);
    end(&app, figures, telemetry).await;
    match served {
        Ok(Ok(served)) => served.map(|()| exit::PASSED).map_err(Failure::could_not_run),
        Ok(Err(error)) => Err(Failure::could_not_run(error)),
        Err(_) => Ok(exit::PASSED),
    }
}

/// Works off the queue and answers nobody: a further node beside those that serve.
pub async fn work(args: ConfigArgs) -> Result<u8, Failure> {
    let config = loaded(&args)?;
    if matches!(config.database(), Database::Sqlite(_)) {
        return Err(Failure::usage(
            "one SQLite file has one process, `wellspring serve`; more of them need PostgreSQL",
        ));
    }
    let telemetry = telemetry::start(&config).map_err(Failure::could_not_run)?;
    let app = ready(config).await?;
    let figures = figures(&app).await?;
    let (stop, stopped) = watch::channel(false);
    say!("Wellspring Gateway works off the queue");
    tell(State::Ready);
    let chores = work::chores::run(app.clone(), stopped.clone());
    tokio::join!(stopping(&app, &stop), work::run(app.clone(), stopped), chores);
    end(&app, figures, telemetry).await;
    Ok(exit::PASSED)
}

/// Listens at an address that a setting names.
async fn bind(setting: &str, listen: SocketAddr) -> Result<TcpListener, Failure> {
    let failed = |error| format!("`server.{setting}`: {listen} cannot be listened on: {error}");
    TcpListener::bind(listen).await.map_err(|error| Failure::could_not_run(failed(error)))
}

/// Answers at the operator's own address, where there is one, until the process ends.
async fn figures(app: &App) -> Result<Option<JoinHandle<std::io::Result<()>>>, Failure> {
    let Some(listen) = app.config.server.metrics_listen else { return Ok(None) };
    let listener = bind("metrics_listen", listen).await?;
    Ok(Some(tokio::spawn(axum::serve(listener, routes::health::operators(app.clone())).into_future())))
}

/// The last figures can be had until everything else has ended.
async fn end(app: &App, figures: Option<JoinHandle<std::io::Result<()>>>, telemetry: Telemetry) {
    if let Some(figures) = figures {
        figures.abort();
    }
    app.store.close().await;
    telemetry.end().await;
}

/// A gateway whose database is as it should be.
async fn ready(config: Config) -> Result<App, Failure> {
    let app = start::app(config).await.map_err(Failure::could_not_run)?;
    payloads_can_be_kept(&app).await?;
    start::set_rates(&app).await.map_err(Failure::could_not_run)?;
    // Others may hold leases of a database that is shared; those of a process that was killed end by themselves.
    if app.store.is_single() {
        let handed_back = app.store.release_leases().await.map_err(Failure::could_not_run)?;
        if handed_back > 0 {
            tracing::info!(tasks = handed_back, "work that an earlier process had begun is taken up again");
        }
    }
    Ok(app)
}

/// A folder or bucket that is the wrong one, or refuses us, stops the start. One that cannot be reached at the moment does not:
/// everything but long payloads goes on without it.
async fn payloads_can_be_kept(app: &App) -> Result<(), Failure> {
    match app.store.check_payloads().await {
        Err(error @ StoreError::ObjectsUnavailable(_)) => {
            tracing::warn!(%error, "submissions that are too long for the database are refused meanwhile");
            Ok(())
        }
        checked => checked.map_err(Failure::could_not_run),
    }
}

/// Waits until this process is told to stop. From then on it leases nothing more and is not ready; requests are taken for a
/// while, until load balancers have noticed.
async fn stopping(app: &App, stop: &watch::Sender<bool>) {
    let told = until_told().await;
    tracing::info!("stopping: finishing what was begun");
    tell(State::Stopping);
    app.readiness.drain();
    let _workers_may_be_gone = stop.send(true);
    // At a terminal nobody sends requests elsewhere.
    if told == Told::Terminated {
        tokio::time::sleep(app.config.drain_notice()).await;
    }
}

async fn until(mut told: watch::Receiver<bool>) {
    let _told = told.wait_for(|told| *told).await;
}

/// Who told the process to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Ctrl-C.
    Interrupted,
    /// A supervisor's SIGTERM.
    Terminated,
}

/// Ends on Ctrl-C or a supervisor's SIGTERM.
async fn until_told() -> Told {
    let interrupted = async {
        // Without a handler there is nothing to wait for; the process then ends by the signal itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => Told::Interrupted,
        () = terminated => Told::Terminated,
    }
}

/// What systemd is told.
#[derive(Debug, Clone, Copy)]
enum State {
    Ready,
    Stopping,
}

/// Tells systemd, where it wants to hear it (`Type=notify`).
fn tell(state: State) {
    #[cfg(target_os = "linux")]
    {
        let state = match state {
            State::Ready => sd_notify::NotifyState::Ready,
            State::Stopping => sd_notify::NotifyState::Stopping,
        };
        if let Err(error) = sd_notify::notify(&[state]) {
            tracing::warn!(%error, "systemd could not be told");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _nobody_to_tell = state;
}
