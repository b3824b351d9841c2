//! Many rows in one statement.
//!
//! SQLite is given them one by one: a statement that is prepared costs little there, and each that is run is a trip to SQLite's
//! thread. PostgreSQL is given an array for each column: one statement for any number of rows, prepared once, with few arguments.

use std::fmt::Write as _;

use super::{Arg, Column, Dialect, Pool, Query, composed};
use crate::{StoreError, row::Row, transaction::Transaction};

/// Rows in one statement at most.
const fn most(dialect: Dialect) -> usize {
    match dialect {
        // Each number of rows is a statement of its own, kept prepared.
        Dialect::Sqlite => 128,
        Dialect::Postgres => 4_096,
    }
}

/// Runs `head` with many rows of arguments and `tail`, in few statements, and gives the rows that they answer. The rows
/// stand where `VALUES …` could, their columns are named `column1` and so on.
pub(crate) async fn over_rows(
    tx: &mut Transaction,
    head: &str,
    rows: Vec<Vec<Arg>>,
    tail: &str,
) -> Result<Vec<Row>, StoreError> {
    let mut answered = Vec::new();
    for statement in statements(tx.dialect(), head, rows, tail) {
        answered.extend(statement.fetch_all(&mut *tx).await?);
    }
    Ok(answered)
}

/// As [`over_rows`], outside of a transaction, for what only reads.
pub(crate) async fn read_over_rows(
    on: &Pool,
    head: &str,
    rows: Vec<Vec<Arg>>,
    tail: &str,
) -> Result<Vec<Row>, StoreError> {
    let mut answered = Vec::new();
    for statement in statements(on.dialect(), head, rows, tail) {
        answered.extend(statement.fetch_all(on).await?);
    }
    Ok(answered)
}

/// What [`over_rows`] runs, to be run with others.
pub(crate) fn statements(dialect: Dialect, head: &str, rows: Vec<Vec<Arg>>, tail: &str) -> Vec<Query> {
    let mut statements = Vec::with_capacity(rows.len().div_ceil(most(dialect)));
    let mut rows = rows.into_iter();
    loop {
        let part: Vec<Vec<Arg>> = rows.by_ref().take(most(dialect)).collect();
        let Some(first) = part.first() else { return statements };
        statements.push(match dialect {
            Dialect::Sqlite => {
                let query = composed(format!("{head} {} {tail}", placeholders(part.len(), first.len())));
                part.into_iter().flatten().fold(query, Query::bind)
            }
            Dialect::Postgres => {
                let columns = columns(part);
                let query = composed(format!("{head} {} {tail}", arrays(&columns)));
                columns.into_iter().fold(query, Query::bind_column)
            }
        });
    }
}

/// `VALUES (?, ?), (?, ?)` for 2 rows of 2 columns. SQLite looks for every name among all that it knows; `?` has none.
fn placeholders(rows: usize, columns: usize) -> String {
    let row = vec!["?"; columns].join(", ");
    format!("VALUES ({})", vec![row; rows].join("), ("))
}

/// `SELECT * FROM unnest($1::TEXT[], $2::BIGINT[]) AS given (column1, column2)`.
fn arrays(columns: &[Column]) -> String {
    let (mut arrays, mut names) = (String::new(), String::new());
    for (number, column) in (1..).zip(columns) {
        let comma = if number == 1 { "" } else { ", " };
        // Writing to a string cannot fail.
        let _written = write!(arrays, "{comma}${number}::{}[]", column.kind());
        let _written = write!(names, "{comma}column{number}");
    }
    format!("SELECT * FROM unnest({arrays}) AS given ({names})")
}

/// The same, column by column.
fn columns(rows: Vec<Vec<Arg>>) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for row in rows {
        for (index, arg) in row.into_iter().enumerate() {
            match columns.get_mut(index) {
                Some(column) => column.push(arg),
                None => columns.push(Column::of(arg)),
            }
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: i64) -> Vec<Vec<Arg>> {
        (0..count).map(|number| vec!["a".into(), number.into()]).collect()
    }

    #[test]
    fn few_statements_take_all_rows() {
        let taken = |dialect, count| statements(dialect, "", rows(count), "").len();
        assert_eq!([0, 1, 128, 129, 300].map(|count| taken(Dialect::Sqlite, count)), [0, 1, 1, 2, 3]);
        assert_eq!([0, 1, 4_096, 4_097].map(|count| taken(Dialect::Postgres, count)), [0, 1, 1, 2]);
    }

    #[test]
    fn each_database_is_given_rows_as_it_takes_them_best() {
        assert_eq!(placeholders(2, 3), "VALUES (?, ?, ?), (?, ?, ?)");
        assert_eq!(
            arrays(&columns(rows(2))),
            "SELECT * FROM unnest($1::TEXT[], $2::BIGINT[]) AS given (column1, column2)"
        );
    }
}
