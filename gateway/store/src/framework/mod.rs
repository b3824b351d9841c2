//! Frameworks as imported, each edition a row of its own: what a CASE package says, byte by byte, and what scoring reads of it.

mod add;
mod blocks;
mod object;
mod publication;
mod read;

pub use add::{Added, NewFramework};
pub(crate) use add::{Adding, Written};
pub use object::StoredObject;
pub use publication::Readers;
pub use read::StoredFramework;

use wellspring_model::{Timestamp, case::CaseVersion, digest::Digest, id::FrameworkId};

use crate::{
    StoreError,
    row::{Read, Row},
};

/// One edition of a framework, without what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameworkEdition {
    pub id: FrameworkId,
    /// `CFDocument.identifier`, in lower case.
    pub identifier: String,
    /// Which of the editions of this framework it is, from 1.
    pub edition: u32,
    pub uri: String,
    pub title: String,
    pub version: Option<String>,
    /// None where it was imported before packages were kept as received.
    pub case_version: Option<CaseVersion>,
    /// The `CFDocument` as received; absent where `case_version` is.
    pub document: Option<String>,
    pub items: u32,
    pub associations: u32,
    /// Whether it has everything that CASE requires.
    pub is_complete: bool,
    /// Whether anybody may read it.
    pub is_published: bool,
    /// Over the package as received.
    pub digest: Digest,
    pub imported_at: Timestamp,
}

/// What an edition is read from. Whoever adds conditions adds them to a `WHERE`.
const EDITIONS: &str = "SELECT f.id, f.identifier, f.uri, f.title, f.version, f.case_version, f.document, f.items, \
    f.associations, f.is_complete, f.edition, f.digest, f.imported_at, \
    (SELECT count(*) FROM framework_publications p WHERE p.tenant = f.tenant AND p.identifier = f.identifier) AS published \
    FROM frameworks f";
/// That there is no later edition.
const NEWEST: &str = "NOT EXISTS (SELECT 1 FROM frameworks n WHERE n.tenant = f.tenant AND n.identifier = f.identifier \
    AND n.edition > f.edition)";

fn edition(row: &Row) -> Result<FrameworkEdition, StoreError> {
    let row = Read::new(row, "frameworks");
    let case_version = row.optional_text("case_version")?;
    let case_version = case_version.map(|text| text.parse().map_err(|_| row.corrupt("case_version"))).transpose()?;
    Ok(FrameworkEdition {
        id: row.id("id")?,
        identifier: row.text("identifier")?,
        edition: row.number("edition")?,
        uri: row.text("uri")?,
        title: row.text("title")?,
        version: row.optional_text("version")?,
        case_version,
        document: row.optional_text("document")?,
        items: row.number("items")?,
        associations: row.number("associations")?,
        is_complete: row.number("is_complete")? == 1,
        is_published: row.number("published")? > 0,
        digest: row.digest("digest")?,
        imported_at: row.time("imported_at")?,
    })
}
