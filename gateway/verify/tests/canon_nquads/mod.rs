//! Reads N-Quads, as far as the test data needs it.

use std::collections::HashMap;

use wellspring_verify::rdf::{Dataset, Quad, Term};

/// The dataset, and the label that each blank node had, by its number.
pub fn parse(text: &str) -> (Dataset, Vec<String>) {
    let mut reader = Reader { dataset: Dataset::new(1_000_000), blanks: HashMap::new(), labels: Vec::new(), rest: "" };
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        reader.rest = line;
        let (subject, predicate, object) = (reader.term(), reader.term(), reader.term());
        reader.rest = reader.rest.trim_start();
        let graph = (!reader.rest.starts_with('.')).then(|| reader.term());
        reader.dataset.insert(Quad { subject, predicate, object, graph }).unwrap();
    }
    (reader.dataset, reader.labels)
}

struct Reader<'a> {
    dataset: Dataset,
    blanks: HashMap<&'a str, Term>,
    labels: Vec<String>,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn term(&mut self) -> Term {
        self.rest = self.rest.trim_start();
        if self.rest.starts_with('<') {
            let iri = self.iri();
            return self.dataset.iri(&iri);
        }
        if let Some(rest) = self.rest.strip_prefix("_:") {
            let label = self.take(rest, rest.find(' ').unwrap_or(rest.len()));
            let (dataset, labels) = (&mut self.dataset, &mut self.labels);
            return *self.blanks.entry(label).or_insert_with(|| {
                labels.push(label.to_owned());
                dataset.blank()
            });
        }
        self.literal()
    }

    fn literal(&mut self) -> Term {
        let inner = &self.rest[1..];
        let mut escaped = false;
        let end = inner.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let raw = self.take(inner, end.unwrap());
        let value = unescape(raw);
        self.rest = &self.rest[1..];
        if let Some(rest) = self.rest.strip_prefix("^^") {
            self.rest = rest;
            let datatype = self.iri();
            return self.dataset.literal(&value, &datatype);
        }
        if let Some(rest) = self.rest.strip_prefix('@') {
            let tag = self.take(rest, rest.find(' ').unwrap());
            return self.dataset.language_string(&value, tag);
        }
        self.dataset.literal(&value, "http://www.w3.org/2001/XMLSchema#string")
    }

    fn iri(&mut self) -> String {
        let inner = &self.rest[1..];
        let raw = self.take(inner, inner.find('>').unwrap());
        self.rest = &self.rest[1..];
        unescape(raw)
    }

    fn take(&mut self, from: &'a str, length: usize) -> &'a str {
        self.rest = &from[length..];
        &from[..length]
    }
}

fn unescape(raw: &str) -> String {
    let mut out = String::new();
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let digits = match chars.next().unwrap() {
            'u' => 4,
            'U' => 8,
            named => {
                out.push(match named {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    itself => itself,
                });
                continue;
            }
        };
        let hex: String = chars.by_ref().take(digits).collect();
        out.push(char::from_u32(u32::from_str_radix(&hex, 16).unwrap()).unwrap());
    }
    out
}
