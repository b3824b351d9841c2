//! Where the peer departs from its standards. That it does is shown, not believed: the same document without what calls the
//! departure forth must come out equal.

use serde_json::{Map, Value, json};

/// Where the peer hands over a statement twice (two values that are one literal), and hashes and prints it twice.
pub const DOUBLED: &str = "a statement stands twice in the peer's dataset, which is a set (RDF 1.1, 4)";
/// Where it takes more than one of them.
pub const SEVERAL: &str = "more than one of these";

/// A document without what calls a departure forth; `None` where nothing does.
type Without = fn(&Value) -> Option<Value>;

pub const DEPARTURES: [(&str, Without); 6] = [
    ("the peer sorts by UTF-16 units, RDFC-1.0 by code points", astral),
    ("the peer takes a fraction such as 1e-7 for a whole number (JSON-LD API, 8.2.2)", tiny),
    ("the peer rewrites texts of type xsd:double (JSON-LD API, 8.2.2)", doubles),
    ("the peer loses a term's own context that defines the term anew (JSON-LD API, 5.1.2)", redefined),
    ("the peer reads values as of a keyword that a term's own context calls by the term (JSON-LD API, 5.3.2)", aliased),
    ("the peer refuses `@protected: false` for a whole context (JSON-LD API, 4.1)", unprotected),
];

const DOUBLE: [&str; 2] = ["http://www.w3.org/2001/XMLSchema#double", "xsd:double"];
const DECIMAL: &str = "http://www.w3.org/2001/XMLSchema#decimal";

fn astral(document: &Value) -> Option<Value> {
    let other = |text: &str| text.replace(|c| c > '\u{ffff}', "\u{4e00}");
    changed(document, &|value| match value {
        Value::String(text) => *text = other(text),
        Value::Object(object) => {
            *object = std::mem::take(object).into_iter().map(|(key, value)| (other(&key), value)).collect()
        }
        _ => {}
    })
}

fn tiny(document: &Value) -> Option<Value> {
    changed(document, &|value| {
        // ECMAScript writes it with an exponent, and one digit.
        if value
            .as_f64()
            .is_some_and(|number| number != 0.0 && number.abs() < 1e-6 && !format!("{number:e}").contains('.'))
        {
            *value = json!(0.25);
        }
    })
}

/// Only texts: numbers of that type are to be written alike.
fn doubles(document: &Value) -> Option<Value> {
    let is_double = |value: &Value| DOUBLE.iter().any(|double| value == double);
    let (mut copy, mut terms) = (document.clone(), Vec::new());
    each(&mut copy, true, &mut |value| {
        let members = value.as_object().into_iter().flatten();
        terms.extend(members.filter(|(_, definition)| is_double(&definition["@type"])).map(|(term, _)| term.clone()));
    });
    each(&mut copy, false, &mut |value| {
        let Value::Object(object) = value else { return };
        if object.get("@value").is_some_and(Value::is_string) && object.get("@type").is_some_and(is_double) {
            object.insert("@type".to_owned(), json!(DECIMAL));
        }
        object.iter_mut().filter(|(key, _)| terms.contains(key)).for_each(|(_, value)| decimal(value));
    });
    (copy != *document).then_some(copy)
}

fn decimal(value: &mut Value) {
    match value {
        Value::Array(members) => members.iter_mut().for_each(decimal),
        Value::String(text) => *value = json!({"@value": text, "@type": DECIMAL}),
        Value::Object(object) => {
            object
                .iter_mut()
                .filter(|(key, _)| ["@list", "@set"].contains(&key.as_str()))
                .for_each(|(_, inner)| decimal(inner));
        }
        _ => {}
    }
}

fn redefined(document: &Value) -> Option<Value> {
    own_contexts(document, &|term, scope| drop(scope.remove(term)))
}

fn aliased(document: &Value) -> Option<Value> {
    own_contexts(document, &|term, scope| {
        let definition = scope.get_mut(term);
        let id = definition.and_then(|one| if one.is_object() { one.get_mut("@id") } else { Some(one) });
        if let Some(id) = id.filter(|id| id.as_str().is_some_and(|id| id.starts_with('@'))) {
            *id = json!("urn:no-keyword");
        }
    })
}

/// A document with other contexts of terms, each given with its term.
fn own_contexts(document: &Value, change: &dyn Fn(&str, &mut Map<String, Value>)) -> Option<Value> {
    changed(document, &|value| {
        for (term, definition) in value.as_object_mut().into_iter().flatten() {
            if let Some(Value::Object(scope)) = definition.get_mut("@context") {
                change(term, scope);
            }
        }
    })
}

fn unprotected(document: &Value) -> Option<Value> {
    changed(document, &|value| {
        let Some(context) = value.get_mut("@context") else { return };
        let contexts =
            if let Value::Array(contexts) = context { contexts.as_mut_slice() } else { std::slice::from_mut(context) };
        for context in contexts.iter_mut().filter(|context| context["@protected"] == false) {
            context.as_object_mut().map(|context| context.remove("@protected"));
        }
    })
}

/// A copy with every value changed; `None` where that changes nothing.
fn changed(document: &Value, change: &dyn Fn(&mut Value)) -> Option<Value> {
    let mut copy = document.clone();
    each(&mut copy, true, &mut |value| change(value));
    (copy != *document).then_some(copy)
}

/// Every value, those of contexts too or not.
fn each(value: &mut Value, contexts: bool, visit: &mut dyn FnMut(&mut Value)) {
    visit(value);
    match value {
        Value::Array(members) => members.iter_mut().for_each(|member| each(member, contexts, visit)),
        Value::Object(object) => {
            let members = object.iter_mut().filter(|(key, _)| contexts || *key != "@context");
            members.for_each(|(_, member)| each(member, contexts, visit));
        }
        _ => {}
    }
}
