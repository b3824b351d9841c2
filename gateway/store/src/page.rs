//! Lists are read in pages, in the order in which things were added: ids sort by time.

/// Where a page begins and how long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<Id> {
    /// The last id of the page before.
    pub after: Option<Id>,
    pub limit: u32,
}

impl<Id: Copy + ToString> Page<Id> {
    /// What an id must be greater than. Every id is greater than the empty text.
    pub(crate) fn after(&self) -> String {
        self.after.map(|id| id.to_string()).unwrap_or_default()
    }

    /// One more than asked for: if it comes, there is a further page.
    pub(crate) fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Cuts what was read to the page, with the cursor of the next one.
    pub(crate) fn cut<T>(&self, mut rows: Vec<T>, id: impl Fn(&T) -> Id) -> (Vec<T>, Option<Id>) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if rows.len() <= limit {
            return (rows, None);
        }
        rows.truncate(limit);
        let next = rows.last().map(id);
        (rows, next)
    }
}
