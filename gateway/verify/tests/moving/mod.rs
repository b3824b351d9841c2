//! Ways to write a document anew: moving what it says about, and saying it otherwise.

use serde_json::{Map, Value, json};

const VOCABULARIES: [&str; 6] = [
    "https://www.w3.org/2018/credentials#",
    "https://purl.imsglobal.org/spec/vc/ob/vocab.html#",
    "https://purl.imsglobal.org/spec/vc/clr/vocab.html#",
    "https://www.w3.org/ns/credentials/status#",
    "https://schema.org/",
    "https://w3id.org/security#",
];
const DATATYPES: [&str; 4] = ["string", "dateTime", "anyURI", "boolean"];
pub const WAYS: usize = 15;

/// A way to change a document: which, and with what. The numbers choose among what there is.
#[derive(Debug, Clone, Copy)]
pub struct Move {
    pub way: usize,
    pub from: usize,
    pub to: usize,
    pub more: usize,
}

/// Every place in a document but its root.
pub fn places(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(value, String::new(), &mut found);
    found
}

fn walk(value: &Value, at: String, found: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    let mut below = |child: &Value, step: String| {
        found.push(format!("{at}/{step}"));
        walk(child, format!("{at}/{step}"), found);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(key, child)| below(child, escaped(key))),
        Value::Array(members) => members.iter().enumerate().for_each(|(i, child)| below(child, i.to_string())),
        _ => {}
    }
}

fn split(place: &str) -> (&str, String) {
    let (around, last) = place.rsplit_once('/').unwrap();
    (around, last.replace("~1", "/").replace("~0", "~"))
}

impl Move {
    /// The document after the change; `None` where there is nothing to change in this way.
    pub fn make(self, document: &Value, pool: &[Value]) -> Option<Value> {
        let mut made = document.clone();
        let all = places(document);
        let from = all.get(self.from.checked_rem(all.len())?)?;
        let (around, name) = split(from);
        let value = document.pointer(from)?.clone();
        match self.way {
            0 | 1 => {
                let same: Vec<_> = all.iter().filter(|place| split(place).1 == name || self.way == 1).collect();
                let to = same[self.to % same.len()];
                exchange(&mut made, from, to)?;
            }
            2 | 3 => {
                let to = all.iter().filter(|place| document.pointer(place).is_some_and(Value::is_object));
                let to = to.cycle().nth(self.to % all.len())?;
                let other = &pool[self.more % pool.len()];
                let value = if self.way == 3 { other.pointer(from)? } else { &value };
                made.pointer_mut(to)?.as_object_mut()?.insert(name, value.clone());
            }
            4 => remove(made.pointer_mut(around)?, &name)?,
            5 => arrange(made.pointer_mut(from)?, self.to, self.more)?,
            6 => {
                let others: Vec<_> =
                    all.iter().filter(|place| split(place).0.ends_with("verifiableCredential")).collect();
                let to = others.get(self.to.checked_rem(others.len())?)?;
                *made.pointer_mut(to)? = pool[self.more % pool.len()].clone();
            }
            7 => respell(&mut made, around, &name, self.to, self.more)?,
            8 => wrap(made.pointer_mut(from)?, self.to),
            9 => shorten(&mut made, from, self.to)?,
            10 => {
                halve(made.pointer_mut(from)?, self.to, self.more)?;
                spread(&mut made, around, &name);
            }
            11 => second(&mut made, from, self.to, self.more)?,
            12 => to_namesake(&mut made, &all, from, self.to, self.more)?,
            13 => swap_by_context(&mut made, around, &name, self.to)?,
            _ => retype(&mut made, from, self.to)?,
        }
        Some(made)
    }
}

fn exchange(document: &mut Value, one: &str, other: &str) -> Option<()> {
    let (a, b) = (document.pointer(one)?.clone(), document.pointer(other)?.clone());
    *document.pointer_mut(one)? = b;
    // One may be within the other, and gone with it.
    *document.pointer_mut(other)? = a;
    Some(())
}

fn remove(around: &mut Value, name: &str) -> Option<()> {
    match around {
        Value::Object(members) => members.remove(name).map(drop),
        Value::Array(members) => {
            name.parse().ok().filter(|at| *at < members.len()).map(|at: usize| drop(members.remove(at)))
        }
        _ => None,
    }
}

/// Repeats, leaves out, or turns around what is in a list.
fn arrange(value: &mut Value, at: usize, how: usize) -> Option<()> {
    let Value::Array(members) = value else {
        *value = json!([value.clone(), value.clone()]);
        return Some(());
    };
    let at = at.checked_rem(members.len())?;
    match how % 3 {
        0 => members.push(members[at].clone()),
        1 => drop(members.remove(at)),
        _ => members.rotate_left(at),
    }
    Some(())
}

/// Another context within the document, on top of those that it names.
fn context(document: &mut Value, more: Value) -> Option<()> {
    match document.get_mut("@context")? {
        Value::Array(contexts) => contexts.push(more),
        single => *single = json!([single.clone(), more]),
    }
    Some(())
}

/// A member under its IRI, under an alias that the document defines, or under a bare keyword.
fn respell(document: &mut Value, around: &str, name: &str, which: usize, how: usize) -> Option<()> {
    let base = VOCABULARIES[which % VOCABULARIES.len()];
    let (key, more) = match (name, how % 4) {
        ("id" | "type", 0 | 1) => (format!("@{name}"), None),
        ("id" | "type", _) => ("alias".to_owned(), Some(json!({"alias": format!("@{name}")}))),
        (_, 0) => (format!("{base}{name}"), None),
        (_, 1) => ("alias".to_owned(), Some(json!({"alias": format!("{base}{name}")}))),
        (_, 2) => ("alias".to_owned(), Some(json!({"alias": {"@id": format!("{base}{name}"), "@type": "@id"}}))),
        _ => {
            let datatype = format!("http://www.w3.org/2001/XMLSchema#{}", DATATYPES[which % DATATYPES.len()]);
            ("alias".to_owned(), Some(json!({"alias": {"@id": format!("{base}{name}"), "@type": datatype}})))
        }
    };
    let members = document.pointer_mut(around)?.as_object_mut()?;
    let value = members.remove(name)?;
    members.insert(key, value);
    more.map_or(Some(()), |more| context(document, more))
}

fn wrap(value: &mut Value, how: usize) {
    let inner = value.clone();
    *value = match how % 7 {
        0 => json!({"@set": [inner]}),
        1 => json!([[inner]]),
        2 => json!({"@list": [inner]}),
        3 => json!({"@graph": [inner]}),
        4 => json!({"@included": [inner]}),
        5 => json!({"@reverse": inner}),
        _ => json!({"@value": inner}),
    };
}

/// An address as a prefix of the document's own and the rest: something else to whoever follows it.
fn shorten(document: &mut Value, at: &str, cut: usize) -> Option<()> {
    let text = document.pointer(at)?.as_str()?.to_owned();
    let scheme = text.split_once(':')?.0.to_owned();
    let cut = text.char_indices().map(|(i, _)| i).nth(cut % text.chars().count().max(1)).filter(|cut| *cut > 0)?;
    *document.pointer_mut(at)? = json!(format!("{scheme}:{}", &text[cut..]));
    context(document, json!({scheme: {"@id": &text[..cut], "@prefix": true}}))
}

/// One object as two of the same node, of which the first says less.
fn halve(value: &mut Value, which: usize, how: usize) -> Option<()> {
    let object = value.as_object_mut()?;
    object.entry("id").or_insert_with(|| json!("_:half"));
    let (id, kind) = (object["id"].clone(), object.get("type").cloned());
    let names: Vec<String> = object.keys().filter(|name| *name != "id" && *name != "type").cloned().collect();
    let name = names.get(which.checked_rem(names.len())?)?;
    let whole = Value::Object(object.clone());
    let taken = object.remove(name)?;
    let mut rest = Map::from_iter([("id".to_owned(), id), (name.clone(), taken)]);
    rest.extend(kind.map(|kind| ("type".to_owned(), kind)));
    let less = value.clone();
    *value = match how % 3 {
        0 => json!([less, whole]),
        1 => json!([less, rest]),
        _ => json!([rest, less]),
    };
    Some(())
}

/// A list within a list is spread out in it.
fn spread(document: &mut Value, around: &str, name: &str) {
    let list = document.pointer_mut(around).and_then(Value::as_array_mut);
    if let (Some(list), Ok(at)) = (list, name.parse::<usize>())
        && let Value::Array(inner) = list.remove(at)
    {
        list.extend(inner);
    }
}

/// One object as two of the same node, the second under the IRI of the member.
fn second(document: &mut Value, at: &str, which: usize, how: usize) -> Option<()> {
    let (around, name) = split(at);
    halve(document.pointer_mut(at)?, which, 1)?;
    let rest = document.pointer_mut(at)?.as_array_mut()?.pop()?;
    let less = document.pointer_mut(at)?.as_array_mut()?.pop()?;
    *document.pointer_mut(at)? = less;
    let key = format!("{}{name}", VOCABULARIES[how % VOCABULARIES.len()]);
    document.pointer_mut(around)?.as_object_mut()?.insert(key, rest);
    Some(())
}

/// A member at another object of the same id, with the types under which it is known.
fn to_namesake(document: &mut Value, all: &[String], at: &str, which: usize, how: usize) -> Option<()> {
    let (around, name) = split(at);
    let id = document.pointer(around)?.get("id")?.clone();
    let is_other =
        |place: &&String| *place != around && document.pointer(place).and_then(|one| one.get("id")) == Some(&id);
    let mut others: Vec<&str> = all.iter().filter(is_other).map(String::as_str).collect();
    if around.is_empty() || document.get("id") != Some(&id) {
        others.retain(|other| !other.is_empty());
    } else if others.is_empty() {
        return None;
    }
    let to = *others.get(which.checked_rem(others.len())?)?;
    let kinds = |value: &Value| match &value["type"] {
        Value::Array(kinds) => kinds.clone(),
        Value::Null => Vec::new(),
        single => vec![single.clone()],
    };
    let both: Vec<Value> = [to, around].iter().flat_map(|place| kinds(document.pointer(place).unwrap())).collect();
    let taken = document.pointer_mut(around)?.as_object_mut()?.remove(&name)?;
    let other = document.pointer_mut(to)?.as_object_mut()?;
    other.insert(name, taken);
    if how.is_multiple_of(2) {
        other.insert("type".to_owned(), Value::Array(both.clone()));
        let own = document.pointer_mut(around)?.as_object_mut()?;
        own.insert("type".to_owned(), Value::Array(both));
    } else {
        // A single type fits where a list does not; the other one stays with the object that it came from.
        let kind = both.last().cloned()?;
        other.insert("type".to_owned(), json!("VerifiableCredential"));
        let own = document.pointer_mut(around)?.as_object_mut()?;
        let mut kinds = both;
        kinds.push(kind);
        own.insert("type".to_owned(), Value::Array(kinds));
    }
    Some(())
}

/// Two members of one object under each other's names.
fn swap_by_context(document: &mut Value, around: &str, name: &str, which: usize) -> Option<()> {
    let object = document.pointer(around)?.as_object()?.clone();
    let names: Vec<&String> = object.keys().filter(|other| *other != name && !other.starts_with('@')).collect();
    let other = names.get(which.checked_rem(names.len())?)?.as_str();
    let base = |name: &str| {
        let at = usize::from(name.starts_with("target") && name != "targetCode") * 3 + 1;
        format!("{}{name}", VOCABULARIES[at])
    };
    let members = document.pointer_mut(around)?.as_object_mut()?;
    members.insert(name.to_owned(), object[other].clone());
    members.insert(other.to_owned(), object[name].clone());
    members.insert("@context".to_owned(), json!({name: base(other), other: base(name)}));
    Some(())
}

/// A text as a value with a datatype of another name, or a type under another name.
fn retype(document: &mut Value, at: &str, how: usize) -> Option<()> {
    let text = document.pointer(at)?.as_str()?.to_owned();
    let string = "http://www.w3.org/2001/XMLSchema#string";
    let (value, more) = match how % 3 {
        0 => (json!({"@value": text, "@type": "Other"}), json!({"Other": string})),
        1 => (json!({"en": "Other", "es": text}), json!({"en": "@type", "es": "@value", "Other": string})),
        _ => (json!("AchievementCredential"), json!({"AchievementCredential": format!("{}{text}", VOCABULARIES[2])})),
    };
    *document.pointer_mut(at)? = value;
    context(document, more)
}
