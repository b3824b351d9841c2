//! An edition of a crosswalk as a CASE 1.1 package: a document without items, and the approved associations.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AssociationState, Crosswalk, CrosswalkAssociation, CrosswalkNode};
use crate::id::TenantId;

/// Under which addresses a gateway's own documents and associations are found.
#[derive(Debug, Clone)]
pub struct Addresses {
    base: String,
}

impl Addresses {
    /// Of a tenant, at the gateway's public address.
    pub fn new(public_url: &str, tenant: TenantId) -> Self {
        Self { base: format!("{}/case/{tenant}/ims/case/v1p1", public_url.trim_end_matches('/')) }
    }

    fn of(&self, class: &str, identifier: &str) -> String {
        format!("{}/{class}/{identifier}", self.base)
    }
}

/// What an edition is made of.
#[derive(Debug)]
pub struct EditionOf<'a> {
    pub crosswalk: &'a Crosswalk,
    pub number: u32,
    pub creator: &'a str,
    pub made_at: Timestamp,
    /// Whatever is not approved is left out.
    pub associations: &'a [CrosswalkAssociation],
}

impl EditionOf<'_> {
    /// The `CFPackage`. Identifiers stay the same from edition to edition.
    pub fn package(&self, addresses: &Addresses) -> Value {
        let identifier = self.crosswalk.id.uuid().hyphenated().to_string();
        let title = self.crosswalk.title.as_str();
        let between = match &self.crosswalk.from {
            Some(from) => format!("Associations between items of {from} and {}.", self.crosswalk.to),
            None => format!("Associations from what credentials name to items of {}.", self.crosswalk.to),
        };
        json!({
            "CFDocument": {
                "identifier": identifier,
                "uri": addresses.of("CFDocuments", &identifier),
                "frameworkType": "Crosswalk",
                "caseVersion": "1.1",
                "creator": self.creator,
                "title": title,
                "description": between,
                "version": self.number.to_string(),
                "lastChangeDateTime": self.made_at.to_string(),
            },
            "CFAssociations": self.associations(addresses),
        })
    }

    fn associations(&self, addresses: &Addresses) -> Vec<Value> {
        self.associations.iter().filter_map(|association| written(association, addresses)).collect()
    }
}

fn written(association: &CrosswalkAssociation, addresses: &Addresses) -> Option<Value> {
    let AssociationState::Approved(decided) = &association.state else { return None };
    let decision = &decided.decision;
    let identifier = association.id.uuid().hyphenated().to_string();
    let day = decision.at.strftime("%Y-%m-%d");
    Some(json!({
        "identifier": identifier,
        "uri": addresses.of("CFAssociations", &identifier),
        "associationType": association.kind,
        "originNodeURI": node(&association.origin),
        "destinationNodeURI": node(&association.destination),
        "lastChangeDateTime": decision.at.to_string(),
        "notes": format!("Approved by {} on {day}: {}", decision.by, decision.reason),
    }))
}

fn node(node: &CrosswalkNode) -> Value {
    json!({"title": node.title, "identifier": node.item, "uri": node.uri})
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        competency::{Framework, ItemId},
        crosswalk::{AssociationType, Decided, Decision, Suggestion},
        id::{CrosswalkAssociationId, CrosswalkId},
    };

    fn at() -> Timestamp {
        "2026-11-26T09:00:00Z".parse().expect("a time")
    }

    fn named(name: &str) -> CrosswalkNode {
        let uri = format!("https://case.example/{name}");
        CrosswalkNode { item: ItemId::parse(&uri), uri, title: name.to_owned() }
    }

    fn association(number: u128, state: AssociationState) -> CrosswalkAssociation {
        CrosswalkAssociation {
            id: CrosswalkAssociationId::from_uuid(Uuid::from_u128(number)),
            origin: named("taught"),
            kind: AssociationType::ExactMatchOf,
            destination: named("asked"),
            state,
        }
    }

    fn decided() -> Decided {
        let stated = |text: &str| text.to_owned().try_into().expect("it is stated");
        let reason = "both name it".to_owned().try_into().expect("it is stated");
        Decided { decision: Decision { by: stated("Jo Smith"), at: at(), reason }, suggestion: None }
    }

    #[test]
    fn only_what_is_approved_is_in_an_edition_and_scoring_reads_it_as_any_framework() {
        let suggestion = Suggestion {
            by: "words@1".to_owned(),
            at: at(),
            score: crate::assessment::Ppm::ONE,
            matched: vec!["same".to_owned()],
        };
        let associations = [
            association(1, AssociationState::Suggested(suggestion)),
            association(2, AssociationState::Approved(decided())),
            association(3, AssociationState::Rejected(decided())),
        ];
        let crosswalk = Crosswalk {
            id: CrosswalkId::from_uuid(Uuid::from_u128(9)),
            title: "Ours and theirs".to_owned().try_into().expect("a title"),
            from: None,
            to: "a".to_owned(),
            created_at: at(),
        };
        let creator = "Example Ltd";
        let edition =
            EditionOf { crosswalk: &crosswalk, number: 3, creator, made_at: at(), associations: &associations };
        let tenant = TenantId::from_uuid(Uuid::from_u128(1));
        let package = edition.package(&Addresses::new("https://gateway.example/", tenant));
        let framework: Framework = serde_json::from_value(package.clone()).expect("it is a package");
        assert_eq!(framework.document.version.as_deref(), Some("3"));
        let [only] = &framework.associations[..] else { panic!("{:?}", framework.associations) };
        assert_eq!((only.kind.as_str(), only.origin.item()), ("exactMatchOf", named("taught").item));
        assert_eq!(only.identifier, "00000000-0000-0000-0000-000000000002");
        assert_eq!(
            package["CFAssociations"][0]["notes"], "Approved by Jo Smith on 2026-11-26: both name it",
            "who, when and why go with it"
        );
        let uri = package["CFAssociations"][0]["uri"].as_str().expect("an address");
        assert!(uri.starts_with("https://gateway.example/case/ten_"), "{uri}");
    }
}
