//! One SQL for both databases: statements with their arguments, run on a connection or a pool of either.
//!
//! The statements are shared. Where the two differ (the clock, locking what others may claim) a statement is chosen by
//! [`Dialect`].

mod arg;
mod connections;
mod rows;
mod together;

use std::{future::Future, time::Duration};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool, SqlSafeStr, SqlStr, SqliteConnection};

pub(crate) use arg::{Arg, Column};
pub(crate) use connections::Connections;
pub(crate) use rows::{over_rows, read_over_rows, statements};

use self::together::together;
use crate::{StoreError, row::Row, transaction::Transaction};

/// How long PostgreSQL may take to answer. A connection whose other end is gone without a word (a machine without power, a
/// firewall that forgot it) would otherwise be waited for without end.
pub(crate) const SILENT: Duration = Duration::from_secs(20);

/// Which of the two databases it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A statement with its arguments.
pub(crate) struct Query {
    sql: SqlStr,
    args: Vec<Arg>,
    /// In place of `args`, on PostgreSQL.
    columns: Vec<Column>,
}

/// A statement known when this was written.
pub(crate) fn query(sql: &'static str) -> Query {
    Query { sql: sql.into_sql_str(), args: Vec::new(), columns: Vec::new() }
}

/// A statement put together from parts known when this was written, such as a repeated row of placeholders.
pub(crate) fn composed(sql: String) -> Query {
    Query { sql: AssertSqlSafe(sql).into_sql_str(), args: Vec::new(), columns: Vec::new() }
}

impl Query {
    pub fn bind(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        self
    }

    pub fn bind_column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// Says how many rows it changed.
    pub async fn execute(self, on: impl On) -> Result<u64, StoreError> {
        self.check()?;
        Ok(on.execute(self).await?)
    }

    pub async fn fetch_all(self, on: impl On) -> Result<Vec<Row>, StoreError> {
        self.check()?;
        Ok(on.rows(self).await?)
    }

    pub async fn fetch_optional(self, on: impl On) -> Result<Option<Row>, StoreError> {
        Ok(self.fetch_all(on).await?.into_iter().next())
    }

    /// Runs statements of which nobody asks for an answer. Each would be a trip to the database, so that as many as can be are
    /// made one.
    pub async fn execute_all(queries: Vec<Self>, tx: &mut Transaction) -> Result<(), StoreError> {
        for query in together(queries, tx.dialect()) {
            query.execute(&mut *tx).await?;
        }
        Ok(())
    }

    /// The one number that a statement such as `SELECT count(*)` answers.
    pub async fn number(self, on: impl On) -> Result<i64, StoreError> {
        let row = self.fetch_optional(on).await?.ok_or(sqlx::Error::RowNotFound)?;
        Ok(row.first()?)
    }

    /// PostgreSQL's text cannot hold the character U+0000. For both to behave alike, neither is given one.
    fn check(&self) -> Result<(), StoreError> {
        if self.args.iter().any(Arg::holds_nul) || self.columns.iter().any(Column::holds_nul) {
            Err(StoreError::Nul)
        } else {
            Ok(())
        }
    }
}

/// Binds the arguments in order, for whichever database the statement is run on.
macro_rules! bound {
    ($query:expr) => {{
        let Query { sql, args, .. } = $query;
        bound!(sql, args)
    }};
    ($sql:expr, $args:expr) => {{
        let mut bound = sqlx::query($sql);
        for arg in $args {
            bound = match arg {
                Arg::Text(text) => bound.bind(text),
                Arg::Number(number) => bound.bind(number),
                Arg::Bytes(bytes) => bound.bind(bytes),
            };
        }
        bound
    }};
}

/// As [`bound`], for PostgreSQL, which has arrays.
macro_rules! bound_with_columns {
    ($query:expr) => {{
        let Query { sql, args, columns } = $query;
        let mut bound = bound!(sql, args);
        for column in columns {
            bound = match column {
                Column::Text(column) => bound.bind(column),
                Column::Number(column) => bound.bind(column),
                Column::Bytes(column) => bound.bind(column),
            };
        }
        bound
    }};
}

/// What a statement can be run on.
pub(crate) trait On: Send {
    fn execute(self, query: Query) -> impl Future<Output = Result<u64, sqlx::Error>> + Send;
    fn rows(self, query: Query) -> impl Future<Output = Result<Vec<Row>, sqlx::Error>> + Send;
}

/// One connection, for writing.
pub(crate) enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Connection {
    pub const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs statements without arguments, one after the other, in one exchange with the database. The row that they answer.
    pub async fn at_once(&mut self, statements: &'static str) -> Result<Option<Row>, sqlx::Error> {
        let statements = sqlx::raw_sql(statements);
        Ok(match self {
            Self::Sqlite(on) => statements.fetch_optional(on).await?.map(Row::Sqlite),
            Self::Postgres(on) => statements.fetch_optional(on).await?.map(Row::Postgres),
        })
    }

    pub async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        }
    }
}

impl On for &mut Connection {
    async fn execute(self, query: Query) -> Result<u64, sqlx::Error> {
        match self {
            Connection::Sqlite(on) => Ok(bound!(query).execute(on).await?.rows_affected()),
            Connection::Postgres(on) => Ok(bound_with_columns!(query).execute(on).await?.rows_affected()),
        }
    }

    async fn rows(self, query: Query) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Connection::Sqlite(on) => Ok(bound!(query).fetch_all(on).await?.into_iter().map(Row::Sqlite).collect()),
            Connection::Postgres(on) => {
                Ok(bound_with_columns!(query).fetch_all(on).await?.into_iter().map(Row::Postgres).collect())
            }
        }
    }
}

/// Connections for reading.
#[derive(Clone)]
pub(crate) enum Pool {
    Sqlite(Connections),
    Postgres(PgPool),
}

impl Pool {
    pub const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    pub async fn close(&self) {
        match self {
            Self::Sqlite(connections) => connections.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl On for &Pool {
    async fn execute(self, query: Query) -> Result<u64, sqlx::Error> {
        match self {
            Pool::Sqlite(connections) => {
                let mut reader = connections.reader().await?;
                let done = bound!(query).execute(reader.on()).await;
                Ok(reader.done(done)?.rows_affected())
            }
            Pool::Postgres(on) => Ok(heard(bound_with_columns!(query).execute(on)).await?.rows_affected()),
        }
    }

    async fn rows(self, query: Query) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Pool::Sqlite(connections) => {
                let mut reader = connections.reader().await?;
                let rows = bound!(query).fetch_all(reader.on()).await;
                Ok(reader.done(rows)?.into_iter().map(Row::Sqlite).collect())
            }
            Pool::Postgres(on) => {
                Ok(heard(bound_with_columns!(query).fetch_all(on)).await?.into_iter().map(Row::Postgres).collect())
            }
        }
    }
}

/// The answer, unless there is silence.
async fn heard<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    tokio::time::timeout(SILENT, answer).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}
