//! The sandbox measured: a fresh call with one line of log and one request, for guests in three languages and for the same work
//! under extism, in the same run.

mod answer;
mod figures;
mod instructions;
mod load;
mod ours;
mod peer;
mod work;

use std::{path::Path, process::ExitCode, time::Duration};

use figures::{Figures, Subject};

/// What ours ought to be beside extism.
const RUST_TIMES_FASTER: f64 = 10.0;
const JAVASCRIPT_TIMES_SLOWER: f64 = 3.0;
const PYTHON_TIMES_SLOWER: f64 = 15.0;
const JAVASCRIPT_INSTALL: Duration = Duration::from_secs(3);

const JAVASCRIPT: &str = "notes-javascript";
const PYTHON: &str = "notes-python";

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["table", folder] => table(Path::new(folder)),
        // For a profiler, and for counting instructions.
        ["repeat", folder, name, times] => match times.parse() {
            Ok(times) => repeat(Path::new(folder), name, times),
            Err(error) => Err(Failure::from(error)),
        },
        _ => Err("usage: wellspring-bench-sandbox table FOLDER | repeat FOLDER NAME TIMES".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("it could not be measured: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// What is measured, with how many calls of it make a round.
const SUBJECTS: [(&str, usize); 4] = [(peer::NAME, 300), ("notes", 1_000), (JAVASCRIPT, 100), (PYTHON, 30)];

fn start(folder: &Path, name: &str) -> Result<Option<Box<dyn Subject>>, Failure> {
    let file = folder.join(name).with_extension("wasm");
    if !file.is_file() {
        println!("{name} is not built and left out");
        return Ok(None);
    }
    let package = std::fs::read(file)?;
    let subject: Box<dyn Subject> = if name == peer::NAME {
        Box::new(peer::Extism::start(package)?)
    } else {
        Box::new(ours::Guest::start(name, package)?)
    };
    Ok(Some(subject))
}

fn table(folder: &Path) -> Result<(), Failure> {
    let mut subjects = Vec::new();
    for (name, calls) in SUBJECTS {
        subjects.extend(start(folder, name)?.map(|subject| (subject, calls)));
    }
    let figures = figures::measure(&subjects)?;
    let instructions = instructions::count(folder, &subjects);
    println!(
        "\n| | package | installed in | load compiled code | fresh call p50 | p99 | calls/s, 2 threads | memory per instance | instructions |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (row, instructions) in figures.iter().zip(instructions) {
        let counted = instructions.map_or_else(|| "–".to_owned(), |count| format!("{:.0} k", count / 1_000.0));
        println!("{row} {counted} |");
    }
    println!();
    verdicts(&figures);
    Ok(())
}

/// What was to be reached, and whether it was.
fn verdicts(figures: &[Figures]) {
    let find = |name: &str| figures.iter().find(|one| one.name == name);
    let Some(extism) = find(peer::NAME) else { return };
    let say = |name: &str, is_reached: bool, text: String| {
        println!("{name}: {text}: {}", if is_reached { "reached" } else { "**missed**" });
    };
    if let Some(rust) = find("notes") {
        let times = extism.p50 / rust.p50;
        say(
            "Rust",
            times >= RUST_TIMES_FASTER,
            format!("{times:.1} times faster than extism (aim {RUST_TIMES_FASTER})"),
        );
    }
    for (name, most) in [(JAVASCRIPT, JAVASCRIPT_TIMES_SLOWER), (PYTHON, PYTHON_TIMES_SLOWER)] {
        if let Some(guest) = find(name) {
            let times = guest.p50 / extism.p50;
            say(name, times < most, format!("{times:.1} times extism (aim under {most})"));
        }
    }
    if let Some(javascript) = find(JAVASCRIPT) {
        let is_reached = javascript.install.wall < JAVASCRIPT_INSTALL;
        say(JAVASCRIPT, is_reached, format!("installed in {} (aim under {JAVASCRIPT_INSTALL:?})", javascript.install));
    }
}

fn repeat(folder: &Path, name: &str, times: usize) -> Result<(), Failure> {
    let subject = start(folder, name)?.ok_or("there is no such guest")?;
    let mut call = subject.caller()?;
    (0..times).try_for_each(|_| call())
}
