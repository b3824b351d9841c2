//! The disk after a power cut, from what `tests/power/power.c` wrote down: which changes were synced, and what was there
//! before those that were not.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, OpenOptions},
    io::ErrorKind,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use super::super::Chance;
use crate::Failure;

/// What a disk writes whole or not at all.
const SECTOR: u64 = 512;
/// The head of a record: kind and length of the path, then four numbers.
const HEAD: usize = 40;

/// What of the unsynced changes had reached the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Nothing.
    Nothing,
    /// What came before some moment.
    Prefix,
    /// Any sectors in any order, each as it was at some moment; names up to some moment.
    Torn,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// Bytes were written at an offset.
    Write {
        offset: u64,
        length: u64,
    },
    /// The length was set.
    Cut {
        length: u64,
    },
    Create,
    /// The name was taken away; what it stood for has another one.
    Unlink {
        kept: PathBuf,
    },
    /// What had the name before, if anything, has another one.
    Rename {
        from: PathBuf,
        kept: Option<PathBuf>,
    },
    /// Everything that was noted before `until` is safe: the file's contents, or the names in a folder.
    Sync {
        until: u64,
    },
}

/// A change, and what was there before it.
#[derive(Debug)]
struct Record {
    at: u64,
    path: PathBuf,
    kind: Kind,
    /// The file's length before.
    before: u64,
    /// The bytes before, from the offset (or the new length) on, as far as there were any.
    data: Vec<u8>,
}

/// What was written down during one life of a process.
pub struct Disk {
    records: Vec<Record>,
}

/// How much there was to lose.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cut {
    /// Changes that were not synced, and how many of them were taken back at least in part.
    pub unsynced: u64,
    pub taken_back: u64,
    /// Lives in which a checkpoint began, and those that ended in the midst of one.
    pub checkpoints: u64,
    pub cut_checkpoints: u64,
}

/// Whether a record is about the database file itself, which is written at checkpoints alone.
fn is_of_database(record: &Record) -> bool {
    record.path.extension().is_some_and(|end| end == "sqlite")
}

/// Looks at what is written down while a process lives.
pub struct Watch {
    log: PathBuf,
    at: u64,
}

impl Watch {
    pub fn begin(log: &Path) -> Self {
        Self { log: log.join("undo"), at: 0 }
    }

    /// Whether a checkpoint has begun since it was asked last.
    ///
    /// # Errors
    /// The log makes no sense.
    pub fn sees_checkpoint(&mut self) -> Result<bool, Failure> {
        let Some(file) = read(&self.log)? else { return Ok(false) };
        let mut bytes = vec![0; usize::try_from(file.metadata()?.len().saturating_sub(self.at)).unwrap_or(0)];
        file.read_exact_at(&mut bytes, self.at)?;
        let (mut seen, mut read) = (false, 0);
        while let Some((record, length)) = record(&bytes[read..], self.at)? {
            seen |= is_of_database(&record) && matches!(record.kind, Kind::Write { .. });
            read += length;
        }
        self.at += read as u64;
        Ok(seen)
    }
}

/// It may not be there yet.
fn read(log: &Path) -> Result<Option<fs::File>, Failure> {
    match fs::File::open(log) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Disk {
    /// Reads the log. A record that is not whole was not followed by its change.
    ///
    /// # Errors
    /// The log is not there or makes no sense.
    pub fn read(log: &Path) -> Result<Self, Failure> {
        let bytes = fs::read(log.join("undo"))?;
        let (mut records, mut at) = (Vec::new(), 0);
        while let Some((record, length)) = record(&bytes[at..], at as u64)? {
            records.push(record);
            at += length;
        }
        Ok(Self { records })
    }

    /// Makes the files what they would be had the power been cut.
    ///
    /// # Errors
    /// A file cannot be changed.
    pub fn cut(&self, left: Left, chance: &mut Chance) -> Result<Cut, Failure> {
        let unsynced = self.unsynced();
        let end = chance.below(unsynced.len() as u64 + 1);
        let names = unsynced.iter().filter(|record| record.is_of_names()).count() as u64;
        let first_lost_name = chance.below(names + 1);
        // The changes of each sector that are kept: the first so many of them.
        let mut sectors: BTreeMap<(&Path, u64), Vec<usize>> = BTreeMap::new();
        for (index, record) in unsynced.iter().enumerate() {
            for sector in record.sectors() {
                sectors.entry((&record.path, sector)).or_default().push(index);
            }
        }
        let kept: BTreeMap<(&Path, u64), BTreeSet<usize>> = sectors
            .into_iter()
            .map(|(place, changes)| {
                let first = usize::try_from(chance.below(changes.len() as u64 + 1)).unwrap_or(0);
                (place, changes.into_iter().take(first).collect())
            })
            .collect();
        let mut cut = Cut { unsynced: unsynced.len() as u64, ..self.counted() };
        let mut name = names;
        for (index, record) in unsynced.iter().enumerate().rev() {
            name -= u64::from(record.is_of_names());
            let is_lost = match left {
                Left::Nothing => true,
                Left::Prefix => index as u64 >= end,
                Left::Torn if record.is_of_names() => name >= first_lost_name,
                Left::Torn => {
                    let keeps = |sector| kept.get(&(&record.path, sector)).is_some_and(|kept| kept.contains(&index));
                    let lost: Vec<u64> = record.sectors().filter(|sector| !keeps(*sector)).collect();
                    record.restore_sectors(&lost)?;
                    cut.taken_back += u64::from(!lost.is_empty());
                    continue;
                }
            };
            if is_lost {
                record.take_back()?;
                cut.taken_back += 1;
            }
        }
        Ok(cut)
    }

    fn counted(&self) -> Cut {
        let is_begun = self.records.iter().any(|one| is_of_database(one) && matches!(one.kind, Kind::Write { .. }));
        let is_cut = self.unsynced().into_iter().any(is_of_database);
        Cut { checkpoints: u64::from(is_begun), cut_checkpoints: u64::from(is_cut), ..Cut::default() }
    }

    /// The changes that no sync came after, oldest first.
    fn unsynced(&self) -> Vec<&Record> {
        let mut safe: BTreeMap<&Path, u64> = BTreeMap::new();
        for record in &self.records {
            if let Kind::Sync { until } = record.kind {
                let place = safe.entry(&record.path).or_default();
                *place = until.max(*place);
            }
        }
        let is_safe = |record: &Record| {
            // Names are safe when their folder is synced, contents when the file is.
            let place = if record.is_of_names() { record.path.parent() } else { Some(record.path.as_path()) };
            place.and_then(|place| safe.get(place)).is_some_and(|until| record.at < *until)
        };
        self.records.iter().filter(|one| !matches!(one.kind, Kind::Sync { .. }) && !is_safe(one)).collect()
    }
}

impl Record {
    const fn is_of_names(&self) -> bool {
        matches!(self.kind, Kind::Create | Kind::Unlink { .. } | Kind::Rename { .. })
    }

    /// The sectors whose bytes are changed.
    fn sectors(&self) -> impl Iterator<Item = u64> + use<> {
        let (start, end) = match self.kind {
            Kind::Write { offset, length } => (offset, offset + length),
            Kind::Cut { length } => (length, self.before.max(length)),
            _ => (0, 0),
        };
        (start / SECTOR)..end.div_ceil(SECTOR)
    }

    fn take_back(&self) -> Result<(), Failure> {
        match &self.kind {
            Kind::Create => there(fs::remove_file(&self.path)),
            Kind::Unlink { kept } => there(fs::rename(kept, &self.path)),
            Kind::Rename { from, kept } => {
                there(fs::rename(&self.path, from))?;
                kept.as_ref().map_or(Ok(()), |kept| there(fs::rename(kept, &self.path)))
            }
            Kind::Write { offset, .. } | Kind::Cut { length: offset } => {
                let Some(file) = opened(&self.path)? else { return Ok(()) };
                file.set_len(self.before)?;
                Ok(file.write_all_at(&self.data, *offset)?)
            }
            Kind::Sync { .. } => Ok(()),
        }
    }

    /// Puts back the bytes of these sectors alone. The length stays: it had reached the disk, and what had not is zeros.
    fn restore_sectors(&self, lost: &[u64]) -> Result<(), Failure> {
        let (offset, end) = match self.kind {
            Kind::Write { offset, length } => (offset, offset + length),
            Kind::Cut { length } => (length, self.before),
            _ => return Ok(()),
        };
        let Some(file) = opened(&self.path)? else { return Ok(()) };
        for sector in lost {
            let (from, to) = ((sector * SECTOR).max(offset), ((sector + 1) * SECTOR).min(end));
            let before = |at: u64| usize::try_from(at - offset).ok().and_then(|at| self.data.get(at)).copied();
            let bytes: Vec<u8> = (from..to).map(|at| before(at).unwrap_or(0)).collect();
            file.write_all_at(&bytes, from)?;
        }
        Ok(())
    }
}

/// A file that is gone needs nothing put back: its name is taken back by an earlier record.
fn opened(path: &Path) -> Result<Option<fs::File>, Failure> {
    match OpenOptions::new().write(true).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The process was killed before it did what it had noted.
fn there(result: std::io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => Ok(other?),
    }
}

/// The first record and its length; `None` where there is none that is whole.
fn record(bytes: &[u8], at: u64) -> Result<Option<(Record, usize)>, Failure> {
    let broken = || Failure::new(format!("the undo log makes no sense at {at}"));
    let Some(head) = bytes.get(..HEAD) else { return Ok(None) };
    let small = |place: usize| head[place..place + 4].try_into().map(u32::from_ne_bytes).unwrap_or_default();
    let large = |place: usize| head[place..place + 8].try_into().map(u64::from_ne_bytes).unwrap_or_default();
    let (offset, length, before) = (large(8), large(16), large(24));
    let path_end = HEAD + usize::try_from(small(4)).map_err(|_| broken())?;
    let end = path_end + usize::try_from(large(32)).map_err(|_| broken())?;
    let Some(rest) = bytes.get(HEAD..end) else { return Ok(None) };
    let (path, data) = rest.split_at(path_end - HEAD);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map(PathBuf::from).map_err(|_| broken());
    let kind = match small(0) {
        1 => Kind::Write { offset, length },
        2 => Kind::Cut { length: offset },
        3 => Kind::Create,
        4 => Kind::Unlink { kept: text(data)? },
        5 => {
            let mut parts = data.split(|byte| *byte == 0);
            let from = text(parts.next().unwrap_or_default())?;
            let kept = parts.next().filter(|kept| !kept.is_empty()).map(text).transpose()?;
            Kind::Rename { from, kept }
        }
        6 => Kind::Sync { until: offset },
        _ => return Err(broken()),
    };
    Ok(Some((Record { at, path: text(path)?, kind, before, data: data.to_vec() }, end)))
}

#[cfg(test)]
#[path = "disk_tests.rs"]
mod tests;
