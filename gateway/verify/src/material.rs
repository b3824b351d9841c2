//! What was gathered before judging: documents of issuers and keys, and the operator's contexts.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
    sync::Arc,
};

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;
use wellspring_model::{digest::Digest, report::MaterialUsed};

use crate::{
    Limits,
    issuer_key::KeyDocument,
    json::read_json,
    jsonld::{ContextError, Contexts},
};

/// A document as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The HTTP status, where it came by HTTP. Other than 2xx counts as not received.
    pub status: Option<u16>,
    pub content_type: Option<String>,
    pub bytes: Vec<u8>,
    pub fetched_at: Timestamp,
}

/// Documents by address. Cheap to clone. What is not in it is unknown: nothing is fetched while judging.
#[derive(Debug, Clone)]
pub struct Material {
    documents: HashMap<String, Arc<Document>>,
    contexts: Contexts,
    context_documents: HashMap<String, Arc<Document>>,
}

impl Default for Material {
    fn default() -> Self {
        Self { documents: HashMap::new(), contexts: Contexts::builtin().clone(), context_documents: HashMap::new() }
    }
}

impl Material {
    /// Adds the document of an issuer or a key. `url` has no fragment.
    pub fn insert(&mut self, url: &str, document: Document) {
        self.documents.insert(address(url), Arc::new(document));
    }

    /// Adds a JSON-LD context that an operator vouches for: what it says decides what signed words mean, so documents
    /// that issuers name never become contexts. A context that we carry ourselves stays as we carry it.
    ///
    /// # Errors
    /// [`ContextError`] when the document is no context, or one that our compiler does not cover.
    pub fn insert_context(&mut self, url: &str, document: Document) -> Result<(), ContextError> {
        if Contexts::builtin().urls().any(|known| known == url) {
            return Ok(());
        }
        let invalid = |error: crate::ParseError| ContextError::Invalid {
            reason: error.to_string(),
            pointer: wellspring_model::pointer::Pointer::root(),
        };
        let context = read_json(&document.bytes, &Limits::default()).map_err(invalid)?;
        self.contexts = self.contexts.with(url, &context)?;
        self.context_documents.insert(url.to_owned(), Arc::new(document));
        Ok(())
    }
}

/// One way to write an address.
fn address(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), String::from)
}

/// What an address led to.
#[derive(Debug, Clone)]
pub(crate) enum Looked {
    /// Nothing was received from there.
    Absent,
    /// Something was received that is not a document of keys.
    Malformed,
    Read(Rc<KeyDocument>),
}

/// Material while it is used: remembers what was looked at.
pub(crate) struct Library<'a> {
    material: &'a Material,
    used: RefCell<BTreeMap<String, MaterialUsed>>,
    read: RefCell<HashMap<String, Looked>>,
}

impl<'a> Library<'a> {
    pub(crate) fn new(material: &'a Material) -> Self {
        Self { material, used: RefCell::default(), read: RefCell::default() }
    }

    pub(crate) fn contexts(&self) -> &'a Contexts {
        &self.material.contexts
    }

    /// The keys that `controller` lists in its document at `url`.
    pub(crate) fn keys(&self, url: &Url, controller: &str) -> Looked {
        if let Some(known) = self.read.borrow().get(controller) {
            return known.clone();
        }
        let looked = self.look(url, controller);
        self.read.borrow_mut().insert(controller.to_owned(), looked.clone());
        looked
    }

    fn look(&self, url: &Url, controller: &str) -> Looked {
        let Some(document) = self.material.documents.get(url.as_str()) else { return Looked::Absent };
        if document.status.is_some_and(|status| !(200..300).contains(&status)) {
            return Looked::Absent;
        }
        self.note(url.as_str(), document);
        let json = read_json(&document.bytes, &Limits::default()).ok();
        let keys = json.as_ref().and_then(Value::as_object).and_then(|json| KeyDocument::read(json, controller));
        keys.map_or(Looked::Malformed, |keys| Looked::Read(Rc::new(keys)))
    }

    /// Notes an operator's context that a credential names.
    pub(crate) fn note_context(&self, url: &str) {
        if let Some(document) = self.material.context_documents.get(url) {
            self.note(url, document);
        }
    }

    fn note(&self, url: &str, document: &Document) {
        let digest = || Digest::from_bytes(Sha256::digest(&document.bytes).into());
        self.used.borrow_mut().entry(url.to_owned()).or_insert_with(|| MaterialUsed {
            url: url.to_owned(),
            digest: digest(),
            fetched_at: document.fetched_at,
        });
    }

    /// Everything that was looked at, by address.
    pub(crate) fn into_used(self) -> Vec<MaterialUsed> {
        self.used.into_inner().into_values().collect()
    }
}
