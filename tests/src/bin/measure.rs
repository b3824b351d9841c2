//! Measures the gateway that was built beside this program. `cargo xtask bench` builds both and starts what they need.

use std::{process::ExitCode, time::Duration};

use wellspring_tests::{
    Failure,
    measure::{Day, HEAD, Ingest, Row, end_to_end, frameworks},
    world::{Application, World},
};

const USAGE: &str = "usage: measure head | ingest | end-to-end | frameworks | day [--scale N]";
const INGEST: Duration = Duration::from_secs(7);
/// What a disk allows is not asked for more than this…
const MOST_ASKED: u64 = 6_000;
/// …or so many times its syncs.
const TIMES_SYNCS: u64 = 8;
const P99: Duration = Duration::from_millis(50);

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
    #[expect(clippy::disallowed_methods, reason = "how `cargo xtask bench` names the server it has started")]
    let postgres = std::env::var("MEASURE_POSTGRES").ok();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["head"] => {
            println!("{HEAD}");
            Ok(())
        }
        ["ingest"] => ingest(postgres.as_deref()).await,
        ["end-to-end"] => through(postgres.as_deref()).await,
        ["frameworks"] => {
            let (store, database) = store(postgres.as_deref());
            frameworks::run(store, &database).await
        }
        ["day"] => Day { scale: 100, postgres }.run().await,
        ["day", "--scale", scale] => {
            let scale = scale.parse().map_err(|_| Failure::new("--scale wants a number"))?;
            Day { scale, postgres }.run().await
        }
        _ => Err(Failure::new(USAGE)),
    }
}

/// The store's name, and the settings that choose it.
fn store(postgres: Option<&str>) -> (&'static str, String) {
    match postgres {
        Some(url) => ("PostgreSQL", format!("[database]\nurl = \"{url}\"\n")),
        None => ("SQLite", String::new()),
    }
}

async fn ingest(postgres: Option<&str>) -> Result<(), Failure> {
    let (store, database) = store(postgres);
    // Taking in alone is measured: on a machine with two cores the work that follows would take them.
    let settings = format!("[work]\nworkers = 0\n{database}");
    let world = World::start_with(Application::seed(&[]), &[], &settings, |_| {}).await?;
    let mut first = 0;
    for bytes in [2_000, 20_000] {
        let taken = Ingest { connections: 64, bytes, first, time: INGEST }.run(&world).await?;
        first += 10_000_000;
        let asked = MOST_ASKED.min(TIMES_SYNCS * taken.fdatasyncs);
        let is_reached = taken.rate >= asked && taken.latencies.percentile(99) < P99;
        let row = Row {
            what: format!("{store}: durable submissions of {} KB, 64 connections", bytes / 1_000),
            measured: format!("{}/s, {:.2} ms of a processor each", taken.rate, taken.processor.as_secs_f64() * 1e3),
            beside: format!("fdatasync {}/s", taken.fdatasyncs),
            ratio: Some(taken.rate as f64 / taken.fdatasyncs as f64),
            aim: Some((format!("{asked}/s, p99 under 50 ms"), is_reached)),
            latencies: Some(taken.latencies),
        };
        println!("{row}");
    }
    Ok(())
}

async fn through(postgres: Option<&str>) -> Result<(), Failure> {
    let (store, database) = store(postgres);
    let applications: Vec<_> = (1..=end_to_end::APPLICATIONS).map(Application::numbered).collect();
    let world = World::start_with(Application::seed(&applications), &[], &database, |_| {}).await?;
    let found = end_to_end::run(&world).await?;
    let what = format!("{store}: from a submission to its note in the ATS");
    let row = Row { what: format!("{what}, idle"), latencies: Some(found.idle), ..Row::default() };
    println!("{row}");
    let measured = format!("{}/s", found.most);
    println!("{}", Row { what: format!("{what}, as many as go"), measured, ..Row::default() });
    let measured = format!("{}/s", found.half);
    let latencies = Some(found.at_half);
    println!("{}", Row { what: format!("{what}, half of that"), measured, latencies, ..Row::default() });
    Ok(())
}
