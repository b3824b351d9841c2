//! One credential, presentation, or whatever else was handed in, judged.

use serde_json::{Map, Value};
use wellspring_model::{
    credential::{Applicant, Binding, IssuerId},
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
    report::{Check, CheckName, CredentialReport, Trust},
};

use crate::{
    around::Around,
    document::{each, subject_of, text, texts, words},
    endorsement,
    form::Form,
    holder,
    jwt::Jwt,
    parse::Found,
    refresh, schema,
    secured::Secured,
    status, structure, subject, trust, validity,
};

pub(crate) struct Judge<'a> {
    pub(crate) base: &'a Pointer,
    pub(crate) around: Around<'a>,
    pub(crate) applicant: &'a Applicant,
}

/// What inner credentials may need to know of one that was judged.
#[derive(Default)]
pub(crate) struct Seen {
    /// Who has shown that they hand it in.
    holder: Option<String>,
    /// A record that passed, about the applicant: whose, and of which issuer.
    record: Option<Record>,
    pub subject: Option<String>,
}

struct Record {
    subject: String,
    issuer: Option<IssuerId>,
    is_trusted: bool,
}

type Checked = (Outcome, Finding);

impl Judge<'_> {
    pub(crate) fn one(&self, found: &Found<'_>, seen: &[Seen]) -> (CredentialReport, Seen) {
        let around = Seen { holder: self.holder(found, seen), ..Seen::default() };
        match (found.form, found.secured()) {
            (Form::Achievement | Form::Clr | Form::Credential | Form::Endorsement, Some(credential)) => {
                self.credential(&credential, found, around, seen)
            }
            (Form::Presentation, Some(presentation)) => self.presentation(&presentation, found, around),
            (Form::Later(kind), _) => {
                let finding = Finding::new(FindingCode::FormatUnsupported, Pointer::root()).with("format", kind);
                (self.blank(found.path, vec![named(CheckName::Structure, (Outcome::Undetermined, finding))]), around)
            }
            (form, _) => {
                let code = match form {
                    Form::NoToken => FindingCode::JwtInvalid,
                    Form::NoPicture => FindingCode::PictureInvalid,
                    _ => FindingCode::TypeUnknown,
                };
                let check = (Outcome::Failed, Finding::new(code, Pointer::root()));
                (self.blank(found.path, vec![named(CheckName::Structure, check)]), around)
            }
        }
    }

    /// Whoever has shown that they hand in the presentation around it.
    fn holder(&self, found: &Found<'_>, seen: &[Seen]) -> Option<String> {
        seen.get(found.within?)?.holder.clone()
    }

    fn credential(
        &self,
        secured: &Secured<'_>,
        found: &Found<'_>,
        mut now_seen: Seen,
        seen: &[Seen],
    ) -> (CredentialReport, Seen) {
        let (credential, around) = (secured.content, &self.around);
        for context in texts(credential, "@context") {
            around.library.note_context(context);
        }
        let issuer = secured.issuer();
        let issuer_id = issuer.map(|id| IssuerId(id.to_owned()));
        let (structure, mut notices) = structure::judge(credential, found.form, around.policy);
        let proved = secured.judge(issuer, around);
        let is_proved = proved.proof.0 == Outcome::Passed;

        let mut checks = vec![named(CheckName::Structure, structure)];
        checks.extend(schema::judge(found.value, found.form).map(|check| named(CheckName::Schema, check)));
        checks.push(named(CheckName::Proof, proved.proof));
        checks.extend(proved.issuer_key.map(|check| named(CheckName::IssuerKey, check)));
        let token = found.jwt.map_or((None, None), Jwt::bounds);
        checks.push(named(CheckName::Validity, validity::judge(credential, token, around)));
        let status = status::judge(credential, issuer, around);
        checks.extend(status.checks.into_iter().map(|check| named(CheckName::Status, check)));
        notices.extend(proved.notices.into_iter().chain(status.notices));
        let endorsed = endorsement::judge(credential, around);
        checks.extend(endorsed.checks.into_iter().map(|check| named(CheckName::Endorsement, check)));
        if is_proved {
            checks.extend(refresh::judge(credential, around).map(|check| named(CheckName::Refresh, check)));
        }
        if found.is_top && found.within.is_none() && around.policy.challenge.is_some() {
            // A credential alone says nothing of who hands it in.
            let finding = Finding::new(FindingCode::HolderProofMissing, Pointer::root());
            checks.push(named(CheckName::Holder, (Outcome::Failed, finding)));
        }

        notices.extend(aged_keys(secured, around));
        let trusted = trust::judge(issuer_id.as_ref(), &endorsed.endorsers, around);
        let trust = trusted.trust;
        notices.extend(trusted.notices);
        let subject_id = subject_of(credential).map(str::to_owned);
        let mut subject = subject::judge(credential, self.applicant, now_seen.holder.as_deref());
        if let Some(subject) = &mut subject
            && subject.outcome == Outcome::Undetermined
            && vouched_for(subject_id.as_deref(), issuer_id.as_ref(), found.within, seen)
        {
            let at = Pointer::root().key("credentialSubject").key("id");
            (subject.outcome, subject.finding) = (Outcome::Passed, Finding::new(FindingCode::SubjectOk, at));
            subject.binding = Some(Binding::Record);
        }
        notices.extend(differs(subject_id.as_deref(), found.within, seen));
        notices.extend(creators(credential, issuer));
        notices.extend(schemas(credential));
        let binding = subject.as_ref().and_then(|subject| subject.binding);
        if let Some(subject) = subject {
            notices.extend(subject.notice);
            checks.push(named(CheckName::Subject, (subject.outcome, subject.finding)));
        }

        let issuer_profile = credential.get("issuer").and_then(Value::as_object);
        let report = CredentialReport {
            path: self.base.join(found.path),
            id: text(credential, "id").map(str::to_owned),
            types: texts(credential, "type").into_iter().map(str::to_owned).collect(),
            name: words(credential, "name").or_else(|| achievement_name(credential)),
            issuer_name: issuer_profile.and_then(|profile| words(profile, "name")),
            outcome: CredentialReport::outcome_of(&checks),
            trust,
            trust_trace: trusted.trace,
            endorsed_by: endorsed.endorsers,
            issuer: issuer_id.clone(),
            binding,
            checks,
            notices,
        };
        now_seen.subject.clone_from(&subject_id);
        let is_bound = binding.is_some_and(|binding| binding != Binding::NameOnly);
        if let (Form::Clr, Outcome::Passed, true, Some(subject)) = (found.form, report.outcome, is_bound, subject_id) {
            let is_trusted = trust == Some(Trust::Trusted);
            now_seen.record = Some(Record { subject, issuer: issuer_id, is_trusted });
        }
        (report, now_seen)
    }

    /// A presentation: its credentials are judged by themselves; this is about who hands them in.
    fn presentation(&self, presentation: &Secured<'_>, found: &Found<'_>, mut seen: Seen) -> (CredentialReport, Seen) {
        let presented = holder::judge(presentation, &self.around);
        let mut checks = vec![named(CheckName::Structure, structure::judge_presentation(presentation.content))];
        checks.extend(presented.proof.map(|check| named(CheckName::Proof, check)));
        checks.extend(presented.holder.map(|check| named(CheckName::Holder, check)));
        let mut report = self.blank(found.path, checks);
        report.notices = presented.notices;
        report.id = text(presentation.content, "id").map(str::to_owned);
        report.types = texts(presentation.content, "type").into_iter().map(str::to_owned).collect();
        seen.holder = presented.shown;
        (report, seen)
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
            trust_trace: Vec::new(),
            endorsed_by: Vec::new(),
            binding: None,
            checks,
            notices: Vec::new(),
        }
    }
}

/// Whether a record around the credential says whose this subject is. Only a record of the same issuer, or of one that the
/// employer trusts: anybody can sign a record that puts their own address beside somebody else's identifier.
fn vouched_for(subject: Option<&str>, issuer: Option<&IssuerId>, within: Option<usize>, seen: &[Seen]) -> bool {
    let record = within.and_then(|within| seen.get(within)?.record.as_ref());
    record.is_some_and(|record| {
        subject == Some(record.subject.as_str()) && (record.is_trusted || record.issuer.as_ref() == issuer)
    })
}

/// A credential about somebody else than the record it stands in.
fn differs(subject: Option<&str>, within: Option<usize>, seen: &[Seen]) -> Option<Finding> {
    let outer = seen.get(within?)?.subject.as_deref()?;
    let at = Pointer::root().key("credentialSubject").key("id");
    subject.filter(|subject| *subject != outer).map(|_| Finding::new(FindingCode::SubjectDiffers, at))
}

/// Achievements that somebody else has created than who awards them.
fn creators(credential: &Map<String, Value>, issuer: Option<&str>) -> Vec<Finding> {
    let mut notices = Vec::new();
    for (at, subject) in each(credential, "credentialSubject") {
        let Value::Object(subject) = subject else { continue };
        for (tail, achievement) in each(subject, "achievement") {
            let creator =
                achievement.as_object().and_then(|achievement| crate::document::id_of(achievement, "creator"));
            if creator.is_some_and(|creator| Some(creator) != issuer) {
                let at = at.join(&tail).key("creator");
                notices
                    .push(Finding::new(FindingCode::CreatorDiffers, at).with("creator", creator.unwrap_or_default()));
            }
        }
    }
    notices
}

/// Schemas that the credential names and that we do not carry: nothing is fetched for them.
fn schemas(credential: &Map<String, Value>) -> Vec<Finding> {
    let known = |id: &str| {
        ["https://purl.imsglobal.org/spec/ob/v3p0/schema/", "https://purl.imsglobal.org/spec/clr/v2p0/schema/"]
            .iter()
            .any(|ours| id.starts_with(ours))
    };
    each(credential, "credentialSchema")
        .into_iter()
        .filter(|(_, schema)| schema.get("id").and_then(Value::as_str).is_none_or(|id| !known(id)))
        .map(|(at, _)| Finding::new(FindingCode::NotChecked, at))
        .collect()
}

/// Documents of keys that could not be had anew, and are still within the policy's limit.
fn aged_keys(secured: &Secured<'_>, around: &Around<'_>) -> Option<Finding> {
    let references = secured.references();
    let documents = references.iter().filter_map(|url| around.library.document(url).ok());
    let oldest = documents.map(|document| document.fetched_at).min()?;
    let policy = around.policy;
    let is_of_use = !around.is_older(oldest, policy.key_max_age_seconds);
    (is_of_use && around.is_older(oldest, policy.key_fresh_seconds))
        .then(|| Finding::new(FindingCode::KeyDocumentAged, Pointer::root().key("issuer")).with("since", oldest))
}

fn named(check: CheckName, (outcome, finding): Checked) -> Check {
    Check { check, outcome, finding }
}

fn achievement_name(credential: &Map<String, Value>) -> Option<String> {
    let subjects = each(credential, "credentialSubject");
    let achievement = subjects.first()?.1.get("achievement")?;
    words(achievement.as_object()?, "name")
}
