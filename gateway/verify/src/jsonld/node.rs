//! Objects: node objects, value objects, lists and sets (JSON-LD API, 5.1, with 7.1 and 8.1 in the same walk).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    CanonError,
    active::{Active, Coercion, Expanded, Term as ContextTerm},
    guard,
    keyword::Keyword,
    walk::{Place, Segment, Walk},
};
use crate::rdf::{self, Term};

/// A member of an object with what its key means.
pub(super) struct Member<'a> {
    pub(super) key: &'a str,
    pub(super) value: &'a Value,
    pub(super) meaning: Expanded,
}

/// An object with the contexts that apply inside of it.
pub(super) struct Object<'a> {
    active: Arc<Active>,
    /// Before the contexts of the object's own types: types are read with this one.
    before_types: Arc<Active>,
    members: Vec<Member<'a>>,
}

impl<'a> Walk<'a> {
    /// The whole document, less its member `except`: one node, or the nodes of its `@graph`.
    pub(super) fn document(&mut self, object: &'a Map<String, Value>, except: Option<&str>) -> Result<(), CanonError> {
        let initial = self.initial();
        self.in_record = crate::document::is_a(object, "ClrCredential");
        let mut object = self.enter(object, &initial, None)?;
        object.members.retain(|member| Some(member.key) != except);
        self.statements_of(object)?;
        self.all_in_place()
    }

    fn statements_of(&mut self, object: Object<'a>) -> Result<(), CanonError> {
        if let [Member { key, value, meaning: Expanded::Keyword(Keyword::Graph) }] = object.members[..] {
            let place = Place { active: object.active, key, term: None, graph: None, in_list: false };
            return self.at(Segment::Key(key), |walk| walk.statements(&place, value));
        }
        self.standalone(object, None)
    }

    /// The values of one key, as RDF terms.
    pub(super) fn values(
        &mut self,
        place: &Place<'a>,
        value: &'a Value,
        out: &mut Vec<Term>,
    ) -> Result<(), CanonError> {
        match value {
            // `null` states nothing, in every JSON-LD processor.
            Value::Null => Ok(()),
            Value::Array(members) => members
                .iter()
                .enumerate()
                .try_for_each(|(i, member)| self.at(Segment::Index(i), |walk| walk.values(place, member, out))),
            Value::Object(object) => self.object_value(place, object, out),
            scalar => self.scalar(place, scalar).map(|term| out.push(term)),
        }
    }

    fn object_value(
        &mut self,
        place: &Place<'a>,
        object: &'a Map<String, Value>,
        out: &mut Vec<Term>,
    ) -> Result<(), CanonError> {
        let object = self.enter(object, &place.active, place.term.as_deref())?;
        let has = |keyword| object.members.iter().find(|member| member.meaning == Expanded::Keyword(keyword));
        if has(Keyword::Value).is_some() {
            let term = self.value_object(&object.members, &object.before_types)?;
            out.push(term);
        } else if let Some(member) = has(Keyword::Set).or_else(|| has(Keyword::List)) {
            if object.members.len() > 1 {
                return Err(self.invalid("a list or set has another member"));
            }
            let is_list = member.meaning == Expanded::Keyword(Keyword::List);
            let (key, value) = (member.key, member.value);
            if !is_list && place.in_list {
                // A list within the list, or members of it: processors differ.
                return Err(self.invalid("a set within a list"));
            }
            if value.is_null() {
                // Processors differ in whether that is an empty list or set, or a node without a name.
                return Err(self.invalid("a list or set of null"));
            }
            // The contexts inside decide how the values are read, also those that the key's own type scope is left with.
            let term = object.active.terms.get(place.key).cloned();
            let inner = Place { active: object.active, term, ..place.clone() };
            return self.at(Segment::Key(key), |walk| match is_list {
                true => walk.list(&inner, value).map(|head| out.push(head)),
                false => walk.values(&inner, value, out),
            });
        } else {
            let node = self.node(object, place.graph)?;
            out.push(node);
        }
        Ok(())
    }

    /// Finds the contexts that apply inside an object (steps 7 to 11) and reads its keys with them.
    pub(super) fn enter(
        &mut self,
        object: &'a Map<String, Value>,
        around: &Arc<Active>,
        term: Option<&ContextTerm>,
    ) -> Result<Object<'a>, CanonError> {
        let mut active = match &around.previous {
            Some(previous) if !keeps_type_scope(object, around) => Arc::clone(previous),
            _ => Arc::clone(around),
        };
        if let Some(scope) = term.and_then(|term| term.scope.as_ref()) {
            active = self.scope(&active, scope, false)?;
        }
        if let Some(context) = object.get("@context") {
            active = self.own_context(&active, context)?;
        }
        let before_types = Arc::clone(&active);
        for (key, value) in object {
            if active_is_type(&before_types, key) {
                active = self.type_scopes(active, &before_types, value)?;
            }
        }
        let members = object.iter().filter(|(key, _)| *key != "@context").map(|(key, value)| Member {
            key,
            value,
            meaning: active.expand_vocab(key),
        });
        let members: Vec<Member<'a>> = members.filter(|member| !states_nothing(member, &active)).collect();
        if let Some(member) = members.iter().find(|member| guard::hides(member.key, &member.meaning, &active)) {
            return self.at(Segment::Key(member.key), |walk| Err(walk.invalid("a name that readers know otherwise")));
        }
        Ok(Object { active, before_types, members })
    }

    /// The contexts of several types apply on top of each other, in the order of the types' names.
    fn type_scopes(
        &mut self,
        mut active: Arc<Active>,
        before: &Arc<Active>,
        types: &Value,
    ) -> Result<Arc<Active>, CanonError> {
        let mut names: Vec<&str> = match types {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            single => single.as_str().into_iter().collect(),
        };
        // By UTF-16 units in other processors; type names that sort differently by bytes hold no scope of ours.
        names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
        for name in names {
            if let Some(scope) = before.terms.get(name).and_then(|term| term.scope.clone()) {
                active = self.scope(&active, &scope, true)?;
            }
        }
        Ok(active)
    }

    /// A node whose statements are all that is left of it: at the top, or in a graph of its own.
    pub(super) fn standalone(&mut self, object: Object<'a>, graph: Option<Term>) -> Result<(), CanonError> {
        let before = self.dataset.len();
        self.node(object, graph)?;
        if self.dataset.len() == before { Err(self.invalid("a node states nothing")) } else { Ok(()) }
    }

    fn node(&mut self, object: Object<'a>, graph: Option<Term>) -> Result<Term, CanonError> {
        let mut id = None;
        for member in &object.members {
            if member.meaning == Expanded::Keyword(Keyword::Id) {
                let term = self.at(Segment::Key(member.key), |walk| walk.node_id(&object.active, member.value))?;
                if id.replace(term).is_some() {
                    return Err(self.invalid("a node has two ids"));
                }
            }
        }
        let subject = id.unwrap_or_else(|| self.dataset.blank());
        self.keywords(&object.members, &object.active)?;
        if id.is_some() {
            self.mention(&object.members, subject, graph);
        }
        for member in &object.members {
            self.at(Segment::Key(member.key), |walk| match &member.meaning {
                Expanded::Keyword(Keyword::Id) => Ok(()),
                Expanded::Keyword(Keyword::Type) => walk.types(&object.before_types, subject, member.value, graph),
                Expanded::Keyword(keyword) => Err(walk.unsupported(keyword.name())),
                Expanded::Undefined => Err(walk.undefined(member.key)),
                Expanded::Iri(iri) => {
                    if !rdf::is_iri(iri) {
                        return Err(walk.not_an_iri(member.key, iri));
                    }
                    let place = Place {
                        active: Arc::clone(&object.active),
                        key: member.key,
                        term: object.active.terms.get(member.key).cloned(),
                        graph,
                        in_list: false,
                    };
                    walk.property(&place, subject, iri, member.value)
                }
            })?;
        }
        Ok(subject)
    }
}

/// `null` under a property is as if the key were not there; under a keyword it is not, and as a JSON literal it is a value.
fn states_nothing(member: &Member<'_>, active: &Active) -> bool {
    let is_json = || active.terms.get(member.key).is_some_and(|term| term.coercion == Coercion::Json);
    member.value.is_null() && matches!(&member.meaning, Expanded::Iri(iri) if rdf::is_iri(iri)) && !is_json()
}

/// A value object, or a reference of nothing but an id, is still read with the context of its parent's type.
fn keeps_type_scope(object: &Map<String, Value>, active: &Active) -> bool {
    let is = |key: &String, keyword| active.expand_vocab(key) == Expanded::Keyword(keyword);
    object.keys().any(|key| is(key, Keyword::Value))
        || (object.len() == 1 && object.keys().all(|key| is(key, Keyword::Id)))
}

fn active_is_type(active: &Active, key: &str) -> bool {
    active.expand_vocab(key) == Expanded::Keyword(Keyword::Type)
}
