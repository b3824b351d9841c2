//! Whom a credential is about, compared with what is known of the applicant (OB 3.0 §verification, step 5).

use md5::Md5;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use wellspring_model::{
    credential::{Applicant, Binding},
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::document::{each, text};

pub(crate) struct Judged {
    pub(crate) outcome: Outcome,
    pub(crate) finding: Finding,
    pub(crate) binding: Option<Binding>,
    pub(crate) notice: Option<Finding>,
}

/// Compares the subject with the applicant. `holder` is who has shown that they hand the credential in. `None` where nothing
/// is known of either.
pub(crate) fn judge(credential: &Map<String, Value>, applicant: &Applicant, holder: Option<&str>) -> Option<Judged> {
    if !applicant.is_known() && holder.is_none() {
        return None;
    }
    let mut compared = Compared::default();
    for (at, subject) in each(credential, "credentialSubject") {
        if let Value::Object(subject) = subject {
            compared.subject(subject, &at, applicant, holder);
        }
    }
    let says = |outcome, code, pointer: Pointer| (outcome, Finding::new(code, pointer));
    let binding = compared.matched.iter().map(|(binding, _)| *binding).min();
    let notice = compared.weak.filter(|_| binding.is_some()).map(|at| Finding::new(FindingCode::WeakHash, at));
    let ((outcome, finding), binding) = match compared.matched.into_iter().min_by_key(|(binding, _)| *binding) {
        Some((Binding::NameOnly, at)) if compared.differs.is_none() => {
            (says(Outcome::Undetermined, FindingCode::SubjectNameOnly, at), binding)
        }
        Some((Binding::NameOnly, _)) => {
            let at = compared.differs.unwrap_or_default();
            (says(Outcome::Failed, FindingCode::SubjectMismatch, at), None)
        }
        Some((_, at)) => (says(Outcome::Passed, FindingCode::SubjectOk, at), binding),
        None => match compared.differs {
            Some(at) => (says(Outcome::Failed, FindingCode::SubjectMismatch, at), None),
            None => {
                let at = Pointer::root().key("credentialSubject");
                (says(Outcome::Undetermined, FindingCode::SubjectNotComparable, at), None)
            }
        },
    };
    Some(Judged { outcome, finding, binding, notice })
}

/// What comparing came to so far.
#[derive(Default)]
struct Compared {
    matched: Vec<(Binding, Pointer)>,
    /// Something that could be compared and was not the applicant's.
    differs: Option<Pointer>,
    /// A match that rests on MD5.
    weak: Option<Pointer>,
}

impl Compared {
    fn subject(&mut self, subject: &Map<String, Value>, at: &Pointer, applicant: &Applicant, holder: Option<&str>) {
        let id = text(subject, "id");
        if let (Some(holder), Some(id)) = (holder, id) {
            self.note(id == holder, Binding::HolderProof, at.key("id"));
        }
        self.name(subject, at, applicant);
        if let (Some(known), Some(id)) = (&applicant.subject_id, id) {
            self.note(id == known, Binding::SubjectId, at.key("id"));
        }
        let Some(email) = &applicant.email else { return };
        if let Some(address) = id.and_then(|id| id.strip_prefix("mailto:")) {
            self.note(same_mailbox(address, email), Binding::PlainIdentifier, at.key("id"));
        }
        for (tail, identifier) in each(subject, "identifier") {
            let Value::Object(identifier) = identifier else { continue };
            let at = at.join(&tail);
            if text(identifier, "identityType") != Some("emailAddress") {
                continue;
            }
            let Some(written) = text(identifier, "identityHash") else { continue };
            if identifier.get("hashed") == Some(&Value::Bool(true)) {
                let salt = text(identifier, "salt").unwrap_or_default();
                let Some(matches) = hash_matches(written, email, salt) else { continue };
                if matches && written.starts_with("md5$") {
                    self.weak = Some(at.clone());
                }
                self.note(matches, Binding::HashedIdentifier, at);
            } else {
                self.note(same_mailbox(written, email), Binding::PlainIdentifier, at);
            }
        }
    }

    /// A name is no identifier: many people bear it. It is told, and differs from nobody's.
    fn name(&mut self, subject: &Map<String, Value>, at: &Pointer, applicant: &Applicant) {
        let Some(name) = &applicant.name else { return };
        for (tail, identifier) in each(subject, "identifier") {
            let Value::Object(identifier) = identifier else { continue };
            let written = text(identifier, "identityHash").filter(|_| text(identifier, "identityType") == Some("name"));
            let is_hashed = identifier.get("hashed") == Some(&Value::Bool(true));
            if written.is_some_and(|written| !is_hashed && same_mailbox(written, name)) {
                self.matched.push((Binding::NameOnly, at.join(&tail)));
            }
        }
    }

    fn note(&mut self, matches: bool, binding: Binding, at: Pointer) {
        if matches {
            self.matched.push((binding, at));
        } else {
            self.differs.get_or_insert(at);
        }
    }
}

/// Addresses are compared without regard to case: no mail service in use tells mailboxes apart by it.
fn same_mailbox(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// `sha256$` or `md5$` and the hexadecimal hash of identity and salt. The standard lays down no normal form of an
/// address, so the applicant's is tried as given and in lower case. `None` for a hash that we do not compute.
fn hash_matches(written: &str, email: &str, salt: &str) -> Option<bool> {
    let (algorithm, hex) = written.split_once('$')?;
    let hash: fn(&str, &str) -> String = match algorithm {
        "sha256" => salted::<Sha256>,
        "md5" => salted::<Md5>,
        _ => return None,
    };
    let trimmed = email.trim();
    let spellings = [email, trimmed, &trimmed.to_lowercase()];
    Some(spellings.into_iter().any(|spelling| hash(spelling, salt).eq_ignore_ascii_case(hex)))
}

fn salted<D: Digest>(identity: &str, salt: &str) -> String {
    let hash = D::new().chain_update(identity).chain_update(salt).finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HASH: &str = "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399";

    fn judged(subject: Value, email: &str) -> (FindingCode, Option<Binding>) {
        let credential = json!({"credentialSubject": subject});
        let applicant = Applicant {
            email: Some(email.to_owned()),
            subject_id: Some("did:example:ada".to_owned()),
            ..Applicant::default()
        };
        let judged = judge(credential.as_object().unwrap(), &applicant, None).unwrap();
        (judged.finding.code, judged.binding)
    }

    fn email(hash: &str, hashed: bool) -> Value {
        json!({"identifier": {"identityType": "emailAddress", "hashed": hashed, "identityHash": hash, "salt": "Kosher"}})
    }

    #[test]
    fn the_standards_own_example_of_a_hash_matches() {
        let bound = (FindingCode::SubjectOk, Some(Binding::HashedIdentifier));
        assert_eq!(judged(email(HASH, true), "a@example.com"), bound);
        assert_eq!(judged(email(&HASH.to_uppercase().replace("SHA256", "sha256"), true), " A@Example.com "), bound);
        assert_eq!(judged(email(HASH, true), "b@example.com"), (FindingCode::SubjectMismatch, None));
    }

    #[test]
    fn the_strongest_match_counts_and_any_match_suffices() {
        let mut subject = email("A@example.com", false);
        assert_eq!(judged(subject.clone(), "a@example.com").1, Some(Binding::PlainIdentifier));
        subject["id"] = json!("did:example:ada");
        assert_eq!(judged(subject.clone(), "a@example.com").1, Some(Binding::SubjectId));
        subject["id"] = json!("did:example:eve");
        assert_eq!(judged(subject, "a@example.com"), (FindingCode::SubjectOk, Some(Binding::PlainIdentifier)));
    }

    #[test]
    fn a_match_by_md5_counts_and_is_remarked_on() {
        // printf 'a@example.comKosher' | md5sum
        let credential = json!({"credentialSubject": email("md5$ddd142639a792e74751ee7e129237efa", true)});
        let applicant = Applicant { email: Some("a@example.com".to_owned()), ..Applicant::default() };
        let judged = judge(credential.as_object().unwrap(), &applicant, None).unwrap();
        assert_eq!(judged.binding, Some(Binding::HashedIdentifier));
        assert_eq!(judged.notice.unwrap().code, FindingCode::WeakHash);
    }

    #[test]
    fn what_cannot_be_compared_decides_nothing() {
        let unknown = (FindingCode::SubjectNotComparable, None);
        assert_eq!(judged(json!({}), "a@example.com"), unknown);
        assert_eq!(judged(email("sha512$00", true), "a@example.com"), unknown);
        let name = json!({"identifier": [{"identityType": "name", "hashed": false, "identityHash": "Ada"}]});
        assert_eq!(judged(name, "a@example.com"), unknown);
        assert!(judge(&Map::new(), &Applicant::default(), None).is_none());
    }
}
