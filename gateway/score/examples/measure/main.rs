//! How long scoring takes: `cargo xtask bench score`. Frameworks, profiles and evidence are made up from a fixed seed.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program to be run by hand, which measures and says what it measured"
)]

mod made;

use std::time::{Duration, Instant};

use made::{framework, profile, record, usual};
use uuid::Uuid;
use wellspring_model::{Date, competency::Profile, credential::VerifiedCredential, id::AssessmentId};
use wellspring_score::{Frameworks, ScoringPolicy, assess};

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

fn scored(runs: usize, profile: &Profile, frameworks: &Frameworks, evidence: &[VerifiedCredential]) -> f64 {
    let (id, policy) = (AssessmentId::from_uuid(Uuid::from_u128(1)), ScoringPolicy::default());
    let took = median(runs, || {
        std::hint::black_box(assess(
            id,
            profile,
            frameworks,
            evidence,
            Vec::new(),
            &policy,
            Date::constant(2026, 3, 1),
        ));
    });
    took.as_secs_f64() * 1_000.0
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
    println!("| requirements | achievements | {ITEMS} items, {ASSOCIATIONS} associations, median of {RUNS} |");
    println!("| --- | --- | --- |");
    let made = framework(ITEMS, usual(ITEMS, ASSOCIATIONS));
    let frameworks = Frameworks::new(&made);
    for requirements in [10, 50, 200] {
        for achievements in [10, 100, 500] {
            let took = scored(RUNS, &profile(requirements, ITEMS), &frameworks, &record(achievements, ITEMS));
            println!("| {requirements} | {achievements} | {took:.2} ms |");
        }
    }
    println!("\nmade ready, once per edition: {:.0?}\n", median(3, || drop(Frameworks::new(&made))));
    println!("| {ASSOCIATIONS} associations of an unkind shape | 50 requirements, 100 achievements |\n| --- | --- |");
    for (shape, items, associations) in unkind() {
        let frameworks = Frameworks::new(&framework(items, associations));
        let took = scored(3, &profile(50, items), &frameworks, &record(100, items));
        println!("| {shape} | {took:.1} ms |");
    }
}
