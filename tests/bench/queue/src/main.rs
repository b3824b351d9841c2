//! The queue measured: claims and acks beside the crate apalis and beside plain commits, and a tenant with a million tasks
//! that wait beside others. Prints rows of a table.

mod apalis_peer;
mod blocked;
mod commits;
mod ours;
mod world;

use std::process::ExitCode;

/// How many tasks are claimed at once.
const BATCH: usize = 100;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Where the queues are.
enum Place {
    /// A folder for files.
    Sqlite(tempfile::TempDir),
    /// A server's address; databases are made in it.
    Postgres(String),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let place = match arguments.as_slice() {
        ["sqlite"] => tempfile::tempdir().map(Place::Sqlite).map_err(Failure::from),
        ["postgres", url] => Ok(Place::Postgres((*url).to_owned())),
        _ => Err("usage: wellspring-bench-queue sqlite | postgres URL".into()),
    };
    let done = match place {
        Ok(place) => run(&place).await,
        Err(failure) => Err(failure),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("it could not be measured: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(place: &Place) -> Result<(), Failure> {
    let name = place.name();
    let commits = commits::rate(place).await?;
    println!("| {name}: commits of one row, one connection | {commits}/s | | |");
    let peer = apalis_peer::rate(place).await?;
    let ours = ours::rate(place).await?;
    let (times_peer, times_commits) = (ours / peer.max(1), ours as f64 / commits.max(1) as f64);
    println!("| {name}: apalis, batch {BATCH} | {peer} jobs/s | | |");
    println!("| {name}: claim and ack, batch {BATCH} | {ours} jobs/s | {times_peer} × apalis | {times_commits:.0} × commits |");
    blocked::run(place).await
}
