//! A database of a test's own, where PostgreSQL is there.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// It stays until it is [removed](OwnDatabase::remove), or made anew by a later run.
pub struct OwnDatabase {
    connection: PgConnection,
    server: String,
    name: String,
}

impl OwnDatabase {
    /// An empty one whose name begins so. `None`, and a word to whoever runs the tests: PostgreSQL is not there.
    ///
    /// # Panics
    /// It is there, and does not do it.
    pub async fn create(name: &str) -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "the test's own surroundings")]
        let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
            eprintln!("skipped: PostgreSQL is not there (TEST_POSTGRES_URL)");
            return None;
        };
        let name = format!("{name}_{}", std::process::id());
        let connection = PgConnection::connect(&server).await.expect("the server answers");
        let mut database = Self { connection, server, name };
        for sql in [database.dropping(), format!("CREATE DATABASE {}", database.name)] {
            database.run(sql).await;
        }
        Some(database)
    }

    /// The settings of a gateway that works on it.
    ///
    /// # Panics
    /// The server's address has no database's name.
    pub fn settings(&self) -> String {
        let (base, _) = self.server.rsplit_once('/').expect("an address");
        format!("[database]\nurl = \"{base}/{}\"\n", self.name)
    }

    /// Takes it away, also from whoever works on it.
    ///
    /// # Panics
    /// It does not go.
    pub async fn remove(mut self) {
        self.run(self.dropping()).await;
    }

    fn dropping(&self) -> String {
        format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)
    }

    async fn run(&mut self, sql: String) {
        self.connection.execute(AssertSqlSafe(sql)).await.expect("it is the owner's");
    }
}
