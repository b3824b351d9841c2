//! What was gathered before judging: documents of issuers and keys, and the operator's contexts.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    fmt,
    rc::Rc,
    sync::Arc,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;
use wellspring_model::{
    digest::Digest,
    report::{Grounds, MaterialUsed},
};

use crate::{
    Limits,
    json::read_json,
    jsonld::{ContextError, Contexts},
    key_document::KeyDocument,
    registry::{MemberList, Registry, Unknown},
    status::List,
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

impl Document {
    /// Whether its server says that it is something for people to look at.
    pub(crate) fn is_page(&self) -> bool {
        let is_html = |kind: &String| kind.trim_start().to_ascii_lowercase().starts_with("text/html");
        self.content_type.as_ref().is_some_and(is_html)
    }

    /// The digest of what it says. That there is nothing any more (404, 410) is an answer too; any other failure, or a page
    /// for people where a document was asked for, says nothing.
    pub fn seen(&self) -> Option<Digest> {
        let said = match self.status {
            Some(gone @ (404 | 410)) => Sha256::digest(format!("HTTP {gone}")),
            Some(status) if !(200..300).contains(&status) => return None,
            _ if self.is_page() => return None,
            _ => Sha256::digest(&self.bytes),
        };
        Some(Digest::from_bytes(said.into()))
    }

    fn stamp(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.fetched_at.as_microsecond().to_be_bytes());
        hash.update(self.status.unwrap_or(0).to_be_bytes());
        let kind = self.content_type.as_deref().unwrap_or_default();
        hash.update((kind.len() as u64).to_be_bytes());
        hash.update(kind);
        hash.update(&self.bytes);
        hash.finalize().into()
    }
}

/// Documents by address. Cheap to clone. What is not in it is unknown: nothing is fetched while judging.
#[derive(Debug, Clone)]
pub struct Material {
    documents: HashMap<String, Arc<Document>>,
    absences: HashMap<String, Absence>,
    registries: BTreeMap<String, Registry>,
    /// Over all that was put in.
    stamp: [u8; 32],
    contexts: Contexts,
    context_documents: HashMap<String, Arc<Document>>,
}

impl Default for Material {
    fn default() -> Self {
        Self {
            documents: HashMap::new(),
            absences: HashMap::new(),
            registries: BTreeMap::new(),
            stamp: [0; 32],
            contexts: Contexts::builtin().clone(),
            context_documents: HashMap::new(),
        }
    }
}

impl Material {
    /// Adds the document of an issuer or a key. `url` has no fragment.
    pub fn insert(&mut self, url: &str, document: Document) {
        self.stamp_with(&[b"document", url.as_bytes(), &document.stamp()]);
        self.documents.insert(address(url), Arc::new(document));
    }

    /// Notes that the document at `url` was asked for and could not be had.
    pub fn insert_absence(&mut self, url: &str, absence: Absence) {
        self.stamp_with(&[b"absence", url.as_bytes(), absence.to_string().as_bytes()]);
        self.absences.insert(address(url), absence);
    }

    /// What was received from an address.
    pub(crate) fn document(&self, url: &Url) -> Option<&Document> {
        self.documents.get(url.as_str()).map(Arc::as_ref)
    }

    /// Adds a registry of issuers under the name that policies call it by.
    pub fn insert_registry(&mut self, name: &str, registry: Registry) {
        self.stamp_with(&[b"registry", name.as_bytes(), &registry.stamp()]);
        self.registries.insert(name.to_owned(), registry);
    }

    /// The registries by name.
    pub fn registries(&self) -> &BTreeMap<String, Registry> {
        &self.registries
    }

    /// The same for two that hold the same.
    pub(crate) fn stamp(&self) -> [u8; 32] {
        self.stamp
    }

    fn stamp_with(&mut self, parts: &[&[u8]]) {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        // What was put in before is hashed in, so that the same put in twice is told apart from nothing.
        hash.update(self.stamp);
        self.stamp = hash.finalize().into();
    }

    /// Whether this address was asked, with or without success.
    pub fn knows(&self, url: &Url) -> bool {
        self.documents.contains_key(url.as_str()) || self.absences.contains_key(url.as_str())
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
        self.stamp_with(&[b"context", url.as_bytes(), &document.stamp()]);
        self.context_documents.insert(url.to_owned(), Arc::new(document));
        Ok(())
    }
}

/// One way to write an address.
fn address(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), String::from)
}

/// Why there is nothing from an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// Nobody asked: it is not among the material.
    NotGathered,
    /// The address may not be asked: not https, or on a private network.
    Refused,
    /// The server sends on to somebody else.
    Redirect,
    Timeout,
    TooLarge,
    /// The name leads nowhere.
    Dns,
    /// No connection, or it broke off.
    Connect,
    /// The server's certificate is not accepted.
    Tls,
    /// What is there was had too long ago.
    TooOld,
    /// The server answered with this status.
    Status(u16),
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotGathered => f.write_str("not gathered"),
            Self::Refused => f.write_str("address refused"),
            Self::Redirect => f.write_str("sent on to another origin"),
            Self::Timeout => f.write_str("no answer in time"),
            Self::TooLarge => f.write_str("answer too large"),
            Self::Dns => f.write_str("name not found"),
            Self::Connect => f.write_str("no connection"),
            Self::Tls => f.write_str("certificate not accepted"),
            Self::TooOld => f.write_str("too old"),
            Self::Status(status) => write!(f, "HTTP {status}"),
        }
    }
}

/// What an address led to.
#[derive(Debug, Clone)]
pub(crate) enum Looked {
    /// Nothing was received from there.
    Absent(Absence),
    /// Something was received that is not a document of keys.
    Malformed,
    Read(Rc<KeyDocument>),
}

/// Material while it is used: remembers what was looked at.
pub(crate) struct Library<'a> {
    material: &'a Material,
    used: RefCell<BTreeMap<String, MaterialUsed>>,
    read: RefCell<HashMap<String, Looked>>,
    /// Status lists that were judged, by address. One list serves many credentials.
    lists: RefCell<HashMap<String, Rc<List>>>,
    /// Lists of issuers that were read, by address.
    members: RefCell<HashMap<String, Option<Rc<MemberList>>>>,
    /// The times nearest to now, before and after, at which the answer could turn.
    window: Cell<Window>,
    /// What the answer rests on.
    grounds: RefCell<Grounds>,
}

/// While nothing turns: after the first time and before the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) after: Timestamp,
    pub(crate) before: Timestamp,
}

impl<'a> Library<'a> {
    pub(crate) fn new(material: &'a Material) -> Self {
        let window = Window { after: Timestamp::MIN, before: Timestamp::MAX };
        Self {
            material,
            used: RefCell::default(),
            read: RefCell::default(),
            lists: RefCell::default(),
            members: RefCell::default(),
            window: Cell::new(window),
            grounds: RefCell::default(),
        }
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
        let document = match self.document(url) {
            Ok(document) => document,
            Err(absence) => return Looked::Absent(absence),
        };
        let json = json(document);
        let keys = json.as_ref().and_then(Value::as_object).and_then(|json| KeyDocument::read(json, controller));
        keys.map_or(Looked::Malformed, |keys| Looked::Read(Rc::new(keys)))
    }

    /// What was received from an address, noting that it was used and that the answer rests on it.
    pub(crate) fn document(&self, url: &Url) -> Result<&'a Document, Absence> {
        let looked = self.beside(url);
        if !self.grounds.borrow().documents.contains_key(url.as_str()) {
            // An answer that there is nothing any more is one to rest on, though there is no document to read.
            let seen = self.material.documents.get(url.as_str()).and_then(|document| document.seen());
            self.grounds.borrow_mut().documents.insert(url.as_str().to_owned(), seen);
        }
        looked
    }

    /// The same for what decides nothing.
    pub(crate) fn beside(&self, url: &Url) -> Result<&'a Document, Absence> {
        let Some(document) = self.material.documents.get(url.as_str()) else {
            return Err(self.material.absences.get(url.as_str()).copied().unwrap_or(Absence::NotGathered));
        };
        if let Some(status) = document.status.filter(|status| !(200..300).contains(status)) {
            return Err(Absence::Status(status));
        }
        self.note(url.as_str(), document);
        Ok(document)
    }

    /// The status list at an address, judged at most once.
    pub(crate) fn list(&self, url: &Url, judge: impl FnOnce() -> List) -> Rc<List> {
        if let Some(known) = self.lists.borrow().get(url.as_str()) {
            return Rc::clone(known);
        }
        let list = Rc::new(judge());
        self.lists.borrow_mut().insert(url.as_str().to_owned(), Rc::clone(&list));
        list
    }

    /// Notes that an answer depends on which side of this time it is.
    pub(crate) fn turning_point(&self, time: Timestamp, now: Timestamp) {
        let mut window = self.window.get();
        if time <= now {
            window.after = window.after.max(time);
        }
        if time >= now {
            window.before = window.before.min(time);
        }
        self.window.set(window);
    }

    pub(crate) fn window(&self) -> Window {
        self.window.get()
    }

    /// Notes that from this time on the same documents may be judged otherwise.
    pub(crate) fn turns_at(&self, time: Timestamp) {
        let mut grounds = self.grounds.borrow_mut();
        grounds.turns_at = grounds.turns_at.into_iter().chain([time]).min();
    }

    /// What the answer rests on, so far.
    pub(crate) fn grounds(&self) -> Grounds {
        self.grounds.borrow().clone()
    }

    pub(crate) fn registry(&self, name: &str) -> Option<&'a Registry> {
        self.material.registries.get(name)
    }

    /// A list of issuers at an address, read at most once, and when it was obtained.
    pub(crate) fn members(&self, url: &Url) -> Result<(Rc<MemberList>, Timestamp), Unknown> {
        let document = self.document(url).map_err(Unknown::Absent)?;
        let read =
            |document: &Document| MemberList::read(&document.bytes).ok().filter(|_| !document.is_page()).map(Rc::new);
        let mut known = self.members.borrow_mut();
        let list = known.entry(url.as_str().to_owned()).or_insert_with(|| read(document));
        list.clone().map(|list| (list, document.fetched_at)).ok_or(Unknown::Invalid)
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

/// A document as JSON, unless it is for people to look at.
pub(crate) fn json(document: &Document) -> Option<Value> {
    if document.is_page() {
        return None;
    }
    read_json(&document.bytes, &Limits::default()).ok()
}
