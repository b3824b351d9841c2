//! Importing frameworks, for the HTTP interface and the command line alike: reading what somebody sent or serves, keeping it as
//! an edition, saying what is new.

mod form;
mod source;

use std::sync::Arc;

use tokio::sync::watch;
use wellspring_model::{
    Timestamp,
    case::{CaseVersion, Changes, Fault, FaultCode, Package, changes},
    id::{FrameworkId, TenantId},
};
use wellspring_store::{Added, FrameworkEdition, NewFramework, Store, StoreError};
use wellspring_verify::{Limits, ParseError};

pub use self::{
    form::{Form, SkillSet},
    source::{Listed, Source, SourceFailure},
};

/// Why bytes are no framework. Nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// They are no JSON that is read.
    Json(ParseError),
    /// Something in them is wrong.
    Faults(Vec<Fault>),
}

/// An edition that is there now, with what is new in it.
#[derive(Debug)]
pub struct Import {
    pub edition: FrameworkEdition,
    /// Whether it was there already, byte by byte.
    pub is_known: bool,
    /// What is different from the edition before, if there is one.
    pub changes: Option<(FrameworkId, Changes)>,
    pub remarks: Vec<Fault>,
}

/// Reads a CASE package, or skills that are made into one. It takes a processor's time: not for a thread that answers requests.
///
/// # Errors
/// What is wrong.
pub fn read(bytes: Vec<u8>, form: Form, limits: &Limits, told: Option<CaseVersion>) -> Result<Package, Unreadable> {
    let bytes = form.package(bytes, limits)?;
    Package::read(bytes, told).map_err(Unreadable::Faults)
}

/// Keeps a package, and compares it with the edition before.
///
/// # Errors
/// The store's.
pub async fn keep(
    store: &Store,
    tenant: TenantId,
    new: NewFramework,
    actor: &str,
    progress: watch::Sender<usize>,
) -> Result<Import, StoreError> {
    let (package, now) = (Arc::clone(&new.package), new.imported_at);
    let added = store.add_framework_telling(tenant, new, actor, progress).await?;
    let edition = store.framework_edition(tenant, added.id()).await?.ok_or(StoreError::NotCommitted)?;
    let is_known = matches!(added, Added::Known(_));
    let changes = if is_known { None } else { since_before(store, tenant, &edition, &package, now).await? };
    Ok(Import { edition, is_known, changes, remarks: package.remarks().to_vec() })
}

async fn since_before(
    store: &Store,
    tenant: TenantId,
    edition: &FrameworkEdition,
    package: &Arc<Package>,
    now: Timestamp,
) -> Result<Option<(FrameworkId, Changes)>, StoreError> {
    let before = store.framework_edition_before(tenant, edition).await?;
    let Some(before) = before else { return Ok(None) };
    let Some(earlier) = store.framework_package(tenant, before.id).await? else { return Ok(None) };
    let later = Arc::clone(package);
    Ok(compared(earlier, before.case_version, later, now).await?.map(|changes| (before.id, changes)))
}

/// What is different from an earlier edition. `None` where that cannot be read any more.
///
/// # Errors
/// The process is ending.
pub async fn compared(
    earlier: Vec<u8>,
    version: Option<CaseVersion>,
    later: Arc<Package>,
    now: Timestamp,
) -> Result<Option<Changes>, StoreError> {
    let today = jiff::tz::Offset::UTC.to_datetime(now).date();
    let work = move || Package::read(earlier, version).ok().map(|earlier| changes(&earlier, &later, today));
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)
}

impl Unreadable {
    /// A fault of the whole.
    pub(crate) fn fault(
        code: FaultCode,
        pointer: wellspring_model::pointer::Pointer,
        detail: impl Into<String>,
    ) -> Self {
        Self::Faults(vec![Fault { code, pointer, detail: detail.into() }])
    }
}
