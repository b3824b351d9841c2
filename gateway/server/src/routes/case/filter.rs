//! `filter`: comparisons such as `title~'math' AND adoptionStatus='Adopted'`, joined by AND and OR. AND binds closer.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{
    Status,
    query::{compare, plain},
};

/// Comparisons in one filter at most.
const MOST: usize = 20;

/// Groups of comparisons: one group has to hold as a whole.
#[derive(Debug, PartialEq, Eq)]
pub struct Filter(Vec<Vec<Comparison>>);

#[derive(Debug, PartialEq, Eq)]
struct Comparison {
    name: String,
    predicate: Predicate,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Predicate {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Contains,
}

/// The longer ones first, since the others are parts of them.
const PREDICATES: [(&str, Predicate); 7] = [
    ("!=", Predicate::NotEqual),
    (">=", Predicate::GreaterOrEqual),
    ("<=", Predicate::LessOrEqual),
    ("=", Predicate::Equal),
    (">", Predicate::Greater),
    ("<", Predicate::Less),
    ("~", Predicate::Contains),
];

impl Filter {
    pub fn read(text: &str, is_member: &impl Fn(&str) -> bool) -> Result<Self, Status> {
        let (mut groups, mut group) = (Vec::new(), Vec::new());
        let mut rest = text.trim();
        for _ in 0..MOST {
            let (comparison, after) = comparison(rest).ok_or_else(wrong)?;
            if !is_member(&comparison.name) {
                let what: String = comparison.name.chars().take(40).collect();
                return Err(Status::selection_field(format!("a CFDocument has no `{what}` to filter by")));
            }
            group.push(comparison);
            rest = after.trim_start();
            if rest.is_empty() {
                groups.push(group);
                return Ok(Self(groups));
            }
            rest = match (joined(rest, "AND"), joined(rest, "OR")) {
                (Some(rest), _) => rest,
                (None, Some(rest)) => {
                    groups.push(std::mem::take(&mut group));
                    rest
                }
                (None, None) => return Err(wrong()),
            };
        }
        Err(Status::selection_field(format!("a filter has at most {MOST} comparisons")))
    }

    pub fn matches(&self, document: &Map<String, Value>) -> bool {
        self.0.iter().any(|group| group.iter().all(|comparison| comparison.holds(document.get(&comparison.name))))
    }
}

impl Comparison {
    /// Of a list, for one of its members. What is not there is unequal to everything.
    fn holds(&self, found: Option<&Value>) -> bool {
        match found {
            None => self.predicate == Predicate::NotEqual,
            Some(Value::Array(many)) if self.predicate == Predicate::NotEqual => {
                many.iter().all(|one| self.holds_for(&plain(one)))
            }
            Some(Value::Array(many)) => many.iter().any(|one| self.holds_for(&plain(one))),
            Some(one) => self.holds_for(&plain(one)),
        }
    }

    fn holds_for(&self, text: &str) -> bool {
        let order = compare(text, &self.value);
        match self.predicate {
            Predicate::Equal => order == Ordering::Equal,
            Predicate::NotEqual => order != Ordering::Equal,
            Predicate::Greater => order == Ordering::Greater,
            Predicate::GreaterOrEqual => order != Ordering::Less,
            Predicate::Less => order == Ordering::Less,
            Predicate::LessOrEqual => order != Ordering::Greater,
            Predicate::Contains => text.to_lowercase().contains(&self.value.to_lowercase()),
        }
    }
}

/// A comparison at the beginning of a text, and what follows it.
fn comparison(text: &str) -> Option<(Comparison, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).filter(|end| *end > 0)?;
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start();
    let (predicate, rest) =
        PREDICATES.iter().find_map(|(sign, predicate)| Some((*predicate, rest.strip_prefix(sign)?)))?;
    let rest = rest.trim_start().strip_prefix('\'')?;
    let (value, rest) = quoted(rest)?;
    Some((Comparison { name: name.to_owned(), predicate, value }, rest))
}

/// A value up to its closing quote. A quote within is written twice.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (mut value, mut rest) = (String::new(), text);
    loop {
        let (part, after) = rest.split_once('\'')?;
        value.push_str(part);
        match after.strip_prefix('\'') {
            Some(after) => {
                value.push('\'');
                rest = after;
            }
            None => return Some((value, after)),
        }
    }
}

fn joined<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let head = text.get(..word.len())?;
    let rest = text.get(word.len()..)?;
    (head.eq_ignore_ascii_case(word) && rest.starts_with(char::is_whitespace)).then(|| rest.trim_start())
}

fn wrong() -> Status {
    Status::selection_field(
        "a filter is written `title~'math' AND adoptionStatus='Adopted'`, with = != > >= < <= ~, AND, OR",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matches(filter: &str) -> bool {
        let document = json!({
            "title": "Example's Mathematics", "adoptionStatus": "Adopted", "subject": ["Math", "Logic"],
            "lastChangeDateTime": "2026-01-01T01:00:00+01:00",
        });
        let filter =
            Filter::read(filter, &|name| name != "unknown").unwrap_or_else(|status| panic!("{filter}: {status:?}"));
        filter.matches(document.as_object().expect("an object"))
    }

    #[test]
    fn comparisons_are_joined_and_times_are_compared_as_times() {
        for holds in [
            "title~'MATH'",
            "title = 'example''s mathematics'",
            "adoptionStatus!='Draft' and subject='Logic'",
            "title='x' AND title='y' OR adoptionStatus='Adopted'",
            "lastChangeDateTime='2026-01-01T00:00:00Z'",
            "lastChangeDateTime>='2025-12-31T23:59:59Z'",
            "publisher!='x'",
        ] {
            assert!(matches(holds), "{holds}");
        }
        for fails in [
            "title~'physics'",
            "subject!='Logic'",
            "publisher='x'",
            "lastChangeDateTime>'2026-01-01T00:00:00Z'",
            "adoptionStatus='Adopted' AND title='x'",
        ] {
            assert!(!matches(fails), "{fails}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        let long = "title='x' AND ".repeat(30) + "title='x'";
        for text in
            ["", "title", "title='x", "title=x", "title='x' title='y'", "unknown='x'", "title='x' AND", "='x'", &long]
        {
            assert!(Filter::read(text, &|name| name != "unknown").is_err(), "{text}");
        }
    }
}
