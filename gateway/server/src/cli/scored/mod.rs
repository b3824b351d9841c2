//! An assessment of files, and what it was made from.

mod print;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wellspring_model::{
    Timestamp,
    assessment::{Assessment, NotCounted},
    canonical::canonical_json,
    case::Package,
    competency::{FrameworkVersion, Profile, Requirement},
    credential::{Applicant, VerifiedCredential},
    digest::Digest,
    id::{AssessmentId, ProfileId},
    pointer::Pointer,
    report::MaterialUsed,
};
use wellspring_score::{Frameworks, Requirements, ScoringPolicy};
use wellspring_verify::{Limits, Material, Policy};

use super::{
    Failure, exit,
    files::{Content, NamedFile, find_folder},
    material,
};

/// What to score, by file.
#[derive(Debug)]
pub struct Files {
    pub profile: PathBuf,
    pub frameworks: Vec<PathBuf>,
    pub credentials: Vec<PathBuf>,
    pub material: Option<PathBuf>,
    pub policy: Option<PathBuf>,
    pub trust: Option<PathBuf>,
}

/// The same, read.
#[derive(Debug)]
pub struct Contents {
    profile: Content,
    frameworks: Vec<Content>,
    credentials: Vec<Content>,
    policy: Option<Content>,
    trust: Option<Content>,
    /// As it was named, and where it is.
    material: Option<(String, PathBuf)>,
}

/// What identifies whom the credentials should be about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// An assessment with everything that is needed to make it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scored {
    #[serde(flatten)]
    pub assessment: Assessment,
    pub inputs: Inputs,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// The moment for which the credentials were judged.
    pub at: Timestamp,
    #[serde(flatten)]
    pub files: NamedFiles,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The documents of the folder that were used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used: Vec<MaterialUsed>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFiles {
    pub profile: NamedFile,
    pub frameworks: Vec<NamedFile>,
    pub credentials: Vec<NamedFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<NamedFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust: Option<NamedFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub material: Option<String>,
}

impl Files {
    pub fn read(&self) -> Result<Contents, Failure> {
        let all = |paths: &[PathBuf]| paths.iter().map(|path| Content::read(path)).collect::<Result<Vec<_>, _>>();
        let material = self.material.as_ref().map(|folder| (folder.display().to_string(), folder.clone()));
        Ok(Contents {
            profile: Content::read(&self.profile)?,
            frameworks: all(&self.frameworks)?,
            credentials: all(&self.credentials)?,
            policy: self.policy.as_deref().map(Content::read).transpose()?,
            trust: self.trust.as_deref().map(Content::read).transpose()?,
            material,
        })
    }
}

impl NamedFiles {
    /// The same bytes again.
    pub fn find(&self, beside: &Path) -> Result<Contents, Failure> {
        let all = |files: &[NamedFile]| files.iter().map(|file| file.find(beside)).collect::<Result<Vec<_>, _>>();
        let material = self.material.clone();
        Ok(Contents {
            profile: self.profile.find(beside)?,
            frameworks: all(&self.frameworks)?,
            credentials: all(&self.credentials)?,
            policy: self.policy.as_ref().map(|file| file.find(beside)).transpose()?,
            trust: self.trust.as_ref().map(|file| file.find(beside)).transpose()?,
            material: material.map(|folder| (folder.clone(), find_folder(&folder, beside))),
        })
    }
}

impl Contents {
    /// The same, to be scored by another policy.
    pub fn by_policy(self, policy: Content) -> Self {
        Self { policy: Some(policy), ..self }
    }

    fn named(&self) -> NamedFiles {
        let all = |contents: &[Content]| contents.iter().map(|one| one.named.clone()).collect();
        NamedFiles {
            profile: self.profile.named.clone(),
            frameworks: all(&self.frameworks),
            credentials: all(&self.credentials),
            policy: self.policy.as_ref().map(|one| one.named.clone()),
            trust: self.trust.as_ref().map(|one| one.named.clone()),
            material: self.material.as_ref().map(|(named, _)| named.clone()),
        }
    }

    fn policy(&self) -> Result<ScoringPolicy, Failure> {
        let Some(content) = &self.policy else { return Ok(ScoringPolicy::default()) };
        ScoringPolicy::read(&content.bytes).map_err(|fault| {
            content.unreadable("a scoring policy", &format!("{} at `{}`", fault.why, fault.pointer.as_str()))
        })
    }

    fn frameworks(&self) -> Result<Frameworks, Failure> {
        let read = |content: &Content| {
            let wrong = |why: &dyn std::fmt::Display| content.unreadable("a CASE package", why);
            let limits = Limits { bytes: content.bytes.len(), ..Limits::default() };
            wellspring_verify::check_json(&content.bytes, &limits).map_err(|error| wrong(&error))?;
            let package = Package::read(content.bytes.clone(), None).map_err(|faults| match faults.first() {
                Some(fault) => wrong(&fault),
                None => wrong(&"it is empty"),
            })?;
            let framework = package.framework().clone();
            let document = &framework.document;
            let version = FrameworkVersion {
                id: document.identifier.clone(),
                title: document.title.clone(),
                version: document.version.clone(),
                digest: content.named.digest,
            };
            Ok((framework, version))
        };
        Ok(Frameworks::new(&self.frameworks.iter().map(read).collect::<Result<Vec<_>, Failure>>()?))
    }

    /// The profile, as far as these frameworks and this policy know what it asks for.
    fn profile(&self, frameworks: &Frameworks, policy: &ScoringPolicy) -> Result<Profile, Failure> {
        let file: ProfileFile = self.profile.parse("a profile")?;
        if let Some(fault) = wellspring_score::fault_of(&file.requirements, frameworks, policy) {
            let why = format!("{} at `{}`", fault.why, fault.pointer.as_str());
            return Err(self.profile.unreadable("a profile for these frameworks", &why));
        }
        let id = file.id.unwrap_or_else(|| ProfileId::from_uuid(uuid_of(self.profile.named.digest)));
        Ok(Profile { id, title: file.title, framework: file.framework, requirements: file.requirements })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    id: Option<ProfileId>,
    title: String,
    #[serde(default)]
    framework: Vec<String>,
    requirements: Vec<Requirement>,
}

/// An id that follows from what was read, so that the same input has the same one.
fn uuid_of(digest: Digest) -> Uuid {
    let mut first = [0; 16];
    first.iter_mut().zip(digest.bytes()).for_each(|(to, from)| *to = *from);
    uuid::Builder::from_custom_bytes(first).into_uuid()
}

/// Verifies and scores, with what is at hand and nothing else.
pub fn score(contents: &Contents, at: Timestamp, subject: Subject) -> Result<Scored, Failure> {
    let (policy, frameworks) = (Arc::new(contents.policy()?), Arc::new(contents.frameworks()?));
    let profile = contents.profile(&frameworks, &policy)?;
    let verified = verified(contents, at, &subject)?;
    let (nobody, as_of) = (AssessmentId::from_uuid(Uuid::nil()), TimeZone::UTC.to_datetime(at).date());
    let requirements = Requirements::new(&profile, frameworks, policy);
    let (credentials, not_counted) = (&verified.credentials, verified.not_counted);
    let mut assessment = wellspring_score::assess(nobody, &requirements, credentials, not_counted, as_of);
    assessment.id = AssessmentId::from_uuid(uuid_of(assessment.inputs_digest));
    let subject = Some(subject).filter(|subject| *subject != Subject::default());
    Ok(Scored { assessment, inputs: Inputs { at, files: contents.named(), subject, used: verified.used } })
}

#[derive(Default)]
struct Verified {
    credentials: Vec<VerifiedCredential>,
    not_counted: Vec<NotCounted>,
    used: Vec<MaterialUsed>,
}

fn verified(contents: &Contents, at: Timestamp, subject: &Subject) -> Result<Verified, Failure> {
    let policy = match &contents.trust {
        Some(trust) => trust.parse("a verification policy")?,
        None => Policy::default(),
    };
    let material = match &contents.material {
        Some((_, folder)) => material::read(folder, at)?,
        None => Material::default(),
    };
    let applicant = Applicant { subject_id: subject.id.clone(), email: subject.email.clone(), name: None };
    let mut all = Verified::default();
    for (index, content) in contents.credentials.iter().enumerate() {
        let place = Pointer::root().key("credentials").index(index);
        let unverified = wellspring_verify::parse(&content.bytes, place, &Limits::default())
            .map_err(|error| content.unreadable("a credential", &error))?;
        let one = wellspring_verify::verify(&unverified, &material, &policy, &applicant, at);
        all.credentials.extend(one.credentials);
        all.not_counted.extend(one.not_counted);
        all.used.extend(one.report.material);
    }
    all.used.sort_by(|one, other| one.url.cmp(&other.url));
    all.used.dedup();
    Ok(all)
}

impl Scored {
    pub fn canonical(&self) -> Result<String, Failure> {
        let value = serde_json::to_value(self).map_err(Failure::could_not_run)?;
        canonical_json(&value).ok_or_else(|| Failure::new(exit::UNREADABLE, "it has no canonical form"))
    }
}
