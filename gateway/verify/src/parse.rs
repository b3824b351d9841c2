//! From bytes to credentials that nobody has judged yet.

use std::{borrow::Cow, collections::BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value};
use url::Url;
use wellspring_model::{credential::IssuerId, finding::Outcome, pointer::Pointer};

use crate::{
    Limits, Material, ParseError, Policy,
    around::Around,
    baked::{self, Baked},
    document::{each, text},
    endorsement,
    form::Form,
    json::{check_json, read_json},
    jwt::{self, Jwt},
    material::Library,
    refresh,
    secured::Secured,
    status, trust,
};

/// What was handed in, understood as far as its syntax goes. Nothing in it may be believed yet: [`crate::verify`] is the
/// only way from here to a [`wellspring_model::credential::VerifiedCredential`].
#[derive(Debug, Clone)]
pub struct UnverifiedPresentation {
    pub(crate) base: Pointer,
    pub(crate) limits: Limits,
    documents: Vec<Document>,
    entries: Vec<Entry>,
    is_cut_off: bool,
}

/// A tree of JSON: the input itself, or what a token within it holds.
#[derive(Debug, Clone)]
struct Document {
    value: Value,
    /// The token that it was taken from.
    jwt: Option<Jwt>,
}

/// Where a credential is.
#[derive(Debug, Clone)]
struct Entry {
    document: usize,
    inner: Pointer,
    path: Pointer,
    form: Form,
    is_top: bool,
    within: Option<usize>,
}

/// A credential within the input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    /// Where, from the input's root; what is within a token follows the place of the token.
    pub(crate) path: &'a Pointer,
    pub(crate) value: &'a Value,
    pub(crate) jwt: Option<&'a Jwt>,
    pub(crate) form: Form,
    /// Handed in itself, not within another credential.
    pub(crate) is_top: bool,
    /// The credential or presentation around it, by its place in the list.
    pub(crate) within: Option<usize>,
}

impl<'a> Found<'a> {
    /// The credential with whatever secures it.
    pub(crate) fn secured(&self) -> Option<Secured<'a>> {
        self.value.as_object().map(|content| Secured { content, jwt: self.jwt })
    }
}

/// Reads an input: JSON, a token (JWT), or a picture with either inside. Content decides, never a file's name. `base` is put
/// before every pointer of its report: where the input stands in a larger request.
///
/// Whatever is wrong with a credential's content is no error here but a finding of its report.
///
/// # Errors
/// [`ParseError`] for what is neither JSON nor another form we recognise, or is too large, too deep, or ambiguous.
pub fn parse(bytes: &[u8], base: Pointer, limits: &Limits) -> Result<UnverifiedPresentation, ParseError> {
    if bytes.len() > limits.bytes {
        return Err(ParseError::TooLarge { limit: limits.bytes });
    }
    let mut read =
        UnverifiedPresentation { base, limits: *limits, documents: Vec::new(), entries: Vec::new(), is_cut_off: false };
    let bytes = match unbaked(bytes) {
        Baked::Credential(bytes) => bytes,
        Baked::Nothing => return Ok(read.with_form(Form::Unknown)),
        Baked::Unreadable => return Ok(read.with_form(Form::NoPicture)),
    };
    let token = bytes.trim_ascii();
    let value = if jwt::looks_like_one(token) {
        // Three parts of base64url are ASCII.
        Value::String(String::from_utf8_lossy(token).into_owned())
    } else {
        match read_json(&bytes, limits) {
            Ok(value) => value,
            Err(error @ ParseError::Malformed { .. }) => {
                let form = Form::of_bytes(&bytes).ok_or(error)?;
                return Ok(read.with_form(form));
            }
            Err(error) => return Err(error),
        }
    };
    read.documents.push(Document { value, jwt: None });
    read.is_cut_off = !read.collect(0, &Pointer::root(), &Pointer::root(), true, None);
    Ok(read)
}

/// Whether [`parse`] would read an input, without making anything of it: what is asked of an input that is only taken in.
///
/// # Errors
/// As [`parse`].
pub fn check(bytes: &[u8], limits: &Limits) -> Result<(), ParseError> {
    if bytes.len() > limits.bytes {
        return Err(ParseError::TooLarge { limit: limits.bytes });
    }
    let Baked::Credential(bytes) = unbaked(bytes) else { return Ok(()) };
    if jwt::looks_like_one(bytes.trim_ascii()) {
        return Ok(());
    }
    match check_json(&bytes, limits) {
        Err(error @ ParseError::Malformed { .. }) => Form::of_bytes(&bytes).map(drop).ok_or(error),
        checked => checked,
    }
}

/// What a picture holds, where it is one.
fn unbaked(bytes: &[u8]) -> Baked<'_> {
    if bytes.starts_with(baked::PNG) {
        baked::png(bytes)
    } else if baked::looks_like_svg(bytes) {
        baked::svg(bytes)
    } else {
        Baked::Credential(Cow::Borrowed(bytes))
    }
}

impl UnverifiedPresentation {
    fn with_form(mut self, form: Form) -> Self {
        self.documents.push(Document { value: Value::Null, jwt: None });
        self.note(0, &Pointer::root(), &Pointer::root(), form, true, None);
        self
    }

    /// The documents that a judgement needs and that `material` does not know: those of issuers and of the keys that proofs
    /// name, status lists and what those need in turn, refreshed credentials. Without fragments, each once, at most
    /// [`Limits::references`] of them. Gather them and ask again, until there are none: what a status list needs is known
    /// only when it is there, and whether an offer to refresh is the issuer's own only once its keys are.
    pub fn references(&self, material: &Material, policy: &Policy, now: Timestamp) -> Vec<Url> {
        let library = Library::new(material);
        let around = Around::new(&library, policy, now);
        let asks_registries = policy.trust.as_ref().is_some_and(|rules| !rules.registries.is_empty());
        let mut urls = BTreeSet::new();
        for found in self.credentials() {
            let Some(secured) = found.secured() else { continue };
            urls.extend(secured.references());
            for list in status::references(secured.content) {
                urls.extend(status::references_of_list(&list, material));
                urls.insert(list);
            }
            // A forger names no address that we ask, and nobody whom we ask about.
            let offer = refresh::reference(secured.content);
            if (offer.is_some() || asks_registries)
                && secured.judge(secured.issuer(), &around).worst() == Outcome::Passed
            {
                urls.extend(offer);
                let issuer = secured.issuer().map(|id| IssuerId(id.to_owned()));
                urls.extend(issuer.iter().flat_map(|issuer| trust::references(issuer, &around)));
            }
            urls.extend(endorsement::references(secured.content, &self.limits));
        }
        urls.into_iter().take(self.limits.references).filter(|url| !material.knows(url)).collect()
    }

    /// All credentials, outer before inner.
    pub(crate) fn credentials(&self) -> impl Iterator<Item = Found<'_>> {
        self.entries.iter().map(|entry| {
            let document = &self.documents[entry.document];
            let value = document.value.pointer(entry.inner.as_str()).unwrap_or(&Value::Null);
            // What a token holds is secured by it; what stands within that has to bring its own proof.
            let jwt = document.jwt.as_ref().filter(|_| entry.inner == Pointer::root());
            Found { path: &entry.path, value, jwt, form: entry.form, is_top: entry.is_top, within: entry.within }
        })
    }

    /// Whether there were more credentials than the limit.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }

    /// Notes what stands at `inner` of a document, and whatever is within it. False when the limit was reached.
    fn collect(
        &mut self,
        document: usize,
        inner: &Pointer,
        path: &Pointer,
        is_top: bool,
        within: Option<usize>,
    ) -> bool {
        if self.entries.len() > self.limits.nested {
            return false;
        }
        let value = self.documents[document].value.pointer(inner.as_str()).unwrap_or(&Value::Null);
        let form = Form::of(value);
        if matches!(form, Form::Token | Form::Enveloped) {
            return match token(value).and_then(|compact| Jwt::decode(compact.as_bytes(), &self.limits).ok()) {
                Some(jwt) => {
                    self.documents.push(Document { value: jwt.content(), jwt: Some(jwt) });
                    self.taken_out(path, is_top, within)
                }
                None => {
                    self.note(document, inner, path, Form::NoToken, is_top, within);
                    true
                }
            };
        }
        self.note(document, inner, path, form, is_top, within);
        self.collect_within(document, inner, path, form)
    }

    /// Notes what a token held that was just taken apart. Another token in its place would be a token around nothing.
    fn taken_out(&mut self, path: &Pointer, is_top: bool, within: Option<usize>) -> bool {
        let document = self.documents.len() - 1;
        let root = Pointer::root();
        let form = match Form::of(&self.documents[document].value) {
            Form::Token | Form::Enveloped => Form::NoToken,
            form => form,
        };
        self.note(document, &root, path, form, is_top, within);
        self.collect_within(document, &root, path, form)
    }

    fn note(
        &mut self,
        document: usize,
        inner: &Pointer,
        path: &Pointer,
        form: Form,
        is_top: bool,
        within: Option<usize>,
    ) {
        let (inner, path) = (inner.clone(), path.clone());
        self.entries.push(Entry { document, inner, path, form, is_top, within });
    }

    /// Walks down the places where the standards put credentials.
    fn collect_within(&mut self, document: usize, inner: &Pointer, path: &Pointer, form: Form) -> bool {
        let around = self.entries.len() - 1;
        let object = self.documents[document].value.pointer(inner.as_str()).and_then(Value::as_object);
        let places = object.map_or_else(Vec::new, |object| places(object, form));
        let is_top = form == Form::Presentation;
        places.iter().all(|tail| self.collect(document, &inner.join(tail), &path.join(tail), is_top, Some(around)))
    }
}

fn places(object: &Map<String, Value>, form: Form) -> Vec<Pointer> {
    let mut places = Vec::new();
    match form {
        Form::Presentation => places.extend(each(object, "verifiableCredential").into_iter().map(|(tail, _)| tail)),
        Form::Clr | Form::Achievement | Form::Credential => {
            for (at, subject) in each(object, "credentialSubject") {
                let Value::Object(subject) = subject else { continue };
                places.extend(each(subject, "verifiableCredential").iter().map(|(tail, _)| at.join(tail)));
            }
        }
        _ => {}
    }
    places
}

/// The token itself, or the one in an enveloping object's address.
fn token(value: &Value) -> Option<String> {
    match value {
        Value::String(compact) => Some(compact.clone()),
        Value::Object(envelope) => {
            let (kind, compact) = text(envelope, "id")?.strip_prefix("data:")?.split_once(',')?;
            let kind = kind.split(';').next().unwrap_or_default();
            (kind.starts_with("application/") && kind.ends_with("jwt")).then(|| compact.to_owned())
        }
        _ => None,
    }
}
