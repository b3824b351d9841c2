//! `serve`, `work` and `migrate`.

use tokio::{net::TcpListener, sync::watch};

use wellspring_store::{Database, StoreError};

use super::{ConfigArgs, Failure, exit};
use crate::{config::Config, routes, start, state::App, work};

/// Reads the configuration and starts the log.
pub fn configured(args: &ConfigArgs) -> Result<Config, Failure> {
    let config = Config::load(args.config.as_deref()).map_err(Failure::could_not_run)?;
    start::log(&config).map_err(Failure::could_not_run)?;
    Ok(config)
}

pub async fn migrate(args: ConfigArgs) -> Result<u8, Failure> {
    let config = configured(&args)?;
    let key = &config.secrets.master_key_file;
    if start::ensure_master_key(key).map_err(Failure::could_not_run)? {
        println!("made the master key {}; keep a copy apart from the database", key.display());
    }
    let store = start::store(&config).await.map_err(Failure::could_not_run)?;
    store.migrate().await.map_err(Failure::could_not_run)?;
    store.close().await;
    match config.database() {
        Database::Sqlite(path) => println!("the database {} is up to date", path.display()),
        Database::Postgres(_) => println!("the database is up to date"),
    }
    Ok(exit::PASSED)
}

/// Answers HTTP and works off the queue.
pub async fn serve(args: ConfigArgs) -> Result<u8, Failure> {
    let config = configured(&args)?;
    let listen = config.server.listen;
    let _serving = start::serving_lock(&config).map_err(Failure::could_not_run)?;
    let app = ready(config).await?;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| Failure::could_not_run(format!("{listen} cannot be listened on: {error}")))?;
    let (stop, stopped) = watch::channel(false);
    let chores = tokio::spawn(work::chores::run(app.clone(), stopped.clone()));
    let worker = tokio::spawn(work::run(app.clone(), stopped));
    println!("Wellspring Gateway answers at http://{listen} (known as {})", app.config.public_url);
    let served = axum::serve(listener, routes::router(app.clone()))
        .with_graceful_shutdown(until_told(stop))
        .await
        .map_err(Failure::could_not_run);
    let _finished = tokio::join!(worker, chores);
    app.store.close().await;
    served.map(|()| exit::PASSED)
}

/// Works off the queue and answers nobody: a further node beside those that serve.
pub async fn work(args: ConfigArgs) -> Result<u8, Failure> {
    let config = configured(&args)?;
    if matches!(config.database(), Database::Sqlite(_)) {
        return Err(Failure::usage(
            "one SQLite file has one process, `wellspring serve`; more of them need PostgreSQL",
        ));
    }
    let app = ready(config).await?;
    let (stop, stopped) = watch::channel(false);
    println!("Wellspring Gateway works off the queue");
    let chores = work::chores::run(app.clone(), stopped.clone());
    tokio::join!(until_told(stop), work::run(app.clone(), stopped), chores);
    app.store.close().await;
    Ok(exit::PASSED)
}

/// A gateway whose database is as it should be.
async fn ready(config: Config) -> Result<App, Failure> {
    let app = start::app(config).await.map_err(Failure::could_not_run)?;
    app.store.check_schema().await.map_err(Failure::could_not_run)?;
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

/// Ends on Ctrl-C or a supervisor's SIGTERM, and tells the workers.
async fn until_told(stop: watch::Sender<bool>) {
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
        () = interrupted => {}
        () = terminated => {}
    }
    tracing::info!("stopping: finishing what was begun");
    let _workers_may_be_gone = stop.send(true);
}
