//! A list of JSON texts that are not read yet, up to so many.

use std::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::MOST_OBJECTS;

/// The texts of a list, in order.
#[derive(Debug)]
pub(crate) struct List<'p> {
    pub texts: Vec<&'p RawValue>,
    /// Whether there were more, which were passed over.
    pub is_cut: bool,
}

impl<'de: 'p, 'p> Deserialize<'de> for List<'p> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_seq(Texts)
    }
}

struct Texts;

impl<'de> Visitor<'de> for Texts {
    type Value = List<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<List<'de>, A::Error> {
        let mut list = List { texts: Vec::new(), is_cut: false };
        while let Some(text) = members.next_element::<&RawValue>()? {
            if list.texts.len() < MOST_OBJECTS {
                list.texts.push(text);
            } else {
                list.is_cut = true;
            }
        }
        Ok(list)
    }
}
