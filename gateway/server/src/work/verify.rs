//! Steps 2 to 4 of a submission, and the whole of a verification on the spot: parse, gather, verify.

use std::sync::Arc;

use bytes::Bytes;
use tracing::{Instrument as _, info_span};
use wellspring_model::{
    Timestamp,
    assessment::NotCounted,
    credential::{Applicant, VerifiedCredential},
    pointer::Pointer,
    report::{Grounds, MaterialUsed, VerificationReport},
};
use wellspring_verify::{Material, ParseError, Policy, Question, UnverifiedPresentation};

use super::gather::gather;
use crate::{state::App, trust::InForce};

/// All credentials that were handed in together, judged.
pub struct Verified {
    pub report: VerificationReport,
    pub credentials: Vec<VerifiedCredential>,
    pub not_counted: Vec<NotCounted>,
    pub grounds: Grounds,
}

/// Why they could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error("the credential at {at} cannot be read: {error}")]
    Unreadable { at: Pointer, error: ParseError },
    #[error("the worker's thread ended early")]
    Thread(#[from] tokio::task::JoinError),
}

/// Judges credentials as they were received. Taking them apart, canonicalising and signatures are processor work: all of
/// it is done off the threads that answer requests.
///
/// # Errors
/// One of them cannot be read, or a thread ended early.
pub async fn verify(
    app: &App,
    received: Vec<Bytes>,
    relied: &InForce,
    applicant: Applicant,
) -> Result<Verified, VerifyError> {
    let limits = app.verification.limits;
    let parsed = app.compute(move || {
        let parsed = received.iter().enumerate().map(|(index, bytes)| {
            let at = place(index);
            wellspring_verify::parse(bytes, at.clone(), &limits).map_err(|error| VerifyError::Unreadable { at, error })
        });
        let parsed: Arc<[UnverifiedPresentation]> = parsed.collect::<Result<_, _>>()?;
        Ok::<_, VerifyError>((received, parsed))
    });
    let (received, presentations) = parsed.instrument(info_span!("parse")).await??;
    let (policy, now) = (relied.policy(app), app.now());
    let material = gather(&app.fetcher, &app.verification.standing, &presentations, &policy, now);
    let material = material.instrument(info_span!("gather")).await?;
    let (judging, used) = (app.clone(), relied.used());
    let verified = app.compute(move || {
        let mut all = all(&judging, &received, &presentations, &material, &policy, &applicant, now);
        all.report.trust_policy = Some(used);
        all
    });
    Ok(verified.instrument(info_span!("verify")).await?)
}

/// Where a credential stands among those that were handed in together.
pub fn place(index: usize) -> Pointer {
    Pointer::root().key("credentials").index(index)
}

/// Judges each with the same material and puts their reports together.
fn all(
    app: &App,
    received: &[Bytes],
    presentations: &[UnverifiedPresentation],
    material: &Material,
    policy: &Policy,
    applicant: &Applicant,
    now: Timestamp,
) -> Verified {
    let mut all = Verified {
        report: VerificationReport::default(),
        credentials: Vec::new(),
        not_counted: Vec::new(),
        grounds: Grounds::default(),
    };
    for (index, (bytes, presentation)) in received.iter().zip(presentations).enumerate() {
        let limits = &app.verification.limits;
        let question = Question { bytes, base: &place(index), limits, material, policy, applicant, now };
        let one = app.verification.cache.verify_parsed(&question, presentation);
        all.report.credentials.extend_from_slice(&one.report.credentials);
        for used in &one.report.material {
            let known = |seen: &MaterialUsed| seen.url == used.url;
            if !all.report.material.iter().any(known) {
                all.report.material.push(used.clone());
            }
        }
        all.credentials.extend_from_slice(&one.credentials);
        all.not_counted.extend_from_slice(&one.not_counted);
        all.grounds.extend(&one.grounds);
    }
    all
}
