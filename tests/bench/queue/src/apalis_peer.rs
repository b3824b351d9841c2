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

const JOBS: usize = 3_000;
/// Jobs that are done before the clock starts: the worker registers itself first.
const WARM_UP: usize = 200;
const POLL: Duration = Duration::from_millis(1);

/// What has been done, and when it began to count.
#[derive(Clone, Default)]
struct Progress {
    done: Arc<AtomicUsize>,
    began: Arc<std::sync::OnceLock<Instant>>,
    ended: Arc<std::sync::OnceLock<Instant>>,
}

async fn job(_job: usize, worker: WorkerContext, progress: Data<Progress>) -> Result<(), BoxDynError> {
    let done = progress.done.fetch_add(1, Ordering::Relaxed) + 1;
    if done == WARM_UP {
        let _first = progress.began.set(Instant::now());
    }
    if done == JOBS {
        let _last = progress.ended.set(Instant::now());
        worker.stop()?;
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
            let config = apalis_sqlite::Config::default().queue("bench").batch_size(BATCH);
            let mut backend = SqliteStorage::<usize>::new(&pool).with_config(config);
            backend.push_stream(&mut stream::iter(0..JOBS)).await?;
            let backend = backend.poll_with_interval(POLL);
            WorkerBuilder::new("bench").backend(backend).data(progress.clone()).build(job).run().await?;
        }
        Place::Postgres(_) => {
            let pool = PgPool::connect(&place.database("apalis").await?).await?;
            PostgresStorage::<()>::setup(&pool).await?;
            let config = apalis_postgres::Config::default().queue("bench").batch_size(BATCH);
            let mut backend = PostgresStorage::<usize>::new(&pool).with_config(config);
            backend.push_stream(&mut stream::iter(0..JOBS)).await?;
            let backend = backend.poll_with_interval(POLL);
            WorkerBuilder::new("bench").backend(backend).data(progress.clone()).build(job).run().await?;
        }
    }
    match (progress.began.get(), progress.ended.get()) {
        (Some(began), Some(ended)) => Ok(((JOBS - WARM_UP) as f64 / (*ended - *began).as_secs_f64()) as u64),
        _ => Err("apalis did not do its jobs".into()),
    }
}
