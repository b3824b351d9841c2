//! What the proofs ask of a SQLite file from outside: they may not use the gateway's store, and the gateway's own commands
//! could be wrong in the same way.
//!
//! `sqlite check FILE` says `ok`, or what is broken. `sqlite run FILE` runs the statements of its standard input, and makes
//! the file where it is absent. `sqlite ask FILE STATEMENT` prints the first column.

use std::{io::Read as _, process::ExitCode};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["check", file] => check(file).await,
        ["run", file] => run(file).await,
        ["ask", file, statement] => ask(file, statement).await,
        _ => Err("usage: sqlite check FILE | run FILE | ask FILE STATEMENT".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sqlite: {error}");
            ExitCode::FAILURE
        }
    }
}

type Done = Result<(), Box<dyn std::error::Error>>;

async fn open(file: &str, make: bool) -> Result<SqliteConnection, sqlx::Error> {
    // A dump may name rows before those they refer to.
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(make).foreign_keys(false);
    SqliteConnection::connect_with(&options).await
}

async fn check(file: &str) -> Done {
    let mut database = open(file, false).await?;
    for pragma in ["PRAGMA integrity_check", "PRAGMA foreign_key_check"] {
        for row in database.fetch_all(pragma).await? {
            println!("{}", row.try_get_unchecked::<String, _>(0)?);
        }
    }
    Ok(database.close().await?)
}

async fn run(file: &str) -> Done {
    let mut statements = String::new();
    std::io::stdin().read_to_string(&mut statements)?;
    let mut database = open(file, true).await?;
    database.execute(sqlx::raw_sql(AssertSqlSafe(statements))).await?;
    Ok(database.close().await?)
}

async fn ask(file: &str, statement: &str) -> Done {
    let mut database = open(file, false).await?;
    for row in database.fetch_all(AssertSqlSafe(statement)).await? {
        println!("{}", row.try_get_unchecked::<String, _>(0)?);
    }
    Ok(database.close().await?)
}
