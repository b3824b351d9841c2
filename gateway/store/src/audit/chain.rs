//! Checking a trail, row by row, against itself and against its heads. Pure; what has to be held does not grow with the
//! trail.

use std::collections::BTreeMap;

use wellspring_model::{digest::Digest, id::TenantId};

use super::{
    row::{AuditRow, beginning},
    signed::{HeadError, KnownKeys, SignedHead},
};

/// Where a trail stops fitting together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("row {number}: {fault}")]
pub struct Broken {
    /// The first row that is missing, changed or out of place.
    pub number: u64,
    pub fault: Fault,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("it was changed: its digest is not that of its content")]
    Changed,
    #[error("it is missing")]
    Missing,
    #[error("it does not follow the row before it: one of the two is not the one that was written here")]
    OutOfPlace,
    #[error("it is missing, and so is all that came after it: a head says that there was more")]
    TailMissing,
    #[error("it is not the row that a signed head names: it was changed, and what follows was chained anew")]
    Rewritten,
    #[error("it is not the one that the database noted as the end of the trail")]
    EndDiffers,
    #[error("it comes after the end that the database noted: it was not added by the gateway")]
    PastEnd,
    #[error("a head that names it has a signature that is not valid")]
    HeadForged,
    #[error("a head that names it is signed by a key that is not known")]
    HeadKeyUnknown,
}

impl Fault {
    /// A stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Changed => "CHANGED",
            Self::Missing => "MISSING",
            Self::OutOfPlace => "OUT_OF_PLACE",
            Self::TailMissing => "TAIL_MISSING",
            Self::Rewritten => "REWRITTEN",
            Self::EndDiffers => "END_DIFFERS",
            Self::PastEnd => "PAST_END",
            Self::HeadForged => "HEAD_FORGED",
            Self::HeadKeyUnknown => "HEAD_KEY_UNKNOWN",
        }
    }
}

/// What is known of a row before it is read.
enum Told {
    Signed(Digest),
    /// The end that the database noted.
    End(Digest),
    Fault(Fault),
}

/// A check that is under way.
pub(super) struct Check<'k> {
    tenant: TenantId,
    /// The last row that was in order.
    number: u64,
    digest: Digest,
    keys: &'k KnownKeys,
    told: BTreeMap<u64, Vec<Told>>,
    /// The last row that a signed head covers.
    signed: u64,
}

impl<'k> Check<'k> {
    pub fn from_the_beginning(tenant: TenantId, keys: &'k KnownKeys) -> Self {
        Self::after(tenant, 0, beginning(tenant), keys)
    }

    /// Goes on after a row that is taken for granted.
    pub fn after(tenant: TenantId, number: u64, digest: Digest, keys: &'k KnownKeys) -> Self {
        Self { tenant, number, digest, keys, told: BTreeMap::new(), signed: 0 }
    }

    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The last row that was in order.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The last row that a signed head covers, of those that were in order.
    pub const fn signed(&self) -> u64 {
        self.signed
    }

    /// A head that was signed. To be told of before the row that it names is read.
    pub fn head(&mut self, head: &SignedHead) {
        let told = match self.keys.check_head(head) {
            _ if head.tenant != self.tenant => Told::Fault(Fault::HeadForged),
            Ok(()) => Told::Signed(head.digest),
            Err(HeadError::Forged) => Told::Fault(Fault::HeadForged),
            Err(HeadError::KeyUnknown) => Told::Fault(Fault::HeadKeyUnknown),
        };
        self.tell(head.number, told);
    }

    /// A head that cannot even be read.
    pub fn unreadable_head(&mut self, number: u64) {
        self.tell(number, Told::Fault(Fault::HeadForged));
    }

    /// The end that the database noted.
    pub fn end(&mut self, number: u64, digest: Digest) {
        self.tell(number, Told::End(digest));
    }

    fn tell(&mut self, number: u64, told: Told) {
        if number >= self.number {
            self.told.entry(number).or_default().push(told);
        }
    }

    /// The next row.
    pub fn row(&mut self, row: &AuditRow) -> Result<(), Broken> {
        // Of the one that was taken for granted.
        self.told_of_this()?;
        let next = self.number.saturating_add(1);
        let broken = |fault| Err(Broken { number: next, fault });
        if row.number > next {
            return broken(Fault::Missing);
        }
        if row.number < next {
            return broken(Fault::OutOfPlace);
        }
        // What lies between microseconds is in no digest, and the store keeps none of it.
        let is_whole = row.at.subsec_nanosecond() % 1_000 == 0;
        if !is_whole || row.expected_digest(self.tenant) != Some(row.digest) {
            return broken(Fault::Changed);
        }
        if row.previous != self.digest {
            return broken(Fault::OutOfPlace);
        }
        (self.number, self.digest) = (row.number, row.digest);
        self.told_of_this()
    }

    /// A row that cannot even be read.
    pub fn unreadable_row(&self, number: Option<u64>) -> Broken {
        let next = self.number.saturating_add(1);
        let fault = if number.is_some_and(|number| number > next) { Fault::Missing } else { Fault::Changed };
        Broken { number: next, fault }
    }

    /// Compares the last row with what was told of it.
    fn told_of_this(&mut self) -> Result<(), Broken> {
        for told in self.told.remove(&self.number).unwrap_or_default() {
            let fault = match told {
                Told::Signed(digest) if digest == self.digest => {
                    self.signed = self.number;
                    continue;
                }
                Told::End(digest) if digest == self.digest => continue,
                Told::Signed(_) => Fault::Rewritten,
                Told::End(_) => Fault::EndDiffers,
                Told::Fault(fault) => fault,
            };
            return Err(Broken { number: self.number, fault });
        }
        Ok(())
    }

    /// There are no more rows.
    pub fn finish(&mut self) -> Result<(), Broken> {
        // Of the one that was taken for granted, where none followed.
        self.told_of_this()?;
        let is_word = |told: &Told| !matches!(told, Told::Fault(_));
        if self.told.values().flatten().any(is_word) {
            return Err(Broken { number: self.number.saturating_add(1), fault: Fault::TailMissing });
        }
        match self.told.first_key_value() {
            Some((number, told)) => {
                let fault =
                    told.iter().find_map(|told| if let Told::Fault(fault) = told { Some(*fault) } else { None });
                Err(Broken { number: *number, fault: fault.unwrap_or(Fault::TailMissing) })
            }
            None => Ok(()),
        }
    }
}
