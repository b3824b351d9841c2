//! JSON read strictly: bounded in size and depth, and no object with the same key twice (RFC 8259, 4 leaves that to
//! readers, and two readers that choose differently see two documents).

use std::{borrow::Cow, cell::RefCell, collections::HashSet, fmt};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use wellspring_model::pointer::Pointer;

use crate::Limits;

/// serde_json stops at 128 levels by itself, without saying where; ours comes first.
const MOST_DEPTH: usize = 120;

/// Why bytes are not a document that we read. Pointers are relative to the document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// More bytes than [`Limits::bytes`].
    #[error("larger than {limit} bytes")]
    TooLarge { limit: usize },
    /// Not JSON. Both count from 1, `column` in bytes.
    #[error("not JSON at line {line}, column {column}")]
    Malformed { line: usize, column: usize },
    /// Deeper than [`Limits::depth`]; `pointer` is the first array or object that is.
    #[error("nested deeper than {limit} levels at {pointer}")]
    TooDeep { pointer: Pointer, limit: usize },
    /// `pointer` names the member that stands twice.
    #[error("the member {pointer} stands twice in its object")]
    DuplicateKey { pointer: Pointer },
}

/// Reads one JSON document.
///
/// # Errors
/// [`ParseError`], after work that is bounded by the limits.
pub fn read_json(bytes: &[u8], limits: &Limits) -> Result<Value, ParseError> {
    read(bytes, limits, true)
}

/// Where nothing is kept, the value means nothing, and costs nothing.
fn read(bytes: &[u8], limits: &Limits, keeps: bool) -> Result<Value, ParseError> {
    if bytes.len() > limits.bytes {
        return Err(ParseError::TooLarge { limit: limits.bytes });
    }
    let limit = limits.depth.min(MOST_DEPTH);
    let reading = Reading { limit, keeps, path: RefCell::default(), fault: RefCell::default() };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = One(&reading).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| {
        let fault = reading.fault.take();
        fault.unwrap_or_else(|| ParseError::Malformed { line: error.line(), column: error.column() })
    })
}

/// Whether [`read_json`] would read a document, without making anything of it: a quarter of the work, for whoever only has to
/// know that it can be read.
///
/// # Errors
/// As [`read_json`].
pub fn check_json(bytes: &[u8], limits: &Limits) -> Result<(), ParseError> {
    if bytes.len() > limits.bytes {
        return Err(ParseError::TooLarge { limit: limits.bytes });
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let looked = Look { left: limits.depth.min(MOST_DEPTH) }.deserialize(&mut reader).and_then(|()| reader.end());
    // What is wrong is looked for again by the reader that keeps the place.
    if looked.is_ok() { Ok(()) } else { read(bytes, limits, false).map(drop) }
}

/// Looks at a value: so many levels may be left below it.
#[derive(Clone, Copy)]
struct Look {
    left: usize,
}

impl Look {
    fn below<E: serde::de::Error>(self) -> Result<Self, E> {
        self.left.checked_sub(1).map(|left| Self { left }).ok_or_else(|| E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Look {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let below = self.below()?;
        while members.next_element_seed(below)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let below = self.below()?;
        let mut keys = Keys::default();
        while let Some(Key(key)) = members.next_key()? {
            if !keys.are_without(key) {
                return Err(serde::de::Error::custom("twice"));
            }
            members.next_value_seed(below)?;
        }
        Ok(())
    }
}

/// A member's name, out of the text itself where nothing in it is escaped.
#[derive(serde::Deserialize)]
struct Key<'k>(#[serde(borrow)] Cow<'k, str>);

/// The names of an object's members so far.
#[derive(Default)]
struct Keys<'de> {
    few: Vec<Cow<'de, str>>,
    many: HashSet<Cow<'de, str>>,
}

/// Names that are compared one by one; a set is made of more.
const FEW: usize = 16;

impl<'de> Keys<'de> {
    /// Takes a name in. False where it is there already.
    fn are_without(&mut self, key: Cow<'de, str>) -> bool {
        if self.few.len() < FEW {
            let is_new = !self.few.contains(&key);
            self.few.push(key);
            return is_new;
        }
        !self.few.contains(&key) && self.many.insert(key)
    }
}

/// Where the reader is, and the fault it met there.
struct Reading {
    limit: usize,
    keeps: bool,
    path: RefCell<Vec<Segment>>,
    fault: RefCell<Option<ParseError>>,
}

enum Segment {
    Key(String),
    Index(usize),
}

impl Reading {
    fn pointer(&self) -> Pointer {
        self.path.borrow().iter().fold(Pointer::root(), |pointer, segment| match segment {
            Segment::Key(key) => pointer.key(key),
            Segment::Index(index) => pointer.index(*index),
        })
    }

    fn fault<E: serde::de::Error>(&self, fault: ParseError) -> E {
        let error = E::custom(&fault);
        self.fault.replace(Some(fault));
        error
    }

    fn enter<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.path.borrow().len() >= self.limit {
            return Err(self.fault(ParseError::TooDeep { pointer: self.pointer(), limit: self.limit }));
        }
        Ok(())
    }

    fn at<T, E>(&self, segment: Segment, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.path.borrow_mut().push(segment);
        let result = read()?;
        self.path.borrow_mut().pop();
        Ok(result)
    }
}

#[derive(Clone, Copy)]
struct One<'r>(&'r Reading);

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for One<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(if self.0.keeps { value.into() } else { Value::Null })
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        self.0.enter()?;
        let (mut array, mut index) = (Vec::new(), 0);
        while let Some(member) = self.0.at(Segment::Index(index), || members.next_element_seed(self))? {
            index += 1;
            if self.0.keeps {
                array.push(member);
            }
        }
        // The last look, which found nothing, has put an index there too.
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        self.0.enter()?;
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(self.0.fault(ParseError::DuplicateKey { pointer: self.0.pointer().key(&key) }));
            }
            let value = self.0.at(Segment::Key(key.clone()), || members.next_value_seed(self))?;
            object.insert(key, if self.0.keeps { value } else { Value::Null });
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Value, ParseError> {
        read_json(text.as_bytes(), &Limits { bytes: 100_000, depth: 4, ..Limits::default() })
    }

    #[test]
    fn a_key_that_stands_twice_is_found_wherever_it_is() {
        let fault = |pointer: &str| Err(ParseError::DuplicateKey { pointer: Pointer::from_text(pointer) });
        assert_eq!(read(r#"{"a":1,"a":1}"#), fault("/a"));
        assert_eq!(read(r#"{"x":[0,{"b/c":1,"b\u002fc":2}]}"#), fault("/x/1/b~1c"));
        assert_eq!(read(r#"{"x":{"a":1},"a":{"x":1}}"#), Ok(json!({"x":{"a":1},"a":{"x":1}})));
    }

    #[test]
    fn a_look_names_the_same_place_as_a_reading() {
        for text in [r#"{"x":[0,{"b":1,"b":2}]}"#, r#"[[0],[[[[]]]]]"#, r#"{"a":[1,"#] {
            let limits = Limits { bytes: 100_000, depth: 4, ..Limits::default() };
            assert_eq!(check_json(text.as_bytes(), &limits), read(text).map(drop), "{text}");
            assert!(check_json(text.as_bytes(), &limits).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded_where_it_is_exceeded() {
        assert_eq!(read("[[[[1]]]]"), Ok(json!([[[[1]]]])));
        let pointer = Pointer::from_text("/0/a/0/0");
        assert_eq!(read(r#"[{"a":[[[]]]}]"#), Err(ParseError::TooDeep { pointer, limit: 4 }));
        let abyss = "[".repeat(20_000);
        assert!(matches!(read(&abyss), Err(ParseError::TooDeep { limit: 4, .. })));
    }

    #[test]
    fn what_is_not_json_is_placed() {
        assert_eq!(read("{\n \"a\": tru}"), Err(ParseError::Malformed { line: 2, column: 10 }));
        assert!(matches!(read("{} {}"), Err(ParseError::Malformed { line: 1, .. })));
        assert!(matches!(read_json(b"\"\xff\"", &Limits::default()), Err(ParseError::Malformed { .. })));
        assert_eq!(read(&" ".repeat(100_001)), Err(ParseError::TooLarge { limit: 100_000 }));
    }

    #[test]
    fn the_look_finds_a_name_that_stands_twice_among_few_and_among_many() {
        let object = |count: usize, last: &str| {
            let members: Vec<String> = (0..count).map(|n| format!("\"k{n}\":{{}}")).collect();
            format!("{{{},\"{last}\":0}}", members.join(","))
        };
        for count in [3, FEW, FEW + 1, 400] {
            for last in ["k0".to_owned(), format!("k{}", count - 1), "\\u006b1".to_owned()] {
                let text = object(count, &last);
                let looked = check_json(text.as_bytes(), &Limits::default());
                assert!(matches!(looked, Err(ParseError::DuplicateKey { .. })), "{count} {last}: {looked:?}");
            }
            assert_eq!(check_json(object(count, "new").as_bytes(), &Limits::default()), Ok(()));
        }
    }

    proptest! {
        #[test]
        fn the_look_says_what_the_reader_says(text in r#"([\[\]{},:"ab01 tn-]|null|true|"a":|"b":|\{"a":1\}|\\u0061){0,24}"#) {
            let limits = Limits { depth: 4, ..Limits::default() };
            prop_assert_eq!(check_json(text.as_bytes(), &limits), read_json(text.as_bytes(), &limits).map(drop));
        }

        #[test]
        fn the_look_says_the_same_of_any_value(value in value()) {
            let (text, limits) = (value.to_string(), Limits { depth: 4, ..Limits::default() });
            prop_assert_eq!(check_json(text.as_bytes(), &limits), read_json(text.as_bytes(), &limits).map(drop));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let read = read_json(&bytes, &Limits::default());
            prop_assert_eq!(read.is_ok(), serde_json::from_slice::<Value>(&bytes).is_ok());
        }

        #[test]
        fn what_serde_json_writes_is_read_as_it_was(value in value()) {
            prop_assert_eq!(read_json(value.to_string().as_bytes(), &Limits::default()), Ok(value));
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::hash_map(".*", inner, 0..6).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }
}
