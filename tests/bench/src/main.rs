//! Our verifier measured: beside others, on the same documents in the same run; and on input that means harm.

mod documents;
mod floor;
mod generic;
mod hostile;
mod ours;

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

const CONTEXTS: [(&str, &str); 4] = [
    ("https://www.w3.org/ns/credentials/v2", "w3c-ns-credentials-v2.jsonld"),
    ("https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", "clr-v2p0-2.0.1.json"),
    ("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json", "ob-v3p0-context-3.0.3.json"),
    ("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json", "ob-v3p0-extensions.json"),
];

/// Where the published contexts lie that the peers need; ours are compiled in.
fn contexts_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/contexts")
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["verify"] => verify(false),
        ["verify", "--json"] => verify(true),
        ["hostile"] => hostile::run_all(),
        ["hostile", name] => hostile::run_one(name),
        ["repeat", name, times] => match (cases().into_iter().find(|case| case.name == name), times.parse()) {
            (Some(case), Ok(times)) => repeat(&case, times),
            _ => return usage(),
        },
        _ => return usage(),
    }
    ExitCode::SUCCESS
}

/// One case of ours alone, for a profiler to look at.
fn repeat(case: &Case, times: usize) {
    for _ in 0..times {
        if case.all { ours::all(&case.bytes) } else { ours::outer(&case.bytes) }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: wellspring-bench verify [--json] | hostile | repeat CASE TIMES");
    ExitCode::from(64)
}

struct Case {
    name: String,
    bytes: Vec<u8>,
    all: bool,
}

fn cases() -> Vec<Case> {
    let text = |value: Value| value.to_string().into_bytes();
    let mut cases = vec![Case { name: "badge".to_owned(), bytes: text(documents::badge(1)), all: false }];
    // 1EdTech's own vector, where it is there: its key is not to be had, which is why `passed` is not asked of it.
    let vector = contexts_folder().join("../1edtech-openbadges-spec/linked-data-proof-clr--signed-credential-7.json");
    if let Ok(bytes) = std::fs::read(vector) {
        cases.push(Case { name: "clr-vector".to_owned(), bytes, all: false });
    }
    for n in [5, 50, 500] {
        let bytes = text(documents::record(n));
        cases.push(Case { name: format!("clr-{n}"), bytes: bytes.clone(), all: false });
        cases.push(Case { name: format!("clr-{n}-all"), bytes, all: true });
    }
    cases
}

fn verify(as_json: bool) {
    let cases = cases();
    let contexts: Option<generic::Contexts> = CONTEXTS
        .iter()
        .map(|(url, file)| Some(((*url).to_owned(), std::fs::read(contexts_folder().join(file)).ok()?)))
        .collect();
    if contexts.is_none() && !as_json {
        println!("· the published contexts are not beside this checkout: the peers stay out");
    }
    let node = contexts.as_ref().and_then(|_| node(&cases));
    // Each by itself: what one leaves of the heap would be the next one's burden.
    let ours: Vec<f64> = cases
        .iter()
        .map(|case| time(|| if case.all { ours::all(&case.bytes) } else { ours::outer(&case.bytes) }))
        .collect();
    let mut rows = Vec::new();
    for (case, ours) in cases.iter().zip(ours) {
        let theirs = contexts.as_ref().map(|contexts| {
            time(|| if case.all { generic::all(&case.bytes, contexts) } else { generic::outer(&case.bytes, contexts) })
        });
        let node = node.as_ref().and_then(|times| times.get(&case.name).copied());
        rows.push((case, ours, [("node", node), ("generic", theirs)]));
    }
    let again = cases.iter().map(|case| (case.name.as_str(), ours::again(&case.bytes))).collect::<BTreeMap<_, _>>();
    if as_json {
        let rows = rows.iter().flat_map(|(case, ours, peers)| {
            peers.iter().filter_map(move |(peer, time)| {
                let time = (*time)?;
                Some(json!({"case": case.name, "peer": peer, "ours_ms": ours, "peer_ms": time, "ratio": time / ours}))
            })
        });
        println!("{}", Value::from_iter(rows));
        return;
    }
    println!("{:<12} {:>9} {:>10} {:>12} {:>7} {:>12} {:>7}", "case", "bytes", "ours", "Node", "", "generic", "");
    for (case, ours, [(_, node), (_, generic)]) in rows {
        let show = |time: Option<f64>| {
            time.map_or(("–".to_owned(), String::new()), |time| {
                (format!("{time:.2} ms"), format!("{:.0}×", time / ours))
            })
        };
        let ((node, n), (generic, g)) = (show(node), show(generic));
        println!("{:<12} {:>9} {ours:>7.3} ms {node:>12} {n:>7} {generic:>12} {g:>7}", case.name, case.bytes.len());
    }
    println!("\nthe same bytes again:");
    for (name, time) in again {
        println!("{name:<12} {time:.4} ms");
    }
    for case in cases.iter().filter(|case| ["clr-50", "clr-500"].contains(&case.name.as_str())) {
        floor::print(case);
    }
}

/// The middle of some runs, in milliseconds, after one to get warm.
pub fn time(mut work: impl FnMut()) -> f64 {
    work();
    let (begun, mut runs) = (Instant::now(), Vec::new());
    while runs.len() < 3 || (begun.elapsed() < Duration::from_secs(3) && runs.len() < 200) {
        let start = Instant::now();
        work();
        runs.push(start.elapsed().as_secs_f64() * 1_000.0);
    }
    runs.sort_by(f64::total_cmp);
    runs[runs.len() / 2]
}

/// What Node takes for the same, where it is installed.
fn node(cases: &[Case]) -> Option<BTreeMap<String, f64>> {
    let peer = PathBuf::from(std::env::var_os("NODE_PEER")?);
    // The vector's key has no document that this library could read.
    let listed = cases.iter().filter(|case| case.name != "clr-vector").map(|case| {
        let file = peer.join(format!("{}.json", case.name));
        std::fs::write(&file, &case.bytes).expect("a file can be written");
        json!({"name": case.name, "file": file, "all": case.all})
    });
    let contexts: BTreeMap<&str, PathBuf> =
        CONTEXTS.iter().map(|(url, file)| (*url, contexts_folder().join(file))).collect();
    let input = json!({"contexts": contexts, "cases": listed.collect::<Vec<_>>()}).to_string();
    let mut child = Command::new("node")
        .arg("peer.mjs")
        .current_dir(&peer)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node starts");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("Node reads");
    let output = child.wait_with_output().expect("Node ends");
    assert!(output.status.success(), "the Node peer failed");
    serde_json::from_slice(&output.stdout).expect("Node prints JSON")
}
