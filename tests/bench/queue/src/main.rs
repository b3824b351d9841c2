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
/// What ours ought to do beside others.
const TIMES_APALIS: f64 = 10.0;
const TIMES_COMMITS: f64 = 20.0;

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
    println!("| {name}: commits of one row, one connection | {commits}/s | | | | | |");
    let peer = apalis_peer::rate(place).await?;
    let ours = ours::rate(place).await?;
    let times = |other: u64| ours as f64 / other.max(1) as f64;
    let of_commits = peer as f64 / commits.max(1) as f64;
    println!("| {name}: apalis, batch {BATCH} | {peer} jobs/s | commits {commits}/s | {of_commits:.1} × | | | |");
    let is_reached = times(peer) >= TIMES_APALIS && times(commits) >= TIMES_COMMITS;
    println!(
        "| {name}: claim and ack, batch {BATCH} | {ours} jobs/s | apalis {peer}/s, commits {commits}/s | {:.0} ×, {:.0} × | | \
         | {TIMES_APALIS} × apalis, {TIMES_COMMITS} × commits: {} |",
        times(peer),
        times(commits),
        verdict(is_reached)
    );
    blocked::run(place).await
}

/// As the other rows of the table say it.
const fn verdict(is_reached: bool) -> &'static str {
    if is_reached { "reached" } else { "**missed**" }
}
