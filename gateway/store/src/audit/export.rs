//! A trail as a file of JSON lines, and checking such a file without the database.
//!
//! The first line says whose trail it is and after which row it begins; then come rows, signed heads, keys, and a last line
//! with the number of rows. Each line is written in one way only, so that a line that reads otherwise was changed.

use std::io::{self, BufRead, Read as _, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};
use wellspring_model::{Timestamp, digest::Digest, id::TenantId};

use super::{AuditKey, AuditPublicKey, AuditRow, Broken, SignedHead, chain::Check, signed::KnownKeys};
use crate::{Store, StoreError};

/// The version of the form described here.
const VERSION: u8 = 1;
/// Bytes of a line at most; those that are written are far shorter.
const LONGEST: u64 = 65_536;

/// One line of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AuditLine {
    /// The first line.
    Trail(AuditExport),
    Row(AuditRow),
    Head(SignedHead),
    Key(AuditKey),
    /// The last line.
    End {
        rows: u64,
    },
}

/// Whose trail it is, and where the export begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditExport {
    pub version: u8,
    pub tenant: TenantId,
    /// The row before the first one here; 0 where it begins at the beginning.
    pub after: u64,
    /// What the first row here follows.
    pub previous: Digest,
}

impl AuditExport {
    pub const fn new(tenant: TenantId, after: u64, previous: Digest) -> Self {
        Self { version: VERSION, tenant, after, previous }
    }
}

/// What checking an export came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportCheck {
    pub export: AuditExport,
    /// Rows that are in order.
    pub rows: u64,
    /// The last row that is in order.
    pub last: u64,
    /// The last row that a signed head covers.
    pub signed: u64,
    /// The keys that the export holds.
    pub keys: Vec<AuditKey>,
    pub result: Result<(), ExportFault>,
}

/// What is wrong with an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExportFault {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error("line {0} is not as it was exported")]
    Line(u64),
    #[error("the export ends before its last line: the end of the file is missing")]
    CutOff,
}

impl ExportFault {
    /// A stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Broken(broken) => broken.fault.code(),
            Self::Line(_) => "LINE_CHANGED",
            Self::CutOff => "CUT_OFF",
        }
    }
}

/// Which rows are exported. Without anything: all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExportRange {
    /// Those after this one.
    pub after: u64,
    /// From the first one on that was at this time or later.
    pub since: Option<Timestamp>,
    /// Up to before the first one that was at this time or later.
    pub until: Option<Timestamp>,
}

/// Why an export cannot be made or checked.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no row {0}")]
    NoRow(u64),
    #[error("the file cannot be read or written: {0}")]
    Io(#[from] io::Error),
    #[error("it is not an export of an audit trail: its first line does not say whose trail it is")]
    NotAnExport,
    #[error("it holds more than {MOST_KEYS} keys or {MOST_HEADS} signed heads, which no export of twenty years does")]
    TooMany,
    #[error("it is of version {0}; this program reads version {VERSION}")]
    Version(u8),
}

/// Keys and heads in one export at most: a new key every month, and a head every hour, for twenty years.
const MOST_KEYS: usize = 240;
const MOST_HEADS: usize = 200_000;
/// Names that no row has.
const NO_ROW: [&str; 3] = ["\"signature\"", "\"public_key\"", "\"rows\""];
/// Rows that are held at the same time.
const ROWS: u32 = 1_000;

impl Store {
    /// Writes a tenant's trail as lines, with the signed heads that are about its rows and the keys. Says how many rows.
    ///
    /// # Errors
    /// The store's, or the file's.
    pub async fn audit_export(
        &self,
        tenant: TenantId,
        range: ExportRange,
        to: &mut impl Write,
    ) -> Result<u64, ExportError> {
        let after = match range.since {
            Some(since) => {
                let end = self.noted_end(tenant).await?.map_or(0, |(number, _)| number);
                let first = self.first_audit_row_since(tenant, since).await?;
                range.after.max(first.map_or(end, |first| first - 1))
            }
            None => range.after,
        };
        let previous = self.audit_digest(tenant, after).await?.ok_or(ExportError::NoRow(after))?;
        write_line(to, &AuditLine::Trail(AuditExport::new(tenant, after, previous)))?;
        let mut last = after;
        'rows: loop {
            let rows = self.audit_rows(tenant, last, ROWS).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                if range.until.is_some_and(|until| row.at >= until) {
                    break 'rows;
                }
                last = row.number;
                write_line(to, &AuditLine::Row(row))?;
            }
        }
        let mut told = after;
        loop {
            let heads = self.audit_heads(tenant, told, ROWS).await?;
            let Some(newest) = heads.last() else { break };
            told = newest.number;
            for head in heads.into_iter().filter(|head| head.number <= last) {
                write_line(to, &AuditLine::Head(head))?;
            }
        }
        for key in self.audit_keys().await? {
            write_line(to, &AuditLine::Key(key))?;
        }
        write_line(to, &AuditLine::End { rows: last - after })?;
        to.flush()?;
        Ok(last - after)
    }
}

fn write_line(to: &mut impl Write, line: &AuditLine) -> io::Result<()> {
    serde_json::to_writer(&mut *to, line)?;
    to.write_all(b"\n")
}

/// Checks an export. `trusted`: keys whose word is taken, and of those that follow them; none: of all that the export holds,
/// which is worth no more than the export. `kept`: heads that were kept elsewhere.
///
/// # Errors
/// It cannot be read, or is no export.
pub fn check_export(
    mut file: impl BufRead + Seek,
    trusted: &[AuditPublicKey],
    kept: &[SignedHead],
) -> Result<ExportCheck, ExportError> {
    let export = first_line(&mut file)?;
    let (keys, heads) = keys_and_heads(&mut file)?;
    let mut known = KnownKeys::default();
    if trusted.is_empty() {
        keys.iter().for_each(|key| known.add(&key.public_key));
    } else {
        trusted.iter().for_each(|key| known.add(key));
        known.add_followers(&keys);
    }
    let mut check = Check::after(export.tenant, export.after, export.previous, &known);
    heads.iter().chain(kept.iter().filter(|head| head.tenant == export.tenant)).for_each(|head| check.head(head));
    file.seek(SeekFrom::Start(0))?;
    let result = check_lines(&mut file, export, &mut check)?;
    let (last, signed) = (check.number(), check.signed());
    Ok(ExportCheck { export, rows: last - export.after, last, signed, keys, result })
}

/// A line as it was written, and what it says: nothing, if it is not as it would have been written.
fn next_line(file: &mut impl BufRead) -> io::Result<Option<(String, Option<AuditLine>)>> {
    let Some(text) = next_text(file)? else { return Ok(None) };
    let line = parsed(&text);
    Ok(Some((text, line)))
}

fn next_text(file: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    file.by_ref().take(LONGEST).read_until(b'\n', &mut bytes)?;
    Ok(Some(bytes).filter(|bytes| !bytes.is_empty()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

fn parsed(text: &str) -> Option<AuditLine> {
    let line: AuditLine = serde_json::from_str(text).ok()?;
    let written = serde_json::to_string(&line).ok()?;
    (text.strip_suffix('\n') == Some(&written)).then_some(line)
}

/// Whether a line may be one of the few that are no rows.
fn is_no_row(text: &str) -> bool {
    NO_ROW.iter().any(|name| text.contains(name))
}

/// Whether a key's name is its own.
fn is_named(key: &AuditKey) -> bool {
    *key == AuditKey::of(key.public_key, key.endorsement.clone(), false)
}

fn first_line(file: &mut impl BufRead) -> Result<AuditExport, ExportError> {
    match next_line(file)? {
        Some((_, Some(AuditLine::Trail(export)))) if export.version == VERSION => Ok(export),
        Some((_, Some(AuditLine::Trail(export)))) => Err(ExportError::Version(export.version)),
        _ => Err(ExportError::NotAnExport),
    }
}

/// What there is about rows, before the rows are looked at: few, an hour each.
fn keys_and_heads(file: &mut impl BufRead) -> Result<(Vec<AuditKey>, Vec<SignedHead>), ExportError> {
    let (mut keys, mut heads) = (Vec::new(), Vec::new());
    while let Some(text) = next_text(file)? {
        match Some(text).filter(|text| is_no_row(text)).and_then(|text| parsed(&text)) {
            // A key whose name is not its own is told of when its line is reached.
            Some(AuditLine::Key(key)) if is_named(&key) => keys.push(key),
            Some(AuditLine::Head(head)) => heads.push(head),
            _ => {}
        }
        if keys.len() > MOST_KEYS || heads.len() > MOST_HEADS {
            return Err(ExportError::TooMany);
        }
    }
    Ok((keys, heads))
}

fn check_lines(
    file: &mut impl BufRead,
    export: AuditExport,
    check: &mut Check<'_>,
) -> Result<Result<(), ExportFault>, ExportError> {
    let (mut number, mut ended, mut rows_ended) = (0, false, false);
    while let Some((text, line)) = next_line(file)? {
        number += 1;
        let wrong = Ok(Err(ExportFault::Line(number)));
        match line {
            _ if ended => return wrong,
            Some(AuditLine::Trail(_)) if number == 1 => {}
            Some(AuditLine::Row(row)) if !rows_ended => {
                if let Err(broken) = check.row(&row) {
                    return Ok(Err(broken.into()));
                }
            }
            Some(AuditLine::Key(key)) if !is_named(&key) => return wrong,
            Some(AuditLine::Head(_) | AuditLine::Key(_)) => {
                rows_ended = true;
            }
            Some(AuditLine::End { rows }) => {
                (rows_ended, ended) = (true, true);
                if let Err(broken) = check.finish() {
                    return Ok(Err(broken.into()));
                }
                if rows != check.number() - export.after {
                    return wrong;
                }
            }
            // What was a row is named by its number.
            _ if !rows_ended && number > 1 && !is_no_row(&text) => {
                return Ok(Err(check.unreadable_row(None).into()));
            }
            _ => return wrong,
        }
    }
    Ok(if ended { Ok(()) } else { check.finish().map_err(ExportFault::from).and(Err(ExportFault::CutOff)) })
}
