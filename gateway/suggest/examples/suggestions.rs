//! Suggestions between two generated frameworks: `cargo run --release -p wellspring-suggest --example suggestions -- 20000`.
//! Every item shares words with nearly every other, which is the most that can happen to it.

use std::time::Instant;

use wellspring_model::{competency::Item, submission::Language};
use wellspring_suggest::{Lexical, Suggest as _};

fn main() {
    let count = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let (origins, destinations) = (framework("o", count, 7), framework("d", count, 13));
    let refs = |items: &'static [Item]| items.iter().collect::<Vec<_>>();
    let (origins, destinations) = (refs(origins.leak()), refs(destinations.leak()));
    let begun = Instant::now();
    let suggested = Lexical::new(Language::En).suggest(&origins, &destinations, 5);
    println!("{count} by {count} items: {} suggestions in {:.1?}", suggested.len(), begun.elapsed());
}

/// Statements of 24 words out of 400, two of which every statement has.
fn framework(prefix: &str, count: usize, seed: u64) -> Vec<Item> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % 400
    };
    let statement = |next: &mut dyn FnMut() -> u64| {
        let words: Vec<String> = (0..22).map(|_| format!("kq{}", next())).collect();
        format!("Applies skill {}", words.join(" "))
    };
    (0..count)
        .map(|number| Item {
            identifier: format!("https://case.example/{prefix}/{number}"),
            uri: format!("https://case.example/{prefix}/{number}"),
            full_statement: statement(&mut next),
            abbreviated_statement: None,
            human_coding_scheme: None,
            status_end_date: None,
        })
        .collect()
}
