//! N-Quads read back, strictly: what canonicalisation wrote has to say the same to any reader.

use std::collections::HashMap;

use wellspring_verify::rdf::{Dataset, Hash, Quad, Term, WorkLimit, XSD_STRING, canonicalize};

/// Reads canonical N-Quads and canonicalises them again, with the statements in another order and so other blank nodes.
/// `None` where that needs more work than allowed.
pub fn again(nquads: &str, work: usize) -> Option<String> {
    let mut reader = Reader { dataset: Dataset::new(1_000_000), blanks: HashMap::new(), rest: "" };
    for line in nquads.lines().rev() {
        reader.rest = line;
        reader.statement();
    }
    match canonicalize(reader.dataset, Hash::Sha256, work) {
        Ok(canonical) => Some(canonical.nquads),
        Err(WorkLimit) => None,
    }
}

struct Reader<'a> {
    dataset: Dataset,
    blanks: HashMap<&'a str, Term>,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn statement(&mut self) {
        let (subject, predicate, object) = (self.term(), self.term(), self.term());
        let graph = (self.rest != ".").then(|| self.term());
        assert_eq!(self.rest, ".", "a statement ends with its line");
        self.dataset.insert(Quad { subject, predicate, object, graph }).expect("there is room");
    }

    /// A term and the space after it.
    fn term(&mut self) -> Term {
        let term = if self.rest.starts_with('<') {
            let iri = self.iri();
            self.dataset.iri(&iri)
        } else if let Some(rest) = self.rest.strip_prefix("_:c14n") {
            let end = rest.find(' ').expect("a label ends");
            let label = self.take(rest, end);
            assert!(label.bytes().all(|digit| digit.is_ascii_digit()), "a canonical label");
            let dataset = &mut self.dataset;
            *self.blanks.entry(label).or_insert_with(|| dataset.blank())
        } else {
            self.literal()
        };
        self.rest = self.rest.strip_prefix(' ').expect("a space after a term");
        term
    }

    fn literal(&mut self) -> Term {
        let inner = self.rest.strip_prefix('"').expect("a literal");
        let mut escaped = false;
        let end = inner.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let raw = self.take(inner, end.expect("a literal ends"));
        let value = unescape(raw);
        self.rest = &self.rest[1..];
        if let Some(rest) = self.rest.strip_prefix("^^") {
            self.rest = rest;
            let datatype = self.iri();
            assert_ne!(datatype, XSD_STRING, "the datatype of strings is left out");
            return self.dataset.literal(&value, &datatype);
        }
        if let Some(rest) = self.rest.strip_prefix('@') {
            let tag = self.take(rest, rest.find(' ').expect("a tag ends"));
            assert!(tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "a language tag");
            return self.dataset.language_string(&value, tag);
        }
        self.dataset.literal(&value, XSD_STRING)
    }

    fn iri(&mut self) -> String {
        let inner = self.rest.strip_prefix('<').expect("an IRI");
        let raw = self.take(inner, inner.find('>').expect("an IRI ends"));
        self.rest = &self.rest[1..];
        assert!(!raw.contains([' ', '<', '"', '\\']), "an IRI holds nothing that would have to be escaped");
        raw.to_owned()
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
        assert!(c > '\u{1f}' && c != '\u{7f}', "control characters are escaped");
        out.push(match (c, c == '\\') {
            (c, false) => c,
            _ => match chars.next().expect("an escape ends") {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'u' => {
                    let hex: String = chars.by_ref().take(4).collect();
                    char::from_u32(u32::from_str_radix(&hex, 16).expect("hexadecimal")).expect("a character")
                }
                itself => itself,
            },
        });
    }
    out
}
