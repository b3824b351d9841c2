//! What an issuer's website does to a judgement: whatever is wrong with it decides nothing, says why, and is forgotten once
//! it is well again.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use wellspring_egress::Fetcher;
use wellspring_model::{
    credential::Applicant,
    finding::{FindingCode, Outcome},
    pointer::Pointer,
    report::{CheckName, CredentialReport},
};
use wellspring_server::work::gather::gather;
use wellspring_verify::{Limits, Material, Policy, parse, verify};

use crate::{
    badge,
    issued::{credential, keys, list, signed},
    issuer_site::{IssuerSite, Mood},
};

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().expect("a time")
}

/// A clock that a second has passed on whenever it is looked at, so that nothing kept is quite fresh.
fn passing() -> impl Fn() -> Timestamp {
    let seconds = AtomicI64::new(0);
    move || now() + SignedDuration::from_secs(seconds.fetch_add(1, Ordering::Relaxed))
}

async fn judged(fetcher: &Fetcher, credential: &Value, now: Timestamp) -> CredentialReport {
    let presentation =
        parse(credential.to_string().as_bytes(), Pointer::root(), &Limits::default()).expect("it is read");
    let presentations = Arc::from([presentation]);
    let policy = Policy::default();
    let material = gather(fetcher, &Material::default(), &presentations, &policy, now).await.expect("it is gathered");
    verify(&presentations[0], &material, &policy, &Applicant::default(), now).report.credentials.remove(0)
}

/// What a check came to: outcome, code, and the reason that it gives.
fn said(report: &CredentialReport, check: CheckName) -> (Outcome, FindingCode, String) {
    let check = report.checks.iter().find(|one| one.check == check).expect("the check is there");
    (check.outcome, check.finding.code, check.finding.params.get("reason").cloned().unwrap_or_default())
}

/// Everything that can be wrong with a site, and what is said of it.
fn moods() -> [(Mood, &'static str); 9] {
    [
        (Mood::Status("404 Not Found"), "HTTP 404"),
        (Mood::Status("410 Gone"), "HTTP 410"),
        (Mood::Status("500 Internal Server Error"), "HTTP 500"),
        (Mood::Status("503 Service Unavailable"), "HTTP 503"),
        (Mood::Page, ""),
        (Mood::Slow, "no answer in time"),
        (Mood::CutOff, "no connection"),
        (Mood::Endless, "answer too large"),
        (Mood::Away, "sent on to another origin"),
    ]
}

#[tokio::test]
async fn keys_that_cannot_be_had_leave_it_open_and_are_found_once_the_site_is_well() {
    let (mut site, now) = (IssuerSite::start().await, passing());
    site.put("/issuer", &keys(&site));
    let (credential, fetcher) = (credential(&site, None), site.fetcher(SignedDuration::ZERO));
    for (mood, reason) in moods() {
        site.feel(mood.clone());
        let report = judged(&fetcher, &credential, now()).await;
        assert_eq!(report.outcome, Outcome::Undetermined, "{mood:?}: {report:?}");
        let code = if reason.is_empty() { FindingCode::KeyDocumentInvalid } else { FindingCode::KeyUnresolved };
        assert_eq!(said(&report, CheckName::IssuerKey), (Outcome::Undetermined, code, reason.to_owned()), "{mood:?}");
        site.feel(Mood::Well);
        assert_eq!(judged(&fetcher, &credential, now()).await.outcome, Outcome::Passed, "after {mood:?}");
    }
    site.stop();
    let report = judged(&fetcher, &credential, now()).await;
    assert_eq!(said(&report, CheckName::IssuerKey).2, "no connection");
    assert_eq!(report.outcome, Outcome::Undetermined);
    site.restart().await;
    assert_eq!(judged(&fetcher, &credential, now()).await.outcome, Outcome::Passed);
}

#[tokio::test]
async fn a_list_that_cannot_be_had_leaves_it_open_and_is_found_once_the_site_is_well() {
    let (site, now) = (IssuerSite::start().await, passing());
    site.put("/issuer", &keys(&site));
    site.put("/list", &list(&site, &[]));
    let credential = credential(&site, Some(7));
    assert_eq!(judged(&site.fetcher(SignedDuration::ZERO), &credential, now()).await.outcome, Outcome::Passed);
    for (mood, reason) in moods() {
        site.feel(Mood::Well);
        // The keys were had before, the list was not.
        let fetcher = site.fetcher(SignedDuration::from_hours(24));
        let keys = format!("{}/issuer", site.origin).parse().expect("an address");
        fetcher.get(&keys, now()).await.expect("the keys are there");
        site.feel(mood.clone());
        let report = judged(&fetcher, &credential, now()).await;
        assert_eq!(report.outcome, Outcome::Undetermined, "{mood:?}: {report:?}");
        let (outcome, code, why) = said(&report, CheckName::Status);
        let (expected, reason) = match reason {
            "" => (FindingCode::StatusListUnverified, "TYPE_UNKNOWN"),
            reason => (FindingCode::StatusUnreachable, reason),
        };
        assert_eq!((outcome, code, why.as_str()), (Outcome::Undetermined, expected, reason), "{mood:?}");
        site.feel(Mood::Well);
        assert_eq!(judged(&fetcher, &credential, now()).await.outcome, Outcome::Passed, "after {mood:?}");
    }
}

#[tokio::test]
async fn a_name_that_leads_nowhere_and_a_certificate_that_is_not_accepted_leave_it_open() {
    let site = IssuerSite::start().await;
    site.put("/issuer", &keys(&site));
    let mut nowhere = badge::unsigned("urn:uuid:6d1f0a10-5a3e-4c5b-9d20-000000000001");
    nowhere["issuer"]["id"] = json!("https://issuer.invalid/");
    let nowhere = signed(nowhere, "https://issuer.invalid/#key-1".to_owned());
    let report = judged(&site.fetcher(SignedDuration::ZERO), &nowhere, now()).await;
    assert_eq!(
        (report.outcome, said(&report, CheckName::IssuerKey).2.as_str()),
        (Outcome::Undetermined, "name not found")
    );

    let another = IssuerSite::start().await;
    another.put("/issuer", &keys(&another));
    let mut config = wellspring_egress::FetcherConfig::default();
    config.private_origins.push(another.origin.clone());
    let stranger = Fetcher::new(config).expect("a fetcher");
    let report = judged(&stranger, &credential(&another, None), now()).await;
    assert_eq!(
        (report.outcome, said(&report, CheckName::IssuerKey).2.as_str()),
        (Outcome::Undetermined, "certificate not accepted")
    );
}

#[tokio::test]
async fn an_older_document_does_within_the_limit_and_is_told() {
    let site = IssuerSite::start().await;
    site.put("/issuer", &keys(&site));
    let (credential, fetcher) = (credential(&site, None), site.fetcher(SignedDuration::from_hours(24)));
    assert_eq!(judged(&fetcher, &credential, now()).await.notices, []);
    site.feel(Mood::Status("503 Service Unavailable"));
    let later = |hours| now().checked_add(SignedDuration::from_hours(hours)).expect("a time");
    let report = judged(&fetcher, &credential, later(3)).await;
    let notices: Vec<_> = report.notices.iter().map(|notice| notice.code).collect();
    assert_eq!((report.outcome, notices), (Outcome::Passed, vec![FindingCode::KeyDocumentAged]));
    assert_eq!(judged(&fetcher, &credential, later(25)).await.outcome, Outcome::Undetermined);
    site.feel(Mood::Well);
    let report = judged(&fetcher, &credential, later(25)).await;
    assert_eq!((report.outcome, report.notices), (Outcome::Passed, vec![]));
}
