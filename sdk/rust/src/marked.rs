//! Finding again what was written before: a call may be repeated, and most ATSs write a second note without a word.

use crate::{Error, Receipt};

/// What carries a marker by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked<I> {
    pub id: I,
    /// Whether it was written just now.
    pub is_new: bool,
}

impl<I: ToString> Marked<I> {
    /// The receipt for a delivery that wrote nothing besides.
    pub fn receipt(&self) -> Receipt {
        if self.is_new { Receipt::written(self.id.to_string()) } else { Receipt::unchanged(self.id.to_string()) }
    }
}

/// The first entry whose text carries the marker. `entries` are ids with texts; they are only asked for as far as needed.
///
/// # Errors
/// An entry could not be had: then nobody knows, and nothing should be written.
pub fn find_marked<I>(
    marker: &str,
    entries: impl IntoIterator<Item = Result<(I, String), Error>>,
) -> Result<Option<I>, Error> {
    for entry in entries {
        let (id, text) = entry?;
        if text.contains(marker) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Finds the entry that carries the marker, or writes one.
///
/// # Errors
/// The entries could not be read to the end, or the new one not be written.
pub fn find_or_write<I>(
    marker: &str,
    entries: impl IntoIterator<Item = Result<(I, String), Error>>,
    write: impl FnOnce() -> Result<I, Error>,
) -> Result<Marked<I>, Error> {
    match find_marked(marker, entries)? {
        Some(id) => Ok(Marked { id, is_new: false }),
        None => Ok(Marked { id: write()?, is_new: true }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_where_the_marker_is_found_or_nobody_could_look() {
        let unread = || Err(Error::upstream("a page is missing"));
        let never = || -> Result<u8, Error> { panic!("it must not write") };
        let found = find_or_write("[m]", [Ok((1, "other".to_owned())), Ok((2, "our [m]".to_owned())), unread()], never);
        assert_eq!(found, Ok(Marked { id: 2, is_new: false }));
        assert!(find_or_write("[m]", [Ok((1, "other".to_owned())), unread()], never).is_err());
        assert_eq!(find_or_write("[m]", [], || Ok(3)), Ok(Marked { id: 3, is_new: true }));
    }
}
