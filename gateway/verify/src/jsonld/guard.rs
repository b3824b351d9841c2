//! What a reader of the JSON takes in is what was signed.
//!
//! Canonicalisation signs statements, and the same statements can be written in many ways: a member under an alias or its
//! IRI, an identifier as a compact IRI, the end date of a credential at another object with the same id. A holder may write
//! them anew as long as the statements stay, and could so hide an end date, a status entry or a failed result from
//! everybody who reads the JSON by names and places. So what is read stands under its own name (this file), and at its own
//! place ([`super::place`]).

use std::{collections::HashMap, sync::LazyLock};

use super::{
    active::{Active, Expanded},
    contexts::Contexts,
    keyword::Keyword,
    place,
    table::{Compiled, Iri, Part},
};

/// The types that decide how something is read.
const TYPES: [&str; 14] = [
    "VerifiableCredential",
    "VerifiablePresentation",
    "EnvelopedVerifiableCredential",
    "EnvelopedVerifiablePresentation",
    "AchievementCredential",
    "OpenBadgeCredential",
    "ClrCredential",
    "EndorsementCredential",
    "BitstringStatusListEntry",
    "StatusList2021Entry",
    "1EdTechRevocationList",
    "1EdTechCredentialRefresh",
    "BitstringStatusListCredential",
    "StatusList2021Credential",
];

/// The IRIs that published contexts give to what is read, each with the names that it has there.
#[derive(Default)]
struct Published {
    members: HashMap<String, Vec<&'static str>>,
    types: HashMap<String, Vec<&'static str>>,
}

static PUBLISHED: LazyLock<Published> = LazyLock::new(|| {
    let mut published = Published::default();
    let contexts = Contexts::builtin();
    for context in contexts.urls().filter_map(|url| contexts.get(url)) {
        published.gather(context);
    }
    published
});

impl Published {
    fn gather(&mut self, context: &Compiled) {
        for part in context.parts.iter() {
            let Part::Table(table) = part else { continue };
            for (name, definition) in &table.terms {
                // What depends on other contexts (`sec:expiration`) is spelled out in the next one.
                if let Some(Iri::Final(iri)) = &definition.iri {
                    let add = |to: &mut HashMap<String, Vec<_>>, name| to.entry(iri.clone()).or_default().push(name);
                    place::member(name).into_iter().for_each(|name| add(&mut self.members, name));
                    kind(name).into_iter().for_each(|name| add(&mut self.types, name));
                }
                if let Some(scope) = &definition.scope {
                    self.gather(scope);
                }
            }
        }
    }
}

fn kind(name: &str) -> Option<&'static str> {
    TYPES.into_iter().find(|read| *read == name)
}

/// Whether a member is written under another name than its readers know, or under one that means something else to them.
pub(super) fn hides(name: &str, meaning: &Expanded, active: &Active) -> bool {
    match meaning {
        Expanded::Undefined => false,
        Expanded::Keyword(Keyword::Id) => name != "id" && name != "@id",
        Expanded::Keyword(Keyword::Type) => name != "type" && name != "@type",
        Expanded::Keyword(_) => !name.starts_with('@'),
        // A context of a property may redefine even these.
        Expanded::Iri(_) if matches!(name, "id" | "type") => true,
        Expanded::Iri(iri) => match PUBLISHED.members.get(&**iri) {
            Some(names) => !names.contains(&name),
            // Contexts that are known by their URL may have a use of their own for a word.
            None => !active.lasting && place::member(name).is_some(),
        },
    }
}

/// The same for a type.
pub(super) fn hides_type(name: &str, meaning: &Expanded, active: &Active) -> bool {
    let Expanded::Iri(iri) = meaning else { return false };
    match PUBLISHED.types.get(&**iri) {
        Some(names) => !names.contains(&name),
        None => !active.lasting && kind(name).is_some(),
    }
}

/// Whether a keyword stands where readers look for its alias.
pub(super) fn is_bare(name: &str, active: &Active) -> bool {
    let alias = match name {
        "@id" => "id",
        "@type" => "type",
        _ => return false,
    };
    !active.lasting || active.terms.contains_key(alias)
}
