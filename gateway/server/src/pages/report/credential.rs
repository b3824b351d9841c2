//! Every check of every credential, each with its sentence.

use wellspring_model::{
    finding::{Finding, Outcome},
    pointer::Pointer,
    report::{Check, CredentialReport, VerificationReport},
};

use super::LONGEST_NAME;
use crate::{
    pages::{Site, icon::Icon},
    sentences::plain,
};

/// Credentials shown with their checks; a record may hold a thousand, and the rest is in the data.
const MOST_CREDENTIALS: usize = 200;

/// Up to here every credential's checks are unfolded; beyond it only those where something did not pass.
const UNFOLDED: usize = 3;

/// One credential with its checks.
pub(super) struct CredentialPart {
    pub anchor: String,
    pub open: bool,
    pub name: Option<String>,
    pub part_of: Option<String>,
    pub icon: Icon,
    pub outcome: String,
    pub issuer: Issuer,
    pub trust: String,
    pub trust_icon: Icon,
    pub trust_steps: Vec<String>,
    pub binding: String,
    pub binding_icon: Icon,
    pub checks: Vec<CheckPart>,
    pub notices: Vec<FindingPart>,
}

/// Who issued it, by the name in the credential and by id. Never a link: an address from outside leads anywhere.
#[derive(Default)]
pub(super) struct Issuer {
    pub name: Option<String>,
    pub id: Option<String>,
}

/// One check: what was checked, its state, and why.
pub(super) struct CheckPart {
    pub name: String,
    pub icon: Icon,
    pub outcome: String,
    pub finding: FindingPart,
}

/// A finding in words, with its page.
pub(super) struct FindingPart {
    pub sentence: String,
    pub code: &'static str,
    pub url: String,
}

impl Issuer {
    pub fn new(credential: &CredentialReport) -> Self {
        let name = credential.issuer_name.as_deref().map(|name| plain(name, LONGEST_NAME));
        Self {
            name: name.filter(|name| !name.is_empty()),
            id: credential.issuer.as_ref().map(|issuer| plain(&issuer.0, LONGEST_NAME)),
        }
    }
}

impl FindingPart {
    fn new(site: &Site, finding: &Finding) -> Self {
        Self {
            sentence: site.sentences().finding(finding),
            code: finding.code.as_str(),
            url: site.url(&format!("/findings/{}", finding.code)),
        }
    }
}

/// The credentials to show, and a sentence about those there is no room for.
pub(super) fn parts(site: &Site, report: &VerificationReport) -> (Vec<CredentialPart>, Option<String>) {
    let unfold = report.credentials.len() <= UNFOLDED;
    let shown = report.credentials.iter().take(MOST_CREDENTIALS).enumerate();
    let parts = shown.map(|(index, credential)| part(site, report, index, credential, unfold)).collect();
    let rest = report.credentials.len().saturating_sub(MOST_CREDENTIALS);
    (parts, (rest > 0).then(|| site.sentences().filled("credentials-more", [("count", rest.into())])))
}

fn part(
    site: &Site,
    report: &VerificationReport,
    index: usize,
    credential: &CredentialReport,
    unfold: bool,
) -> CredentialPart {
    let sentences = site.sentences();
    CredentialPart {
        anchor: anchor_of(index).unwrap_or_default(),
        open: unfold || credential.outcome != Outcome::Passed,
        name: name_of(credential),
        part_of: parent(report, &credential.path).and_then(name_of),
        icon: Icon::from(credential.outcome),
        outcome: sentences.credential(credential.outcome),
        issuer: Issuer::new(credential),
        trust: sentences.trust(credential.trust),
        trust_icon: Icon::from(credential.trust),
        trust_steps: credential.trust_trace.iter().map(|step| sentences.trust_step(step)).collect(),
        binding: sentences.binding(credential.binding),
        binding_icon: Icon::from(credential.binding),
        checks: credential.checks.iter().map(|check| check_part(site, check)).collect(),
        notices: credential.notices.iter().map(|notice| FindingPart::new(site, notice)).collect(),
    }
}

fn check_part(site: &Site, check: &Check) -> CheckPart {
    CheckPart {
        name: site.sentences().check(check.check),
        icon: Icon::from(check.outcome),
        outcome: site.sentences().outcome(check.outcome),
        finding: FindingPart::new(site, &check.finding),
    }
}

/// What the credential calls itself, where it does.
pub(super) fn name_of(credential: &CredentialReport) -> Option<String> {
    credential.name.as_deref().map(|name| plain(name, LONGEST_NAME)).filter(|name| !name.is_empty())
}

/// The credential that holds the one at `path`: the one with the longest path before it.
fn parent<'a>(report: &'a VerificationReport, path: &Pointer) -> Option<&'a CredentialReport> {
    let holds = |one: &&CredentialReport| {
        path.as_str().strip_prefix(one.path.as_str()).is_some_and(|rest| rest.starts_with('/'))
    };
    report.credentials.iter().filter(holds).max_by_key(|one| one.path.as_str().len())
}

/// The place of a credential in the report.
pub(super) fn index_of(report: &VerificationReport, path: &Pointer) -> Option<usize> {
    report.credentials.iter().position(|credential| credential.path == *path)
}

/// The id of a credential's section on the page, where it has one.
pub(super) fn anchor_of(index: usize) -> Option<String> {
    (index < MOST_CREDENTIALS).then(|| format!("credential-{}", index + 1))
}
