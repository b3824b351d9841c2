//! The people of the demo: three whose records are in order, and five with one thing wrong each.

use serde_json::{Value, json};

use super::credentials::{Award, Issuer, badge, record, signed, signed_by, transcript};
use crate::{Failure, world::Application};

/// Somebody who applies, with what they hand in.
pub struct Applicant {
    pub application: Application,
    /// What to look at.
    pub story: &'static str,
    pub credentials: Vec<Value>,
}

/// What makes each of them.
type Make = fn(&str) -> Result<Vec<Value>, Failure>;

const PEOPLE: [(&str, &str, Make); 8] = [
    ("Amara Osei", "a strong record", strong),
    ("Ben Fischer", "part of what is asked for", partial),
    ("Chloé Marchand", "genuine, but about something else", empty),
    ("Dev Patel", "changed after it was signed", tampered),
    ("Elif Kaya", "no longer valid", expired),
    ("Femi Adeyemi", "signed with somebody else’s key", wrong_key),
    ("Grace Liu", "an issuer the employer does not know", not_trusted),
    ("Hugo Lind", "somebody else’s credential", somebody_elses),
];

/// Everybody, in the order of the table.
///
/// # Errors
/// A credential cannot be signed.
pub fn all() -> Result<Vec<Applicant>, Failure> {
    let mut applicants = Vec::new();
    for (n, (name, story, make)) in (1..).zip(PEOPLE) {
        let first = name.split(' ').next().unwrap_or(name).to_lowercase().replace('é', "e");
        let email = format!("{first}@example.org");
        let application =
            Application { id: 61_000 + n, candidate: 500 + n, name: name.to_owned(), email: email.clone() };
        applicants.push(Applicant { application, story, credentials: make(&email)? });
    }
    Ok(applicants)
}

fn strong(email: &str) -> Result<Vec<Value>, Failure> {
    let college = [0, 1, 2, 3].map(Award::Outcome);
    let training = [2, 5, 6].map(Award::Competency);
    Ok(vec![
        transcript(Issuer::College, "Comprehensive record, Riverbend Community College", &college, email)?,
        transcript(Issuer::Training, "Record of training", &training, email)?,
    ])
}

fn partial(email: &str) -> Result<Vec<Value>, Failure> {
    Ok(vec![
        transcript(Issuer::College, "Comprehensive record, Riverbend Community College", &[Award::Outcome(1)], email)?,
        signed(Issuer::Training, badge(Issuer::Training, Award::Competency(2), email))?,
        signed(Issuer::Training, badge(Issuer::Training, Award::Competency(7), email))?,
    ])
}

fn empty(email: &str) -> Result<Vec<Value>, Failure> {
    Ok(vec![transcript(
        Issuer::College,
        "Comprehensive record, Riverbend Community College",
        &[Award::Pottery],
        email,
    )?])
}

fn tampered(email: &str) -> Result<Vec<Value>, Failure> {
    // Pottery becomes what the job asks for.
    let mut badge = signed(Issuer::College, badge(Issuer::College, Award::Pottery, email))?;
    let wanted = super::credentials::badge(Issuer::College, Award::Competency(0), email);
    badge["credentialSubject"]["achievement"] = wanted["credentialSubject"]["achievement"].clone();
    Ok(vec![badge])
}

fn expired(email: &str) -> Result<Vec<Value>, Failure> {
    let mut badge = badge(Issuer::Training, Award::Competency(5), email);
    badge["validFrom"] = json!("2023-01-10T00:00:00Z");
    badge["validUntil"] = json!("2026-01-10T00:00:00Z");
    Ok(vec![signed(Issuer::Training, badge)?])
}

fn wrong_key(email: &str) -> Result<Vec<Value>, Failure> {
    let badge = badge(Issuer::College, Award::Competency(1), email);
    Ok(vec![signed_by(Issuer::Stranger, badge)?])
}

fn not_trusted(email: &str) -> Result<Vec<Value>, Failure> {
    let badges = [Award::Competency(0), Award::Competency(1)].map(|award| badge(Issuer::Stranger, award, email));
    let badges: Result<Vec<_>, _> = badges.into_iter().map(|badge| signed(Issuer::Stranger, badge)).collect();
    Ok(vec![signed(Issuer::Stranger, record(Issuer::Stranger, "Certificates", &badges?, email))?])
}

fn somebody_elses(_email: &str) -> Result<Vec<Value>, Failure> {
    Ok(vec![transcript(
        Issuer::College,
        "Comprehensive record, Riverbend Community College",
        &[Award::Outcome(0), Award::Outcome(1)],
        "amara@example.org",
    )?])
}
