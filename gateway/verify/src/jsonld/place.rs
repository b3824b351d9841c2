//! What is read of a node stands at the object where it is read.
//!
//! Two objects with one id are one node, and what either says of it the signature takes as said by both. Nobody who reads
//! the JSON puts them together, so a document in which another object has a say in what is read here is refused.

use std::collections::HashMap;

use super::{
    CanonError,
    active::{Active, Expanded},
    guard,
    keyword::Keyword,
    node::Member,
    walk::{Segment, Walk, pointer},
};
use crate::rdf::Term;

/// A place of a document whose object is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The document itself, which may also be the options of a proof.
    Root,
    Status,
    Subject,
    Identifier,
    Result,
    Achievement,
    /// Of an achievement, a result, a result's description or a level of its rubric.
    Alignment,
    Description,
    RubricLevel,
}

/// The members that are read, by the place where they are.
const MEMBERS: [(Place, &[&str]); 10] = [
    (
        Place::Root,
        &[
            "issuer",
            "holder",
            "validFrom",
            "validUntil",
            "issuanceDate",
            "awardedDate",
            "expirationDate",
            "credentialStatus",
            "credentialSubject",
            "termsOfUse",
            "refreshService",
            "endorsement",
        ],
    ),
    (
        Place::Root,
        &[
            "created",
            "expires",
            "revoked",
            "proofPurpose",
            "verificationMethod",
            "previousProof",
            "cryptosuite",
            "challenge",
            "domain",
        ],
    ),
    (Place::Status, &["statusPurpose", "statusListIndex", "statusListCredential", "statusSize", "statusMessage"]),
    (
        Place::Subject,
        &["achievement", "result", "identifier", "verifiableCredential", "encodedList", "activityEndDate"],
    ),
    (Place::Identifier, &["identityType", "identityHash", "hashed", "salt"]),
    (Place::Result, &["status", "value", "achievedLevel", "resultDescription", "alignment"]),
    (Place::Achievement, &["name", "creator", "achievementType", "alignment", "resultDescription"]),
    (Place::Description, &["resultType", "rubricCriterionLevel", "alignment"]),
    (Place::RubricLevel, &["name", "alignment"]),
    (Place::Alignment, &["targetUrl", "targetCode", "targetName", "targetFramework", "targetType"]),
];

/// The name of a member that is read.
pub(super) fn member(name: &str) -> Option<&'static str> {
    MEMBERS.iter().flat_map(|(_, names)| names.iter()).find(|read| **read == name).copied()
}

impl Place {
    /// The place that a path leads to, if what is there decides anything. In a record (CLR), its subject's members do not:
    /// what it awards stands in credentials of their own, which may all be about that one subject.
    fn at(path: &[Segment<'_>], in_record: bool) -> Option<Self> {
        let keys: Vec<&str> = path
            .iter()
            .filter_map(|segment| match segment {
                Segment::Key(key) => Some(*key),
                Segment::Index(_) => None,
            })
            .collect();
        let place = match &keys[..] {
            [] => Self::Root,
            ["credentialStatus"] => Self::Status,
            ["credentialSubject"] => Self::Subject,
            ["credentialSubject", "identifier"] => Self::Identifier,
            ["credentialSubject", "result"] => Self::Result,
            ["credentialSubject", "achievement"] => Self::Achievement,
            ["credentialSubject", "achievement", "resultDescription"] => Self::Description,
            ["credentialSubject", "achievement", "resultDescription", "rubricCriterionLevel"] => Self::RubricLevel,
            ["credentialSubject", "achievement" | "result", "alignment"]
            | ["credentialSubject", "achievement", "resultDescription", "alignment"]
            | ["credentialSubject", "achievement", "resultDescription", "rubricCriterionLevel", "alignment"] => {
                Self::Alignment
            }
            _ => return None,
        };
        (!in_record || matches!(place, Self::Root | Self::Status | Self::Identifier)).then_some(place)
    }

    fn reads(self, name: &str) -> bool {
        MEMBERS.iter().any(|(place, names)| *place == self && names.contains(&name))
    }
}

/// An object that says of a node, in one graph, what might be read.
pub(super) struct Mention<'a> {
    node: (Option<Term>, Term),
    place: Option<Place>,
    members: Vec<&'a str>,
    path: Vec<Segment<'a>>,
}

impl<'a> Walk<'a> {
    /// Notes what an object says of a node that has a name, so that another object can have it too.
    pub(super) fn mention(&mut self, members: &[Member<'a>], node: Term, graph: Option<Term>) {
        let is_read = |name: &&str| member(name).is_some();
        let place = Place::at(&self.path, self.in_record);
        let read: Vec<&str> = members.iter().map(|member| member.key).filter(is_read).collect();
        if place.is_some() || !read.is_empty() {
            self.mentions.push(Mention { node: (graph, node), place, members: read, path: self.path.clone() });
        }
    }

    /// Refuses an object that says what is read at another object of the same node.
    pub(super) fn all_in_place(&self) -> Result<(), CanonError> {
        let mut read: HashMap<_, Vec<(usize, Place)>> = HashMap::new();
        for (index, mention) in self.mentions.iter().enumerate() {
            if let Some(place) = mention.place {
                read.entry(mention.node).or_default().push((index, place));
            }
        }
        for (index, mention) in self.mentions.iter().enumerate() {
            let places = read.get(&mention.node).map(Vec::as_slice).unwrap_or_default();
            let others = places.iter().filter(|(other, _)| *other != index);
            if others.into_iter().any(|(_, place)| mention.members.iter().any(|member| place.reads(member))) {
                let reason = "what is read of a node stands at another object".to_owned();
                return Err(CanonError::Invalid { reason, pointer: pointer(&mention.path) });
            }
        }
        Ok(())
    }

    /// The keywords of a node are stated once, under the names by which they are read.
    pub(super) fn keywords(&mut self, members: &[Member<'a>], active: &Active) -> Result<(), CanonError> {
        let mut types = members.iter().filter(|member| member.meaning == Expanded::Keyword(Keyword::Type));
        let bare = || members.iter().find(|member| guard::is_bare(member.key, active));
        match types.nth(1).or_else(bare) {
            None => Ok(()),
            Some(member) => self.at(Segment::Key(member.key), |walk| Err(walk.invalid("a keyword under another name"))),
        }
    }
}
