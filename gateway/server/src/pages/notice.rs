//! Short pages: home, dead links, unknown addresses.

use askama::Template;

use super::{PageError, Site};
use crate::sentences::Label;

/// One heading, what is the case, and what to do about it.
#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage<'a> {
    site: &'a Site,
    title: Label,
    paragraphs: &'a [Label],
    links: Vec<(String, Label)>,
}

fn notice(site: &Site, title: Label, paragraphs: &[Label], links: Vec<(String, Label)>) -> Result<String, PageError> {
    NoticePage { site, title, paragraphs, links }.render()
}

/// `/`: what this is, for somebody who came here by chance.
pub fn home_page(site: &Site) -> Result<String, PageError> {
    let links = vec![(site.url("/findings"), Label::HomeFindings), (site.url("/problems"), Label::HomeProblems)];
    notice(site, Label::HomeTitle, &[Label::HomeText, Label::HomeReport], links)
}

/// `/r/{token}` after its time: 410.
pub fn link_expired_page(site: &Site) -> Result<String, PageError> {
    notice(site, Label::LinkExpired, &[Label::LinkExpiredText, Label::LinkExpiredNext], Vec::new())
}

/// `/r/{token}` of what was withdrawn: 410.
pub fn withdrawn_page(site: &Site) -> Result<String, PageError> {
    let paragraphs = [Label::WithdrawnText, Label::WithdrawnApplicant, Label::WithdrawnEmployer];
    notice(site, Label::Withdrawn, &paragraphs, Vec::new())
}

/// `/r/{token}` that was never given out: 404.
pub fn link_unknown_page(site: &Site) -> Result<String, PageError> {
    notice(site, Label::LinkUnknown, &[Label::LinkUnknownText, Label::LinkUnknownNext], Vec::new())
}

/// Any other address that does not exist, for people: 404.
pub fn page_unknown_page(site: &Site) -> Result<String, PageError> {
    notice(site, Label::PageUnknown, &[Label::PageUnknownText], vec![(site.url("/"), Label::GoHome)])
}

/// A fault of ours: 500, or 503 where it passes.
pub fn page_failed_page(site: &Site) -> Result<String, PageError> {
    notice(site, Label::PageFailed, &[Label::PageFailedText], Vec::new())
}
