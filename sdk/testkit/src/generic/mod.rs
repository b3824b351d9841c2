//! A double of an ATS of no particular make: collections of records over REST, as many ATSs have them. What is in it at the beginning
//! comes from the connector's own `double.json`.
//!
//! `POST /notes` adds a record and gives it an id, `GET /notes?application=61001` lists those whose member says so, `GET`, `PATCH`,
//! `PUT` and `DELETE /notes/1` are about one. A list comes in pages, with `Link: <…>; rel="next"`. What names a record that is not
//! there is refused.

mod body;
mod seed;
mod store;

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::{Value, json};

use crate::front::{Answer, Asked, Behind};

pub(crate) use body::multipart;
pub use seed::{GenericSeed, SeedError};
pub use store::Written;

use store::{Refusal, Store};

/// Records of a page, unless the request says otherwise.
const PAGE: usize = 50;
/// Parameters by which lists are paged and shaped. The others choose records.
const SHAPING: [&str; 11] =
    ["page", "per_page", "limit", "cursor", "offset", "sort", "order", "fields", "include", "expand", "direction"];

/// The double. What is written stays until it is dropped.
pub struct Generic {
    seed: GenericSeed,
    store: Mutex<Store>,
}

impl Generic {
    pub fn new(seed: GenericSeed) -> Self {
        let store = Mutex::new(Store::new(&seed));
        Self { seed, store }
    }

    pub fn seed(&self) -> &GenericSeed {
        &self.seed
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was written since the beginning and is still there, in the order of the collections.
    pub fn written(&self) -> Vec<Written> {
        self.lock().written()
    }

    /// Every record of a collection, as it is by now.
    pub fn records(&self, collection: &str) -> Vec<Value> {
        self.lock().records(collection)
    }

    /// Somebody deletes the candidate, and with them the application.
    pub fn delete_applicant(&self) {
        let applicant = &self.seed.applicant;
        let mut store = self.lock();
        store.remove(&self.seed.candidates, &applicant.candidate);
        store.remove(&self.seed.applications, &applicant.application);
    }

    /// Somebody merges the candidate into another one, who has the application from then on.
    pub fn merge_applicant(&self) {
        const OTHER: &str = "990501";
        let applicant = &self.seed.applicant;
        let mut store = self.lock();
        store.rename(&self.seed.candidates, &applicant.candidate, OTHER);
        store.redirect(&self.seed, &applicant.candidate, OTHER);
    }

    fn act(&self, asked: &Asked) -> Result<Answer, Refusal> {
        let path = asked.path.trim_matches('/');
        let mut store = self.lock();
        let place = store.place(path)?;
        match (asked.method.as_str(), place.id) {
            ("GET" | "HEAD", None) => Ok(self.list(&store, &place.collection, asked)),
            ("GET" | "HEAD", Some(id)) => Ok(self.one(200, store.get(&place.collection, &id)?)),
            ("POST", None) => {
                let record = body::record(asked)?;
                Ok(self.one(201, store.add(&self.seed, &place.collection, record)?))
            }
            ("PATCH", Some(id)) => {
                let record = body::record(asked)?;
                Ok(self.one(200, store.change(&self.seed, &place.collection, &id, record, false)?))
            }
            ("PUT", Some(id)) => {
                let record = body::record(asked)?;
                Ok(self.one(200, store.change(&self.seed, &place.collection, &id, record, true)?))
            }
            ("DELETE", Some(id)) => {
                store.get(&place.collection, &id)?;
                store.remove(&place.collection, &id);
                Ok(Answer { status: 204, headers: Vec::new(), body: bytes::Bytes::new() })
            }
            _ => Err(Refusal::new(405, format!("{} is not for {}", asked.method, asked.path))),
        }
    }

    fn one(&self, status: u16, record: Value) -> Answer {
        match &self.seed.envelope {
            Some(name) => Answer::json(status, &json!({ name.as_str(): record })),
            None => Answer::json(status, &record),
        }
    }

    fn list(&self, store: &Store, collection: &str, asked: &Asked) -> Answer {
        let filters: Vec<_> = asked.query.iter().filter(|(name, _)| !SHAPING.contains(&name.as_str())).collect();
        let number = |names: &[&str]| {
            let found = asked.query.iter().find(|(name, _)| names.contains(&name.as_str()));
            found.and_then(|(_, value)| value.parse::<usize>().ok()).filter(|number| *number > 0)
        };
        let (size, page) = (number(&["per_page", "limit"]).unwrap_or(PAGE), number(&["page"]).unwrap_or(1));
        let all = store.records(collection);
        let chosen: Vec<_> =
            all.into_iter().filter(|record| filters.iter().all(|filter| has(record, filter))).collect();
        let rest = chosen.len() > size.saturating_mul(page);
        let shown: Vec<_> = chosen.into_iter().skip(size.saturating_mul(page - 1)).take(size).collect();
        let answer = self.one(200, Value::Array(shown));
        if !rest {
            return answer;
        }
        let pairs = asked.query.iter().filter(|(name, _)| name != "page");
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .append_pair("page", &(page + 1).to_string())
            .finish();
        answer.with_header("link", format!("<{}?{query}>; rel=\"next\"", asked.path))
    }
}

/// Whether a record's member is what a parameter asks for: equal, or one of several.
fn has(record: &Value, (name, wanted): &&(String, String)) -> bool {
    let key = if name == "ids" { "id" } else { name.as_str() };
    let Some(value) = record.get(key) else { return false };
    let value = text(value);
    *wanted == value || (name == "ids" && wanted.split(',').any(|one| one == value))
}

/// A value as it stands in paths and parameters.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[async_trait]
impl Behind for Generic {
    async fn answer(&self, asked: &Asked) -> Answer {
        self.act(asked).unwrap_or_else(|refusal| refusal.answer())
    }

    fn refuses_strangers(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(method: &str, path: &str, query: &[(&str, &str)], body: Value) -> Asked {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Asked {
            method: method.to_owned(),
            base: "api".to_owned(),
            path: path.to_owned(),
            query: query.iter().map(pair).collect(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: if body.is_null() { bytes::Bytes::new() } else { body.to_string().into() },
            credential: None,
        }
    }

    async fn answered(double: &Generic, asked: Asked) -> (u16, Value) {
        let answer = double.answer(&asked).await;
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    #[tokio::test]
    async fn records_are_added_found_changed_and_removed() {
        let double = Generic::new(GenericSeed::default());
        let note = json!({"application": "61001", "text": "x"});
        let (status, added) = answered(&double, ask("POST", "/notes", &[], note)).await;
        assert_eq!((status, &added["id"]), (201, &json!("notes-1")));
        let found =
            answered(&double, ask("GET", "/notes", &[("application", "61001"), ("limit", "5")], Value::Null)).await;
        assert_eq!(found, (200, json!([added])));
        let none = answered(&double, ask("GET", "/notes", &[("application", "7")], Value::Null)).await;
        assert_eq!(none, (200, json!([])));
        let changed = answered(&double, ask("PATCH", "/notes/notes-1", &[], json!({"text": "y"}))).await;
        assert_eq!(changed.1["text"], "y");
        assert_eq!(double.written().len(), 1);
        assert_eq!(answered(&double, ask("DELETE", "/notes/notes-1", &[], Value::Null)).await.0, 204);
        assert_eq!(answered(&double, ask("GET", "/notes/notes-1", &[], Value::Null)).await.0, 404);
        assert!(double.written().is_empty());
    }

    #[tokio::test]
    async fn what_names_a_record_that_is_not_there_is_refused() {
        let double = Generic::new(GenericSeed::default());
        double.delete_applicant();
        let note = json!({"application": "61001", "text": "x"});
        assert_eq!(answered(&double, ask("POST", "/notes", &[], note)).await.0, 404);
        assert_eq!(answered(&double, ask("GET", "/applications/61001", &[], Value::Null)).await.0, 404);
        let (status, said) = answered(&double, ask("GET", "/nowhere", &[], Value::Null)).await;
        assert_eq!(status, 404);
        assert!(said["message"].as_str().is_some_and(|text| text.contains("double.json")), "{said}");
    }

    #[tokio::test]
    async fn a_merged_candidate_is_no_more_and_the_application_is_the_other_one_s() {
        let double = Generic::new(GenericSeed::default());
        double.merge_applicant();
        assert_eq!(answered(&double, ask("GET", "/candidates/501", &[], Value::Null)).await.0, 404);
        let (_, application) = answered(&double, ask("GET", "/applications/61001", &[], Value::Null)).await;
        assert_eq!(application["candidate"], "990501");
    }

    #[tokio::test]
    async fn a_long_list_comes_in_pages() {
        let double = Generic::new(GenericSeed::default());
        for number in 0..3 {
            let note = json!({"application": "61001", "text": number.to_string()});
            assert_eq!(answered(&double, ask("POST", "/notes", &[], note)).await.0, 201);
        }
        let first = double.answer(&ask("GET", "/notes", &[("limit", "2")], Value::Null)).await;
        let link = first.headers.iter().find(|(name, _)| name == "link").map(|(_, value)| value.as_str());
        assert_eq!(link, Some("</notes?limit=2&page=2>; rel=\"next\""));
        let (_, second) = answered(&double, ask("GET", "/notes", &[("limit", "2"), ("page", "2")], Value::Null)).await;
        assert_eq!(second.as_array().map(Vec::len), Some(1));
    }
}
