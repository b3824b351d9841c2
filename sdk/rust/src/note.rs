//! Notes as people read them in an ATS: plain text, the sentence that matters first, the marker last.

use crate::{ApplicationResult, Withdrawal};

impl ApplicationResult {
    /// What the note about this result carries and is found by. A correction has a note of its own: what people have read is not
    /// changed behind their backs.
    pub fn note_marker(&self) -> &str {
        self.correction.as_ref().map_or(&self.marker, |correction| &correction.marker)
    }

    /// The note about this result.
    pub fn note(&self) -> String {
        let report = match self.language.as_str() {
            "es" => "Informe completo",
            _ => "Full report",
        };
        let (headline, text) = match &self.correction {
            Some(correction) => (&correction.headline, &correction.changes),
            None => (&self.headline, &self.summary),
        };
        format!("{headline}\n\n{text}\n\n{report}: {}\n\n{}", self.report_url, self.note_marker())
    }
}

impl Withdrawal {
    /// The note that says it was withdrawn; it carries [`Withdrawal::withdrawal_marker`].
    pub fn note(&self) -> String {
        format!("{}\n\n{}", self.headline, self.withdrawal_marker)
    }
}
