//! Descriptors as a table: OSMT's template for imports, and its exports.

use serde_json::{Map, Value};

use super::{Alignment, Skill, listed};
use crate::{
    case::{Fault, FaultCode, MOST_FAULTS},
    pointer::Pointer,
};

/// What columns are called: in the template, then in exports.
const NAME: [&str; 2] = ["Skill Name", "RSD Name"];
const STATEMENT: [&str; 2] = ["Contextualized Skill Statement", "Skill Statement"];
const CATEGORY: [&str; 2] = ["Skill Category", "Categories"];
const KEYWORDS: [&str; 1] = ["Keywords"];
const AUTHORS: [&str; 2] = ["Authors", "Author"];
const URL: [&str; 1] = ["Canonical URL"];
const COLLECTION: [&str; 1] = ["Collection"];
const ALIGNMENT: [&str; 2] = ["Alignment", "Alignment URL"];
const ALIGNMENT_TITLE: [&str; 2] = ["Alignment Title", "Alignment Name"];

/// Reads a table with a line of names at its top.
///
/// # Errors
/// What is wrong. A pointer names the line, from 0 after the names, and the column.
pub fn from_csv(bytes: &[u8]) -> Result<Vec<Skill>, Vec<Fault>> {
    // Spreadsheets put a mark in front of UTF-8.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut reader = csv::Reader::from_reader(bytes);
    let unreadable = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        let detail =
            format!("the table cannot be read at line {line}: a line is as long as the one of names, in UTF-8");
        vec![Fault { code: FaultCode::WrongType, pointer: Pointer::root(), detail }]
    };
    let names = reader.headers().map_err(|error| unreadable(&error))?.clone();
    for needed in [NAME.as_slice(), STATEMENT.as_slice()] {
        if !names.iter().any(|name| needed.contains(&name.trim())) {
            let detail = format!("the first line names the columns; one of them is `{}`", needed.join("` or `"));
            return Err(vec![Fault { code: FaultCode::Missing, pointer: Pointer::root(), detail }]);
        }
    }
    let (mut skills, mut faults) = (Vec::new(), Vec::new());
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|error| unreadable(&error))?;
        let line = Line { names: &names, record: &record };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        match line.skill() {
            Ok(skill) => skills.push(skill),
            Err(column) if faults.len() < MOST_FAULTS => {
                let pointer = Pointer::root().index(index).key(column);
                faults.push(Fault { code: FaultCode::Missing, pointer, detail: format!("a skill has a `{column}`") });
            }
            Err(_) => break,
        }
    }
    if faults.is_empty() { Ok(skills) } else { Err(faults) }
}

struct Line<'t> {
    names: &'t csv::StringRecord,
    record: &'t csv::StringRecord,
}

impl Line<'_> {
    /// The skill of this line; else the column that it lacks.
    fn skill(&self) -> Result<Skill, &'static str> {
        let name = self.cell(&NAME).ok_or(NAME[0])?;
        let statement = self.cell(&STATEMENT).ok_or(STATEMENT[0])?;
        let list = |names: &[&str]| self.cell(names).map(|text| listed(&text)).unwrap_or_default();
        let alignments = list(&ALIGNMENT);
        // A title with a semicolon in it would be torn apart.
        let title = self.cell(&ALIGNMENT_TITLE).filter(|_| alignments.len() == 1);
        let uris = alignments.into_iter().filter(|uri| uri.contains("://"));
        Ok(Skill {
            uri: self.cell(&URL),
            identifier: None,
            name,
            statement,
            categories: list(&CATEGORY),
            keywords: list(&KEYWORDS),
            authors: list(&AUTHORS),
            alignments: uris.map(|uri| Alignment { uri, title: title.clone() }).collect(),
            collection: self.cell(&COLLECTION),
            changed: None,
            archived: None,
            received: self.received(),
        })
    }

    fn cell(&self, names: &[&str]) -> Option<String> {
        let column = self.names.iter().position(|name| names.contains(&name.trim()))?;
        let text = self.record.get(column)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn received(&self) -> Map<String, Value> {
        let cells = self.names.iter().zip(self.record).filter(|(_, cell)| !cell.is_empty());
        cells.map(|(name, cell)| (name.to_owned(), cell.into())).collect()
    }
}
