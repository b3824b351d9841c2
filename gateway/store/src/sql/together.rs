//! Statements made one, so that they are one trip to the database.

use std::fmt::Write as _;

use super::{Dialect, Query, composed};

/// The same work in fewer statements. Those that are made one are run in order on SQLite, where their arguments have to be plain
/// `?`. On PostgreSQL they are parts of one statement: they do not see what the others do, but what refers to what another one
/// inserts is checked at the end.
pub(super) fn together(queries: Vec<Query>, dialect: Dialect) -> Vec<Query> {
    match dialect {
        Dialect::Sqlite if queries.len() > 1 => {
            let all: Vec<&str> = queries.iter().map(|query| query.sql.as_str()).collect();
            let all = composed(all.join("; "));
            vec![queries.into_iter().flat_map(|query| query.args).fold(all, Query::bind)]
        }
        Dialect::Sqlite => queries,
        Dialect::Postgres => {
            // Rows are in arrays there; what has none, such as the commit, stays by itself.
            let (with_rows, others): (Vec<_>, Vec<_>) =
                queries.into_iter().partition(|query| !query.columns.is_empty());
            let one = if with_rows.len() > 1 { vec![as_one(with_rows)] } else { with_rows };
            one.into_iter().chain(others).collect()
        }
    }
}

/// `WITH q1 AS (…), q2 AS (…) …`, the last one as it is.
fn as_one(queries: Vec<Query>) -> Query {
    let (mut sql, mut columns) = (String::new(), Vec::new());
    let last = queries.len();
    for (number, query) in (1..).zip(queries) {
        let part = counted_on(query.sql.as_str(), columns.len());
        columns.extend(query.columns);
        let head = if number == 1 { "WITH " } else { ", " };
        // Writing to a string cannot fail.
        let _written = match number == last {
            false => write!(sql, "{head}q{number} AS ({part})"),
            true => write!(sql, " {part}"),
        };
    }
    columns.into_iter().fold(composed(sql), Query::bind_column)
}

/// With numbers of arguments that begin after `before`.
fn counted_on(sql: &str, before: usize) -> String {
    let mut parts = sql.split('$');
    let mut counted = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        // Writing to a string cannot fail.
        let _written = match number.parse::<usize>() {
            Ok(number) => write!(counted, "${}{rest}", number + before),
            Err(_) => write!(counted, "${part}"),
        };
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::{
        super::{query, statements},
        *,
    };

    fn inserts(dialect: Dialect) -> Vec<Query> {
        let rows = |count| (0..count).map(|_| vec![1_i64.into(), "b".into()]).collect();
        let mut all = statements(dialect, "INSERT INTO a (a, b)", rows(2), "");
        all.extend(statements(dialect, "INSERT INTO c (c, d)", rows(1), "ON CONFLICT DO NOTHING"));
        all.push(query("COMMIT"));
        all
    }

    #[test]
    fn sqlite_is_given_all_in_order() {
        let all = together(inserts(Dialect::Sqlite), Dialect::Sqlite);
        let sql: Vec<&str> = all.iter().map(|query| query.sql.as_str()).collect();
        let expected = "INSERT INTO a (a, b) VALUES (?, ?), (?, ?) ; INSERT INTO c (c, d) VALUES (?, ?) ON CONFLICT DO NOTHING; \
                        COMMIT";
        assert_eq!(sql, [expected]);
        assert_eq!(all[0].args.len(), 6);
    }

    #[test]
    fn postgresql_is_given_one_statement_whose_arguments_count_on_and_what_is_no_part_of_one() {
        let all = together(inserts(Dialect::Postgres), Dialect::Postgres);
        let sql: Vec<&str> = all.iter().map(|query| query.sql.as_str()).collect();
        let expected = "WITH q1 AS (INSERT INTO a (a, b) SELECT * FROM unnest($1::BIGINT[], $2::TEXT[]) AS given \
                        (column1, column2) ) INSERT INTO c (c, d) SELECT * FROM unnest($3::BIGINT[], $4::TEXT[]) AS given \
                        (column1, column2) ON CONFLICT DO NOTHING";
        assert_eq!(sql, [expected, "COMMIT"]);
        assert_eq!(all[0].columns.len(), 4);
    }
}
