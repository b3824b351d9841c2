//! From bytes to credentials that nobody has judged yet.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;
use wellspring_model::pointer::Pointer;

use crate::{
    Limits, ParseError,
    did::document_url,
    document::{each, id_of, text},
    form::Form,
    json::read_json,
};

/// What was handed in, understood as far as its syntax goes. Nothing in it may be believed yet: [`crate::verify`] is the
/// only way from here to a [`wellspring_model::credential::VerifiedCredential`].
#[derive(Debug, Clone)]
pub struct UnverifiedPresentation {
    pub(crate) base: Pointer,
    pub(crate) content: Content,
    pub(crate) limits: Limits,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// A file of a kind that is not JSON.
    File(&'static str),
    Json(Value),
}

/// A credential within the input.
#[derive(Debug, Clone)]
pub(crate) struct Found<'a> {
    /// Where, from the input's root.
    pub(crate) path: Pointer,
    pub(crate) value: &'a Value,
    pub(crate) form: Form,
    /// Handed in itself, not within another credential.
    pub(crate) is_top: bool,
}

/// Reads an input. `base` is put before every pointer of its report: where the input stands in a larger request.
///
/// Whatever is wrong with a credential's content is no error here but a finding of its report.
///
/// # Errors
/// [`ParseError`] for what is neither JSON nor another form we recognise, or is too large, too deep, or ambiguous.
pub fn parse(bytes: &[u8], base: Pointer, limits: &Limits) -> Result<UnverifiedPresentation, ParseError> {
    let content = match read_json(bytes, limits) {
        Ok(value) => Content::Json(value),
        Err(error @ ParseError::Malformed { .. }) => Content::File(Form::of_bytes(bytes).ok_or(error)?),
        Err(error) => return Err(error),
    };
    Ok(UnverifiedPresentation { base, content, limits: *limits })
}

impl UnverifiedPresentation {
    /// The documents that a judgement needs: those of issuers and of the keys that proofs name. Without fragments, each
    /// once, at most [`Limits::references`] of them.
    pub fn references(&self) -> Vec<Url> {
        let mut urls = BTreeSet::new();
        for found in self.credentials().0 {
            let Value::Object(credential) = found.value else { continue };
            let proofs = each(credential, "proof");
            let methods = proofs.iter().filter_map(|(_, proof)| text(proof.as_object()?, "verificationMethod"));
            for id in id_of(credential, "issuer").into_iter().chain(methods) {
                if urls.len() < self.limits.references {
                    urls.extend(document_url(id));
                }
            }
        }
        urls.into_iter().collect()
    }

    /// All credentials, outer before inner, and whether there were more than the limit.
    pub(crate) fn credentials(&self) -> (Vec<Found<'_>>, bool) {
        let Content::Json(root) = &self.content else { return (Vec::new(), false) };
        let mut found = Vec::new();
        let complete = collect(root, Pointer::root(), true, self.limits.nested, &mut found);
        (found, !complete)
    }
}

/// Walks down the places where the standards put credentials. False when the limit was reached.
fn collect<'a>(value: &'a Value, path: Pointer, is_top: bool, limit: usize, found: &mut Vec<Found<'a>>) -> bool {
    if found.len() > limit {
        return false;
    }
    let form = Form::of(value);
    found.push(Found { path: path.clone(), value, form, is_top });
    let Value::Object(object) = value else { return true };
    let mut inner = Vec::new();
    match form {
        Form::Presentation => inner = each(object, "verifiableCredential"),
        Form::Clr | Form::Achievement | Form::Credential => {
            for (at, subject) in each(object, "credentialSubject") {
                let Value::Object(subject) = subject else { continue };
                let nested = each(subject, "verifiableCredential");
                inner.extend(nested.into_iter().map(|(tail, value)| (at.join(&tail), value)));
            }
        }
        Form::Later(_) | Form::Unknown => {}
    }
    let is_top = form == Form::Presentation;
    inner.into_iter().all(|(tail, value)| collect(value, path.join(&tail), is_top, limit, found))
}
