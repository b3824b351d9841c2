//! What an employer decides about verification.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wellspring_model::credential::IssuerId;

/// An employer's rules. The default trusts nobody in particular and accepts a clock that is a minute off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Issuers whose credentials count. `None`, and no other rule: nobody asked, so the report is silent about trust.
    pub trusted_issuers: Option<Vec<IssuerId>>,
    /// Issuers whose credentials never count, whoever lists them.
    pub denied_issuers: Vec<IssuerId>,
    /// Registries whose members count, by the names under which the operator keeps them.
    pub registries: Vec<String>,
    /// Who may vouch for an issuer: its credentials count if one of these endorses the issuer within them.
    pub accreditors: Vec<IssuerId>,
    /// Whose achievements an issuer may award beside its own.
    pub creators: BTreeMap<IssuerId, Vec<IssuerId>>,
    /// Who may keep status lists for other issuers.
    pub status_issuers: Vec<IssuerId>,
    /// How old a status list may be at most, in seconds: beyond, it decides nothing.
    pub status_max_age_seconds: u32,
    /// From which age on the report says how old it is.
    pub status_fresh_seconds: u32,
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
    pub(crate) fn asks_for_trust(&self) -> bool {
        self.trusted_issuers.is_some() || !self.registries.is_empty() || !self.accreditors.is_empty()
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            trusted_issuers: None,
            denied_issuers: Vec::new(),
            registries: Vec::new(),
            accreditors: Vec::new(),
            creators: BTreeMap::new(),
            status_issuers: Vec::new(),
            status_max_age_seconds: 24 * 60 * 60,
            status_fresh_seconds: 60 * 60,
            clock_skew_seconds: 60,
            accept_unidentified_subject: false,
            challenge: None,
        }
    }
}
