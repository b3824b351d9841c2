//! Two CASE frameworks: what an employer asks for, and what a college teaches. The college declares which of its outcomes
//! are the same as the employer's.

use serde_json::{Value, json};

/// A competency of the employer's, in the order of its profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Competency {
    pub code: &'static str,
    pub title: &'static str,
    statement: &'static str,
    weight: u32,
    must: bool,
}

const fn competency(
    code: &'static str,
    title: &'static str,
    statement: &'static str,
    weight: u32,
    must: bool,
) -> Competency {
    Competency { code, title, statement, weight, must }
}

pub const COMPETENCIES: [Competency; 8] = [
    competency(
        "DA.1",
        "Clean data",
        "Finds and repairs gaps, duplicates and wrong values before using a data set",
        3,
        true,
    ),
    competency("DA.2", "Query databases", "Writes SQL that joins, filters and summarises several tables", 3, true),
    competency("DA.3", "Use spreadsheets", "Builds a spreadsheet others can follow, with formulas and checks", 2, true),
    competency("DA.4", "Explain charts", "Chooses a chart that fits the question and says what it shows", 2, false),
    competency("DA.5", "Describe distributions", "Describes a distribution with centre, spread and shape", 2, false),
    competency(
        "DA.6",
        "Protect personal data",
        "Handles personal data by law and by the wishes of those it is about",
        2,
        true,
    ),
    competency(
        "DA.7",
        "Write for readers",
        "Writes a short report that somebody outside the team understands",
        1,
        false,
    ),
    competency("DA.8", "Work in a team", "Shares work in progress and takes up what others say about it", 1, false),
];

/// The college's outcomes, and the employer's competency each is declared to be the same as.
const OUTCOMES: [(&str, &str, usize); 4] = [
    ("RCC-201", "Prepare raw data for analysis", 0),
    ("RCC-202", "Retrieve data with SQL", 1),
    ("RCC-210", "Present findings with charts", 3),
    ("RCC-214", "Summarise data statistically", 4),
];

const EMPLOYER: u128 = 0x6d1f_0a10_5a3e_4c5b_9d20_0000_0000_0000;
const COLLEGE: u128 = 0x6d1f_0a10_5a3e_4c5b_9d21_0000_0000_0000;

pub(super) fn guid(framework: u128, number: usize) -> String {
    uuid::Uuid::from_u128(framework + number as u128).hyphenated().to_string()
}

pub(super) fn uri(guid: &str) -> String {
    format!("https://frameworks.example/ims/case/v1p1/CFItems/{guid}")
}

/// The employer's item, as alignments name it.
pub fn employer_item(index: usize) -> String {
    uri(&guid(EMPLOYER, index + 1))
}

/// The college's outcome, as alignments name it.
pub fn college_item(index: usize) -> String {
    uri(&guid(COLLEGE, index + 1))
}

pub(super) fn document(framework: u128, title: &str) -> Value {
    let identifier = guid(framework, 0);
    json!({
        "identifier": identifier,
        "uri": format!("https://frameworks.example/ims/case/v1p1/CFDocuments/{identifier}"),
        "title": title,
        "version": "2026",
        "lastChangeDateTime": "2026-02-01T00:00:00Z"
    })
}

pub(super) fn item(framework: u128, index: usize, code: &str, title: &str, statement: &str) -> Value {
    let identifier = guid(framework, index + 1);
    json!({
        "uri": uri(&identifier), "identifier": identifier, "humanCodingScheme": code,
        "abbreviatedStatement": title, "fullStatement": statement
    })
}

/// Origin, type and destination.
pub(super) fn association(identifier: String, origin: &str, kind: &str, destination: &str) -> Value {
    let node = |guid: &str| json!({"uri": uri(guid), "identifier": guid});
    json!({
        "identifier": identifier, "associationType": kind,
        "originNodeURI": node(origin), "destinationNodeURI": node(destination)
    })
}

/// The employer's framework.
pub fn employer() -> Value {
    let items = COMPETENCIES.iter().enumerate();
    let items: Vec<Value> = items.map(|(i, one)| item(EMPLOYER, i, one.code, one.title, one.statement)).collect();
    json!({"CFDocument": document(EMPLOYER, "Data work at Meridian Analytics"), "CFItems": items, "CFAssociations": []})
}

/// The college's framework, with what is the same as in the employer's.
pub fn college() -> Value {
    let items: Vec<Value> =
        OUTCOMES.iter().enumerate().map(|(i, (code, title, _))| item(COLLEGE, i, code, title, title)).collect();
    let associations = OUTCOMES.iter().enumerate().map(|(i, (_, _, same))| {
        association(guid(COLLEGE, 100 + i), &guid(COLLEGE, i + 1), "exactMatchOf", &guid(EMPLOYER, same + 1))
    });
    json!({
        "CFDocument": document(COLLEGE, "Outcomes of Riverbend Community College"),
        "CFItems": items,
        "CFAssociations": associations.collect::<Vec<_>>(),
    })
}

/// What the job asks for.
pub fn profile() -> Value {
    let requirements = COMPETENCIES
        .iter()
        .enumerate()
        .map(|(i, one)| json!({"item": guid(EMPLOYER, i + 1), "weight": one.weight, "must": one.must}));
    json!({
        "title": "Junior data analyst",
        "framework": [guid(EMPLOYER, 0)],
        "requirements": requirements.collect::<Vec<_>>(),
    })
}
