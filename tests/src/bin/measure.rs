//! Measures the gateway that was built beside this program. `cargo xtask bench` builds both and starts what they need.

use std::{process::ExitCode, time::Duration};

use wellspring_tests::{
    Failure,
    measure::ingest::Ingest,
    world::{Application, World},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("it could not be measured: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> Result<(), Failure> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let seconds = match words.as_slice() {
        ["ingest"] => 7,
        ["ingest", "--seconds", seconds] => seconds.parse().map_err(|_| Failure::new("--seconds wants a number"))?,
        _ => return Err(Failure::new("usage: measure ingest [--seconds N]")),
    };
    #[expect(clippy::disallowed_methods, reason = "how `cargo xtask bench` names the server it has started")]
    let postgres = std::env::var("MEASURE_POSTGRES").ok();
    ingest(postgres.as_deref(), Duration::from_secs(seconds)).await
}

/// Rows of a table: store, size, fdatasyncs, submissions, their ratio, p50, p99.
async fn ingest(postgres: Option<&str>, time: Duration) -> Result<(), Failure> {
    let store = if postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    let database = postgres.map(|url| format!("[database]\nurl = \"{url}\"\n")).unwrap_or_default();
    // Taking in alone is measured: on a machine with two cores the work that follows would take them.
    let settings = format!("[work]\nworkers = 0\n{database}");
    let world = World::start_with(Application::seed(&[]), &[], &settings, |_| {}).await?;
    let mut first = 0;
    for bytes in [2_000, 20_000] {
        let taken = Ingest { connections: 64, bytes, first, time }.run(&world).await?;
        first += 10_000_000;
        let ratio = taken.rate as f64 / taken.fdatasyncs as f64;
        println!(
            "| {store}, {} KB, 64 connections | {} | {} | {ratio:.1} | {:.1} ms | {:.1} ms |",
            bytes / 1_000,
            taken.fdatasyncs,
            taken.rate,
            taken.latencies.percentile(50).as_secs_f64() * 1e3,
            taken.latencies.percentile(99).as_secs_f64() * 1e3,
        );
    }
    Ok(())
}
