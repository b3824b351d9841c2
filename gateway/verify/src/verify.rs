//! Judging: every credential of an input by itself, with what was gathered, at one moment.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use wellspring_model::{
    assessment::NotCounted,
    credential::{Applicant, IssuerId, NotCountedReason, VerifiedCredential},
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
    report::{Check, CheckName, CredentialReport, VerificationReport},
};

use crate::{
    Material, Policy, UnverifiedPresentation, achievement,
    document::{each, id_of, text, texts, words},
    form::Form,
    material::Library,
    parse::{Content, Found},
    proof::{self, Around},
    schema, structure, subject, trust, validity,
};

/// What an input came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Every credential with its checks, outer before inner.
    pub report: VerificationReport,
    /// Those that may be scored.
    pub credentials: Vec<VerifiedCredential>,
    /// Those that may not, and why.
    pub not_counted: Vec<NotCounted>,
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
    let library = Library::new(material);
    let judge = Judge { base: &unverified.base, library: &library, policy, applicant, now };
    let mut result = Verification {
        report: VerificationReport { credentials: Vec::new(), material: Vec::new() },
        credentials: Vec::new(),
        not_counted: Vec::new(),
    };
    if let Content::File(kind) = unverified.content {
        judge.record(judge.later(&Pointer::root(), kind), Vec::new(), &mut result);
    }
    let (found, is_cut_off) = unverified.credentials();
    for (i, found) in found.iter().enumerate() {
        let mut report = judge.one(found);
        if i == 0 && is_cut_off {
            // The outermost carries it: what is beyond the limit was not looked at.
            let finding = Finding::new(FindingCode::LimitExceeded, Pointer::root());
            let finding = finding.with("limit", unverified.limits.nested);
            report.checks.retain(|check| check.check != CheckName::Structure || check.outcome == Outcome::Failed);
            report.checks.insert(0, Check { check: CheckName::Structure, outcome: Outcome::Undetermined, finding });
            report.outcome = CredentialReport::outcome_of(&report.checks);
        }
        let achievements = match (found.form, found.value) {
            (Form::Achievement, Value::Object(credential)) => achievement::of(credential, &report.path),
            _ => Vec::new(),
        };
        judge.record(report, achievements, &mut result);
    }
    result.report.material = library.into_used();
    result
}

struct Judge<'a> {
    base: &'a Pointer,
    library: &'a Library<'a>,
    policy: &'a Policy,
    applicant: &'a Applicant,
    now: Timestamp,
}

impl Judge<'_> {
    fn one(&self, found: &Found<'_>) -> CredentialReport {
        match (found.form, found.value) {
            (Form::Achievement | Form::Clr | Form::Credential, Value::Object(credential)) => {
                self.credential(credential, found)
            }
            (Form::Later(kind), _) => self.later(&found.path, kind),
            (Form::Presentation, Value::Object(presentation)) => self.presentation(presentation, &found.path),
            _ => {
                let check = (Outcome::Failed, Finding::new(FindingCode::TypeUnknown, Pointer::root()));
                self.blank(&found.path, vec![named(CheckName::Structure, check)])
            }
        }
    }

    fn credential(&self, credential: &Map<String, Value>, found: &Found<'_>) -> CredentialReport {
        for context in texts(credential, "@context") {
            self.library.note_context(context);
        }
        let skew = SignedDuration::from_secs(self.policy.clock_skew_seconds.into());
        let issuer = id_of(credential, "issuer");
        let (structure, mut notices) = structure::judge(credential, found.form, self.policy);
        let proved = proof::judge(credential, issuer, Around { library: self.library, now: self.now, skew });
        let subject = subject::judge(credential, self.applicant);
        let binding = subject.as_ref().and_then(|subject| subject.binding);

        let mut checks = vec![named(CheckName::Structure, structure)];
        checks.extend(schema::judge(credential, found.form).map(|check| named(CheckName::Schema, check)));
        checks.push(named(CheckName::Proof, proved.proof));
        checks.extend(proved.issuer_key.map(|check| named(CheckName::IssuerKey, check)));
        checks.push(named(CheckName::Validity, validity::judge(credential, self.now, skew)));
        checks.extend(status(credential).map(|check| named(CheckName::Status, check)));
        notices.extend(proved.notices);
        if let Some(subject) = subject {
            notices.extend(subject.notice);
            checks.push(named(CheckName::Subject, (subject.outcome, subject.finding)));
        }
        if found.is_top && self.policy.holder_proof {
            checks.push(named(CheckName::Holder, unsupported("a proof by the holder")));
        }
        for member in ["endorsement", "endorsementJwt", "refreshService"] {
            if !each(credential, member).is_empty() {
                notices.push(Finding::new(FindingCode::NotChecked, Pointer::root().key(member)));
            }
        }
        let issuer_id = issuer.map(|id| IssuerId(id.to_owned()));
        let issuer_profile = credential.get("issuer").and_then(Value::as_object);
        CredentialReport {
            path: self.base.join(&found.path),
            id: text(credential, "id").map(str::to_owned),
            types: texts(credential, "type").into_iter().map(str::to_owned).collect(),
            name: words(credential, "name").or_else(|| achievement_name(credential)),
            issuer_name: issuer_profile.and_then(|profile| words(profile, "name")),
            outcome: CredentialReport::outcome_of(&checks),
            trust: trust::judge(issuer_id.as_ref(), self.policy),
            issuer: issuer_id,
            binding,
            checks,
            notices,
        }
    }

    /// A presentation: its credentials are judged by themselves; who handed them in is not checked yet.
    fn presentation(&self, presentation: &Map<String, Value>, path: &Pointer) -> CredentialReport {
        let mut report = self.blank(path, vec![named(CheckName::Holder, unsupported("a presentation by the holder"))]);
        report.id = text(presentation, "id").map(str::to_owned);
        report.types = texts(presentation, "type").into_iter().map(str::to_owned).collect();
        report
    }

    fn later(&self, path: &Pointer, kind: &str) -> CredentialReport {
        self.blank(path, vec![named(CheckName::Structure, unsupported(kind))])
    }

    fn blank(&self, path: &Pointer, checks: Vec<Check>) -> CredentialReport {
        CredentialReport {
            path: self.base.join(path),
            id: None,
            types: Vec::new(),
            name: None,
            issuer: None,
            issuer_name: None,
            outcome: CredentialReport::outcome_of(&checks),
            trust: None,
            binding: None,
            checks,
            notices: Vec::new(),
        }
    }

    /// Puts a report with the others and sorts its credential: to be scored, or not, and why.
    fn record(
        &self,
        report: CredentialReport,
        achievements: Vec<wellspring_model::credential::Achievement>,
        result: &mut Verification,
    ) {
        // A record around others awards nothing itself; only its failure is worth telling apart.
        let awards = !achievements.is_empty();
        match VerifiedCredential::from_report(&report, achievements) {
            Ok(verified) if awards => result.credentials.push(verified),
            Ok(_) => {}
            Err(reason) => result.not_counted.push(left_out(&report, reason)),
        }
        result.report.credentials.push(report);
    }
}

fn left_out(report: &CredentialReport, reason: NotCountedReason) -> NotCounted {
    NotCounted { credential: report.path.clone(), achievement: None, reason }
}

fn named(check: CheckName, (outcome, finding): (Outcome, Finding)) -> Check {
    Check { check, outcome, finding }
}

fn unsupported(kind: &str) -> (Outcome, Finding) {
    (Outcome::Undetermined, Finding::new(FindingCode::FormatUnsupported, Pointer::root()).with("format", kind))
}

/// Where the issuer offers to say whether it withdrew the credential, not having asked decides nothing.
fn status(credential: &Map<String, Value>) -> Option<(Outcome, Finding)> {
    let status = credential.get("credentialStatus")?;
    let finding = Finding::new(FindingCode::StatusUnsupported, Pointer::root().key("credentialStatus"));
    let kind = status.as_object().and_then(|status| text(status, "type"));
    Some((Outcome::Undetermined, kind.into_iter().fold(finding, |finding, kind| finding.with("type", kind))))
}

fn achievement_name(credential: &Map<String, Value>) -> Option<String> {
    let subjects = each(credential, "credentialSubject");
    let achievement = subjects.first()?.1.get("achievement")?;
    words(achievement.as_object()?, "name")
}
