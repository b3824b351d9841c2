//! How old evidence is, and what an employer's rule makes of that.

use wellspring_model::{
    Date,
    assessment::{Line, LineRecency},
};

use super::{Sentences, line::percent_of, plain};

/// An employer's reason is cut at this many characters.
const LONGEST_REASON: usize = 1_000;

impl Sentences {
    /// The day on which evidence was achieved, or else awarded. `None` where there is no evidence, or it has none.
    pub fn dated(&self, line: &Line) -> Option<String> {
        line.evidence.as_ref()?.date.map(|date| self.day(date))
    }

    /// A day in words.
    pub fn day(&self, date: Date) -> String {
        // As text: a year is not a quantity, so no language may group its digits.
        let year = date.year().to_string();
        self.filled("date", [("day", date.day().into()), ("month", date.month().into()), ("year", year.into())])
    }

    /// The employer's rule about the age of evidence for this requirement, with its reason. `None` where there is none.
    pub fn recency(&self, line: &Line) -> Option<String> {
        let LineRecency { months, worth, as_of, older, reason } = line.recency.as_ref()?;
        let values = [
            ("months", i64::from(*months).into()),
            ("percent", self.percent(percent_of(*worth)).into()),
            ("date", self.day(*as_of).into()),
            ("reason", plain(reason, LONGEST_REASON).into()),
        ];
        Some(self.filled(if *older { "recency-older" } else { "recency" }, values))
    }
}
