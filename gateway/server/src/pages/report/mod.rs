//! The report behind a link: the same page for the applicant and for the employer.
//!
//! [`ReportPage`] is built from stored values by pure functions; the template only lays it out.

mod credential;
mod left_out;
mod requirement;

use askama::Template;
use wellspring_model::{
    Timestamp,
    assessment::{Assessment, LineState},
    credential::NotCountedReason,
    posting::Posting,
    report::MaterialUsed,
    submission::{Assessed, EarlierAssessment, Submission, SubmissionState},
};

use self::{credential::CredentialPart, left_out::LeftOut, requirement::Requirement};
use super::{
    PageError, Site,
    chart::{Chart, STATES},
    icon::Icon,
    link_expired_page,
};
use crate::sentences::{Label, Said, plain};

/// Names and titles are cut at this many characters.
const LONGEST_NAME: usize = 200;

/// Where the page leads to. Addresses are used as given.
#[derive(Debug, Clone, Default)]
pub struct ReportLinks {
    /// The same report as data.
    pub data: Option<String>,
    /// Its picture by itself.
    pub chart: Option<String>,
    /// Whom to write to, as the employer wants to be addressed: a `mailto:` or `https:` address.
    pub contact: Option<String>,
}

/// A point in time in words and for machines.
pub(super) struct Moment {
    words: String,
    iso: String,
}

impl Moment {
    fn new(site: &Site, at: Timestamp) -> Self {
        Self { words: site.sentences().date_time(at), iso: at.to_string() }
    }
}

/// What stands on top of every state of a report.
pub(super) struct Head {
    role: String,
    page_title: String,
    applicant: Option<String>,
    received: Moment,
    number: String,
}

impl Head {
    fn new(site: &Site, submission: &Submission, posting: &Posting) -> Self {
        let role = plain(&posting.title, LONGEST_NAME);
        let name = submission.application.candidate.name.as_deref().map(|name| plain(name, LONGEST_NAME));
        Self {
            page_title: site.sentences().filled("report-page-title", [("role", role.clone().into())]),
            role,
            applicant: name.filter(|name| !name.is_empty()),
            received: Moment::new(site, submission.received_at),
            number: submission.id.to_string(),
        }
    }
}

/// One state of the requirements, how many have it, and its place in the legend.
struct Tally {
    icon: Icon,
    count: usize,
    word: String,
}

/// A must that is not met, and its state.
struct OpenMust {
    icon: Icon,
    statement: String,
    state: String,
}

/// A framework as the assessment used it.
struct FrameworkUsed {
    title: String,
    version: Option<String>,
    digest: String,
}

/// A document that was read for the checks.
struct MaterialPart {
    url: String,
    digest: String,
    fetched: Moment,
}

/// That a re-check found something else than what was said last, and what.
struct Corrected {
    text: String,
    changes: Vec<String>,
}

/// What was said last that is not what is said now. The same by another scoring policy corrects nothing.
fn last_other<'a>(earlier: &'a [EarlierAssessment], now: &Assessed) -> Option<&'a EarlierAssessment> {
    earlier.iter().rev().find(|one| !now.is_confirmed_by(&one.report, &one.assessment))
}

impl Corrected {
    fn new(site: &Site, before: &EarlierAssessment, now: &Assessed) -> Self {
        let sentences = site.sentences();
        let then = Said { at: before.at, report: &before.report, assessment: &before.assessment };
        let now = Said { at: now.at, report: &now.report, assessment: &now.assessment };
        Self { text: sentences.corrected(then.at, now.at), changes: sentences.changes(then, now) }
    }
}

/// Everything the report page shows.
#[derive(Template)]
#[template(path = "report.html")]
pub struct ReportPage<'a> {
    site: &'a Site,
    head: Head,
    checked: Moment,
    corrected: Option<Corrected>,
    headline: String,
    score: Option<String>,
    chart: Chart,
    tallies: Vec<Tally>,
    has_musts: bool,
    open_musts: Vec<OpenMust>,
    requirements: Vec<Requirement>,
    not_asked: Vec<LeftOut>,
    not_counted: Vec<LeftOut>,
    credentials: Vec<CredentialPart>,
    credentials_more: Option<String>,
    policy: String,
    profile: String,
    frameworks: Vec<FrameworkUsed>,
    inputs_digest: String,
    material: Vec<MaterialPart>,
    links: &'a ReportLinks,
}

impl<'a> ReportPage<'a> {
    pub fn new(
        site: &'a Site,
        submission: &Submission,
        assessed: &Assessed,
        earlier: &[EarlierAssessment],
        posting: &Posting,
        links: &'a ReportLinks,
    ) -> Self {
        let sentences = site.sentences();
        let (report, assessment) = (&assessed.report, &assessed.assessment);
        let musts = assessment.lines.iter().filter(|line| line.must);
        let (not_asked, not_counted) =
            assessment.not_counted.iter().partition::<Vec<_>, _>(|one| one.reason == NotCountedReason::NotAskedFor);
        let left_out = |all: Vec<_>| all.into_iter().map(|one| LeftOut::new(site, one, report)).collect();
        let (credentials, credentials_more) = credential::parts(site, report);
        Self {
            site,
            head: Head::new(site, submission, posting),
            checked: Moment::new(site, assessed.checked_at),
            corrected: last_other(earlier, assessed).map(|before| Corrected::new(site, before, assessed)),
            headline: sentences.headline(assessment),
            score: (assessment.coverage.of > 0).then(|| sentences.score(assessment.score)),
            chart: Chart::within_page(site, assessment),
            tallies: tallies(site, assessment),
            has_musts: assessment.musts.of > 0,
            open_musts: musts
                .filter(|line| line.code.state() != LineState::Verified)
                .map(|line| OpenMust {
                    icon: Icon::from(line.code),
                    statement: plain(&line.statement, LONGEST_NAME),
                    state: sentences.line(line.code),
                })
                .collect(),
            requirements: Requirement::all(site, assessment, report),
            not_asked: left_out(not_asked),
            not_counted: left_out(not_counted),
            credentials,
            credentials_more,
            policy: plain(&assessment.policy, LONGEST_NAME),
            profile: assessment.profile.to_string(),
            frameworks: assessment.frameworks.iter().map(FrameworkUsed::new).collect(),
            inputs_digest: assessment.inputs_digest.to_string(),
            material: report.material.iter().map(|used| MaterialPart::new(site, used)).collect(),
            links,
        }
    }
}

impl FrameworkUsed {
    fn new(version: &wellspring_model::competency::FrameworkVersion) -> Self {
        Self {
            title: plain(&version.title, LONGEST_NAME),
            version: version.version.as_deref().map(|text| plain(text, LONGEST_NAME)),
            digest: version.digest.to_string(),
        }
    }
}

impl MaterialPart {
    fn new(site: &Site, used: &MaterialUsed) -> Self {
        Self {
            url: plain(&used.url, LONGEST_NAME),
            digest: used.digest.to_string(),
            fetched: Moment::new(site, used.fetched_at),
        }
    }
}

/// The states that occur, from most to least shown, each with its count.
fn tallies(site: &Site, assessment: &Assessment) -> Vec<Tally> {
    let tally = |state| {
        let count = assessment.lines.iter().filter(|line| line.code.state() == state).count();
        (count > 0).then(|| Tally { icon: Icon::from(state), count, word: site.sentences().state(state) })
    };
    STATES.into_iter().filter_map(tally).collect()
}

/// A report that is not there: still being made, or given up.
#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage<'a> {
    site: &'a Site,
    head: Head,
    title: Label,
    text: Label,
    /// Why processing gave up; `None` while it runs.
    code: Option<String>,
}

/// The page of a submission in whatever state it is.
///
/// # Errors
/// The template cannot be written, which only a defect of ours can cause.
pub fn submission_page(
    site: &Site,
    submission: &Submission,
    earlier: &[EarlierAssessment],
    posting: &Posting,
    links: &ReportLinks,
) -> Result<String, PageError> {
    let waiting = |title, text, code| {
        WaitingPage { site, head: Head::new(site, submission, posting), title, text, code }.render()
    };
    match &submission.state {
        SubmissionState::Assessed(assessed) => {
            ReportPage::new(site, submission, assessed, earlier, posting, links).render()
        }
        SubmissionState::Received => waiting(Label::StatePending, Label::StatePendingText, None),
        SubmissionState::Retired { .. } => link_expired_page(site),
        SubmissionState::Rejected { code, .. } => {
            waiting(Label::StateRejected, Label::StateRejectedText, Some(plain(code, LONGEST_NAME)))
        }
    }
}
