//! Files that go with a result, where the connector takes files: the picture of the report. The report itself has its link, which
//! both readers open and which ends.

use wellspring_host::{Attachment, manifest::DisplayLevel};
use wellspring_model::{
    ats::AttachmentRef,
    connection::ConnectorId,
    submission::{Assessed, Submission},
};

use super::TaskError;
use crate::{
    pages::{Site, chart},
    state::App,
};

/// The largest file, in bytes. What is larger stays away: the report has it.
const MOST_BYTES: usize = 1 << 20;

/// The files for a result. None for a connector that shows it in another way: its manifest says nothing of files.
pub fn of(
    app: &App,
    connector: &ConnectorId,
    submission: &Submission,
    assessed: &Assessed,
) -> Result<Vec<Attachment>, TaskError> {
    let connector = app.host.connector(connector);
    if connector.is_none_or(|connector| connector.manifest().display_level != DisplayLevel::File) {
        return Ok(Vec::new());
    }
    let site = Site::new(&app.config.public_url, submission.language);
    let svg = chart(&site, &assessed.assessment).map_err(|error| TaskError::Render(error.to_string()))?;
    Ok(fitting("chart.svg", "image/svg+xml", svg).into_iter().collect())
}

/// How a result names a file.
pub fn named(file: &Attachment) -> AttachmentRef {
    AttachmentRef {
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
    }
}

fn fitting(name: &str, content_type: &str, text: String) -> Option<Attachment> {
    (text.len() <= MOST_BYTES).then(|| Attachment {
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        bytes: text.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_too_large_stays_away() {
        let of = |bytes| fitting("a", "text/plain", "x".repeat(bytes));
        assert_eq!(of(MOST_BYTES).map(|file| named(&file).size), Some(1 << 20));
        assert!(of(MOST_BYTES + 1).is_none());
    }
}
