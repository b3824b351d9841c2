//! Our canonical N-Quads beside those of npm `jsonld` in safe mode with `rdf-canonize`: byte for byte, over what others
//! publish and over records made up here. What the peer refuses, we have to refuse; what we refuse alone has to be one of
//! the few things that we mean not to read.

mod generate;
mod odd;
mod peer;
mod published;

use std::collections::BTreeMap;

use serde_json::Value;
use wellspring_verify::jsonld::{CanonError, CanonLimits, Contexts, canonical};

use peer::{Answer, Peer};

/// What we refuse although a general processor reads it.
const REFUSED: [(&str, &str); 2] = [
    ("unsupported: @graph", "graphs written by hand, in which nobody looks for what a credential says"),
    ("unsupported: @included", "nodes beside the credential, in which nobody looks either"),
];

/// How the two compare on one document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Compared {
    Equal,
    /// With what we say.
    BothRefuse(String),
    /// With what we say.
    OursRefuses(String),
    /// With what the peer says.
    PeerRefuses(String),
    Differ,
}

/// How many of each there were, and an example.
#[derive(Default)]
struct Tally(BTreeMap<Compared, (usize, String)>);

pub fn run(count: usize, seed: u64) -> bool {
    let Some(mut peer) = Peer::start() else {
        println!("SKIPPED: Node, its packages or the published contexts are not here");
        return true;
    };
    println!(
        "{:<12} {:>9} {:>8} {:>12} {:>13} {:>13} {:>7}",
        "documents", "compared", "equal", "both refuse", "ours refuses", "peer refuses", "differ"
    );
    let mut ok = true;
    let mut published = Tally::default();
    for (name, document) in published::documents() {
        published.add(compare(&document, &mut peer), || name);
    }
    ok &= published.print("published");
    let mut made = Tally::default();
    // As many as asked for are read by both; those that either refuses come on top.
    for number in 0..3 * count as u64 {
        if made.count(|compared| *compared == Compared::Equal) >= count {
            break;
        }
        let document = generate::record(seed, number);
        let compared = compare(&document, &mut peer);
        if matches!(compared, Compared::Differ | Compared::PeerRefuses(_)) && made.wrong() < 3 {
            println!("{compared:?}: seed {seed}, number {number}\n{}", shrunk(document.clone(), &compared, &mut peer));
        }
        made.add(compared, || format!("number {number}"));
    }
    ok &= made.count(|compared| *compared == Compared::Equal) >= count;
    ok &= made.print("made up");
    ok
}

fn compare(document: &Value, peer: &mut Peer) -> Compared {
    let ours = canonical(document, Contexts::builtin(), &CanonLimits::default());
    match (ours, peer.ask(document)) {
        (Ok(ours), Answer::Nquads(theirs)) if ours.nquads == theirs => Compared::Equal,
        (Ok(_), Answer::Nquads(_)) => Compared::Differ,
        (Ok(_), Answer::Refused(why)) => Compared::PeerRefuses(why),
        (Err(error), Answer::Refused(_)) => Compared::BothRefuse(kind(&error)),
        (Err(error), Answer::Nquads(_)) => Compared::OursRefuses(kind(&error)),
    }
}

/// What we refuse, without the names and places of the one document.
fn kind(error: &CanonError) -> String {
    match error {
        CanonError::ContextUnsupported { what, .. } => format!("unsupported: {what}"),
        CanonError::TermUndefined { .. } => "a term that is not defined".to_owned(),
        CanonError::Invalid { reason, .. } => format!("invalid: {reason}"),
        CanonError::Limit => "limit".to_owned(),
    }
}

/// Takes away whatever can be taken away so that the two still disagree in the same way.
fn shrunk(mut document: Value, compared: &Compared, peer: &mut Peer) -> Value {
    let alike = |one: &Compared| std::mem::discriminant(one) == std::mem::discriminant(compared);
    'again: loop {
        for pointer in places(&document, String::new()) {
            let mut smaller = document.clone();
            remove(&mut smaller, &pointer);
            if alike(&compare(&smaller, peer)) {
                document = smaller;
                continue 'again;
            }
        }
        return document;
    }
}

fn places(value: &Value, at: String) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(key, member)| (escaped(key), member)).collect(),
        Value::Array(members) => {
            members.iter().enumerate().map(|(index, member)| (index.to_string(), member)).collect()
        }
        _ => Vec::new(),
    };
    let within = children.into_iter().flat_map(|(key, member)| {
        let at = format!("{at}/{key}");
        std::iter::once(at.clone()).chain(places(member, at)).collect::<Vec<_>>()
    });
    within.collect()
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn remove(document: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    match document.pointer_mut(parent) {
        Some(Value::Object(members)) => drop(members.remove(&key.replace("~1", "/").replace("~0", "~"))),
        Some(Value::Array(members)) => drop(members.remove(key.parse().expect("an index"))),
        _ => {}
    }
}

impl Tally {
    fn add(&mut self, compared: Compared, example: impl FnOnce() -> String) {
        let seen = self.0.entry(compared).or_insert_with(|| (0, example()));
        seen.0 += 1;
    }

    fn count(&self, which: impl Fn(&Compared) -> bool) -> usize {
        self.0.iter().filter(|(compared, _)| which(compared)).map(|(_, (count, _))| count).sum()
    }

    fn wrong(&self) -> usize {
        self.count(|compared| matches!(compared, Compared::Differ | Compared::PeerRefuses(_)))
    }

    /// The line of the table, and below it what we refuse alone. Says whether all is as it should be.
    fn print(&self, name: &str) -> bool {
        let ours = self.count(|one| matches!(one, Compared::OursRefuses(_)));
        println!(
            "{name:<12} {:>9} {:>8} {:>12} {ours:>13} {:>13} {:>7}",
            self.count(|_| true),
            self.count(|one| *one == Compared::Equal),
            self.count(|one| matches!(one, Compared::BothRefuse(_))),
            self.count(|one| matches!(one, Compared::PeerRefuses(_))),
            self.count(|one| *one == Compared::Differ),
        );
        let mut meant = true;
        for (compared, (count, example)) in &self.0 {
            match compared {
                Compared::OursRefuses(why) => {
                    let known = REFUSED.iter().find(|(word, _)| why.contains(word));
                    meant &= known.is_some();
                    let reason = known.map_or("NOT MEANT", |(_, reason)| reason);
                    println!("  we refuse {count}: {why} ({reason}), such as {example}");
                }
                Compared::PeerRefuses(why) => println!("  the peer refuses {count}: {why}, such as {example}"),
                Compared::Differ => println!("  {count} differ, such as {example}"),
                Compared::BothRefuse(why) => println!("  both refuse {count}: {why}, such as {example}"),
                Compared::Equal => {}
            }
        }
        self.wrong() == 0 && meant
    }
}
