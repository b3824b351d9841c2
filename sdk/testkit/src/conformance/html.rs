//! The report as a page that stands alone.

use askama::Template;

use super::{Report, Verdict};

#[derive(Template)]
#[template(path = "conformance/report.html")]
struct Page<'a> {
    report: &'a Report,
    name: &'a str,
    passed: usize,
    failed: usize,
    untried: usize,
    aside: usize,
    style: &'static str,
}

impl Verdict {
    /// A mark that is told apart by its form.
    const fn mark(self) -> &'static str {
        match self {
            Self::Passed => "M2.5 7.5l3 3 6-7",
            Self::Failed => "M3 3l8 8M11 3l-8 8",
            Self::Undetermined => "M4.5 4.5a2.5 2.5 0 1 1 2.5 3v1M7 11v.5",
            Self::NotApplicable => "M3 7h8",
        }
    }

    /// A class for its colour.
    const fn class(self) -> &'static str {
        match self {
            Self::Passed => "good",
            Self::Failed => "bad",
            Self::Undetermined | Self::NotApplicable => "quiet",
        }
    }
}

pub(super) fn page(report: &Report) -> String {
    let page = Page {
        report,
        name: report.connector.as_deref().unwrap_or("the package"),
        passed: report.count(Verdict::Passed),
        failed: report.count(Verdict::Failed),
        untried: report.count(Verdict::Undetermined),
        aside: report.count(Verdict::NotApplicable),
        style: include_str!("../../templates/page.css"),
    };
    // A template of values that print without fail.
    page.render().unwrap_or_default()
}
