//! What we may refuse where the peer answers, and why. Nothing else may be.

use serde_json::Value;
use wellspring_verify::jsonld::CanonError;

use crate::compare::Refusal;

/// Features of JSON-LD that are not covered, and refused by their name wherever they stand.
const UNSUPPORTED: [(&str, &str); 22] = [
    ("@direction", NOT_COVERED),
    ("@graph", NOT_COVERED),
    ("@included", NOT_COVERED),
    ("@index", NOT_COVERED),
    ("@nest", NOT_COVERED),
    ("@reverse", NOT_COVERED),
    ("@set", NOT_COVERED),
    ("@list", NOT_COVERED),
    ("@base", NOT_COVERED),
    ("@import", NOT_COVERED),
    ("a container of @id", NOT_COVERED),
    ("a container of @index", NOT_COVERED),
    ("a container of @type", NOT_COVERED),
    ("JSON values in a container", NOT_COVERED),
    ("@propagate in a list of contexts", NOT_COVERED),
    ("a blank node as a term", NOT_COVERED),
    ("a compact IRI as a term", NOT_COVERED),
    ("a relative or compact @vocab", NOT_COVERED),
    ("@language", MISPLACED),
    ("@none", MISPLACED),
    ("@json", MISPLACED),
    ("a keyword of contexts", MISPLACED),
];

const NOT_COVERED: &str = "a feature that is not covered and refused by its name (decision 2)";
const MISPLACED: &str = "a keyword where it means nothing, which the peer drops";

const OTHERWISE: &str = "what is read stands under another name or at another place (decision 6)";

const AMBIGUOUS: &str = "arrays, sets or nulls in a list, which processors read differently";

/// Documents that are refused as invalid where the peer answers.
const INVALID: [(&str, &str); 19] = [
    ("a name that readers know otherwise", OTHERWISE),
    ("a keyword under another name", OTHERWISE),
    ("an identifier in short", OTHERWISE),
    ("what is read of a node stands at another object", OTHERWISE),
    ("a node states nothing", "a node that states nothing"),
    ("a character that no IRI may hold", "a character that no IRI may hold (RFC 3987)"),
    ("a number that not every reader reads alike", "a whole number beyond 2^53 (RFC 7493, 2.2)"),
    ("a language string without a language", "a literal of type rdf:langString without a language (RDF 1.1, 3.3)"),
    ("@container names nothing", "an @container of nothing (JSON-LD API, 4.2.2)"),
    ("not a language tag", "a language that is no tag (BCP 47)"),
    ("a list or set of null", AMBIGUOUS),
    ("a set within a list", AMBIGUOUS),
    ("an array within a list", AMBIGUOUS),
    ("a list or set has another member", "a list or set with another member (JSON-LD API, 5.1.2)"),
    ("the type of a value is a string", "a value object with its type in an array (JSON-LD API, 5.1.2)"),
    ("a value object has a member twice", "a value object with two types"),
    ("a term definition has a member it may not have", "a definition with a wrong member (JSON-LD API, 4.2.2)"),
    ("a term does not expand to an absolute IRI", "a term whose IRI would not be one (JSON-LD API, 4.2.2)"),
    ("a context within a context", "a context within a context, which is a redefined keyword (JSON-LD API, 4.2)"),
];

/// The listed reason for refusing a document, if it is one.
pub fn listed(refusal: &Refusal, document: &str) -> Option<&'static str> {
    let (list, text): (&[(&str, &'static str)], &str) = match refusal {
        Refusal::Canon(CanonError::ContextUnsupported { what, .. }) => (&UNSUPPORTED, what),
        Refusal::Canon(CanonError::Invalid { reason, .. }) if reason == "term a b does not expand to an IRI" => {
            (&INVALID, "a term does not expand to an absolute IRI")
        }
        Refusal::Canon(CanonError::Invalid { reason, .. }) => (&INVALID, reason),
        Refusal::Canon(CanonError::TermUndefined { term, .. }) => return undefined(term, document),
        _ => return None,
    };
    list.iter().find(|(named, _)| *named == text).map(|(_, sentence)| *sentence)
}

/// What the peer takes for a name, or drops without a word. A term that it knows and we do not is no reason.
fn undefined(term: &str, document: &str) -> Option<&'static str> {
    let nothing = format!("{}:null", Value::from(term));
    match term.split_once(':') {
        Some(("_", _)) => Some("a blank node as a property, be it of nothing"),
        // The peer's pattern of a scheme has a range from `+` to `.`.
        Some((scheme, _)) if scheme.contains(',') => Some("an IRI whose scheme RFC 3986 does not have"),
        None if term.starts_with('@') => Some("a reserved word as a reference, which the peer drops"),
        None if document.contains(&nothing) => Some("a term defined as nothing as a reference, which the peer drops"),
        _ => None,
    }
}

pub fn shown(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Unreadable(error) => format!("unreadable: {error}"),
        Refusal::Canon(CanonError::ContextUnsupported { what, pointer }) => {
            format!("unsupported {what:?}: at {pointer}")
        }
        Refusal::Canon(CanonError::TermUndefined { term, pointer }) => format!("undefined term: {term:?} at {pointer}"),
        Refusal::Canon(CanonError::Invalid { reason, pointer }) => format!("{reason}: at {pointer}"),
        Refusal::Canon(CanonError::Limit) => "limit".to_owned(),
    }
}
