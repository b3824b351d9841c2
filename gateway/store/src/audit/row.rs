//! A row, and how its digest is made: of its content and of the digest of the row before it.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use wellspring_model::{Timestamp, digest::Digest, id::TenantId};

use crate::{StoreError, row::Read};

/// Digests of rows from before 0008 are made of less; those are kept as they are.
pub(super) const FIRST_FORM: u8 = 1;
/// How digests are made now.
pub(super) const FORM: u8 = 2;
/// What is hashed begins with this, so that it cannot be taken for anything else.
const DOMAIN: &[u8] = b"wellspring audit row 2\n";

/// One row of the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Counts from 1 within a tenant, without gaps.
    pub number: u64,
    pub at: Timestamp,
    /// A key's id, a report link's id, `worker` or `operator`.
    pub actor: String,
    /// One of [`super::Action`], or one that another version knows.
    pub action: String,
    /// The id of what it was done to.
    pub subject: String,
    /// How often, where it is not noted each time.
    pub times: u32,
    /// What was pushed, answered or changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Digest>,
    /// How its digest is made.
    pub form: u8,
    pub previous: Digest,
    pub digest: Digest,
}

impl AuditRow {
    /// What its digest must be. None for content that no row of its form has.
    pub(super) fn expected_digest(&self, tenant: TenantId) -> Option<Digest> {
        match self.form {
            FIRST_FORM if self.times == 1 && self.detail.is_none() => {
                Some(self.first_digest(u32::try_from(self.number).ok()?))
            }
            FORM => Some(self.digest_in(tenant)),
            _ => None,
        }
    }

    fn first_digest(&self, number: u32) -> Digest {
        let mut hash = Sha256::new();
        hash.update(self.previous.bytes());
        hash.update(number.to_be_bytes());
        hash.update(self.at.as_microsecond().to_be_bytes());
        for text in [&self.actor, &self.action, &self.subject] {
            add(&mut hash, text);
        }
        Digest::from_bytes(hash.finalize().into())
    }

    pub(super) fn digest_in(&self, tenant: TenantId) -> Digest {
        let mut hash = Sha256::new();
        hash.update(DOMAIN);
        hash.update(self.previous.bytes());
        add(&mut hash, &tenant.to_string());
        hash.update(self.number.to_be_bytes());
        hash.update(self.at.as_microsecond().to_be_bytes());
        for text in [&self.actor, &self.action, &self.subject] {
            add(&mut hash, text);
        }
        hash.update(u64::from(self.times).to_be_bytes());
        match &self.detail {
            Some(detail) => {
                hash.update([1]);
                hash.update(detail.bytes());
            }
            None => hash.update([0]),
        }
        Digest::from_bytes(hash.finalize().into())
    }

    pub(super) fn read(row: &Read) -> Result<Self, StoreError> {
        Ok(Self {
            number: number(row, "number")?,
            at: row.time("at")?,
            actor: row.text("actor")?,
            action: row.text("action")?,
            subject: row.text("subject")?,
            times: row.number("times")?,
            detail: row.optional_digest("detail")?,
            form: u8::try_from(row.count("form")?).map_err(|_| row.corrupt("form"))?,
            previous: row.digest("previous")?,
            digest: row.digest("digest")?,
        })
    }
}

/// A text with its length, so that no two lists of texts read the same.
fn add(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text);
}

/// What the first row of a tenant follows.
pub(super) fn beginning(tenant: TenantId) -> Digest {
    detail_of(tenant.to_string())
}

/// The digest of what a row is about.
pub fn detail_of(bytes: impl AsRef<[u8]>) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}

/// The number of a row.
pub(super) fn number(row: &Read, column: &'static str) -> Result<u64, StoreError> {
    u64::try_from(row.count(column)?).map_err(|_| row.corrupt(column))
}
