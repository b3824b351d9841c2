//! Putting a gateway together from its configuration.

use std::{path::Path, sync::Arc};

use secrecy::zeroize::Zeroizing;
use tokio::sync::Semaphore;
use wellspring_egress::{Fetcher, FetcherConfig, Webhooks};
use wellspring_host::{Host, HostConfig, Workplace};
use wellspring_model::{
    Timestamp,
    digest::Digest,
    time::{Clock, Entropy},
};
use wellspring_score::ScoringPolicy;
use wellspring_store::{Database, MasterKey, Rate, Store};
use wellspring_verify::{Cache, Document, Limits, Material, Policy};

use crate::{
    clock::{SystemClock, SystemEntropy},
    config::Config,
    installed,
    kept::Kept,
    known::Known,
    metrics::Metrics,
    pace::Pace,
    prepared::Prepared,
    readiness::Readiness,
    registries,
    state::{App, AppState, Verification},
};

/// Why a gateway cannot start. Each message says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    #[error("the master key {path} cannot be read ({error}); `wellspring migrate` makes one")]
    MasterKey { path: String, error: std::io::Error },
    #[error("the master key {0} is not 32 bytes; restore the right file, since no other opens the sealed secrets")]
    MasterKeyLength(String),
    #[error("the store: {0}")]
    Store(#[from] wellspring_store::StoreError),
    #[error("outbound HTTP: {0}")]
    Egress(#[from] wellspring_egress::EgressError),
    #[error("the sandbox: {0}")]
    Host(#[from] wellspring_host::HostError),
    #[error("the connector {file}: {error}")]
    Connector { file: String, error: wellspring_host::PackageError },
    #[error(
        "the connector {0} was installed by an earlier version, which kept no record of it. Install it again (`wellspring \
         connectors install {0} --unsigned`), then take this file away"
    )]
    Unrecorded(String),
    #[error(
        "the connector {file} is {digest}, on record is {recorded}: somebody has put another file there. Install the vendor's \
         again"
    )]
    Swapped { file: String, digest: Digest, recorded: Digest },
    #[error("the connector {file}: {error}. It was signed when it was installed; install the vendor's package again")]
    Signature { file: String, error: wellspring_host::SignatureError },
    #[error("{path}: {error}")]
    TrustFile { path: String, error: wellspring_host::TrustFileError },
    #[error("others can write to the trust file {0}, and so decide whose code runs; take that right away (chmod go-w)")]
    TrustFileOpen(String),
    #[error("{path}: {error}")]
    File { path: String, error: std::io::Error },
    #[error("the context {path}: {error}")]
    Context { path: String, error: wellspring_verify::jsonld::ContextError },
    #[error("the registry `{name}`: {error}")]
    Registry { name: String, error: wellspring_verify::RegistryError },
    #[error("the log filter `{0}` cannot be read")]
    LogFilter(String),
    #[error("the way to `telemetry.otlp_endpoint`: {0}")]
    Telemetry(String),
    #[error("another gateway already serves the database {0}; one SQLite file has one server")]
    Served(String),
}

/// Opens the database with its master key.
///
/// # Errors
/// The key or the database cannot be opened.
pub async fn store(config: &Config) -> Result<Store, StartError> {
    let store = Store::open(&config.database(), master_key(config)?, Arc::new(SystemEntropy)).await?;
    Ok(store.with_payloads(&config.payloads()?)?)
}

/// Reads the master key.
///
/// # Errors
/// It is not there, or is none.
pub fn master_key(config: &Config) -> Result<MasterKey, StartError> {
    let path = &config.secrets.master_key_file;
    let bytes = std::fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| StartError::MasterKey { path: path.display().to_string(), error })?;
    let key: [u8; 32] =
        bytes.as_slice().try_into().map_err(|_| StartError::MasterKeyLength(path.display().to_string()))?;
    Ok(MasterKey::new(key))
}

/// Makes the master key file where there is none, readable by its owner only.
///
/// # Errors
/// The file cannot be written.
pub fn ensure_master_key(path: &Path) -> Result<bool, StartError> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let failed = |error| StartError::File { path: path.display().to_string(), error };
    match options.open(path) {
        Ok(mut file) => {
            let mut key = Zeroizing::new([0; 32]);
            SystemEntropy.fill(&mut *key);
            file.write_all(&*key).and_then(|()| file.sync_all()).map_err(failed)?;
            Ok(true)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

/// Holds a SQLite database for one serving process.
#[derive(Debug)]
pub struct ServingLock {
    _file: std::fs::File,
}

/// Takes a SQLite database for this process; PostgreSQL has room for many. The operating system lets go of it when the process ends, however it ends, so
/// that whoever holds it knows that every lease in the database is of a process that is no more.
///
/// # Errors
/// Another process serves this database.
pub fn serving_lock(config: &Config) -> Result<Option<ServingLock>, StartError> {
    let Database::Sqlite(database) = config.database() else { return Ok(None) };
    let path = database.with_extension("lock");
    let named = |error| StartError::File { path: path.display().to_string(), error };
    let file = std::fs::File::create(&path).map_err(named)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(ServingLock { _file: file })),
        Err(std::fs::TryLockError::WouldBlock) => Err(StartError::Served(database.display().to_string())),
        Err(std::fs::TryLockError::Error(error)) => Err(named(error)),
    }
}

/// A gateway that is ready to serve and to work.
///
/// # Errors
/// Anything that is missing or cannot be read, named with what to do next.
pub async fn app(config: Config) -> Result<App, StartError> {
    let program = |argument| {
        Workplace::this_program(argument).map_err(|error| StartError::File { path: "the program".to_owned(), error })
    };
    let programs = Programs { compiler: program(installed::COMPILE)?, guests: Some(program(installed::RUN)?) };
    // Boxed, as it is large: whoever waits for it would be too.
    Box::pin(assembled(fetcher(&config)?, config, Arc::new(SystemClock), Arc::new(SystemEntropy), programs)).await
}

/// As [`app`], with a clock and a random source of the caller's. Connectors are compiled in this process, which need not be the
/// program.
///
/// # Errors
/// As [`app`].
pub async fn app_with(config: Config, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<App, StartError> {
    app_reaching(fetcher(&config)?, config, clock, entropy).await
}

fn fetcher(config: &Config) -> Result<Fetcher, StartError> {
    let stale = jiff::SignedDuration::from_secs(config.policy.longest_age_seconds().into());
    let extra_ca_file = config.extra_ca_file().map(Path::to_owned);
    Ok(Fetcher::new(FetcherConfig { extra_ca_file, stale, ..FetcherConfig::default() })?)
}

/// As [`app_with`], with a way to issuers' sites of the caller's.
///
/// # Errors
/// As [`app`].
pub async fn app_reaching(
    fetcher: Fetcher,
    config: Config,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<App, StartError> {
    let programs = Programs { compiler: Workplace::Thread, guests: None };
    Box::pin(assembled(fetcher, config, clock, entropy, programs)).await
}

/// Where connectors are compiled, and where they run. `None`: in this process.
struct Programs {
    compiler: Workplace,
    guests: Option<Workplace>,
}

async fn assembled(
    fetcher: Fetcher,
    config: Config,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    programs: Programs,
) -> Result<App, StartError> {
    let store = store(&config).await?;
    store.check_schema().await?;
    let extra_ca_file = config.extra_ca_file().map(Path::to_owned);
    let webhooks = Webhooks::new(extra_ca_file.as_deref())?;
    let sandbox = HostConfig { extra_ca_file, ..HostConfig::default() };
    let kept = Arc::new(Kept::new(store.clone()));
    let host = match programs.guests.filter(|_| config.connectors.own_process) {
        Some(program) => Host::apart(sandbox, program, kept, Arc::clone(&clock)).await?,
        None => Host::new(sandbox, kept, Arc::clone(&clock), Arc::clone(&entropy))?,
    };
    let host = host.with_compiler(installed::compiler(&config.connectors, &master_key(&config)?, programs.compiler)?);
    let taken_up = installed::take_up_all(&host, &store, &config.connectors).await?;
    let verification = verification(&config, clock.now())?;
    let scoring = Arc::new(ScoringPolicy::counting(config.policy.assurance.iter().copied().collect()));
    let (known, metrics, readiness) = (Known::default(), Metrics::new(&store, clock.now()), Readiness::default());
    metrics.connectors(&taken_up);
    let processors = Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from));
    Ok(App::new(AppState {
        config,
        store,
        host,
        fetcher,
        webhooks,
        clock,
        entropy,
        verification,
        scoring,
        prepared: Prepared::default(),
        known,
        pace: Pace::default(),
        processors,
        metrics,
        readiness,
    }))
}

/// Tells the store how fast each connector's ATS may be called.
///
/// # Errors
/// The store's.
pub async fn set_rates(app: &App) -> Result<(), StartError> {
    for connector in app.host.connectors() {
        if let Some(rate) = connector.manifest().rate {
            let rate = Rate { requests: rate.requests, per_seconds: rate.per_seconds };
            app.store.set_rate(connector.id(), rate).await?;
        }
    }
    Ok(())
}

fn verification(config: &Config, now: Timestamp) -> Result<Verification, StartError> {
    let limits = Limits {
        bytes: config.limits.credential_bytes,
        depth: config.limits.json_depth,
        nested: config.limits.nested_credentials,
        ..Limits::default()
    };
    let policy = Policy {
        key_max_age_seconds: config.policy.key_max_age_seconds,
        status_max_age_seconds: config.policy.status_max_age_seconds,
        clock_skew_seconds: config.policy.clock_skew_seconds,
        ..Policy::default()
    };
    let mut standing = Material::default();
    registries::insert_all(&mut standing, &config.registries, now)?;
    for (url, path) in &config.contexts {
        let bytes =
            std::fs::read(path).map_err(|error| StartError::File { path: path.display().to_string(), error })?;
        let content_type = Some("application/ld+json".to_owned());
        let context = Document { status: None, content_type, bytes, fetched_at: now };
        let named = |error| StartError::Context { path: path.display().to_string(), error };
        standing.insert_context(url, context).map_err(named)?;
    }
    let cache = Cache::new(config.limits.cache_bytes);
    Ok(Verification { limits, policy, rules: config.policy.rules(), standing, cache })
}
