//! Judging: every credential of an input by itself, with what was gathered, at one moment.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;
use wellspring_model::{
    achievement::Achievement,
    assessment::NotCounted,
    credential::{Applicant, Binding, NotCountedReason, VerifiedCredential},
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
    report::{Check, CheckName, CredentialReport, Grounds, VerificationReport},
};

use crate::{
    Material, Policy, UnverifiedPresentation, achievement,
    around::Around,
    form::Form,
    judge::{Judge, Seen},
    material::{Library, Window},
    parse::Found,
};

/// What an input came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Every credential with its checks, outer before inner.
    pub report: VerificationReport,
    /// Those that may be scored.
    pub credentials: Vec<VerifiedCredential>,
    /// Those that may not, and why.
    pub not_counted: Vec<NotCounted>,
    /// What it rests on beside the input.
    pub grounds: Grounds,
}

/// Judges every credential of an input (OB 3.0 §verification; CLR 2.0, which adds that each nested credential is judged
/// by its own type's rules).
///
/// `applicant` is whom the credentials should be about; where nothing is known of them, nothing is compared. `now` is the
/// moment to judge for.
pub fn verify(
    unverified: &UnverifiedPresentation,
    material: &Material,
    policy: &Policy,
    applicant: &Applicant,
    now: Timestamp,
) -> Verification {
    verify_within(unverified, material, policy, applicant, now).0
}

/// The same, with the time in which it stays so.
pub(crate) fn verify_within(
    unverified: &UnverifiedPresentation,
    material: &Material,
    policy: &Policy,
    applicant: &Applicant,
    now: Timestamp,
) -> (Verification, Window) {
    let library = Library::new(material);
    let around = Around::new(&library, policy, now);
    let judge = Judge { base: &unverified.base, around, applicant };
    let mut result = Verification::default();
    // What is known of each so far: outer ones come first, and inner ones look back at them.
    let mut seen: Vec<Seen> = Vec::new();
    let mut judged: Vec<Judged> = Vec::new();
    for found in unverified.credentials() {
        let (mut report, known) = judge.one(&found, &seen);
        if seen.is_empty() && unverified.is_cut_off() {
            cut_off(&mut report, unverified.limits.nested);
        }
        let achievements = match (found.form, found.value) {
            (Form::Achievement, Value::Object(credential)) => achievement::of(credential, &report.path),
            _ => Vec::new(),
        };
        judged.push(Judged::new(report, achievements, known.subject.as_deref(), &found));
        seen.push(known);
    }
    withdraw(&mut judged);
    for one in judged {
        record(one, policy, &mut result);
    }
    let window = library.window();
    result.grounds = library.grounds();
    result.report.material = library.into_used();
    (result, window)
}

/// One credential as it was judged by itself.
pub(crate) struct Judged {
    report: CredentialReport,
    achievements: Vec<Achievement>,
    /// The one around it.
    within: Option<usize>,
    is_token: bool,
    /// Issuer and subject are the same.
    is_self_asserted: bool,
}

impl Judged {
    pub fn new(
        report: CredentialReport,
        achievements: Vec<Achievement>,
        subject: Option<&str>,
        found: &Found<'_>,
    ) -> Self {
        let issuer = report.issuer.as_ref().map(|issuer| issuer.0.as_str());
        let is_self_asserted = subject.is_some() && subject == issuer;
        Self { report, achievements, within: found.within, is_token: found.jwt.is_some(), is_self_asserted }
    }
}

/// Takes back what a record says of its subject where something within it is not as its own issuer signed it. In some
/// contexts a record and what it holds are one graph: what somebody else says of the subject can be written anew as the
/// record's own word, and the record's signature fits as before. Only the signature of the credential that it was taken
/// from shows it. What a token holds cannot be rewritten.
fn withdraw(judged: &mut [Judged]) {
    let is_rewritten = |one: &Judged| {
        let mut proofs = one.report.checks.iter().filter(|check| check.check == CheckName::Proof).peekable();
        proofs.peek().is_none()
            || proofs.any(|check| check.outcome == Outcome::Failed && check.finding.code != FindingCode::ProofMissing)
    };
    let doubtful: BTreeSet<usize> =
        judged.iter().filter(|one| is_rewritten(one)).filter_map(|one| one.within).collect();
    let doubtful: BTreeSet<usize> = doubtful.into_iter().filter(|record| !judged[*record].is_token).collect();
    for one in judged.iter_mut().filter(|one| one.report.binding == Some(Binding::Record)) {
        if one.within.is_some_and(|record| doubtful.contains(&record)) {
            one.report.binding = None;
            let at = Pointer::root().key("credentialSubject").key("id");
            for check in one.report.checks.iter_mut().filter(|check| check.check == CheckName::Subject) {
                check.outcome = Outcome::Undetermined;
                check.finding = Finding::new(FindingCode::SubjectNotComparable, at.clone());
            }
            one.report.outcome = CredentialReport::outcome_of(&one.report.checks);
        }
    }
}

/// The outermost carries it: what is beyond the limit was not looked at.
fn cut_off(report: &mut CredentialReport, limit: usize) {
    let finding = Finding::new(FindingCode::LimitExceeded, Pointer::root()).with("limit", limit);
    report.checks.retain(|check| check.check != CheckName::Structure || check.outcome == Outcome::Failed);
    report.checks.insert(0, Check { check: CheckName::Structure, outcome: Outcome::Undetermined, finding });
    report.outcome = CredentialReport::outcome_of(&report.checks);
}

/// Puts a report with the others and sorts its credential: to be scored, or not, and why.
pub(crate) fn record(judged: Judged, policy: &Policy, result: &mut Verification) {
    let Judged { report, achievements, is_self_asserted, .. } = judged;
    // A record around others awards nothing itself; only its failure is worth telling apart.
    let awards = !achievements.is_empty();
    let issuer = report.issuer.as_ref();
    let is_own = |achievement: &Achievement| {
        achievement.creator.as_ref().is_none_or(|creator| policy.may_award(issuer, creator))
    };
    let (own, others): (Vec<_>, Vec<_>) = achievements.into_iter().partition(is_own);
    let because =
        |achievement: Option<String>, reason| NotCounted { credential: report.path.clone(), achievement, reason };
    match VerifiedCredential::from_report(&report, own) {
        // What somebody says of themselves is shown, and is not evidence, however well it is signed.
        Ok(_) if awards && is_self_asserted => {
            result.not_counted.push(because(None, NotCountedReason::SelfAsserted));
        }
        Ok(verified) if awards => {
            let not_theirs =
                others.into_iter().map(|other| because(Some(other.id), NotCountedReason::CreatorNotIssuer));
            result.not_counted.extend(not_theirs);
            result.credentials.push(verified);
        }
        Ok(_) => {}
        Err(reason) => result.not_counted.push(because(None, reason)),
    }
    result.report.credentials.push(report);
}
