//! What others say of the issuer, the achievement or the credential (OB 3.0 §EndorsementCredential): each judged by itself,
//! reported, and never deciding what it is about.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use url::Url;
use wellspring_model::{
    credential::IssuerId,
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::{
    Limits,
    around::Around,
    document::{each, id_of, is_a, text},
    jwt::Jwt,
    secured::Secured,
    status, validity,
};

/// Endorsements looked at in one credential.
const MOST: usize = 32;

/// An endorsement as it stands in a credential.
struct Placed {
    at: Pointer,
    content: Map<String, Value>,
    jwt: Option<Jwt>,
    /// The id of what it stands at.
    about: Option<String>,
}

/// What became of the endorsements.
#[derive(Default)]
pub(crate) struct Judged {
    pub(crate) checks: Vec<(Outcome, Finding)>,
    /// Who endorses the credential's issuer, with an endorsement that passed.
    pub(crate) endorsers: Vec<IssuerId>,
}

/// The documents that the endorsements of a credential need.
pub(crate) fn references(credential: &Map<String, Value>, limits: &Limits) -> BTreeSet<Url> {
    placed(credential, limits).iter().flat_map(|one| one.secured().references()).collect()
}

pub(crate) fn judge(credential: &Map<String, Value>, around: &Around<'_>) -> Judged {
    let mut judged = Judged::default();
    for one in placed(credential, &Limits::default()) {
        let secured = one.secured();
        let endorser = secured.issuer().map(str::to_owned);
        let (outcome, reason) = one.judge(&secured, around);
        let code = match outcome {
            Outcome::Passed => FindingCode::EndorsementOk,
            Outcome::Undetermined => FindingCode::EndorsementUndecided,
            Outcome::Failed => FindingCode::EndorsementFailed,
        };
        let finding = Finding::new(code, one.at.clone()).with("issuer", endorser.as_deref().unwrap_or("?"));
        judged.checks.push((outcome, reason.into_iter().fold(finding, |finding, code| finding.with("reason", code))));
        let is_of_issuer = one.about.as_deref() == id_of(credential, "issuer");
        if let (Outcome::Passed, true, Some(endorser)) = (outcome, is_of_issuer, endorser) {
            judged.endorsers.push(IssuerId(endorser));
        }
    }
    judged
}

impl Placed {
    fn secured(&self) -> Secured<'_> {
        Secured { content: &self.content, jwt: self.jwt.as_ref() }
    }

    /// The worst of its checks, and the code of that.
    fn judge(&self, secured: &Secured<'_>, around: &Around<'_>) -> (Outcome, Option<FindingCode>) {
        let subject = each(&self.content, "credentialSubject").first().and_then(|(_, subject)| subject.as_object());
        let is_about_it = subject.and_then(|subject| text(subject, "id")) == self.about.as_deref();
        if !is_a(&self.content, "EndorsementCredential") || self.about.is_none() || !is_about_it {
            return (Outcome::Failed, Some(FindingCode::SubjectMismatch));
        }
        let proved = secured.judge(secured.issuer(), around);
        let token = self.jwt.as_ref().map_or((None, None), Jwt::bounds);
        let mut checks = vec![proved.proof];
        checks.extend(proved.issuer_key);
        checks.push(validity::judge(&self.content, token, around));
        checks.extend(status::judge(&self.content, secured.issuer(), around).checks);
        let worst =
            checks.into_iter().max_by_key(|(outcome, _)| *outcome).filter(|(outcome, _)| *outcome != Outcome::Passed);
        worst.map_or((Outcome::Passed, None), |(outcome, finding)| (outcome, Some(finding.code)))
    }
}

/// Finds endorsements at the credential, its issuer, its achievements and their creators.
fn placed(credential: &Map<String, Value>, limits: &Limits) -> Vec<Placed> {
    let mut placed = Vec::new();
    at(credential, &Pointer::root(), text(credential, "id"), limits, &mut placed);
    let profile = |object: &Map<String, Value>, name: &str, root: &Pointer, placed: &mut Vec<Placed>| {
        if let Some(Value::Object(profile)) = object.get(name) {
            at(profile, &root.key(name), text(profile, "id"), limits, placed);
        }
    };
    profile(credential, "issuer", &Pointer::root(), &mut placed);
    for (subject_at, subject) in each(credential, "credentialSubject") {
        let Value::Object(subject) = subject else { continue };
        for (tail, achievement) in each(subject, "achievement") {
            let Value::Object(achievement) = achievement else { continue };
            let root = subject_at.join(&tail);
            at(achievement, &root, text(achievement, "id"), limits, &mut placed);
            profile(achievement, "creator", &root, &mut placed);
        }
    }
    placed.truncate(MOST);
    placed
}

fn at(object: &Map<String, Value>, root: &Pointer, about: Option<&str>, limits: &Limits, placed: &mut Vec<Placed>) {
    let about = about.map(str::to_owned);
    for (tail, endorsement) in each(object, "endorsement").into_iter().take(MOST) {
        if let Value::Object(content) = endorsement {
            placed.push(Placed { at: root.join(&tail), content: content.clone(), jwt: None, about: about.clone() });
        }
    }
    for (tail, token) in each(object, "endorsementJwt").into_iter().take(MOST) {
        let jwt = token.as_str().and_then(|token| Jwt::decode(token.as_bytes(), limits).ok());
        if let Some(jwt) = jwt
            && let Value::Object(content) = jwt.content()
        {
            placed.push(Placed { at: root.join(&tail), content, jwt: Some(jwt), about: about.clone() });
        }
    }
}
