//! The records of the double, and which of them were written to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{GenericSeed, text};
use crate::front::Answer;

type Record = Map<String, Value>;

/// A record that was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    pub collection: String,
    pub record: Value,
    /// Whether it was there before and was changed.
    pub was_there: bool,
    /// What the changed members held before; empty where it was not there.
    pub before: Map<String, Value>,
}

/// A request that is not done.
#[derive(Debug)]
pub(super) struct Refusal(u16, String);

impl Refusal {
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self(status, message.into())
    }

    pub fn answer(&self) -> Answer {
        Answer::json(self.0, &json!({ "message": self.1 }))
    }
}

/// Where a path leads.
pub(super) struct Place {
    pub collection: String,
    pub id: Option<String>,
}

pub(super) struct Store {
    collections: BTreeMap<String, Vec<Record>>,
    /// Names of collections, with `*` for ids.
    patterns: Vec<String>,
    first: BTreeMap<(String, String), Record>,
    written: BTreeSet<(String, String)>,
    given: BTreeMap<String, usize>,
    number_ids: bool,
}

impl Store {
    pub fn new(seed: &GenericSeed) -> Self {
        let first = seed
            .collections
            .iter()
            .flat_map(|(name, records)| records.iter().map(|record| ((name.clone(), id(record)), record.clone())));
        Self {
            first: first.collect(),
            patterns: seed.collections.keys().cloned().collect(),
            collections: seed.collections.clone(),
            written: BTreeSet::new(),
            given: BTreeMap::new(),
            number_ids: seed.number_ids,
        }
    }

    /// The collection, and the record in it, that a path means. Everything it goes through has to be there.
    pub fn place(&self, path: &str) -> Result<Place, Refusal> {
        let whole = self.patterns.iter().any(|pattern| fits(pattern, path));
        let (collection, id) = match path.rsplit_once('/') {
            _ if whole => (path, None),
            Some((head, id)) if self.patterns.iter().any(|pattern| fits(pattern, head)) => (head, Some(decoded(id))),
            _ => {
                let known = self.patterns.join(", ");
                let message = format!("`{path}` is no collection of double.json; there are: {known}");
                return Err(Refusal::new(404, message));
            }
        };
        let segments: Vec<_> = collection.split('/').collect();
        for end in (2..segments.len()).step_by(2) {
            let (parent, id) = (segments[..end - 1].join("/"), decoded(segments[end - 1]));
            if self.patterns.iter().any(|pattern| fits(pattern, &parent)) {
                self.get(&parent, &id)?;
            }
        }
        Ok(Place { collection: collection.to_owned(), id })
    }

    pub fn records(&self, collection: &str) -> Vec<Value> {
        self.collections.get(collection).into_iter().flatten().cloned().map(Value::Object).collect()
    }

    pub fn get(&self, collection: &str, wanted: &str) -> Result<Value, Refusal> {
        let found = self.collections.get(collection).and_then(|records| records.iter().find(|one| id(one) == wanted));
        found.cloned().map(Value::Object).ok_or_else(|| Refusal::new(404, format!("{collection} has no such record")))
    }

    pub fn add(&mut self, seed: &GenericSeed, collection: &str, mut record: Record) -> Result<Value, Refusal> {
        self.check_references(seed, &record)?;
        let given = self.given.entry(collection.to_owned()).or_default();
        *given += 1;
        let number = *given;
        let name = collection.rsplit('/').next().unwrap_or(collection);
        let new = if self.number_ids { json!(900_000 + number) } else { json!(format!("{name}-{number}")) };
        record.insert("id".to_owned(), new);
        self.written.insert((collection.to_owned(), id(&record)));
        self.collections.entry(collection.to_owned()).or_default().push(record.clone());
        Ok(Value::Object(record))
    }

    pub fn change(
        &mut self,
        seed: &GenericSeed,
        collection: &str,
        wanted: &str,
        sent: Record,
        whole: bool,
    ) -> Result<Value, Refusal> {
        self.get(collection, wanted)?;
        self.check_references(seed, &sent)?;
        let records = self.collections.entry(collection.to_owned()).or_default();
        let Some(record) = records.iter_mut().find(|one| id(one) == wanted) else {
            return Err(Refusal::new(404, format!("{collection} has no such record")));
        };
        let kept = record.get("id").cloned().unwrap_or_default();
        if whole {
            *record = sent;
        } else {
            record.extend(sent);
        }
        record.insert("id".to_owned(), kept);
        let changed = Value::Object(record.clone());
        self.written.insert((collection.to_owned(), wanted.to_owned()));
        Ok(changed)
    }

    pub fn remove(&mut self, collection: &str, wanted: &str) {
        if let Some(records) = self.collections.get_mut(collection) {
            records.retain(|record| id(record) != wanted);
        }
        self.written.remove(&(collection.to_owned(), wanted.to_owned()));
    }

    pub fn rename(&mut self, collection: &str, from: &str, to: &str) {
        let records = self.collections.get_mut(collection).into_iter().flatten();
        for record in records.filter(|record| id(record) == from) {
            record.insert("id".to_owned(), json!(to));
        }
    }

    /// Whatever named one candidate names another from now on.
    pub fn redirect(&mut self, seed: &GenericSeed, from: &str, to: &str) {
        let members: Vec<_> = seed.references.iter().filter(|(_, name)| **name == seed.candidates).collect();
        for record in self.collections.values_mut().flatten() {
            for (member, _) in &members {
                if record.get(*member).is_some_and(|value| text(value) == from) {
                    record.insert((*member).clone(), json!(to));
                }
            }
        }
    }

    pub fn written(&self) -> Vec<Written> {
        let one = |(collection, wanted): &(String, String)| {
            let record = self.collections.get(collection)?.iter().find(|one| id(one) == *wanted)?;
            let first = self.first.get(&(collection.clone(), wanted.clone()));
            let changed = |(name, _): &(&String, &Value)| first.and_then(|first| first.get(*name)) != record.get(*name);
            let names = first.into_iter().flat_map(|first| first.iter().filter(changed));
            let before = names.map(|(name, value)| (name.clone(), value.clone())).collect();
            let written = Value::Object(record.clone());
            Some(Written { collection: collection.clone(), record: written, was_there: first.is_some(), before })
        };
        self.written.iter().filter_map(one).collect()
    }

    fn check_references(&self, seed: &GenericSeed, record: &Record) -> Result<(), Refusal> {
        for (member, collection) in &seed.references {
            if let Some(value) = record.get(member).filter(|value| !value.is_null())
                && self.get(collection, &text(value)).is_err()
            {
                return Err(Refusal::new(404, format!("`{member}` names no record of {collection}")));
            }
        }
        Ok(())
    }
}

fn id(record: &Record) -> String {
    record.get("id").map(text).unwrap_or_default()
}

/// Whether a path is that of a collection, in whose name `*` stands for any id.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut came) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), came.next()) {
            (None, None) => return true,
            (Some(wanted), Some(came)) if wanted == "*" || wanted == came => {}
            _ => return false,
        }
    }
}

/// A segment without percent-encoding.
fn decoded(segment: &str) -> String {
    let plain = segment.replace('+', "%2B");
    url::form_urlencoded::parse(format!("s={plain}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}
