//! `wellspring-bench`: our verifier beside others, same documents, same run.

mod documents;
mod ours;

use std::time::{Duration, Instant};

/// The middle of some runs, in milliseconds, after some to get warm.
fn time(mut work: impl FnMut()) -> f64 {
    let begun = Instant::now();
    let mut runs = Vec::new();
    work();
    while runs.len() < 5 || (begun.elapsed() < Duration::from_secs(3) && runs.len() < 200) {
        let start = Instant::now();
        work();
        runs.push(start.elapsed().as_secs_f64() * 1_000.0);
    }
    runs.sort_by(f64::total_cmp);
    runs[runs.len() / 2]
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("loop") {
        let record = documents::record(50).to_string();
        for _ in 0..300 { ours::outer(record.as_bytes()); }
        return;
    }
    let badge = documents::badge(1).to_string();
    println!("badge      {:8.3} ms", time(|| ours::all(badge.as_bytes())));
    for n in [5, 50, 500] {
        let record = documents::record(n).to_string();
        let mut value: serde_json::Value = serde_json::from_str(&record).expect("JSON");
        value.as_object_mut().expect("an object").remove("proof");
        let canonical = wellspring_verify::jsonld::canonical(&value, wellspring_verify::jsonld::Contexts::builtin(), &Default::default()).expect("canonical");
        println!("quads {} bytes {}", canonical.nquads.lines().count(), canonical.nquads.len());
        println!("canonical {:8.3} ms", time(|| drop(wellspring_verify::jsonld::canonical(&value, wellspring_verify::jsonld::Contexts::builtin(), &Default::default()))));
        println!("clr-{n:<6} {:8.3} ms  ({} bytes)", time(|| ours::outer(record.as_bytes())), record.len());
        println!("clr-{n}-all {:8.3} ms", time(|| ours::all(record.as_bytes())));
    }
}
