//! A framework of any size, made up: a tree of competencies with what relates them, CASE 1.1, with the members that real ones
//! have.

use serde_json::{Value, json};

/// Children of one item in the tree.
const CHILDREN: usize = 12;
const BASE: &str = "https://frameworks.example/ims/case/v1p1";
const KINDS: [&str; 4] = ["isRelatedTo", "precedes", "isPeerOf", "isPartOf"];
const WORDS: [&str; 12] = [
    "Describes",
    "models",
    "and",
    "explains",
    "how",
    "measurements",
    "of",
    "complex",
    "systems",
    "change",
    "over",
    "time",
];

/// How large, and which edition: in a later one, every hundredth item says something else.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub items: usize,
    pub associations: usize,
    pub edition: usize,
}

/// What item `n` is called, from 1.
pub fn item_guid(n: usize) -> String {
    format!("1{n:07x}-0000-4000-8000-00000000c0de")
}

pub const DOCUMENT: &str = "00000000-0000-4000-8000-0000000d0c00";

impl Size {
    pub fn package(self) -> Value {
        json!({
            "CFDocument": {
                "identifier": DOCUMENT, "uri": format!("{BASE}/CFDocuments/{DOCUMENT}"), "caseVersion": "1.1",
                "creator": "Example", "title": "A large framework", "version": self.edition.to_string(), "language": "en",
                "adoptionStatus": "Adopted", "lastChangeDateTime": "2026-01-01T00:00:00Z"
            },
            "CFItems": (1..=self.items).map(|n| self.item(n)).collect::<Vec<_>>(),
            "CFAssociations": (0..self.associations).map(|n| self.association(n)).collect::<Vec<_>>(),
        })
    }

    fn item(self, n: usize) -> Value {
        let edition = if n.is_multiple_of(100) { self.edition } else { 0 };
        let words = (0..18).map(|at| WORDS[(n * 7 + at * (1 + n % 5)) % WORDS.len()]);
        let statement = words.collect::<Vec<_>>().join(" ");
        json!({
            "identifier": item_guid(n), "uri": format!("{BASE}/CFItems/{}", item_guid(n)),
            "humanCodingScheme": format!("LF.{}.{n}", n / CHILDREN), "abbreviatedStatement": format!("Competency {n}"),
            "fullStatement": format!("{statement} ({n}, {edition})."), "CFItemType": "Competency", "language": "en",
            "educationLevel": ["13", "14"], "conceptKeywords": ["systems", "measurement"],
            "lastChangeDateTime": "2026-01-01T00:00:00Z"
        })
    }

    /// First the tree, each item below one with a smaller number; then what relates them.
    fn association(self, n: usize) -> Value {
        let (origin, kind, destination) = if n < self.items {
            (n + 1, "isChildOf", n.div_ceil(CHILDREN))
        } else {
            let origin = 1 + (n * 7_919) % self.items;
            (origin, KINDS[n % KINDS.len()], 1 + (origin + n * 31) % self.items)
        };
        let guid = format!("a{n:07x}-0000-4000-8000-00000000c0de");
        json!({
            "identifier": guid, "uri": format!("{BASE}/CFAssociations/{guid}"), "associationType": kind, "sequenceNumber": n,
            "originNodeURI": node(origin), "destinationNodeURI": node(destination),
            "lastChangeDateTime": "2026-01-01T00:00:00Z"
        })
    }
}

/// Number 0 is the document itself.
fn node(n: usize) -> Value {
    if n == 0 {
        let uri = format!("{BASE}/CFDocuments/{DOCUMENT}");
        return json!({"title": "A large framework", "identifier": DOCUMENT, "uri": uri, "targetType": "CASE"});
    }
    let guid = item_guid(n);
    json!({"title": format!("Competency {n}"), "uri": format!("{BASE}/CFItems/{guid}"), "identifier": guid, "targetType": "CASE"})
}
