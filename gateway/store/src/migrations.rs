//! Bringing a database up to date. Data stays; there is no way back.

use std::borrow::Cow;

use sqlx::{
    AssertSqlSafe, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::{
    Store, StoreError,
    sql::{Connection, Dialect, query},
};

/// All migrations, oldest first. One that was released is never edited.
const MIGRATIONS: [(i64, &str, &str); 5] = [
    (1, "first", include_str!("../migrations/0001_first.sql")),
    (2, "trust", include_str!("../migrations/0002_trust.sql")),
    (3, "queue", include_str!("../migrations/0003_queue.sql")),
    (4, "schedule", include_str!("../migrations/0004_schedule.sql")),
    (5, "payloads", include_str!("../migrations/0005_payloads.sql")),
];

impl Store {
    /// Brings the database up to date.
    ///
    /// # Errors
    /// A migration fails, or the database is of a newer version than this program.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let mut connection = self.options.connect().await?;
        let migrator = migrator(connection.dialect());
        match &mut connection {
            Connection::Sqlite(connection) => migrator.run(connection).await?,
            Connection::Postgres(connection) => migrator.run(connection).await?,
        }
        Ok(connection.close().await?)
    }

    /// Makes sure that the database is what this version needs.
    ///
    /// # Errors
    /// [`StoreError::Outdated`] where `migrate` has not been run, or where a newer version has run it.
    pub async fn check_schema(&self) -> Result<(), StoreError> {
        let newest = MIGRATIONS.last().map_or(0, |(version, ..)| *version);
        let applied = query("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").number(&self.read).await;
        match applied {
            Ok(applied) if applied == newest => Ok(()),
            Err(StoreError::Unavailable) => Err(StoreError::Unavailable),
            _ => Err(StoreError::Outdated),
        }
    }
}

fn migrator(dialect: Dialect) -> Migrator {
    let migrations = MIGRATIONS.map(|(version, name, sql)| {
        let sql = AssertSqlSafe(in_dialect(&of_dialect(sql, dialect), dialect).into_owned()).into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.into())
}

/// Where the two have different functions, a line says for which of them the following ones are, up to the next such line.
fn of_dialect(sql: &str, dialect: Dialect) -> String {
    let mut is_ours = true;
    let mut ours = |line: &&str| {
        is_ours = match *line {
            "-- on SQLite" => dialect == Dialect::Sqlite,
            "-- on PostgreSQL" => dialect == Dialect::Postgres,
            "-- on both" => true,
            _ => is_ours,
        };
        is_ours
    };
    sql.split_inclusive('\n').filter(|line| ours(&line.trim_end())).collect()
}

/// The migrations are written for SQLite. PostgreSQL has another name for bytes; and ids are compared by their bytes,
/// whatever the language of the database.
fn in_dialect(sql: &str, dialect: Dialect) -> Cow<'_, str> {
    match dialect {
        Dialect::Sqlite => Cow::Borrowed(sql),
        Dialect::Postgres => Cow::Owned(sql.replace(" BLOB", " BYTEA").replace(" TEXT", " TEXT COLLATE \"C\"")),
    }
}
