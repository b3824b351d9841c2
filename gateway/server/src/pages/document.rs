//! The pages of `docs/findings` and `docs/problems`, compiled in and shown in the gateway's own frame.

use askama::Template;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};
use wellspring_model::{
    finding::{Finding, FindingCode},
    pointer::Pointer,
};

use super::{PageError, Site};
use crate::{problem::ProblemKind, sentences::Label};

macro_rules! pages {
    ($folder:literal: $($name:literal)+) => {
        &[$(($name, include_str!(concat!("../../../../docs/", $folder, "/", $name, ".md"))),)+]
    };
}

/// A page for each finding code; a test compares the list with [`FindingCode::ALL`] and with the folder.
pub(super) const FINDINGS: &[(&str, &str)] = pages!("findings":
    "STRUCTURE_OK" "TYPE_UNKNOWN" "FORMAT_UNSUPPORTED" "MEMBER_MISSING" "JWT_INVALID" "PICTURE_INVALID"
    "MEMBER_INVALID" "SUBJECT_MISSING" "SUBJECT_UNIDENTIFIED" "CONTEXT_ORDER" "LIMIT_EXCEEDED" "SCHEMA_OK"
    "SCHEMA_MISMATCH" "SIGNATURE_OK" "SIGNATURE_INVALID" "PROOF_MISSING" "PROOF_INVALID" "SUITE_UNSUPPORTED"
    "ALGORITHM_MISMATCH" "JWT_CLAIM_MISMATCH" "PURPOSE_MISMATCH" "PROOF_EXPIRED" "CONTEXT_UNSUPPORTED"
    "TERM_UNDEFINED" "CANONICALISATION_LIMIT" "ISSUER_KEY_OK" "KEY_UNRESOLVED" "KEY_NOT_AUTHORISED" "KEY_REVOKED"
    "ISSUER_KEY_MISMATCH" "KEY_DOCUMENT_INVALID" "VALIDITY_OK" "NOT_YET_VALID" "EXPIRED" "DATE_INVALID" "STATUS_OK"
    "REVOKED" "SUSPENDED" "STATUS_UNREACHABLE" "STATUS_LIST_UNVERIFIED" "STATUS_LIST_INVALID" "STATUS_LIST_ISSUER"
    "STATUS_INDEX_INVALID" "STATUS_STALE" "STATUS_UNSUPPORTED" "SUBJECT_OK" "SUBJECT_NAME_ONLY" "SUBJECT_MISMATCH"
    "SUBJECT_NOT_COMPARABLE" "HOLDER_OK" "HOLDER_PROOF_MISSING" "CHALLENGE_MISMATCH" "DOMAIN_MISMATCH"
    "REFRESH_CURRENT" "REFRESH_NEWER" "REFRESH_UNREACHABLE" "REFRESH_INVALID" "ENDORSEMENT_OK" "ENDORSEMENT_UNDECIDED"
    "ENDORSEMENT_FAILED" "JWT_CLAIM_ABSENT" "STATUS_LIST_SHORT" "STATUS_LIST_ELSEWHERE" "STATUS_LIST_UNSIGNED"
    "STATUS_AGED" "STATUS_MESSAGE" "REFRESH_OFFERED" "SUBJECT_DIFFERS" "CREATOR_DIFFERS" "WEAK_HASH" "NOT_CHECKED"
    "CONTEXT_ORDER_UNUSUAL" "KEY_WITHOUT_FRAGMENT" "REGISTRY_UNREACHABLE" "REGISTRY_INVALID" "KEY_DOCUMENT_AGED"
);

/// A page for each kind of problem; a test compares the list with [`ProblemKind::ALL`] and with the folder.
pub(super) const PROBLEMS: &[(&str, &str)] = pages!("problems":
    "malformed-json" "body-too-large" "json-too-deep" "duplicate-key" "invalid-request" "unreadable-credential"
    "unknown-connection" "unknown-connector" "unknown-job" "unknown-profile" "unknown-trust-policy" "unknown-framework"
    "unknown-scoring-policy" "scoring-policy-exists"
    "unknown-crosswalk" "association-exists" "nothing-approved" "already-resolved" "address-shared"
    "invalid-framework" "framework-source" "not-found" "unauthorized" "idempotency-conflict" "idempotency-in-flight" "endpoint-shut" "not-assessed"
    "withdrawn" "retired" "not-supported" "ats-failed" "not-genuine" "too-many-requests"
    "unsupported-media-type" "method-not-allowed" "unavailable" "storage-full" "internal"
);

#[derive(Template)]
#[template(path = "document.html")]
struct DocumentPage<'a> {
    site: &'a Site,
    title: String,
    /// A finding in the reader's own language; the page's text is English.
    sentence: Option<String>,
    html: String,
    up: (String, Label),
}

/// What a list page says about one entry: name, address, one sentence.
struct Entry {
    name: &'static str,
    url: String,
    sentence: String,
}

#[derive(Template)]
#[template(path = "documents.html")]
struct DocumentsPage<'a> {
    site: &'a Site,
    title: Label,
    /// Language of the sentences, where it is not the page's.
    lang: &'static str,
    entries: Vec<Entry>,
}

/// `/findings/{code}`; `None` where there is no such code.
pub fn finding_page(site: &Site, code: &str) -> Option<Result<String, PageError>> {
    let known = FindingCode::ALL.iter().find(|known| known.as_str() == code)?;
    let (name, text) = find(FINDINGS, code)?;
    let page = DocumentPage {
        site,
        title: name.to_owned(),
        sentence: Some(sentence(site, *known)),
        html: to_html(text),
        up: (site.url("/findings"), Label::AllFindings),
    };
    Some(page.render())
}

/// `/problems/{slug}`; `None` where there is no such problem.
pub fn problem_page(site: &Site, slug: &str) -> Option<Result<String, PageError>> {
    let kind = ProblemKind::ALL.iter().find(|kind| kind.slug() == slug)?;
    let (_, text) = find(PROBLEMS, slug)?;
    let up = (site.url("/problems"), Label::AllProblems);
    Some(DocumentPage { site, title: kind.title().to_owned(), sentence: None, html: to_html(text), up }.render())
}

/// `/findings`: all codes with their sentences.
pub fn findings_page(site: &Site) -> Result<String, PageError> {
    let entry = |code: &FindingCode| Entry {
        name: code.as_str(),
        url: site.url(&format!("/findings/{code}")),
        sentence: sentence(site, *code),
    };
    let entries = FindingCode::ALL.iter().map(entry).collect();
    DocumentsPage { site, title: Label::FindingsTitle, lang: site.lang(), entries }.render()
}

/// `/problems`: all kinds with their titles.
pub fn problems_page(site: &Site) -> Result<String, PageError> {
    let entry = |kind: &ProblemKind| Entry {
        name: kind.slug(),
        url: site.url(&format!("/problems/{kind}")),
        sentence: format!("{} ({})", kind.title(), kind.status().as_u16()),
    };
    let entries = ProblemKind::ALL.iter().map(entry).collect();
    DocumentsPage { site, title: Label::ProblemsTitle, lang: "en", entries }.render()
}

fn sentence(site: &Site, code: FindingCode) -> String {
    site.sentences().finding(&Finding::new(code, Pointer::root()))
}

fn find(pages: &[(&'static str, &'static str)], name: &str) -> Option<(&'static str, &'static str)> {
    pages.iter().copied().find(|(known, _)| *known == name)
}

/// Our own markdown as HTML. Links to neighbouring files lose their `.md`, so that they work in the folder and here.
fn to_html(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Html(_) | Event::InlineHtml(_) => None,
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = match dest_url.strip_suffix(".md") {
                Some(page) if !dest_url.contains("://") => CowStr::from(page.to_owned()),
                _ => dest_url,
            };
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        other => Some(other),
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}
