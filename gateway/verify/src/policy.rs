//! What an employer decides about verification.

use serde::{Deserialize, Serialize};
use wellspring_model::{credential::IssuerId, trust::TrustRules};

/// An employer's rules. The default trusts nobody in particular and accepts a clock that is a minute off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Whom to rely on. `None`: nobody asked, so the report is silent about trust.
    pub trust: Option<TrustRules>,
    /// How old a status list may be at most, in seconds: beyond, it decides nothing.
    pub status_max_age_seconds: u32,
    /// From which age on the report says how old it is.
    pub status_fresh_seconds: u32,
    /// How old a document of keys may be at most, in seconds: beyond, its keys are not known.
    pub key_max_age_seconds: u32,
    /// From which age on the report says how old it is.
    pub key_fresh_seconds: u32,
    /// How far the issuer's clock may be from ours.
    pub clock_skew_seconds: u32,
    /// Accept a credential that names nobody as one that is bound to nobody, against the MUST of Open Badges 3.0.
    pub accept_unidentified_subject: bool,
    /// What the holder was asked to sign, where somebody asked.
    #[serde(skip)]
    pub challenge: Option<Challenge>,
}

/// What a presentation has to answer (VC Data Integrity 1.0 §2.1; for tokens `nonce` and `aud`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Given out once: whoever repeats somebody else's presentation does not know the next one.
    pub challenge: String,
    /// To whom the presentation is made.
    pub domain: String,
}

impl Policy {
    /// Whether `issuer` may award what `creator` has created.
    pub(crate) fn may_award(&self, issuer: Option<&IssuerId>, creator: &IssuerId) -> bool {
        let others = self.trust.as_ref().zip(issuer).and_then(|(rules, issuer)| rules.creators.get(issuer));
        issuer == Some(creator) || others.is_some_and(|others| others.contains(creator))
    }

    /// Whether `issuer` may keep status lists for others.
    pub(crate) fn may_keep_lists(&self, issuer: &IssuerId) -> bool {
        self.trust.as_ref().is_some_and(|rules| rules.status_issuers.contains(issuer))
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            trust: None,
            status_max_age_seconds: 24 * 60 * 60,
            status_fresh_seconds: 60 * 60,
            key_max_age_seconds: 24 * 60 * 60,
            key_fresh_seconds: 60 * 60,
            clock_skew_seconds: 60,
            accept_unidentified_subject: false,
            challenge: None,
        }
    }
}
