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
const MIGRATIONS: [(i64, &str, &str); 15] = [
    (1, "first", include_str!("../migrations/0001_first.sql")),
    (2, "trust", include_str!("../migrations/0002_trust.sql")),
    (3, "queue", include_str!("../migrations/0003_queue.sql")),
    (4, "schedule", include_str!("../migrations/0004_schedule.sql")),
    (5, "payloads", include_str!("../migrations/0005_payloads.sql")),
    (6, "rechecks", include_str!("../migrations/0006_rechecks.sql")),
    (7, "events", include_str!("../migrations/0007_events.sql")),
    (8, "audit", include_str!("../migrations/0008_audit.sql")),
    (9, "traces", include_str!("../migrations/0009_traces.sql")),
    (10, "frameworks", include_str!("../migrations/0010_frameworks.sql")),
    (11, "crosswalks", include_str!("../migrations/0011_crosswalks.sql")),
    (12, "scoring", include_str!("../migrations/0012_scoring.sql")),
    (13, "connectors", include_str!("../migrations/0013_connectors.sql")),
    (14, "inbound", include_str!("../migrations/0014_inbound.sql")),
    (15, "tenants_row", include_str!("../migrations/0015_tenants_row.sql")),
];

/// The third migration looks for the task of every delivery, and goes through all tasks for each where there is no index. It
/// makes the table anew, and the index goes with the old one.
const BEFORE_3: &str = "CREATE INDEX IF NOT EXISTS tasks_before_3 ON tasks (subject)";

/// The version that this program needs.
pub(crate) const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

impl Store {
    /// Brings the database up to date.
    ///
    /// # Errors
    /// A migration fails, or the database is of a newer version than this program.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let mut connection = self.options.silent().connect().await?;
        // A database that has none yet answers with an error, and needs no index.
        let applied = query("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").number(&mut connection).await;
        if matches!(applied, Ok(1 | 2)) {
            query(BEFORE_3).execute(&mut connection).await?;
        }
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
    /// [`StoreError::Outdated`] where `migrate` has not been run, [`StoreError::Newer`] where a newer version has run it.
    pub async fn check_schema(&self) -> Result<(), StoreError> {
        let applied = query("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").number(&self.read).await;
        match applied {
            Ok(NEWEST) => Ok(()),
            Ok(applied) if applied > NEWEST => Err(StoreError::Newer),
            Err(error @ (StoreError::Unavailable | StoreError::Closed)) => Err(error),
            _ => Err(StoreError::Outdated),
        }
    }
}

fn migrator(dialect: Dialect) -> Migrator {
    let migrations = MIGRATIONS.map(|(version, name, sql)| {
        let sql = AssertSqlSafe(in_dialect(sql, dialect).into_owned()).into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.into())
}

/// The migrations are written for SQLite. PostgreSQL has another name for bytes; and ids are compared by their bytes,
/// whatever the language of the database. What one of the two has no word for stands in a part of its own (see [`part`]).
fn in_dialect(sql: &str, dialect: Dialect) -> Cow<'_, str> {
    let sql = if sql.lines().any(|line| part(line).is_some()) { Cow::Owned(parts(sql, dialect)) } else { sql.into() };
    match dialect {
        Dialect::Sqlite => sql,
        Dialect::Postgres => Cow::Owned(sql.replace(" BLOB", " BYTEA").replace(" TEXT", " TEXT COLLATE \"C\"")),
    }
}

/// The lines for this database: those before the first part, and its own parts.
fn parts(sql: &str, dialect: Dialect) -> String {
    let mut of = None;
    let mut lines = String::with_capacity(sql.len());
    for line in sql.lines() {
        of = part(line).unwrap_or(of);
        if of.is_none_or(|of| of == dialect) {
            lines.push_str(line);
            lines.push('\n');
        }
    }
    lines
}

/// Whether a part begins with this line, and for which database it is; `None` within: for both again.
fn part(line: &str) -> Option<Option<Dialect>> {
    match line {
        "-- On SQLite:" => Some(Some(Dialect::Sqlite)),
        "-- On PostgreSQL:" => Some(Some(Dialect::Postgres)),
        "-- On both:" => Some(None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_is_given_its_own_parts_and_what_is_for_both() {
        let sql = "a BLOB\n-- On SQLite:\nb\n-- On PostgreSQL:\nc\n-- On both:\nd TEXT\n";
        assert_eq!(in_dialect(sql, Dialect::Sqlite), "a BLOB\n-- On SQLite:\nb\n-- On both:\nd TEXT\n");
        let postgres = "a BYTEA\n-- On PostgreSQL:\nc\n-- On both:\nd TEXT COLLATE \"C\"\n";
        assert_eq!(in_dialect(sql, Dialect::Postgres), postgres);
        assert!(matches!(in_dialect("a\nb", Dialect::Sqlite), Cow::Borrowed("a\nb")), "checksums stay");
    }
}
