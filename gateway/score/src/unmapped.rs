//! What evidence names that leads to no item at all: people can say where it leads.

use std::collections::BTreeMap;

use wellspring_model::{assessment::NamedBy, credential::VerifiedCredential, unmapped::Named};

use crate::{
    claim::{Claim, claims, divide},
    requirements::Requirements,
};

/// What evidence that would count names, and no framework has: neither as an item nor at an end of an association that
/// leads somewhere. Each once, in an order of its own.
pub fn unmapped(requirements: &Requirements, evidence: &[VerifiedCredential]) -> Vec<Named> {
    let (index, policy) = (&requirements.frameworks.index, &requirements.policy);
    let (counting, _) = divide(evidence, policy);
    let leads = |claim: &Claim| claim.named != NamedBy::Elsewhere || index.is_associated(&claim.place);
    let mut found = BTreeMap::new();
    for claim in claims(&counting, index, policy).iter().filter(|claim| !leads(claim)) {
        if let Some(named) = Named::of(claim.alignment) {
            let (item, code, framework) = named.key();
            let key = (item, code.map(str::to_owned), framework.map(str::to_owned));
            found.entry(key).or_insert(named);
        }
    }
    found.into_values().collect()
}
