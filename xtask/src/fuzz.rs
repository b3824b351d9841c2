//! `cargo xtask fuzz`: coverage-guided fuzzing of the verifier and of the way out, on demand, with the stable compiler.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use crate::process::{self, Failure, cargo, command, output, root, say};

const TARGETS: [&str; 6] = ["egress", "jsonld", "jwt", "png", "svg", "status"];
const SECONDS: u32 = 60;
/// What libFuzzer needs of the compiler; `cargo fuzz` asks for the same where it uses no sanitizer. Those need a nightly
/// compiler and look for what safe Rust rules out.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";
/// Seconds, megabytes and bytes that one input may have. The slowest known takes one second in this build; the clock that
/// libFuzzer reads goes on while other programs run.
const BOUNDS: [&str; 3] = ["-timeout=30", "-rss_limit_mb=512", "-max_len=65536"];

pub fn run(arguments: &[&str]) -> Result<(), Failure> {
    let (targets, seconds) = read(arguments)?;
    let programs = build()?;
    let mut found = Vec::new();
    println!(
        "{:<8} {:>8} {:>12} {:>9} {:>7} {:>9} {:>7}",
        "target", "seconds", "executions", "a second", "edges", "features", "corpus"
    );
    for target in targets {
        if !fuzz(&programs, target, seconds)? {
            found.push(target);
        }
    }
    match found[..] {
        [] => Ok(()),
        _ => Err(Failure::new(format!("something was found by: {}", found.join(", ")))),
    }
}

/// `[TARGET] [--seconds N]`.
fn read<'a>(arguments: &[&'a str]) -> Result<(Vec<&'a str>, u32), Failure> {
    let (names, seconds) = match arguments {
        [names @ .., "--seconds", seconds] => (names, seconds.parse().ok()),
        names => (names, Some(SECONDS)),
    };
    let usage = || Failure::new(format!("usage: cargo xtask fuzz [{}] [--seconds N]", TARGETS.join("|")));
    let targets = match names {
        [] => TARGETS.to_vec(),
        [name] if TARGETS.contains(name) => vec![*name],
        _ => return Err(usage()),
    };
    Ok((targets, seconds.ok_or_else(usage)?))
}

/// Builds all targets and says where they are.
fn build() -> Result<PathBuf, Failure> {
    say("building the fuzz targets (a workspace of its own)");
    let version = output(command("rustc", &["-vV"])).unwrap_or_default();
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or_else(|| Failure::new("`rustc -vV` names no host"))?;
    let mut build = cargo(&["build", "--quiet", "--release", "--manifest-path", "tests/fuzz/Cargo.toml"]);
    // With the target named, build scripts and macros are built without these flags, and so can be linked.
    build.args(["--target-dir", "target/fuzz/build", "--target", host]).env("RUSTFLAGS", COVERAGE);
    process::run(build)?;
    Ok(root().join("target/fuzz/build").join(host).join("release"))
}

/// Runs one target; false where it found something.
fn fuzz(programs: &Path, target: &str, seconds: u32) -> Result<bool, Failure> {
    let folder = |name: &str| root().join("target/fuzz").join(name).join(target);
    let (corpus, seeds, findings) = (folder("corpus"), folder("seeds"), folder("findings"));
    for folder in [&corpus, &seeds, &findings] {
        fs::create_dir_all(folder)?;
    }
    let log = root().join(format!("target/fuzz/{target}.log"));
    let mut run = command(programs.join(target), &BOUNDS);
    // The first folder takes what is found to be new.
    run.args([&corpus, &seeds]).arg(format!("-dict={}", seeds.with_extension("dict").display()));
    run.arg(format!("-artifact_prefix={}/", findings.display())).arg(format!("-max_total_time={seconds}"));
    run.args(["-print_final_stats=1"]).env("WELLSPRING_FUZZ_SEEDS", &seeds).env("RUST_BACKTRACE", "0");
    let is_clean = run.stdout(Stdio::null()).stderr(fs::File::create(&log)?).status()?.success();
    let told = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    println!("{}", line(target, &told));
    if !is_clean {
        let tail: Vec<&str> = told.lines().rev().take(30).collect();
        tail.iter().rev().for_each(|line| println!("  {line}"));
        say(format!("the whole of it: {}; the input: {}", log.display(), findings.display()));
    }
    Ok(is_clean)
}

/// A row of the table, out of what libFuzzer printed.
fn line(target: &str, told: &str) -> String {
    let stat = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
        line.map_or("–", |rest| rest.trim_start_matches(':').trim())
    };
    // `#1234	DONE   cov: 5 ft: 6 corp: 7/8b …`
    let last = told.lines().rev().find(|line| line.starts_with('#') && line.contains("cov: ")).unwrap_or_default();
    let after = |name: &str| {
        let mut words = last.split_whitespace().skip_while(|word| *word != name);
        words.nth(1).unwrap_or("–")
    };
    let seconds = told.lines().find_map(|line| line.strip_prefix("Done ")?.split(" in ").nth(1)?.split(' ').next());
    format!(
        "{target:<8} {:>8} {:>12} {:>9} {:>7} {:>9} {:>7}",
        seconds.unwrap_or("–"),
        stat("number_of_executed_units"),
        stat("average_exec_per_sec"),
        after("cov:"),
        after("ft:"),
        after("corp:").split('/').next().unwrap_or("–")
    )
}
