//! Taking people, accounts and secrets out of what was recorded, so that it still fits together: the same value becomes the same other
//! value wherever it stands.
//!
//! Of what an ATS answers, only what cannot be about anybody is kept: small numbers that are no ids, dates, short words such as
//! `active` in which nobody's name and no id is found, and what we sent ourselves. Everything else is replaced, and where the connector
//! sends it back, there as well.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::looks::{Meaning, are_of_a_person, is_date, is_id, is_large, is_person, is_word, looks_like_id, parts};
use super::spelling::{decoded, encoded, replace_words};
use crate::rig::Applicant;

/// The shortest text that is looked for within others.
const SHORTEST: usize = 4;

pub(super) struct Scrubber {
    /// What becomes of a text, wherever it stands, longest first when it is applied.
    known: BTreeMap<String, String>,
    /// The applicant's own ids, name and address.
    applicant: BTreeSet<String>,
    /// The applicant's names one by one, each with what becomes of it.
    names: Vec<(String, String)>,
    /// In lower case, what makes a word one about somebody: names, and ids.
    telling: BTreeSet<String>,
    /// What was answered as a secret, and looks like a word.
    secrets: BTreeSet<String>,
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
        let others: Vec<_> = stand_in.name.split_whitespace().collect();
        let other = |at: usize| others.get(at).or(others.last()).copied().unwrap_or("Person");
        let names = real.name.split_whitespace().enumerate().map(|(at, name)| (name.to_owned(), other(at).to_owned()));
        let mailbox = real.email.split('@').next().unwrap_or_default();
        let telling =
            parts(&real.name).chain(parts(mailbox)).chain(parts(&real.application)).chain(parts(&real.candidate));
        Self {
            applicant: known.keys().cloned().collect(),
            names: names.flat_map(|(from, to)| [(from.to_lowercase(), to.to_lowercase()), (from, to)]).collect(),
            telling: telling.collect(),
            known,
            secrets: BTreeSet::new(),
            ours: BTreeSet::new(),
            ids: 0,
            people: 0,
            texts: 0,
            replaced: 0,
        }
    }

    /// Takes note of the people in an answer before any answer is scrubbed: a login may stand before the name that it is made of.
    pub fn meet(&mut self, answer: &Value) {
        match answer {
            Value::Object(members) => {
                if are_of_a_person(members.keys()) {
                    let is_telling = |name: &str| Meaning::of(name, Meaning::Any) == Meaning::Person;
                    let texts =
                        members.iter().filter(|(name, _)| is_telling(name)).filter_map(|(_, value)| value.as_str());
                    self.telling.extend(texts.flat_map(|text| parts(text.split('@').next().unwrap_or_default())));
                }
                members.values().for_each(|value| self.meet(value));
            }
            Value::Array(items) => items.iter().for_each(|item| self.meet(item)),
            _ => {}
        }
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
                let mut scrubbed = serde_json::Map::new();
                for (name, value) in members {
                    let value = self.request(name, value);
                    scrubbed.insert(self.key(name), value);
                }
                Value::Object(scrubbed)
            }
            Value::Array(items) => items.iter().map(|item| self.request(name, item)).collect(),
            Value::String(text)
                if self.secrets.contains(text) && Meaning::of(name, Meaning::Any) == Meaning::Secret =>
            {
                json!("secret")
            }
            Value::String(text) if is_id(name) || looks_like_id(text) => json!(self.id(text)),
            Value::Number(number) if is_id(name) || self.known.contains_key(&number.to_string()) => self.number(number),
            Value::String(text) => json!(self.apply(text)),
            other => other.clone(),
        }
    }

    /// A value of an answer.
    pub fn answer(&mut self, value: &Value) -> Value {
        self.answered("", Meaning::Any, value)
    }

    fn answered(&mut self, name: &str, within: Meaning, value: &Value) -> Value {
        let meaning = Meaning::of(name, within);
        match value {
            Value::Object(members) => {
                let mut scrubbed = serde_json::Map::new();
                for (name, value) in members {
                    let value = self.answered(name, meaning, value);
                    scrubbed.insert(self.key(name), value);
                }
                Value::Object(scrubbed)
            }
            Value::Array(items) => items.iter().map(|item| self.answered(name, within, item)).collect(),
            Value::String(text) if meaning == Meaning::Secret => self.secret(text),
            Value::String(text) if is_id(name) || looks_like_id(text) => json!(self.id(text)),
            Value::String(text) if is_person(name) => json!(self.text(Meaning::Person, text)),
            Value::String(text) => json!(self.text(meaning, text)),
            Value::Number(number)
                if is_id(name) || is_large(number) || self.applicant.contains(&number.to_string()) =>
            {
                self.number(number)
            }
            // Too short to be found again anywhere else: a number of a house.
            Value::Number(_) if meaning != Meaning::Any => {
                self.replaced += 1;
                json!(0)
            }
            other => other.clone(),
        }
    }

    fn secret(&mut self, text: &str) -> Value {
        const OTHER: &str = "secret";
        self.replaced += 1;
        if is_word(text) && !looks_like_id(text) {
            self.secrets.insert(text.to_owned());
        } else if !self.known.contains_key(text) {
            self.known.insert(text.to_owned(), OTHER.to_owned());
        }
        json!(OTHER)
    }

    fn text(&mut self, meaning: Meaning, text: &str) -> String {
        if self.known.contains_key(text) || self.is_ours(text) {
            return self.apply(text);
        }
        if text.contains('@') {
            return self.person(text, true);
        }
        if meaning == Meaning::Person {
            return self.person(text, false);
        }
        if is_date(text) || (is_word(text) && !self.is_telling(text)) {
            return text.to_owned();
        }
        self.replaced += 1;
        self.texts += 1;
        let other = format!("text {}", self.texts);
        self.known.insert(text.to_owned(), other.clone());
        other
    }

    /// Whether a part of it is somebody's name or an id.
    fn is_telling(&self, text: &str) -> bool {
        parts(text).any(|part| self.telling.contains(&part))
    }

    /// Whether it stands for itself where paths and members have their names: a word, and nobody's.
    fn is_name(&self, text: &str) -> bool {
        is_word(text) && !text.bytes().any(|byte| byte.is_ascii_digit()) && !self.is_telling(text)
    }

    /// A member's name. Some answers have ids or addresses for them.
    pub fn key(&mut self, name: &str) -> String {
        if name.contains('@') {
            return self.person(name, true);
        }
        let is_value = self.known.contains_key(name) && !self.is_name(name);
        if is_value || looks_like_id(name) { self.id(name) } else { name.to_owned() }
    }

    /// Whether it is made of what we sent, and nothing of anybody else's.
    fn is_ours(&self, text: &str) -> bool {
        let contains = |one: &&String| one.chars().count() > 8 && text.contains(one.as_str());
        self.ours.contains(text) || self.ours.iter().filter(contains).count() >= 2
    }

    /// A path with other ids in it.
    pub fn path(&mut self, path: &str) -> String {
        path.split('/').map(|segment| self.segment(segment)).collect::<Vec<_>>().join("/")
    }

    fn segment(&mut self, segment: &str) -> String {
        let text = decoded(segment);
        let scrubbed = if (self.known.contains_key(&text) && !self.is_name(&text)) || looks_like_id(&text) {
            self.id(&text)
        } else if text.contains('@') {
            self.person(&text, true)
        } else if self.is_name(&text) {
            return segment.to_owned();
        } else {
            self.apply(&text)
        };
        if scrubbed == text { segment.to_owned() } else { encoded(&scrubbed) }
    }

    /// A link that leads nowhere but to its own query.
    pub fn link(&mut self, link: &str) -> String {
        link.split(", <").map(|part| self.linked(part)).collect::<Vec<_>>().join(", ")
    }

    fn linked(&mut self, part: &str) -> String {
        let (target, rest) = part.split_once('>').unwrap_or((part, ""));
        let query =
            target.split_once('?').map(|(_, query)| query.split('#').next().unwrap_or(query)).unwrap_or_default();
        let mut other = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
            // What the ATS has put there the connector sends back: it is replaced in both places.
            let value = self.answered(&name, Meaning::Any, &Value::String(value));
            other.append_pair(&self.key(&name), value.as_str().unwrap_or_default());
        }
        format!("<https://ats.example/?{}>{rest}", other.finish())
    }

    /// Whether what we sent has this word in it, apart from the applicant's name.
    fn is_said_by_us(&self, word: &str) -> bool {
        let mut texts = self.ours.iter().filter(|text| !self.applicant.contains(*text));
        texts.any(|text| replace_words(text, word, "") != *text)
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
        // A first name alone, unless the whole is a word of the connector's, or the word one of ours.
        let is_free = |from: &str| !is_word(text) || text.chars().any(|c| !c.is_alphanumeric()) && from != text;
        let names = self.names.iter().filter(|(from, _)| is_free(from) && !(ours && self.is_said_by_us(from)));
        let applied = names.fold(applied, |text, (from, to)| replace_words(&text, from, to));
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
        self.tell(text);
        self.known.insert(text.to_owned(), other.clone());
        other
    }

    /// From now on, words with this id in them are about somebody. One of two digits is no id in a word, but its number.
    fn tell(&mut self, id: &str) {
        if id.len() > 2 {
            self.telling.insert(id.to_lowercase());
        }
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
        self.tell(&text);
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

#[cfg(test)]
mod tests;
