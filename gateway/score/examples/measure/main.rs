//! How long scoring takes: `cargo xtask bench score`. Frameworks, profiles and evidence are made up from a fixed seed.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program to be run by hand, which measures and says what it measured"
)]

mod made;

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use made::{framework, profile, record, usual};
use uuid::Uuid;
use wellspring_model::{Date, competency::Profile, credential::VerifiedCredential, id::AssessmentId, report::Trust};
use wellspring_score::{Frameworks, Requirements, ScoringPolicy, assess};

const ITEMS: usize = 20_000;
const ASSOCIATIONS: usize = 100_000;
const RUNS: usize = 31;

type Edges = Vec<(usize, &'static str, usize)>;

/// The median of some runs, after one to warm up.
fn median(runs: usize, mut work: impl FnMut()) -> Duration {
    work();
    let mut times: Vec<_> = (0..runs)
        .map(|_| {
            let began = Instant::now();
            work();
            began.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

/// How long an assessment takes, and how long it takes to make ready what a profile asks for, once.
fn scored(runs: usize, profile: &Profile, frameworks: &Arc<Frameworks>, evidence: &[VerifiedCredential]) -> [f64; 2] {
    let (id, policy) = (AssessmentId::from_uuid(Uuid::from_u128(1)), Arc::new(ScoringPolicy::default()));
    let prepare = || Requirements::new(profile, Arc::clone(frameworks), Arc::clone(&policy));
    let (requirements, as_of) = (prepare(), Date::constant(2026, 3, 1));
    let assessed = median(runs, || drop(black_box(assess(id, &requirements, evidence, Vec::new(), as_of))));
    let prepared = median(runs.min(3), || drop(black_box(prepare())));
    [assessed, prepared].map(|took| took.as_secs_f64() * 1_000.0)
}

/// As many associations as that, of shapes that make a careless walk endless.
fn unkind() -> [(&'static str, usize, Edges); 4] {
    let one_and_all = |kind| (0..ASSOCIATIONS).map(|n| (n % (ITEMS - 1) + 1, kind, 0)).collect();
    let circle = |n: usize| (n % ITEMS, "isChildOf", (n % ITEMS + 1 + n / ITEMS) % ITEMS);
    let clique = (0..316).flat_map(|one| (0..316).map(move |other| (one, "exactMatchOf", other))).collect();
    [
        ("each of 316 items is an exact match of each", 316, clique),
        ("all are children of one", ITEMS, one_and_all("isChildOf")),
        ("all are exact matches of one", ITEMS, one_and_all("exactMatchOf")),
        ("a circle of children", ITEMS, (0..ASSOCIATIONS).map(circle).collect()),
    ]
}

fn main() {
    println!("{ITEMS} items, {ASSOCIATIONS} associations, median of {RUNS}\n");
    println!("| requirements | achievements | all count | none counts | made ready |\n| --- | --- | --- | --- | --- |");
    let made = framework(ITEMS, usual(ITEMS, ASSOCIATIONS));
    let frameworks = Arc::new(Frameworks::new(&made));
    for requirements in [10, 50, 200] {
        for achievements in [10, 100, 500] {
            let profile = profile(requirements, ITEMS);
            let took = |trust| scored(RUNS, &profile, &frameworks, &record(achievements, ITEMS, trust));
            let ([counted, ready], [barred, _]) = (took(Trust::Trusted), took(Trust::NotListed));
            println!("| {requirements} | {achievements} | {counted:.2} ms | {barred:.2} ms | {ready:.2} ms |");
        }
    }
    println!("\nframeworks made ready: {:.0?}\n", median(3, || drop(Frameworks::new(&made))));
    println!("50 requirements, 100 achievements, {ASSOCIATIONS} associations of an unkind shape\n");
    println!("| shape | all count | made ready |\n| --- | --- | --- |");
    for (shape, items, associations) in unkind() {
        let frameworks = Arc::new(Frameworks::new(&framework(items, associations)));
        let [took, ready] = scored(3, &profile(50, items), &frameworks, &record(100, items, Trust::Trusted));
        println!("| {shape} | {took:.1} ms | {ready:.1} ms |");
    }
}
