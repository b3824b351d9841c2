//! RDF canonicalisation against the W3C test suite and the datasets that other implementations got wrong.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod canon_fixtures;
mod canon_nquads;

use canon_fixtures::{fixtures, read};
use canon_nquads::parse;
use wellspring_verify::rdf::{CanonicalDataset, Hash, WorkLimit, canonicalize};

const WORK: usize = 2_000_000;

fn canonical(nquads: &str, hash: Hash) -> Result<(CanonicalDataset, Vec<String>), WorkLimit> {
    let (dataset, labels) = parse(nquads);
    canonicalize(dataset, hash, WORK).map(|canonical| (canonical, labels))
}

#[test]
fn the_w3c_rdf_canonicalisation_suite_passes() {
    let Some(folder) = fixtures("w3c-rdf-canon") else { return };
    let manifest = read(&folder.join("manifest.csv"));
    let (mut evaluated, mut mapped, mut refused) = (0, 0, 0);
    for line in manifest.lines().skip(1) {
        // A comment may hold quoted commas, so the fixed columns are counted from both ends.
        let first: Vec<&str> = line.splitn(2, ',').collect();
        let last: Vec<&str> = line.rsplitn(4, ',').collect();
        let (name, map, kind, algorithm) = (first[0], last[0], last[1], last[2]);
        let hash = if algorithm == "SHA384" { Hash::Sha384 } else { Hash::Sha256 };
        let input = read(&folder.join(format!("rdfc10/{name}-in.nq")));
        let result = canonical(&input, hash);
        if kind == "RDFC10NegativeEvalTest" {
            assert_eq!(result.err(), Some(WorkLimit), "{name}");
            refused += 1;
            continue;
        }
        let (canonical, labels) = result.unwrap_or_else(|_| panic!("{name} needs too much work"));
        if kind == "TRUE" {
            assert_eq!(canonical.nquads, read(&folder.join(format!("rdfc10/{name}-rdfc10.nq"))), "{name}");
            evaluated += 1;
        }
        if map == "TRUE" {
            let expected: serde_json::Value =
                serde_json::from_str(&read(&folder.join(format!("rdfc10/{name}-rdfc10map.json")))).unwrap();
            let given: serde_json::Map<_, _> = labels
                .iter()
                .zip(&canonical.labels)
                .filter_map(|(label, number)| Some((label.clone(), format!("c14n{}", (*number)?).into())))
                .collect();
            assert_eq!(serde_json::Value::Object(given), expected, "{name}");
            mapped += 1;
        }
    }
    println!("{evaluated} evaluated, {mapped} mapped, {refused} refused");
    assert!(evaluated >= 60 && mapped >= 20 && refused == 1, "{evaluated} {mapped} {refused}");
}

#[test]
fn symmetric_proof_graphs_get_the_labels_that_they_should() {
    let Some(folder) = fixtures("rdfc-regressions") else { return };
    let input = read(&folder.join("two-identical-proof-graphs-in.nq"));
    let expected = read(&folder.join("two-identical-proof-graphs-rdfc10.nq"));
    assert_eq!(canonical(&input, Hash::Sha256).unwrap().0.nquads, expected);
    let complete = read(&folder.join("ob30-complete-rdfc10.nq"));
    assert_eq!(canonical(&complete, Hash::Sha256).unwrap().0.nquads, complete);
}

/// `count` blank nodes, each pointing at every other.
fn clique(count: usize) -> String {
    let pairs = (0..count).flat_map(|a| (0..count).map(move |b| (a, b))).filter(|(a, b)| a != b);
    pairs.map(|(a, b)| format!("_:n{a} <urn:p> _:n{b} .\n")).collect()
}

#[test]
fn a_poisoned_dataset_is_refused_within_its_work() {
    assert!(canonical(&clique(4), Hash::Sha256).is_ok());
    for count in [9, 12, 40] {
        assert_eq!(canonical(&clique(count), Hash::Sha256).err(), Some(WorkLimit), "{count}");
    }
}

#[test]
fn a_long_chain_of_equal_nodes_ends_without_exhausting_the_stack() {
    let ring: String = (0..5_000).map(|n| format!("_:n{n} <urn:next> _:n{} .\n", (n + 1) % 5_000)).collect();
    assert_eq!(canonical(&ring, Hash::Sha256).err(), Some(WorkLimit));
}

mod relabelling {
    use proptest::prelude::*;

    use super::{Hash, canonical};

    /// Small graphs over a few labels: symmetry is likely.
    fn quads() -> impl Strategy<Value = Vec<(usize, usize, usize, usize)>> {
        prop::collection::vec((0..5_usize, 0..2_usize, 0..6_usize, 0..4_usize), 1..12)
    }

    fn text(quads: &[(usize, usize, usize, usize)], label: impl Fn(usize) -> usize) -> String {
        let line = |&(s, p, o, g): &(usize, usize, usize, usize)| {
            let object = if o == 5 { "\"x\"".to_owned() } else { format!("_:l{}", label(o)) };
            let graph = match g {
                0 | 1 => String::new(),
                2 => "<urn:g> ".to_owned(),
                _ => format!("_:l{} ", label(4)),
            };
            format!("_:l{} <urn:p{p}> {object} {graph}.\n", label(s))
        };
        quads.iter().map(line).collect()
    }

    proptest! {
        #[test]
        fn labels_and_order_of_the_input_change_nothing(
            quads in quads(),
            shuffled in Just((0..5_usize).collect::<Vec<_>>()).prop_shuffle(),
            turn in 0..12_usize,
        ) {
            let mut turned = quads.clone();
            turned.rotate_left(turn % quads.len());
            let one = canonical(&text(&quads, |label| label), Hash::Sha256).unwrap().0.nquads;
            let other = canonical(&text(&turned, |label| shuffled[label]), Hash::Sha256).unwrap().0.nquads;
            prop_assert_eq!(one, other);
        }
    }
}
