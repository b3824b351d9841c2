//! Many rows in one statement. A statement is prepared once for each number of rows, so only some numbers are used.

use std::fmt::Write as _;

use super::{Arg, Dialect, Pool, Query, composed};
use crate::{StoreError, row::Row, transaction::Transaction};

/// Rows in one statement: the largest of these that is left to be filled. Close enough together that few statements are
/// needed, few enough that each stays prepared.
const ROWS: [usize; 13] = [128, 64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2, 1];
/// On SQLite any number up to this one: a statement that is prepared costs little there, and each that is run is a trip to
/// SQLite's thread.
const ANY: usize = 64;

/// Runs `head ($1, …), (…) tail` over many rows of arguments, in few statements, and gives the rows that they answer.
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
    let (mut statements, mut left) = (Vec::new(), rows.len());
    let mut rows = rows.into_iter();
    while let Some(count) = next(dialect, left) {
        left -= count;
        let part: Vec<Vec<Arg>> = rows.by_ref().take(count).collect();
        let columns = part.first().map_or(0, Vec::len);
        let query = composed(format!("{head} {} {tail}", placeholders(count, columns, dialect)));
        statements.push(part.into_iter().flatten().fold(query, Query::bind));
    }
    statements
}

/// How many rows the next statement has where so many are left.
fn next(dialect: Dialect, left: usize) -> Option<usize> {
    match dialect {
        Dialect::Sqlite if (1..=ANY).contains(&left) => Some(left),
        _ => ROWS.into_iter().find(|count| *count <= left),
    }
}

/// `($1, $2), ($3, $4)` for 2 rows of 2 columns. SQLite is given `?`: it looks for every name among all that it knows.
fn placeholders(rows: usize, columns: usize, dialect: Dialect) -> String {
    let mut text = String::with_capacity(rows * columns * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            let comma = if column == 1 { "" } else { ", " };
            // Writing to a string cannot fail.
            let _written = match dialect {
                Dialect::Sqlite => write!(text, "{comma}?"),
                Dialect::Postgres => write!(text, "{comma}${}", row * columns + column),
            };
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_statements_take_all_rows() {
        let taken = |dialect, mut left: usize| {
            std::iter::from_fn(|| next(dialect, left).inspect(|count| left -= count)).collect::<Vec<_>>()
        };
        assert_eq!(taken(Dialect::Postgres, 31), [24, 6, 1]);
        assert_eq!(taken(Dialect::Sqlite, 31), [31]);
        assert_eq!(taken(Dialect::Sqlite, 300), [128, 128, 44]);
        assert!(taken(Dialect::Sqlite, 0).is_empty() && taken(Dialect::Postgres, 0).is_empty());
    }

    #[test]
    fn placeholders_count_on_over_the_rows() {
        assert_eq!(placeholders(2, 3, Dialect::Postgres), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(placeholders(1, 1, Dialect::Postgres), "($1)");
        assert_eq!(placeholders(2, 2, Dialect::Sqlite), "(?, ?), (?, ?)");
    }
}
