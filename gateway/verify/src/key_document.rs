//! Documents that list keys: DID documents and controller documents (Controlled Identifiers 1.0), and JWK sets (RFC 7517 §5).

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    around::Purpose,
    did::controller_of,
    document::{each, text},
    key::{self, PublicKey},
    validity::date,
};

/// What a document says of keys.
#[derive(Debug)]
pub(crate) struct KeyDocument {
    methods: HashMap<String, Method>,
    /// The identifiers of the methods that may make assertions.
    assertion: Vec<String>,
    /// Those that may show that their owner is there.
    authentication: Vec<String>,
    pub(crate) is_jwk_set: bool,
}

/// A verification method.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) key: Option<PublicKey>,
    /// From then on it is no longer to be used, for proofs of whatever date: a thief would date them back.
    pub(crate) ends: Option<Timestamp>,
}

impl KeyDocument {
    /// Reads the document of `controller`. `None` when it is not that: another id, or no document of keys at all.
    pub(crate) fn read(document: &Map<String, Value>, controller: &str) -> Option<Self> {
        let lists_keys =
            ["verificationMethod", "assertionMethod", "authentication"].iter().any(|name| document.contains_key(*name));
        match text(document, "id") {
            Some(id) if id == controller && lists_keys => Self::controlled(document, controller),
            None if document.contains_key("keys") || document.contains_key("kty") => {
                Self::jwk_set(document, controller)
            }
            _ => None,
        }
    }

    fn controlled(document: &Map<String, Value>, controller: &str) -> Option<Self> {
        let full = |id: &str| if id.starts_with('#') { format!("{controller}{id}") } else { id.to_owned() };
        let mut keys = Self::empty(false);
        for name in ["verificationMethod", "assertionMethod", "authentication"] {
            for (_, listed) in each(document, name) {
                let id = match listed {
                    Value::String(id) => full(id),
                    Value::Object(method) => {
                        let id = full(text(method, "id")?);
                        keys.add(&id, method, controller);
                        id
                    }
                    _ => return None,
                };
                match name {
                    "assertionMethod" => keys.assertion.push(id),
                    "authentication" => keys.authentication.push(id),
                    _ => {}
                }
            }
        }
        Some(keys)
    }

    /// A set of keys, or a single one. Each is named by the address of the set and its `kid`, which may be the whole name
    /// already; a single one by the address alone as well.
    fn jwk_set(document: &Map<String, Value>, address: &str) -> Option<Self> {
        let mut keys = Self::empty(true);
        let single = document.contains_key("kty");
        let listed = if single { vec![document] } else { objects(document.get("keys")?)? };
        for jwk in listed {
            let kid = text(jwk, "kid").unwrap_or_default();
            let mut names = vec![format!("{address}#{}", kid.rsplit('#').next().unwrap_or_default())];
            if single {
                names.push(address.to_owned());
            }
            for name in names.into_iter().filter(|name| !name.ends_with('#')) {
                let method = Method { key: key::of_jwk(jwk), ends: None };
                keys.assertion.push(name.clone());
                keys.authentication.push(name.clone());
                keys.methods.insert(name, method);
            }
        }
        Some(keys)
    }

    fn empty(is_jwk_set: bool) -> Self {
        Self { methods: HashMap::new(), assertion: Vec::new(), authentication: Vec::new(), is_jwk_set }
    }

    fn add(&mut self, id: &str, method: &Map<String, Value>, controller: &str) {
        // A method of another controller is not this document's to give away.
        if text(method, "controller").is_some_and(|owner| owner != controller) || controller_of(id) != controller {
            return;
        }
        let end = |name: &str| method.get(name).map(|written| date(written).unwrap_or(Timestamp::MIN));
        let ends = [end("revoked"), end("expires")].into_iter().flatten().min();
        self.methods.insert(id.to_owned(), Method { key: key::of_method(method), ends });
    }

    /// Whether it lists no key that we know how to use.
    pub(crate) fn is_empty(&self) -> bool {
        self.methods.values().all(|method| method.key.is_none())
    }

    pub(crate) fn method(&self, id: &str) -> Option<&Method> {
        self.methods.get(id)
    }

    /// The name under which this key is listed.
    pub(crate) fn name_of(&self, key: &PublicKey) -> Option<&str> {
        self.methods.iter().find(|(_, method)| method.key.as_ref() == Some(key)).map(|(id, _)| id.as_str())
    }

    pub(crate) fn lists(&self, method: &str, purpose: Purpose) -> bool {
        let listed = match purpose {
            Purpose::Assertion => &self.assertion,
            Purpose::Authentication => &self.authentication,
        };
        listed.iter().any(|id| id == method)
    }
}

fn objects(value: &Value) -> Option<Vec<&Map<String, Value>>> {
    value.as_array()?.iter().map(Value::as_object).collect()
}
