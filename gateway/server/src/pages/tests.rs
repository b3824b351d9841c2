//! Lists that check themselves, and the promises every page makes.

use std::{collections::BTreeSet, fs, path::Path};

use url::Url;
use wellspring_model::{finding::FindingCode, submission::Language};

use super::{document, *};
use crate::{problem::ProblemKind, sentences::Label};

fn site(language: Language) -> Site {
    Site::new(&Url::parse("https://gateway.example/below/").expect("an address"), language)
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages in a folder of `docs`, without their ending.
fn folder(name: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(here().join("../../docs").join(name)).expect("the folder is there");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"));
    names.map(|name| name.strip_suffix(".md").expect("only pages").to_owned()).filter(|name| name != "README").collect()
}

fn compiled(pages: &[(&str, &str)]) -> BTreeSet<String> {
    pages.iter().map(|(name, _)| (*name).to_owned()).collect()
}

#[test]
fn every_finding_code_has_a_page_and_every_page_a_code() {
    let codes: BTreeSet<String> = FindingCode::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(folder("findings"), codes);
    assert_eq!(compiled(document::FINDINGS), codes);
}

#[test]
fn every_problem_has_a_page_and_every_page_a_problem() {
    let kinds: BTreeSet<String> = ProblemKind::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(folder("problems"), kinds);
    assert_eq!(compiled(document::PROBLEMS), kinds);
}

#[test]
fn each_document_says_what_it_is_about_and_what_to_do() {
    for (code, text) in document::FINDINGS {
        assert!(text.starts_with(&format!("# {code}\n")), "{code}");
        for part in ["## Cause", "## If you are the applicant", "## If you are the employer"] {
            assert!(text.contains(part), "{code} lacks {part}");
        }
    }
    for kind in ProblemKind::ALL {
        let text = document::PROBLEMS.iter().find(|(slug, _)| *slug == kind.slug()).expect("a page").1;
        assert!(text.starts_with(&format!("# {}\n", kind.title())), "{kind}");
        assert!(text.contains(&format!("`{kind}`, HTTP {}.", kind.status().as_u16())), "{kind}");
        assert!(text.contains("## Next step"), "{kind}");
    }
}

#[test]
fn the_lists_in_the_folders_name_every_page() {
    for (name, pages) in [("findings", document::FINDINGS), ("problems", document::PROBLEMS)] {
        let list = fs::read_to_string(here().join("../../docs").join(name).join("README.md")).expect("a list");
        for (page, _) in pages {
            assert!(list.contains(&format!("({page}.md)")), "docs/{name}/README.md lacks {page}");
        }
    }
}

#[test]
fn every_label_is_used_somewhere() {
    let mut text = String::new();
    for folder in ["templates", "src/pages", "src/pages/report", "src/sentences"] {
        for entry in fs::read_dir(here().join(folder)).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.is_file() && !path.ends_with("tests.rs") {
                text.push_str(&fs::read_to_string(path).expect("a text"));
            }
        }
    }
    // As a whole word: `Label::NotAsked` is no use of `Label::NotAskedIntro`.
    let words: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric() && c != ':').collect();
    let unused: Vec<_> =
        Label::ALL.iter().filter(|label| !words.contains(format!("Label::{label:?}").as_str())).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

/// Every page without values of its own, in every language.
fn plain_pages() -> Vec<(Language, String)> {
    let mut pages = Vec::new();
    for language in Language::ALL {
        let site = site(language);
        let findings = FindingCode::ALL.iter().map(|code| finding_page(&site, code.as_str()).expect("a page"));
        let problems = ProblemKind::ALL.iter().map(|kind| problem_page(&site, kind.slug()).expect("a page"));
        let short = [
            home_page(&site),
            link_expired_page(&site),
            link_unknown_page(&site),
            page_unknown_page(&site),
            page_failed_page(&site),
            findings_page(&site),
            problems_page(&site),
        ];
        let all = findings.chain(problems).chain(short);
        pages.extend(all.map(|page| (language, page.expect("the page is written"))));
    }
    pages
}

#[test]
fn every_page_has_its_language_one_heading_and_nothing_that_the_content_policy_forbids() {
    for (language, page) in plain_pages() {
        check_page(language, &page);
    }
}

/// What holds for each page, whatever it shows.
pub(super) fn check_page(language: Language, page: &str) {
    assert!(page.starts_with("<!doctype html>\n<html lang=\""), "{page}");
    assert!(page.contains(&format!("<html lang=\"{}\">", language.as_str())), "{page}");
    assert_eq!(page.matches("<h1").count(), 1, "one main heading: {page}");
    assert_eq!(page.matches("<main").count(), 1);
    for forbidden in ["<script", " style=", "<style", "javascript:", " onclick=", "http-equiv"] {
        assert!(!page.contains(forbidden), "{forbidden} in {page}");
    }
    assert!(!page.contains("page-"), "a message is missing: {page}");
}

#[test]
fn addresses_keep_the_path_the_gateway_is_served_below() {
    let page = home_page(&site(Language::En)).expect("the page is written");
    assert!(page.contains("href=\"/below/assets/style.css\""), "{page}");
    assert!(page.contains("href=\"/below/findings\""), "{page}");
}

#[test]
fn an_unknown_document_is_none_and_no_path_leads_out_of_the_list() {
    for name in ["", "NO_SUCH_CODE", "expired", "../problems/internal", "EXPIRED.md", "README"] {
        assert!(finding_page(&site(Language::En), name).is_none(), "{name}");
        assert!(problem_page(&site(Language::En), name).is_none(), "{name}");
    }
}

#[test]
fn a_finding_page_speaks_the_readers_language_and_marks_what_is_english() {
    let page = finding_page(&site(Language::Es), "EXPIRED").expect("a page").expect("the page is written");
    assert!(page.contains("La credencial estuvo vigente un tiempo"), "{page}");
    assert!(page.contains("<article lang=\"en\">"), "{page}");
}

#[test]
fn the_style_sheet_loads_nothing_from_elsewhere() {
    let style = std::str::from_utf8(asset("style.css").expect("the style").bytes).expect("text");
    assert!(!style.contains("@import") && !style.contains("http") && !style.contains("url(\""));
    assert!(asset("../style.css").is_none());
}

#[tokio::test]
async fn a_page_is_sent_with_a_policy_that_lets_nothing_run_and_nothing_leak() {
    let site = site(Language::En);
    let response = respond(&site, StatusCode::GONE, link_expired_page(&site));
    assert_eq!(response.status(), StatusCode::GONE);
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(response.headers()[header::REFERRER_POLICY], "no-referrer");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    assert_eq!(response.headers().get_all(header::CONTENT_TYPE).iter().count(), 1);
}
