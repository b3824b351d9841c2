//! Taking people, accounts and secrets out of what was recorded, so that it still fits together: the same value becomes the same other
//! value wherever it stands.
//!
//! Of what an ATS answers, only what cannot be about anybody is kept: small numbers that are no ids, dates, short words such as
//! `active`, and what we sent ourselves. Everything else is replaced, and where the connector sends it back, there as well.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::looks::{is_date, is_id, is_large, is_word, looks_like_id};
use crate::rig::Applicant;

/// Words for what proves something.
const SECRETS: [&str; 8] = ["token", "secret", "password", "key", "authorization", "cookie", "signature", "credential"];
/// Words for who somebody is.
const PERSONAL: [&str; 13] = [
    "name", "mail", "phone", "address", "street", "city", "zip", "postal", "birth", "gender", "linkedin", "photo",
    "avatar",
];

/// The shortest text that is looked for within others.
const SHORTEST: usize = 4;

pub(super) struct Scrubber {
    /// What becomes of a text, wherever it stands, longest first when it is applied.
    known: BTreeMap<String, String>,
    /// The applicant's own ids, name and address.
    applicant: BTreeSet<String>,
    ours: BTreeSet<String>,
    ids: usize,
    people: usize,
    texts: usize,
    replaced: usize,
}

impl Scrubber {
    pub fn new(real: &Applicant, stand_in: &Applicant) -> Self {
        let pairs = [
            (&real.application, &stand_in.application),
            (&real.candidate, &stand_in.candidate),
            (&real.name, &stand_in.name),
            (&real.email, &stand_in.email),
        ];
        let known = pairs.into_iter().filter(|(from, _)| !from.is_empty());
        let known: BTreeMap<_, _> = known.map(|(from, to)| (from.clone(), to.clone())).collect();
        let applicant = known.keys().cloned().collect();
        Self { applicant, known, ours: BTreeSet::new(), ids: 0, people: 0, texts: 0, replaced: 0 }
    }

    /// Keeps texts that we sent: headline, summary, marker.
    pub fn keep(&mut self, work: &Value) {
        match work {
            Value::String(text) => {
                self.ours.insert(text.clone());
            }
            Value::Array(items) => items.iter().for_each(|item| self.keep(item)),
            Value::Object(members) => members.values().for_each(|value| self.keep(value)),
            _ => {}
        }
    }

    pub fn replaced(&self) -> usize {
        self.replaced
    }

    /// A value that the connector sent under this name.
    pub fn request(&mut self, name: &str, value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), self.request(name, value))).collect()
            }
            Value::Array(items) => items.iter().map(|item| self.request(name, item)).collect(),
            Value::String(text) if is_id(name) || looks_like_id(text) => json!(self.id(text)),
            Value::Number(number) if is_id(name) || self.known.contains_key(&number.to_string()) => self.number(number),
            Value::String(text) => json!(self.apply(text)),
            other => other.clone(),
        }
    }

    /// A value of an answer.
    pub fn answer(&mut self, value: &Value) -> Value {
        self.answered("", value)
    }

    fn answered(&mut self, name: &str, value: &Value) -> Value {
        let lower = name.to_ascii_lowercase();
        match value {
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), self.answered(name, value))).collect()
            }
            Value::Array(items) => items.iter().map(|item| self.answered(name, item)).collect(),
            Value::String(_) if SECRETS.iter().any(|word| lower.contains(word)) && lower != "name_key" => self.secret(),
            Value::String(text) if is_id(name) || looks_like_id(text) => json!(self.id(text)),
            Value::Number(number) if is_id(name) || is_large(number) => self.number(number),
            Value::String(text) => json!(self.text(&lower, text)),
            other => other.clone(),
        }
    }

    fn secret(&mut self) -> Value {
        self.replaced += 1;
        json!("secret")
    }

    fn text(&mut self, name: &str, text: &str) -> String {
        if self.known.contains_key(text) || self.is_ours(text) {
            return self.apply(text);
        }
        if text.contains('@') {
            return self.person(text, true);
        }
        if PERSONAL.iter().any(|word| name.contains(word)) && name != "name_key" {
            return self.person(text, false);
        }
        if is_date(text) || is_word(text) {
            return text.to_owned();
        }
        self.replaced += 1;
        self.texts += 1;
        let other = format!("text {}", self.texts);
        self.known.insert(text.to_owned(), other.clone());
        other
    }

    /// Whether it is made of what we sent, and nothing of anybody else's.
    fn is_ours(&self, text: &str) -> bool {
        let contains = |one: &&String| one.chars().count() > 8 && text.contains(one.as_str());
        self.ours.contains(text) || self.ours.iter().filter(contains).count() >= 2
    }

    /// A path with other ids in it.
    pub fn path(&mut self, path: &str) -> String {
        let segment = |one: &str| {
            if self.known.contains_key(one) || looks_like_id(one) { self.id(one) } else { one.to_owned() }
        };
        path.split('/').map(segment).collect::<Vec<_>>().join("/")
    }

    /// A link that leads nowhere but to its own query.
    pub fn link(&mut self, link: &str) -> String {
        let one = |part: &str| {
            let (target, rest) = part.split_once('>').unwrap_or((part, ""));
            let query = target.split_once('?').map(|(_, query)| query).unwrap_or_default();
            format!("<https://ats.example/?{query}>{rest}")
        };
        link.split(", <").map(one).collect::<Vec<_>>().join(", ")
    }

    fn apply(&mut self, text: &str) -> String {
        if let Some(whole) = self.known.get(text) {
            self.replaced += 1;
            return whole.clone();
        }
        // Of what we sent, only the applicant is another one; a short id is part of many sentences that are not about it.
        let (ours, applicant) = (self.is_ours(text), &self.applicant);
        let is_meant = |from: &str| if ours { applicant.contains(from) } else { from.chars().count() >= SHORTEST };
        let mut pairs: Vec<_> = self.known.iter().filter(|(from, _)| is_meant(from)).collect();
        pairs.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
        let applied = pairs.into_iter().fold(text.to_owned(), |text, (from, to)| replace_words(&text, from, to));
        self.replaced += usize::from(applied != text);
        applied
    }

    fn id(&mut self, text: &str) -> String {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        self.ids += 1;
        let other = if text.bytes().all(|byte| byte.is_ascii_digit()) {
            (1_000 + self.ids).to_string()
        } else if text.len() == 36 && text.matches('-').count() == 4 {
            format!("00000000-0000-4000-8000-{:012}", self.ids)
        } else {
            format!("id-{}", self.ids)
        };
        self.replaced += 1;
        self.known.insert(text.to_owned(), other.clone());
        other
    }

    /// Numbers stay numbers.
    fn number(&mut self, number: &serde_json::Number) -> Value {
        let text = number.to_string();
        if let Some(known) = self.known.get(&text).and_then(|known| known.parse::<u64>().ok()) {
            return json!(known);
        }
        self.ids += 1;
        self.replaced += 1;
        let other = 1_000 + self.ids;
        self.known.insert(text, other.to_string());
        json!(other)
    }

    fn person(&mut self, text: &str, is_address: bool) -> String {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        self.people += 1;
        self.replaced += 1;
        let other =
            if is_address { format!("person{}@example.org", self.people) } else { format!("Person {}", self.people) };
        self.known.insert(text.to_owned(), other.clone());
        other
    }
}

/// Replaces whole words only: an id of two digits is part of many numbers.
fn replace_words(text: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = 0;
    for (at, found) in text.match_indices(from) {
        let (before, after) = (text[..at].chars().next_back(), text[at + found.len()..].chars().next());
        if at < last || before.is_some_and(char::is_alphanumeric) || after.is_some_and(char::is_alphanumeric) {
            continue;
        }
        out.push_str(&text[last..at]);
        out.push_str(to);
        last = at + found.len();
    }
    out.push_str(&text[last..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubber() -> Scrubber {
        let real = Applicant {
            application: "88123".to_owned(),
            candidate: "77".to_owned(),
            name: "Greta Lindqvist".to_owned(),
            email: "greta@lindqvist.example".to_owned(),
        };
        Scrubber::new(&real, &Applicant::default())
    }

    #[test]
    fn nobody_is_left_in_what_an_ats_answers_and_it_still_fits_together() {
        let mut scrubber = scrubber();
        let answer = json!({
            "id": 77, "name": "Greta Lindqvist", "status": "active", "created_at": "2026-11-26T14:00:00Z",
            "recruiter": {"id": 4711, "first_name": "Hans", "email": "hans@corp.example"},
            "notes": [{"id": 99, "author_id": 4711, "text": "Called Greta, she seemed tired."}],
            "access_token": "abc", "score": 71.25, "tags": ["priority"]
        });
        let scrubbed = scrubber.answer(&answer);
        let text = scrubbed.to_string();
        for gone in ["Greta", "Lindqvist", "Hans", "corp.example", "4711", "tired", "abc", "\"id\":77"] {
            assert!(!text.contains(gone), "{gone} is left in {text}");
        }
        assert_eq!(scrubbed["recruiter"]["id"], scrubbed["notes"][0]["author_id"]);
        assert_eq!(
            (&scrubbed["status"], &scrubbed["score"], &scrubbed["tags"][0]),
            (&json!("active"), &json!(71.25), &json!("priority"))
        );
        assert_eq!(scrubbed["created_at"], answer["created_at"]);
        assert_eq!(
            scrubber.path("/candidates/77/notes/99"),
            format!("/candidates/501/notes/{}", scrubbed["notes"][0]["id"])
        );
    }

    #[test]
    fn what_we_wrote_is_kept_with_the_stand_in_s_ids() {
        let mut scrubber = scrubber();
        scrubber.keep(&json!({"headline": "5 of 7 required skills verified", "marker": "[wellspring:con_1:88123]"}));
        let text = "5 of 7 required skills verified\n\n[wellspring:con_1:88123]";
        assert_eq!(scrubber.answer(&json!(text)), json!("5 of 7 required skills verified\n\n[wellspring:con_1:61001]"));
    }

    #[test]
    fn what_the_connector_sends_back_is_replaced_as_it_was_in_the_answer() {
        let mut scrubber = scrubber();
        let answered =
            scrubber.answer(&json!({"salary": {"amount": 41_000, "unit": "EUR"}, "hobby": "Rowing on lakes"}));
        let sent = scrubber
            .request("", &json!({"fields": [{"amount": 41_000}, {"value": "Rowing on lakes"}, {"score": 71.25}]}));
        assert_eq!(sent["fields"][0]["amount"], answered["salary"]["amount"]);
        assert_eq!(sent["fields"][1]["value"], answered["hobby"]);
        assert_eq!(sent["fields"][2]["score"], 71.25);
        assert!(!sent.to_string().contains("41000") && !sent.to_string().contains("Rowing"), "{sent}");
    }

    #[test]
    fn an_id_is_taken_out_of_texts_and_not_out_of_longer_numbers_or_other_counts() {
        assert_eq!(scrubber().apply("77"), "501");
        assert_eq!(scrubber().apply("application 88123 of 881234, 77 %"), "application 61001 of 881234, 77 %");
        let mut scrubber = scrubber();
        scrubber.keep(&json!("1234 of 5678 requirements"));
        scrubber.answer(&json!({"id": 5678}));
        assert_eq!(scrubber.apply("1234 of 5678 requirements"), "1234 of 5678 requirements", "it is ours");
    }
}
