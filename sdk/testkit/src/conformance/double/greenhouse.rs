//! Greenhouse, as the kit tries connectors on it.

use serde_json::{Map, Value, json};
use wellspring_egress::{ConnectionClient, Credential};

use super::Scene;
use crate::{Greenhouse, GreenhouseSeed};

/// The applicant of the sample, and somebody they can be merged into.
const CANDIDATE: u64 = 501;
const OTHER: u64 = 990_501;

pub(super) fn settings() -> Map<String, Value> {
    let fields = [
        ("report_url_field", "verified_skills_url"),
        ("score_field", "verified_skills_score"),
        ("summary_field", "verified_skills_summary"),
    ];
    fields.into_iter().map(|(name, key)| (name.to_owned(), key.into())).collect()
}

pub(super) fn seed(scene: Scene) -> GreenhouseSeed {
    let empty = || GreenhouseSeed::empty().job(7001, "Junior data analyst");
    match scene {
        Scene::Usual => GreenhouseSeed::example(),
        Scene::Gone => empty(),
        Scene::Merged => empty().candidate(OTHER, "Ana Ruiz", "ana@example.org").application(61001, OTHER, 7001),
    }
}

pub(super) fn client(double: &Greenhouse) -> ConnectionClient {
    let bases = [("api", double.api_base()), ("auth", double.auth_base())];
    // An address that cannot be read is no address of the double; nothing would come through.
    let credential = match format!("{}/token", double.auth_base()).parse() {
        Ok(token_url) => Credential::OAuth {
            token_url,
            client_id: double.client_id(),
            client_secret: double.client_secret().into(),
            scopes: Vec::new(),
        },
        Err(_) => Credential::Bearer(String::new().into()),
    };
    super::client(double.origin(), &bases, credential)
}

/// Notes that no recruiter wrote. Harvest v3 is not known to change or delete one.
pub(super) fn notes(double: &Greenhouse) -> Vec<String> {
    let ours = double.notes().into_iter().filter(|note| !note.author.contains("recruiter"));
    ours.map(|note| note.body).collect()
}

pub(super) fn fields(double: &Greenhouse) -> Value {
    let of = |candidate| double.candidate(candidate).map(|candidate| candidate.custom_fields);
    json!([of(CANDIDATE), of(OTHER)])
}

pub(super) fn page(double: &Greenhouse) -> String {
    double.candidate_url(CANDIDATE)
}
