//! What an employer decides about verification.

use serde::{Deserialize, Serialize};
use wellspring_model::credential::IssuerId;

/// An employer's rules. The default trusts nobody in particular and accepts a clock that is a minute off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Issuers whose credentials count. `None`: nobody asked, so the report is silent about trust.
    pub trusted_issuers: Option<Vec<IssuerId>>,
    /// Issuers whose credentials never count.
    pub denied_issuers: Vec<IssuerId>,
    /// How far the issuer's clock may be from ours.
    pub clock_skew_seconds: u32,
    /// Accept a credential that names nobody as one that is bound to nobody, against the MUST of Open Badges 3.0.
    pub accept_unidentified_subject: bool,
    /// Somebody asked for proof that the holder handed the credential in (a challenge was given).
    #[serde(skip)]
    pub holder_proof: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            trusted_issuers: None,
            denied_issuers: Vec::new(),
            clock_skew_seconds: 60,
            accept_unidentified_subject: false,
            holder_proof: false,
        }
    }
}
