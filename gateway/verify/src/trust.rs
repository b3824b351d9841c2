//! Whether the employer accepts an issuer. Beside the outcome, never part of it, and never without saying why: which list,
//! in which version, said what.

use wellspring_model::{
    credential::IssuerId,
    report::{Trust, TrustRule, TrustStep},
};

use crate::{Policy, registry::Registry};

/// The decision, and what led to it. `None` where nobody asked.
pub(crate) fn judge<'r>(
    issuer: Option<&IssuerId>,
    endorsers: &[IssuerId],
    policy: &Policy,
    registry: impl Fn(&str) -> Option<&'r Registry>,
) -> (Option<Trust>, Vec<TrustStep>) {
    let Some(issuer) = issuer else {
        return (policy.asks_for_trust().then_some(Trust::Undetermined), Vec::new());
    };
    let step = |rule, list: &str, says| TrustStep { rule, list: list.to_owned(), version: None, updated: None, says };
    if policy.denied_issuers.contains(issuer) {
        return (Some(Trust::Denied), vec![step(TrustRule::Denied, "denied_issuers", true)]);
    }
    let mut steps = Vec::new();
    let mut is_unknown = false;
    if let Some(trusted) = &policy.trusted_issuers {
        steps.push(step(TrustRule::Listed, "trusted_issuers", trusted.contains(issuer)));
    }
    for name in &policy.registries {
        let Some(registry) = registry(name) else {
            // A list that is named and not there could have said yes.
            is_unknown = true;
            continue;
        };
        steps.push(TrustStep {
            rule: TrustRule::Registry,
            list: name.clone(),
            version: Some(registry.digest),
            updated: registry.updated,
            says: registry.member(issuer).is_some(),
        });
    }
    for accreditor in &policy.accreditors {
        steps.push(step(TrustRule::Accredited, &accreditor.0, endorsers.contains(accreditor)));
    }
    let trust = if steps.iter().any(|step| step.says) {
        Some(Trust::Trusted)
    } else if is_unknown {
        Some(Trust::Undetermined)
    } else {
        policy.asks_for_trust().then_some(Trust::NotListed)
    };
    (trust, steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> IssuerId {
        IssuerId(text.to_owned())
    }

    fn decided(issuer: &str, endorsers: &[IssuerId], policy: &Policy) -> (Option<Trust>, Vec<(TrustRule, bool)>) {
        let registry = Registry::read(br#"{"registry":{"did:example:listed":{}}}"#).unwrap();
        let find = |name: &str| (name == "dcc").then_some(&registry);
        let (trust, steps) = judge(Some(&id(issuer)), endorsers, policy, find);
        (trust, steps.into_iter().map(|step| (step.rule, step.says)).collect())
    }

    #[test]
    fn a_denied_issuer_is_denied_wherever_it_is_listed() {
        let mut policy = Policy { denied_issuers: vec![id("did:example:listed")], ..Policy::default() };
        let denied = (Some(Trust::Denied), vec![(TrustRule::Denied, true)]);
        assert_eq!(decided("did:example:listed", &[], &policy), denied);
        policy.trusted_issuers = Some(vec![id("did:example:listed")]);
        policy.registries = vec!["dcc".to_owned()];
        assert_eq!(decided("did:example:listed", &[], &policy), denied);
    }

    #[test]
    fn any_list_that_says_yes_suffices_and_every_list_is_told() {
        let policy = Policy {
            trusted_issuers: Some(vec![id("did:example:own")]),
            registries: vec!["dcc".to_owned()],
            accreditors: vec![id("did:example:agency")],
            ..Policy::default()
        };
        let says = |own, registry, agency| {
            vec![(TrustRule::Listed, own), (TrustRule::Registry, registry), (TrustRule::Accredited, agency)]
        };
        assert_eq!(decided("did:example:own", &[], &policy), (Some(Trust::Trusted), says(true, false, false)));
        assert_eq!(decided("did:example:listed", &[], &policy), (Some(Trust::Trusted), says(false, true, false)));
        let endorsed = decided("did:example:c", &[id("did:example:agency")], &policy);
        assert_eq!(endorsed, (Some(Trust::Trusted), says(false, false, true)));
        assert_eq!(decided("did:example:c", &[], &policy), (Some(Trust::NotListed), says(false, false, false)));
    }

    #[test]
    fn a_registry_that_is_not_there_leaves_it_open_and_nobody_asked_leaves_it_out() {
        let policy = Policy { registries: vec!["gone".to_owned()], ..Policy::default() };
        assert_eq!(decided("did:example:c", &[], &policy), (Some(Trust::Undetermined), vec![]));
        assert_eq!(decided("did:example:c", &[], &Policy::default()), (None, vec![]));
    }
}
