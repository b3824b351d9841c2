//! What a list of documents can be asked: a part of it, in an order, filtered, with some members only.

use std::cmp::Ordering;

use serde::Deserialize;
use serde_json::{Map, Value};
use wellspring_model::{
    Timestamp,
    case::{CaseVersion, mapping},
};

use super::{Status, filter::Filter};

/// Documents on a page, where nothing is said and at most.
const LIMIT: usize = 100;
const MOST: usize = 1_000;

/// The parameters as they are written. Others are for whoever they are for, and are passed over.
#[derive(Debug, Default, Deserialize)]
pub struct Written {
    pub limit: Option<String>,
    pub offset: Option<String>,
    pub sort: Option<String>,
    #[serde(rename = "orderBy")]
    pub order_by: Option<String>,
    pub filter: Option<String>,
    pub fields: Option<String>,
}

/// What is asked.
#[derive(Debug)]
pub struct Asked {
    pub limit: usize,
    pub offset: usize,
    sort: Option<String>,
    is_descending: bool,
    filter: Option<Filter>,
    fields: Option<Vec<String>>,
}

impl Asked {
    pub fn read(written: &Written, version: CaseVersion) -> Result<Self, Status> {
        let number = |text: &Option<String>, name: &str, least: usize, otherwise: usize| match text {
            None => Ok(otherwise),
            Some(text) => text
                .parse()
                .ok()
                .filter(|number| *number >= least)
                .ok_or_else(|| Status::selection_field(format!("`{name}` is a whole number, {least} or more"))),
        };
        let is_member = |name: &str| mapping::is_member_of_document(name, version);
        let sort = written.sort.clone();
        if let Some(unknown) = sort.as_ref().filter(|name| !is_member(name)) {
            let what: String = unknown.chars().take(40).collect();
            return Err(Status::sort_field(format!("a CFDocument has no `{what}` to sort by")));
        }
        let is_descending = match written.order_by.as_deref() {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(_) => return Err(Status::sort_field("`orderBy` is `asc` or `desc`")),
        };
        let filter = written.filter.as_deref().map(|text| Filter::read(text, &is_member)).transpose()?;
        let fields = written.fields.as_deref().map(|text| fields(text, &is_member)).transpose()?;
        Ok(Self {
            limit: number(&written.limit, "limit", 1, LIMIT)?.min(MOST),
            offset: number(&written.offset, "offset", 0, 0)?,
            sort,
            is_descending,
            filter,
            fields,
        })
    }

    /// Those that are asked for, in the order that is asked for.
    pub fn chosen(&self, mut documents: Vec<Map<String, Value>>) -> Vec<Map<String, Value>> {
        if let Some(filter) = &self.filter {
            documents.retain(|document| filter.matches(document));
        }
        if let Some(name) = &self.sort {
            documents.sort_by(|one, other| compared(one.get(name), other.get(name)));
        }
        if self.is_descending {
            documents.reverse();
        }
        documents
    }

    /// A document with the members that are asked for.
    pub fn selected(&self, mut document: Map<String, Value>) -> Map<String, Value> {
        if let Some(fields) = &self.fields {
            document.retain(|name, _| fields.contains(name));
        }
        document
    }
}

fn fields(text: &str, is_member: &impl Fn(&str) -> bool) -> Result<Vec<String>, Status> {
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    match names.iter().find(|name| !is_member(name)) {
        None => Ok(names),
        Some(unknown) => {
            let what: String = unknown.chars().take(40).collect();
            Err(Status::selection_field(format!("a CFDocument has no member `{what}`")))
        }
    }
}

/// What is not there comes last.
fn compared(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => compare(&plain(one), &plain(other)),
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}

/// Times by when they are, other texts without regard to case.
pub(super) fn compare(one: &str, other: &str) -> Ordering {
    match (one.parse::<Timestamp>(), other.parse::<Timestamp>()) {
        (Ok(one), Ok(other)) => one.cmp(&other),
        _ => one.to_lowercase().cmp(&other.to_lowercase()),
    }
}

pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(link) => link.get("title").and_then(Value::as_str).unwrap_or_default().to_owned(),
        other => other.to_string(),
    }
}
