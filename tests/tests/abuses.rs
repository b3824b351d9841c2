//! The table of docs/sandbox-tests.md against the tree: every abuse has its row, and every test that a row names is there.

use std::path::Path;

/// The abuses of the design, by their numbers.
const ABUSES: u32 = 30;

/// A test, as a row names it: its name alone stands for one in the file that was named before.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    row: u32,
    file: String,
    test: String,
}

/// The rows of the table, each with its cells.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let lines = text.lines().skip_while(|line| !line.starts_with("| # |")).skip(2);
    let table = lines.take_while(|line| line.starts_with('|'));
    table.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

fn named(rows: &[Vec<&str>]) -> Vec<Named> {
    let mut found = Vec::new();
    for cells in rows {
        let row = cells[0].parse().expect("a number");
        let mut file = String::new();
        for word in cells[3].split('`').skip(1).step_by(2) {
            if Path::new(word).extension().is_some_and(|extension| extension == "rs") {
                word.clone_into(&mut file);
            } else {
                found.push(Named { row, file: file.clone(), test: word.to_owned() });
            }
        }
    }
    found
}

/// Whether a source has a test of this name.
fn has(source: &str, test: &str) -> bool {
    let lines: Vec<&str> = source.lines().collect();
    let is_it = |line: &str| line.contains(&format!("fn {test}("));
    let tested =
        |line: &&str| line.trim_start().starts_with("#[test") || line.trim_start().starts_with("#[tokio::test");
    // Between the attribute and the name there may be others. Within `proptest!` the attribute stands there too.
    (0..lines.len()).any(|at| is_it(lines[at]) && lines[at.saturating_sub(4)..at].iter().any(tested))
}

#[test]
fn every_abuse_has_a_row_with_a_defence_a_test_that_is_there_and_what_it_fails_without() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let text = std::fs::read_to_string(root.join("docs/sandbox-tests.md")).expect("the page");
    let rows = rows(&text);
    let numbers: Vec<u32> = rows.iter().map(|cells| cells[0].parse().expect("a number")).collect();
    assert_eq!(numbers, (1..=ABUSES).collect::<Vec<_>>());
    for cells in &rows {
        assert!(cells.len() == 5 && cells.iter().all(|cell| !cell.is_empty()), "{cells:?}");
    }
    let named = named(&rows);
    for number in numbers {
        assert!(named.iter().any(|one| one.row == number), "abuse {number} has no test");
    }
    for one in &named {
        let source = std::fs::read_to_string(root.join(&one.file));
        assert!(source.is_ok_and(|source| has(&source, &one.test)), "there is no such test: {one:?}");
    }
}

#[test]
fn a_test_that_is_not_there_is_missed() {
    let text = "| # | abuse | defence | test | fails when |\n| - | - | - | - | - |\n| 1 | a | b | `x.rs`: `it_is`, `too` | c |\n";
    let of = |test: &str| Named { row: 1, file: "x.rs".to_owned(), test: test.to_owned() };
    assert_eq!(named(&rows(text)), [of("it_is"), of("too")]);
    let source = "#[tokio::test(flavor = \"current_thread\")]\n#[ignore]\nasync fn it_is() {}\n\n\n\n\n\nfn too() {}\n";
    assert!(has(source, "it_is") && !has(source, "too") && !has(source, "it"));
}
