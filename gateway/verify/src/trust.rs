//! Whether the employer accepts an issuer. Beside the outcome, never part of it.

use wellspring_model::{credential::IssuerId, report::Trust};

use crate::Policy;

/// `None` where nobody asked.
pub(crate) fn judge(issuer: Option<&IssuerId>, policy: &Policy) -> Option<Trust> {
    let Some(issuer) = issuer else {
        return policy.trusted_issuers.as_ref().map(|_| Trust::Undetermined);
    };
    if policy.denied_issuers.contains(issuer) {
        return Some(Trust::Denied);
    }
    let trusted = policy.trusted_issuers.as_ref()?;
    Some(if trusted.contains(issuer) { Trust::Trusted } else { Trust::NotListed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denied_issuer_is_denied_even_where_it_is_listed() {
        let issuer = IssuerId("did:example:a".to_owned());
        let mut policy = Policy { denied_issuers: vec![issuer.clone()], ..Policy::default() };
        assert_eq!(judge(Some(&issuer), &policy), Some(Trust::Denied));
        policy.trusted_issuers = Some(vec![issuer.clone()]);
        assert_eq!(judge(Some(&issuer), &policy), Some(Trust::Denied));
        policy.denied_issuers.clear();
        assert_eq!(judge(Some(&issuer), &policy), Some(Trust::Trusted));
        assert_eq!(judge(Some(&IssuerId("did:example:b".to_owned())), &policy), Some(Trust::NotListed));
        assert_eq!(judge(None, &policy), Some(Trust::Undetermined));
        assert_eq!(judge(Some(&issuer), &Policy::default()), None);
    }
}
