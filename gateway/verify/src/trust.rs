//! Whether the employer accepts an issuer. Beside the outcome, never part of it, and never without saying why: which list,
//! in which version, from when, said what.

use std::collections::BTreeSet;

use jiff::Timestamp;
use url::Url;
use wellspring_model::{
    credential::IssuerId,
    finding::Finding,
    report::{Trust, TrustAnswer, TrustRule, TrustStep},
    trust::TrustRules,
};

use crate::{
    Absence, Material, Policy,
    around::Around,
    material::Library,
    registry::{Said, Unknown},
};

/// The decision, and what led to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trusted {
    /// `None` where nobody asked.
    pub trust: Option<Trust>,
    pub trace: Vec<TrustStep>,
    /// Why a registry's answer is not known.
    pub notices: Vec<Finding>,
}

/// Whether issuers would be accepted by `rules`, apart from any credential: the question of an employer who wonders about
/// an issuer, or about other rules. Each is asked for with those who endorse it.
pub fn trust_in<'i>(
    questions: impl IntoIterator<Item = (&'i IssuerId, &'i [IssuerId])>,
    rules: &TrustRules,
    material: &Material,
    now: Timestamp,
) -> Vec<Trusted> {
    let policy = Policy { trust: Some(rules.clone()), ..Policy::default() };
    let library = Library::new(material);
    let around = Around::new(&library, &policy, now);
    questions.into_iter().map(|(issuer, endorsers)| judge(Some(issuer), endorsers, &around)).collect()
}

impl Material {
    /// The documents in which the registries that `rules` name speak of these issuers, as far as they are not there yet.
    /// What a registry needs is known step by step: gather them and ask again, until there are none.
    pub fn trust_references<'i>(
        &self,
        issuers: impl IntoIterator<Item = &'i IssuerId>,
        rules: &TrustRules,
        now: Timestamp,
    ) -> BTreeSet<Url> {
        let policy = Policy { trust: Some(rules.clone()), ..Policy::default() };
        let library = Library::new(self);
        let around = Around::new(&library, &policy, now);
        let urls = issuers.into_iter().flat_map(|issuer| references(issuer, &around));
        urls.filter(|url| !self.knows(url)).collect()
    }
}

/// What registries have to be asked about an issuer.
pub(crate) fn references(issuer: &IssuerId, around: &Around<'_>) -> Vec<Url> {
    let names = around.policy.trust.iter().flat_map(|rules| &rules.registries);
    let registries = names.filter_map(|name| around.library.registry(name));
    registries.flat_map(|registry| registry.references(issuer, around)).collect()
}

pub(crate) fn judge(issuer: Option<&IssuerId>, endorsers: &[IssuerId], around: &Around<'_>) -> Trusted {
    let Some(rules) = &around.policy.trust else { return Trusted::default() };
    let Some(issuer) = issuer else {
        return Trusted { trust: Some(Trust::Undetermined), ..Trusted::default() };
    };
    if rules.denied_issuers.contains(issuer) {
        let trace = vec![step(TrustRule::Denied, "denied_issuers", true.into())];
        return Trusted { trust: Some(Trust::Denied), trace, notices: Vec::new() };
    }
    let mut trusted = Trusted::default();
    if !rules.trusted_issuers.is_empty() {
        let is_listed = rules.trusted_issuers.contains(issuer);
        trusted.trace.push(step(TrustRule::Listed, "trusted_issuers", is_listed.into()));
    }
    for name in &rules.registries {
        let said = match around.library.registry(name) {
            Some(registry) => registry.says(name, issuer, around),
            None => Said::unknown(name, &Unknown::Absent(Absence::NotGathered)),
        };
        trusted.notices.extend(said.notice);
        trusted.trace.push(TrustStep {
            version: said.version,
            updated: said.updated,
            obtained_at: said.obtained_at,
            ..step(TrustRule::Registry, name, said.answer)
        });
    }
    for accreditor in &rules.accreditors {
        trusted.trace.push(step(TrustRule::Accredited, &accreditor.0, endorsers.contains(accreditor).into()));
    }
    let says = |answer| trusted.trace.iter().any(|step| step.answer == answer);
    trusted.trust = Some(if says(TrustAnswer::Yes) {
        Trust::Trusted
    } else if says(TrustAnswer::Unknown) {
        // A list that is named and was not heard could have said yes.
        Trust::Undetermined
    } else {
        Trust::NotListed
    });
    trusted
}

fn step(rule: TrustRule, list: &str, answer: TrustAnswer) -> TrustStep {
    TrustStep { rule, list: list.to_owned(), version: None, updated: None, obtained_at: None, answer }
}

#[cfg(test)]
mod tests {
    use TrustAnswer::{No, Unknown, Yes};

    use super::*;
    use crate::Registry;

    fn id(text: &str) -> IssuerId {
        IssuerId(text.to_owned())
    }

    fn decided(
        issuer: &str,
        endorsers: &[IssuerId],
        rules: &TrustRules,
    ) -> (Option<Trust>, Vec<(TrustRule, TrustAnswer)>) {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let mut material = Material::default();
        let registry = Registry::list(br#"{"registry":{"did:example:listed":{}}}"#, now).unwrap();
        material.insert_registry("dcc", registry);
        let trusted = trust_in([(&id(issuer), endorsers)], rules, &material, now).remove(0);
        (trusted.trust, trusted.trace.into_iter().map(|step| (step.rule, step.answer)).collect())
    }

    #[test]
    fn a_denied_issuer_is_denied_wherever_it_is_listed() {
        let mut rules = TrustRules { denied_issuers: vec![id("did:example:listed")], ..TrustRules::default() };
        let denied = (Some(Trust::Denied), vec![(TrustRule::Denied, Yes)]);
        assert_eq!(decided("did:example:listed", &[], &rules), denied);
        rules.trusted_issuers = vec![id("did:example:listed")];
        rules.registries = vec!["dcc".to_owned()];
        assert_eq!(decided("did:example:listed", &[], &rules), denied);
    }

    #[test]
    fn any_list_that_says_yes_suffices_and_every_list_is_told() {
        let rules = TrustRules {
            trusted_issuers: vec![id("did:example:own")],
            registries: vec!["dcc".to_owned()],
            accreditors: vec![id("did:example:agency")],
            ..TrustRules::default()
        };
        let says = |own, registry, agency| {
            vec![(TrustRule::Listed, own), (TrustRule::Registry, registry), (TrustRule::Accredited, agency)]
        };
        assert_eq!(decided("did:example:own", &[], &rules), (Some(Trust::Trusted), says(Yes, No, No)));
        assert_eq!(decided("did:example:listed", &[], &rules), (Some(Trust::Trusted), says(No, Yes, No)));
        let endorsed = decided("did:example:c", &[id("did:example:agency")], &rules);
        assert_eq!(endorsed, (Some(Trust::Trusted), says(No, No, Yes)));
        assert_eq!(decided("did:example:c", &[], &rules), (Some(Trust::NotListed), says(No, No, No)));
    }

    #[test]
    fn a_registry_that_is_not_there_leaves_it_open() {
        let rules = TrustRules { registries: vec!["gone".to_owned()], ..TrustRules::default() };
        let open = (Some(Trust::Undetermined), vec![(TrustRule::Registry, Unknown)]);
        assert_eq!(decided("did:example:c", &[], &rules), open);
    }
}
