//! What stands under one key of a node: plain values, lists, graphs, maps by language (JSON-LD API, 5.1 step 13, and 7.1).

use serde_json::{Map, Value};

use super::{
    CanonError,
    active::{Active, Coercion, Expanded},
    keyword::Keyword,
    table::Container,
    walk::{Place, Segment, Walk},
};
use crate::rdf::{self, Term};

impl<'a> Walk<'a> {
    pub(super) fn property(
        &mut self,
        place: &Place<'a>,
        subject: Term,
        predicate: &str,
        value: &'a Value,
    ) -> Result<(), CanonError> {
        if let Some(what) = place.term.as_ref().and_then(|term| term.unsupported.as_deref()) {
            return Err(self.unsupported(what));
        }
        let predicate = self.dataset.iri(predicate);
        let container = place.term.as_ref().map_or(Container::None, |term| term.container);
        let mut objects = Vec::new();
        if place.term.as_ref().is_some_and(|term| term.coercion == Coercion::Json) {
            if container != Container::None {
                return Err(self.unsupported("JSON values in a container"));
            }
            objects.push(self.json_literal(value)?);
        } else {
            match (container, value) {
                (_, Value::Null) => {}
                (Container::List, Value::Object(object)) if is_list(object, &place.active) => {
                    self.values(place, value, &mut objects)?;
                }
                (Container::List, _) => objects.push(self.list(place, value)?),
                (Container::Language, Value::Object(map)) => self.language_map(place, map, &mut objects)?,
                (Container::Graph, _) => self.graphs(place, value, &mut objects)?,
                _ => self.values(place, value, &mut objects)?,
            }
        }
        objects.into_iter().try_for_each(|object| self.state(subject, predicate, object, place.graph))
    }

    /// Every value becomes a graph of its own, named by a blank node.
    fn graphs(&mut self, place: &Place<'a>, value: &'a Value, out: &mut Vec<Term>) -> Result<(), CanonError> {
        match value {
            Value::Array(members) => members
                .iter()
                .enumerate()
                .try_for_each(|(i, member)| self.at(Segment::Index(i), |walk| walk.graphs(place, member, out))),
            Value::Null => Ok(()),
            single => {
                let graph = self.dataset.blank();
                out.push(graph);
                self.statements(&Place { graph: Some(graph), ..place.clone() }, single)
            }
        }
    }

    /// Nodes that nothing refers to.
    pub(super) fn statements(&mut self, place: &Place<'a>, value: &'a Value) -> Result<(), CanonError> {
        match value {
            Value::Null => Ok(()),
            Value::Array(members) => members
                .iter()
                .enumerate()
                .try_for_each(|(i, member)| self.at(Segment::Index(i), |walk| walk.statements(place, member))),
            Value::Object(object) => {
                let object = self.enter(object, &place.active, place.term.as_deref())?;
                self.standalone(object, place.graph)
            }
            _ => Err(self.invalid("a graph holds a plain value")),
        }
    }

    pub(super) fn list(&mut self, place: &Place<'a>, value: &'a Value) -> Result<Term, CanonError> {
        let single = std::slice::from_ref(value);
        let members = if let Value::Array(members) = value { members } else { single };
        let mut terms = Vec::new();
        let place = &Place { in_list: true, ..place.clone() };
        let nests = place.term.as_ref().is_some_and(|term| term.container == Container::List);
        for (i, member) in members.iter().enumerate() {
            self.at(Segment::Index(i), |walk| match member {
                Value::Array(_) if nests => walk.list(place, member).map(|head| terms.push(head)),
                // A list within the list, or members of it: processors differ where no context says that it is one.
                Value::Array(_) => Err(walk.invalid("an array within a list")),
                other => walk.values(place, other, &mut terms),
            })?;
        }
        let (first, rest) = (self.dataset.iri(rdf::RDF_FIRST), self.dataset.iri(rdf::RDF_REST));
        let mut head = self.dataset.iri(rdf::RDF_NIL);
        for term in terms.into_iter().rev() {
            let cell = self.dataset.blank();
            self.state(cell, first, term, place.graph)?;
            self.state(cell, rest, head, place.graph)?;
            head = cell;
        }
        Ok(head)
    }
}

fn is_list(object: &Map<String, Value>, active: &Active) -> bool {
    object.keys().any(|key| active.expand_vocab(key) == Expanded::Keyword(Keyword::List))
}
