//! What was handed in and did not change the result: not asked for, or not counted.

use wellspring_model::{assessment::NotCounted, report::VerificationReport};

use super::{
    LONGEST_NAME,
    credential::{Issuer, anchor_of, index_of, name_of},
};
use crate::{
    pages::{Site, icon::Icon},
    sentences::plain,
};

/// One credential or achievement that did not count.
pub(super) struct LeftOut {
    pub name: Option<String>,
    /// The achievement, where only one of the credential's is meant.
    pub achievement: Option<String>,
    pub issuer: Issuer,
    pub icon: Icon,
    pub reason: String,
    /// What would make it count.
    pub would_change: String,
    pub anchor: Option<String>,
}

impl LeftOut {
    pub fn new(site: &Site, one: &NotCounted, report: &VerificationReport) -> Self {
        let index = index_of(report, &one.credential);
        let credential = index.and_then(|index| report.credentials.get(index));
        Self {
            name: credential.and_then(name_of),
            achievement: one.achievement.as_deref().map(|id| plain(id, LONGEST_NAME)),
            issuer: credential.map(Issuer::new).unwrap_or_default(),
            icon: Icon::from(one.reason),
            reason: site.sentences().not_counted(one.reason),
            would_change: site.sentences().not_counted_would_change(one.reason),
            anchor: index.and_then(anchor_of),
        }
    }
}
