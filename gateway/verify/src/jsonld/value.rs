//! Literals and references (JSON-LD API, 5.3 and 8.2).

use std::sync::Arc;

use serde_json::{Map, Number, Value};
use wellspring_model::canonical::{canonical_json, exact};

use super::{
    CanonError,
    active::{Active, Coercion, Expanded, Term as ContextTerm},
    compile::language_tag,
    guard,
    keyword::Keyword,
    node::Member,
    walk::{Place, Segment, Walk},
};
use crate::rdf::{self, Term};

impl<'a> Walk<'a> {
    /// The id of a node.
    pub(super) fn node_id(&mut self, active: &Active, id: &'a Value) -> Result<Term, CanonError> {
        let Value::String(id) = id else { return Err(self.invalid("an id is a string")) };
        self.reference(active, id)
    }

    /// An identifier that is the IRI itself: a compact one is one address to JSON-LD and another to whoever follows it.
    fn reference(&mut self, active: &Active, id: &'a str) -> Result<Term, CanonError> {
        let iri = active.expand_reference(id).ok_or_else(|| self.undefined(id))?;
        if *iri != *id {
            return Err(self.invalid("an identifier in short"));
        }
        self.resource(&iri, id)
    }

    pub(super) fn types(
        &mut self,
        active: &Active,
        subject: Term,
        types: &'a Value,
        graph: Option<Term>,
    ) -> Result<(), CanonError> {
        let predicate = self.dataset.iri(rdf::RDF_TYPE);
        let one = |walk: &mut Self, name: &'a Value| {
            let Value::String(name) = name else { return Err(walk.invalid("a type is a string")) };
            let meaning = active.expand_vocab(name);
            if guard::hides_type(name, &meaning, active) {
                return Err(walk.invalid("a name that readers know otherwise"));
            }
            let Expanded::Iri(iri) = meaning else { return Err(walk.undefined(name)) };
            let object = walk.resource(&iri, name)?;
            walk.state(subject, predicate, object, graph)
        };
        match types {
            Value::Array(names) => {
                names.iter().enumerate().try_for_each(|(i, name)| self.at(Segment::Index(i), |walk| one(walk, name)))
            }
            name => one(self, name),
        }
    }

    /// A string, number or boolean under a key.
    pub(super) fn scalar(&mut self, place: &Place<'a>, scalar: &'a Value) -> Result<Term, CanonError> {
        if place.term.is_none() && Keyword::parse(place.key).is_some() {
            return Err(self.invalid("a plain value where only nodes may stand"));
        }
        // A property's own context also applies to its plain values, and may even redefine the property.
        let (active, term) = match place.term.as_ref().and_then(|term| term.scope.as_ref()) {
            None => (Arc::clone(&place.active), place.term.clone()),
            Some(scope) => {
                let active = self.scope(&place.active, scope, false)?;
                let term = active.terms.get(place.key).cloned();
                (active, term)
            }
        };
        let none = Coercion::None;
        match (term.as_ref().map_or(&none, |term| &term.coercion), scalar) {
            (Coercion::Id, Value::String(text)) => self.reference(&active, text),
            (Coercion::Vocab, Value::String(text)) => match active.expand_vocab(text) {
                Expanded::Iri(iri) => self.resource(&iri, text),
                _ => Err(self.undefined(text)),
            },
            (Coercion::Datatype(datatype), _) => self.literal(scalar, Some(datatype)),
            (_, Value::String(text)) => Ok(match language_of(term.as_deref(), &active) {
                Some(language) => self.dataset.language_string(text, language),
                None => self.dataset.literal(text, rdf::XSD_STRING),
            }),
            _ => self.literal(scalar, None),
        }
    }

    /// `{"@value": …}` with its type or language.
    pub(super) fn value_object(&mut self, members: &[Member<'a>], active: &Active) -> Result<Term, CanonError> {
        let (mut value, mut datatype, mut language) = (None, None, None);
        for member in members {
            let known = match member.meaning {
                Expanded::Keyword(Keyword::Value) => value.replace(member),
                Expanded::Keyword(Keyword::Type) => datatype.replace(member),
                Expanded::Keyword(Keyword::Language) => language.replace(member),
                Expanded::Keyword(keyword @ (Keyword::Index | Keyword::Direction)) => {
                    return self.at(Segment::Key(member.key), |walk| Err(walk.unsupported(keyword.name())));
                }
                _ => return Err(self.invalid("a value object has a member it may not have")),
            };
            if known.is_some() {
                return Err(self.invalid("a value object has a member twice"));
            }
        }
        let value = value.map_or(&Value::Null, |member| member.value);
        let language = language.map(|member| member.value).filter(|tag| !tag.is_null());
        match (datatype.map(|member| member.value), language) {
            (Some(_), Some(_)) => Err(self.invalid("a value object has both a type and a language")),
            (Some(Value::String(name)), None) => match active.expand_vocab(name) {
                Expanded::Keyword(Keyword::Json) => self.json_literal(value),
                Expanded::Iri(iri) if rdf::is_iri(&iri) => self.literal(value, Some(&iri)),
                _ => Err(self.undefined(name)),
            },
            (Some(_), None) => Err(self.invalid("the type of a value is a string")),
            (None, Some(tag)) => {
                let (Value::String(text), Some(tag)) = (value, tag.as_str().and_then(language_tag)) else {
                    return Err(self.invalid("only a string may have a language, by its tag"));
                };
                Ok(self.dataset.language_string(text, &tag))
            }
            (None, None) => self.literal(value, None),
        }
    }

    /// `{"en": "…", "es": ["…"]}` under a key with a language container.
    pub(super) fn language_map(
        &mut self,
        place: &Place<'a>,
        map: &'a Map<String, Value>,
        out: &mut Vec<Term>,
    ) -> Result<(), CanonError> {
        for (key, value) in map {
            let none = place.active.expand_vocab(key) == Expanded::Keyword(Keyword::None);
            let tag = language_tag(key).filter(|_| !none);
            let texts = if let Value::Array(texts) = value { texts.as_slice() } else { std::slice::from_ref(value) };
            self.at(Segment::Key(key), |walk| {
                for text in texts.iter().filter(|text| !text.is_null()) {
                    let Value::String(text) = text else { return Err(walk.invalid("a language map holds strings")) };
                    out.push(match &tag {
                        Some(tag) => walk.dataset.language_string(text, tag),
                        None if none => walk.dataset.literal(text, rdf::XSD_STRING),
                        None => return Err(walk.invalid("not a language tag")),
                    });
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    pub(super) fn json_literal(&mut self, value: &Value) -> Result<Term, CanonError> {
        let text = canonical_json(value).ok_or_else(|| self.invalid("a number that not every reader reads alike"))?;
        Ok(self.dataset.literal(&text, rdf::RDF_JSON))
    }

    /// A literal of a JSON scalar; without a datatype, that of its JSON type.
    fn literal(&mut self, scalar: &Value, datatype: Option<&str>) -> Result<Term, CanonError> {
        if datatype == Some(rdf::RDF_LANG_STRING) {
            // There is no such literal (RDF 1.1, 3.3), and writers of N-Quads differ in what they make of it.
            return Err(self.invalid("a language string without a language"));
        }
        match scalar {
            Value::String(text) => Ok(self.dataset.literal(text, datatype.unwrap_or(rdf::XSD_STRING))),
            Value::Bool(value) => {
                let text = if *value { "true" } else { "false" };
                Ok(self.dataset.literal(text, datatype.unwrap_or(rdf::XSD_BOOLEAN)))
            }
            Value::Number(number) => {
                let (text, natural) = lexical(number, datatype == Some(rdf::XSD_DOUBLE))
                    .ok_or_else(|| self.invalid("a number that not every reader reads alike"))?;
                Ok(self.dataset.literal(&text, datatype.unwrap_or(natural)))
            }
            Value::Null => Err(self.invalid("a value object without a value")),
            Value::Array(_) | Value::Object(_) => Err(self.invalid("a value is a string, number or boolean")),
        }
    }
}

fn language_of<'t>(term: Option<&'t ContextTerm>, active: &'t Active) -> Option<&'t str> {
    match term.and_then(|term| term.language.as_ref()) {
        Some(own) => own.as_deref(),
        None => active.language.as_deref(),
    }
}

/// The canonical lexical form of a number, and the datatype it has by itself.
///
/// What counts is the number, not its spelling: `5.0` is the integer `5`. `None` for whole numbers that a reader with
/// IEEE 754 doubles only would take for another.
fn lexical(number: &Number, as_double: bool) -> Option<(String, &'static str)> {
    let value = exact(number)?;
    if value.fract() == 0.0 && value.abs() < 1e21 && !as_double {
        // Minus zero is zero.
        return Some((format!("{:.0}", value + 0.0), rdf::XSD_INTEGER));
    }
    let text = sixteen_digits(value);
    let (mantissa, exponent) = text.split_once('E')?;
    let digits = mantissa.trim_end_matches('0');
    let zero = if digits.ends_with('.') { "0" } else { "" };
    Some((format!("{digits}{zero}E{exponent}"), rdf::XSD_DOUBLE))
}

/// The number with 15 digits after the point; what lies exactly between two such is rounded away from zero, as ECMAScript
/// does it, and not to the even digit, as Rust does. Minus zero is zero.
fn sixteen_digits(value: f64) -> String {
    /// No double has more digits.
    const ALL: usize = 800;
    let text = format!("{:.15E}", value + 0.0);
    let longer = format!("{value:.16E}");
    let Some((digits, exponent)) = longer.split_once('E') else { return text };
    let between = digits.ends_with('5')
        && format!("{value:.ALL$E}").split('E').next().is_some_and(|all| all.trim_end_matches('0') == digits);
    if !between {
        return text;
    }
    let whole: String = digits[..digits.len() - 1].chars().filter(char::is_ascii_digit).collect();
    let (Ok(whole), Ok(exponent)) = (whole.parse::<u64>(), exponent.parse::<i32>()) else { return text };
    let sign = if value < 0.0 { "-" } else { "" };
    let up = (whole + 1).to_string();
    // 9.99…9 becomes 1.00…0 of the next power.
    let exponent = if up.len() > 16 { exponent + 1 } else { exponent };
    format!("{sign}{}.{}E{exponent}", &up[..1], &up[1..16])
}

#[cfg(test)]
mod tests {
    use serde_json::{Number, Value};

    use super::lexical;
    use crate::rdf::{XSD_DOUBLE, XSD_INTEGER};

    fn number(text: &str) -> Number {
        match serde_json::from_str(text).unwrap() {
            Value::Number(number) => number,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn numbers_have_one_lexical_form_each() {
        for (text, expected, datatype) in [
            ("5", "5", XSD_INTEGER),
            ("5.0", "5", XSD_INTEGER),
            ("-0", "0", XSD_INTEGER),
            ("-0.0", "0", XSD_INTEGER),
            ("1e20", "100000000000000000000", XSD_INTEGER),
            ("1e21", "1.0E21", XSD_DOUBLE),
            ("5.5", "5.5E0", XSD_DOUBLE),
            ("0.1", "1.0E-1", XSD_DOUBLE),
            ("1e-7", "1.0E-7", XSD_DOUBLE),
            ("123.456", "1.23456E2", XSD_DOUBLE),
            ("-3.85", "-3.85E0", XSD_DOUBLE),
            ("556189611.66015625", "5.561896116601563E8", XSD_DOUBLE),
            ("-67811735.267578125", "-6.781173526757813E7", XSD_DOUBLE),
            ("2251799813685248.5", "2.251799813685249E15", XSD_DOUBLE),
            ("0.30000000000000004", "3.0E-1", XSD_DOUBLE),
        ] {
            assert_eq!(lexical(&number(text), false), Some((expected.to_owned(), datatype)), "{text}");
        }
        assert_eq!(lexical(&number("4"), true), Some(("4.0E0".to_owned(), XSD_DOUBLE)));
        assert_eq!(lexical(&number("-0.0"), true), Some(("0.0E0".to_owned(), XSD_DOUBLE)));
        assert_eq!(lexical(&number("9007199254740993"), false), None);
    }
}
