//! The examples in `docs/examples` are what the gateway reads and writes.

use serde::de::DeserializeOwned;
use wellspring_server::routes::{
    connections::NewConnection,
    crosswalks::{
        NewCrosswalk,
        associations::{NewAssociation, NewDecision},
        suggestions::SuggestionsRequest,
    },
    endpoints::NewEndpoint,
    jobs::NewJob,
    profiles::NewProfile,
    submissions::{
        input::{SubmissionAccepted, SubmissionRequest},
        withdrawal::WithdrawalRequest,
    },
    unmapped::Resolution,
    verifications::VerificationRequest,
};

fn reads<T: DeserializeOwned>(name: &str) {
    let path = format!("{}/../../docs/examples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    if let Err(error) = serde_json::from_str::<T>(&text) {
        panic!("{name}: {error}");
    }
}

#[test]
fn every_request_example_is_read() {
    reads::<SubmissionRequest>("submission-request");
    reads::<SubmissionAccepted>("submission-accepted");
    reads::<WithdrawalRequest>("withdrawal-request");
    reads::<NewProfile>("profile-request");
    reads::<NewJob>("job-request");
    reads::<NewConnection>("connection-request");
    reads::<VerificationRequest>("verification-request");
    reads::<NewEndpoint>("endpoint-request");
    reads::<NewCrosswalk>("crosswalk-request");
    reads::<SuggestionsRequest>("suggestions-request");
    reads::<NewAssociation>("association-request");
    reads::<NewDecision>("decision-request");
    reads::<Resolution>("resolution-request");
    reads::<Resolution>("dismissal-request");
}

#[test]
fn the_committed_openapi_document_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let committed = std::fs::read_to_string(path).expect("docs/openapi.json is there");
    let generated = wellspring_server::routes::openapi_text().expect("it serialises");
    // Whole documents side by side would help nobody.
    assert!(
        committed.trim_end() == generated.trim_end(),
        "the API changed: `cargo run -p wellspring-server -- print-openapi > docs/openapi.json` and read the difference"
    );
}

/// Two types of one name are one schema in the document, and one of them is told wrong.
#[test]
fn no_two_views_have_one_name() {
    fn names(folder: &std::path::Path, into: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("the sources are there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                names(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("it is text");
                let declared = text.lines().filter_map(|line| line.strip_prefix("pub struct "));
                let name = declared.filter_map(|line| line.split(|c: char| !c.is_alphanumeric()).next());
                into.extend(name.filter(|name| name.ends_with("View")).map(str::to_owned));
            }
        }
    }
    let mut all = Vec::new();
    names(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    all.sort();
    let twice: Vec<_> = all.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
    assert!(twice.is_empty() && all.len() > 20, "declared twice: {twice:?}");
}
