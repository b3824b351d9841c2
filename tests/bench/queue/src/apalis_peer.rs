//! The same work done by apalis: jobs that do nothing, claimed and acknowledged by a worker as its own manual shows it.
//!
//! Its set-up switches SQLite's syncs off (`synchronous = OFF`), with which a power cut loses jobs. It is measured with the
//! same durability as ours: its tables are made by its migrations, on connections that sync.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use apalis::prelude::*;
use apalis_postgres::{PgPool, PostgresStorage};
use apalis_sqlite::{SqlitePoolOptions, SqliteStorage};
use futures_util::stream;

use crate::{BATCH, Failure, Place, commits::durable};

/// Jobs that are done before the clock starts: the worker registers itself first.
const WARM_UP: usize = 200;
const POLL: Duration = Duration::from_millis(1);

/// How far it has come.
#[derive(Clone, Default)]
struct Progress {
    run: Arc<AtomicUsize>,
    began: Arc<std::sync::OnceLock<Instant>>,
}

async fn job(_job: usize, progress: Data<Progress>) -> Result<(), BoxDynError> {
    if progress.run.fetch_add(1, Ordering::Relaxed) + 1 == WARM_UP {
        let _first = progress.began.set(Instant::now());
    }
    Ok(())
}

pub async fn rate(place: &Place) -> Result<u64, Failure> {
    let progress = Progress::default();
    match place {
        Place::Sqlite(folder) => {
            let options = durable(&folder.path().join("apalis.db"));
            let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
            SqliteStorage::<()>::migrations().run(&pool).await?;
            let jobs = 3_000;
            let config = apalis_sqlite::Config::default().queue("bench").batch_size(BATCH);
            let mut backend = SqliteStorage::<usize>::new(&pool).with_config(config);
            backend.push_stream(&mut stream::iter(0..jobs)).await?;
            let backend = backend.poll_with_interval(POLL);
            let worker = WorkerBuilder::new("bench").backend(backend).data(progress.clone()).build(job);
            let acknowledged = || sqlx::query_scalar("SELECT count(*) FROM jobs WHERE status = 'Done'").fetch_one(&pool);
            tokio::select! {
                ended = worker.run() => ended.map_err(Failure::from).and_then(|()| Err("apalis ended early".into())),
                rate = until_acknowledged(jobs, &progress, acknowledged) => rate,
            }
        }
        Place::Postgres(_) => {
            let pool = PgPool::connect(&place.database("apalis").await?).await?;
            PostgresStorage::<()>::setup(&pool).await?;
            let jobs = 20_000;
            let config = apalis_postgres::Config::default().queue("bench").batch_size(BATCH);
            let mut backend = PostgresStorage::<usize>::new(&pool).with_config(config);
            backend.push_stream(&mut stream::iter(0..jobs)).await?;
            let backend = backend.poll_with_interval(POLL);
            let worker = WorkerBuilder::new("bench").backend(backend).data(progress.clone()).build(job);
            let acknowledged =
                || sqlx::query_scalar("SELECT count(*) FROM apalis.jobs WHERE status = 'Done'").fetch_one(&pool);
            tokio::select! {
                ended = worker.run() => ended.map_err(Failure::from).and_then(|()| Err("apalis ended early".into())),
                rate = until_acknowledged(jobs, &progress, acknowledged) => rate,
            }
        }
    }
}

/// Jobs a second, until the last one is acknowledged: it runs jobs first, and writes down later that they are done.
async fn until_acknowledged<F>(jobs: usize, progress: &Progress, acknowledged: impl Fn() -> F) -> Result<u64, Failure>
where
    F: Future<Output = Result<i64, sqlx::Error>>,
{
    loop {
        tokio::time::sleep(POLL).await;
        if progress.run.load(Ordering::Relaxed) < jobs || usize::try_from(acknowledged().await?)? < jobs {
            continue;
        }
        let began = progress.began.get().ok_or("apalis did not do its jobs")?;
        return Ok(((jobs - WARM_UP) as f64 / began.elapsed().as_secs_f64()) as u64);
    }
}
