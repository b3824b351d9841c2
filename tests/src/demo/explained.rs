//! One more job and one more applicant, whose report has a requirement for each reason there is: to see whether it can be
//! understood.

use serde_json::{Value, json};

use super::{
    competencies::{association, document, guid, item, uri},
    credentials::{Issuer, badge_for, signed},
};
use crate::{Failure, client::id, world::Application, world::World};

const EMPLOYER: u128 = 0x6d1f_0a10_5a3e_4c5b_9d30_0000_0000_0000;
const TRAINING: u128 = 0x6d1f_0a10_5a3e_4c5b_9d31_0000_0000_0000;

/// What the job asks for, with a level of the European Qualifications Framework where one is asked for.
const ASKED: [(&str, Option<&str>); 12] = [
    ("Write SQL that others can maintain", Some("4")),
    ("Model data for reporting", None),
    ("Operate data pipelines", None),
    ("Test transformations before they are released", None),
    ("Keep to the rules for data quality, edition 2026", None),
    ("Explain results to people outside the team", Some("5")),
    (
        "Handle personal data by law and by the wishes of those it is about, and say no where neither allows it",
        Some("4"),
    ),
    ("Read and write technical English", Some("4")),
    ("Use version control in a team", None),
    ("Describe distributions", None),
    ("Be on call for incidents", None),
    ("Plan a migration", None),
];

/// Further items of the employer's framework: four parts, something broader, an earlier edition.
const FURTHER: [&str; 6] = [
    "Schedule runs",
    "Watch runs and answer alerts",
    "Load data again after a failure",
    "Keep an inventory of sources",
    "Software testing",
    "Keep to the rules for data quality, edition 2019",
];

/// Outcomes of the training provider, and which of the items asked for each is declared to be the same as.
const OUTCOMES: [(&str, usize); 2] = [("Dimensional modelling", 1), ("Moving systems with their data", 11)];

fn asked(place: usize) -> String {
    guid(EMPLOYER, place + 1)
}

fn further(place: usize) -> String {
    asked(ASKED.len() + place)
}

fn outcome(place: usize) -> String {
    guid(TRAINING, place + 1)
}

fn employer() -> Value {
    let titles = ASKED.iter().map(|(title, _)| *title).chain(FURTHER);
    let items = titles.enumerate().map(|(i, title)| item(EMPLOYER, i, &format!("DE.{}", i + 1), title, title));
    let parts = (0..4).map(|part| (further(part), "isPartOf", asked(2)));
    let others = [(asked(3), "isChildOf", further(4)), (further(5), "replacedBy", asked(4))];
    let associations = parts
        .chain(others)
        .enumerate()
        .map(|(i, (origin, kind, destination))| association(guid(EMPLOYER, 100 + i), &origin, kind, &destination));
    json!({
        "CFDocument": document(EMPLOYER, "Data engineering at Meridian Analytics"),
        "CFItems": items.collect::<Vec<_>>(),
        "CFAssociations": associations.collect::<Vec<_>>(),
    })
}

fn training() -> Value {
    let items = OUTCOMES.iter().enumerate().map(|(i, (title, _))| item(TRAINING, i, &format!("NT-{i}"), title, title));
    let associations = OUTCOMES
        .iter()
        .enumerate()
        .map(|(i, (_, same))| association(guid(TRAINING, 100 + i), &outcome(i), "exactMatchOf", &asked(*same)));
    json!({
        "CFDocument": document(TRAINING, "Outcomes of Northgate Training"),
        "CFItems": items.collect::<Vec<_>>(),
        "CFAssociations": associations.collect::<Vec<_>>(),
    })
}

fn profile() -> Value {
    let requirement = |(i, (_, level)): (usize, &(&str, Option<&str>))| {
        let mut requirement = json!({"item": asked(i), "weight": if i < 4 { 3 } else { 2 }, "must": i % 4 == 0});
        if let Some(level) = level {
            requirement["level"] = json!({"scale": "eqf", "required": level});
        }
        requirement
    };
    let requirements: Vec<_> = ASKED.iter().enumerate().map(requirement).collect();
    json!({
        "title": "Data engineer", "framework": [guid(EMPLOYER, 0), guid(TRAINING, 0)], "requirements": requirements
    })
}

/// The badge with a result at a level of the European Qualifications Framework, or of the issuer's own scale.
fn at_level(mut badge: Value, name: &str, address: Option<&str>) -> Value {
    let (description, level) =
        ("urn:uuid:6d1f0a10-5a3e-4c5b-9d32-000000000001", "urn:uuid:6d1f0a10-5a3e-4c5b-9d32-000000000002");
    let mut rubric = json!({"id": level, "type": ["RubricCriterionLevel"], "name": name});
    if let Some(address) = address {
        rubric["alignment"] = json!([{
            "type": ["Alignment"], "targetType": "CFRubricCriterionLevel", "targetName": name, "targetUrl": address
        }]);
    }
    badge["credentialSubject"]["achievement"]["resultDescription"] = json!([{
        "id": description, "type": ["ResultDescription"], "name": "Level", "resultType": "RubricCriterionLevel",
        "rubricCriterionLevel": [rubric]
    }]);
    badge["credentialSubject"]["result"] =
        json!([{"type": ["Result"], "resultDescription": description, "achievedLevel": level}]);
    badge
}

fn unfinished(mut badge: Value) -> Value {
    badge["credentialSubject"]["result"] = json!([{"type": ["Result"], "status": "InProgress"}]);
    badge
}

fn credentials(email: &str) -> Result<Vec<Value>, Failure> {
    use Issuer::{College, Stranger, Training};
    let eqf = |level: u8| format!("http://data.europa.eu/snb/eqf/{level}");
    let badge = |issuer, name: &str, item: String| (issuer, badge_for(issuer, name, &uri(&item), email));
    let at = |(issuer, badge): (Issuer, Value), name: &str, address: Option<String>| {
        (issuer, at_level(badge, name, address.as_deref()))
    };
    let (statistics, in_progress) = badge(College, "Statistics I", asked(9));
    let badges = [
        at(badge(College, "SQL in practice", asked(0)), "EQF level 5", Some(eqf(5))),
        badge(Training, "Dimensional modelling", outcome(0)),
        badge(Training, "Scheduling", further(0)),
        badge(Training, "Monitoring", further(1)),
        badge(College, "Software testing", further(4)),
        badge(College, "Data quality 2019", further(5)),
        at(badge(Training, "Presenting findings", asked(5)), "EQF level 3", Some(eqf(3))),
        badge(Training, "Privacy at work", asked(6)),
        at(badge(College, "English for engineers", asked(7)), "Distinction", None),
        badge(Stranger, "Git for everyone", asked(8)),
        (statistics, unfinished(in_progress)),
    ];
    badges.into_iter().map(|(issuer, badge)| signed(issuer, badge)).collect()
}

/// Who applies.
pub fn application() -> Application {
    Application { id: 61_900, candidate: 590, name: "Iris Novak".to_owned(), email: "iris@example.org".to_owned() }
}

/// Makes the job, hands in the credentials, and gives back the id of the submission.
///
/// # Errors
/// Any step that fails, in words.
pub async fn submit(world: &World) -> Result<String, Failure> {
    for framework in [employer(), training()] {
        world.client.post("/v1/frameworks", &framework).await?;
    }
    let profile = id(&world.client.post("/v1/profiles", &profile()).await?)?;
    let job = json!({"title": "Data engineer", "profile": profile, "connection": world.connection});
    let job = id(&world.client.post("/v1/jobs", &job).await?)?;
    let application = application();
    let credentials = credentials(&application.email)?;
    world.submit_through(&world.connection, &job, &application, &credentials).await
}

/// The same credentials with an application that gives no e-mail address: nothing shows whom they are about.
///
/// # Errors
/// It is not accepted.
pub async fn submit_unbound(world: &World, job: &str) -> Result<String, Failure> {
    let application = application();
    let credentials = credentials(&application.email)?;
    let mut request = World::request(&world.connection, job, &application, &credentials);
    if let Some(candidate) = request["application"]["candidate"].as_object_mut() {
        candidate.remove("email");
    }
    id(&world.client.post("/v1/submissions", &request).await?)
}
