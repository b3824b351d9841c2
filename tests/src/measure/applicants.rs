//! Applicants with records of their own, signed before the clock starts.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    Failure,
    demo::credentials::{Award, Issuer, badge, signed, transcript},
    world::{Application, World},
};

/// A submission as it goes over the wire.
pub fn request(
    authority: &str,
    key: &str,
    (connection, job): (&str, &str),
    application: &Application,
    credential: &Value,
) -> Vec<u8> {
    let body = World::request(connection, job, application, std::slice::from_ref(credential)).to_string();
    let head = format!(
        "POST /v1/submissions HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer {key}\r\nContent-Type: \
         application/json\r\nIdempotency-Key: {}\r\nContent-Length: {}\r\n\r\n",
        application.id,
        body.len()
    );
    (head + &body).into_bytes()
}

/// A badge for one competency, about 2 KB.
///
/// # Errors
/// It has no canonical form.
pub fn small(person: &str) -> Result<Value, Failure> {
    signed(Issuer::Training, badge(Issuer::Training, Award::Competency(0), person))
}

/// A record of many achievements, ten at most, each with a proof of its own.
///
/// # Errors
/// It has no canonical form.
pub fn of_many(count: usize, person: &str) -> Result<Value, Failure> {
    let competencies = (0..8).map(Award::Competency);
    let awards: Vec<Award> = competencies.chain([Award::Outcome(0), Award::Outcome(1)]).take(count).collect();
    transcript(Issuer::College, "Record", &awards, person)
}

/// The requests of the applications numbered from `first` on, each with a badge of its own.
///
/// # Errors
/// A credential has no canonical form.
pub fn prepared(world: &World, first: u64, count: u64) -> Result<Arc<[Vec<u8>]>, Failure> {
    let (authority, key) = (world.gateway.authority(), world.client.key());
    let to = (world.connection.as_str(), world.job.as_str());
    let one = |number| {
        let application = Application::numbered(number);
        Ok(request(&authority, key, to, &application, &small(&application.email)?))
    };
    (first..first + count).map(one).collect()
}
