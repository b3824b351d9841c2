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
    submissions::input::{SubmissionAccepted, SubmissionRequest},
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
