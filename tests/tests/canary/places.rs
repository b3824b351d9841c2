//! Where a secret might have got to.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, Executor as _, Row as _, SqliteConnection,
    sqlite::SqliteConnectOptions,
};

/// Every file below a folder, read whole.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.is_file() {
            found.push((path.display().to_string(), std::fs::read(&path).expect("the file is read")));
        }
    }
    found
}

/// Opens a gateway's database beside it.
pub async fn database(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file);
    SqliteConnection::connect_with(&options).await.expect("the database opens")
}

/// Every row of every table: a long value lies in several places of the file, so that a search of its bytes may miss it.
pub async fn rows(database: &mut SqliteConnection) -> Vec<(String, Vec<u8>)> {
    let tables = database.fetch_all("SELECT name FROM sqlite_master WHERE type = 'table'").await.expect("the tables");
    let mut found = Vec::new();
    for table in tables.iter().map(|row| row.get::<String, _>(0)) {
        let all = format!("SELECT * FROM \"{table}\"");
        for row in database.fetch_all(AssertSqlSafe(all)).await.expect("the rows") {
            for (place, column) in row.columns().iter().enumerate() {
                let value: Option<Vec<u8>> = row.try_get_unchecked(place).expect("bytes");
                found.push((format!("{table}.{}", column.name()), value.unwrap_or_default()));
            }
        }
    }
    found
}

/// A collector of traces: what it was sent, as it came.
#[derive(Clone, Default)]
pub struct Collector(Arc<Mutex<Vec<u8>>>);

impl Collector {
    pub async fn start() -> (Self, String) {
        let collector = Self::default();
        let router = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        (collector, endpoint)
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn take(State(collector): State<Collector>, body: Bytes) {
    collector.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&body);
}
