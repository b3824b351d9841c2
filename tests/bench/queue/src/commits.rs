//! What the database commits in a second when each row has a transaction of its own.

use std::time::{Duration, Instant};

use sqlx::{
    Connection as _, PgConnection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{Failure, Place};

const TIME: Duration = Duration::from_secs(3);
const TABLE: &str = "CREATE TABLE plain (id BIGINT PRIMARY KEY, text TEXT NOT NULL)";
const ROW: &str = "INSERT INTO plain (id, text) VALUES ($1, $2)";

macro_rules! commits {
    ($connection:expr) => {{
        let mut connection = $connection;
        sqlx::query(TABLE).execute(&mut connection).await?;
        let (began, text, mut count) = (Instant::now(), "x".repeat(200), 0_i64);
        while began.elapsed() < TIME {
            sqlx::query(ROW).bind(count).bind(&text).execute(&mut connection).await?;
            count += 1;
        }
        let rate = count as f64 / began.elapsed().as_secs_f64();
        connection.close().await?;
        Ok(rate as u64)
    }};
}

pub async fn rate(place: &Place) -> Result<u64, Failure> {
    match place {
        Place::Sqlite(folder) => {
            commits!(SqliteConnection::connect_with(&durable(&folder.path().join("commits.db"))).await?)
        }
        Place::Postgres(_) => commits!(PgConnection::connect(&place.database("commits").await?).await?),
    }
}

/// As our own store opens a file.
pub fn durable(path: &std::path::Path) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
}
