//! What a submission request holds, as JSON or multipart, and how its credentials become bytes.

use std::collections::HashMap;

use axum::{
    RequestExt,
    extract::{Multipart, Request},
    http::header::CONTENT_TYPE,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use wellspring_model::{
    digest::Digest,
    id::ExternalId,
    pointer::Pointer,
    submission::{Application, Candidate, Language},
};

use crate::{
    body::{read_all, strict},
    problem::Problem,
    state::App,
};

/// A job application with the credentials that came with it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmissionRequest {
    /// The connection the application came through, `con_…`.
    pub connection: String,
    pub application: ApplicationInput,
    /// The job, as `job_…` or by the ATS's own id.
    pub job: String,
    /// The language of the report: `en` or `es`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub language: Language,
    /// At least one, at most 50.
    pub credentials: Vec<CredentialInput>,
}

/// The application at the ATS.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationInput {
    /// The ATS's id of the application.
    pub id: String,
    pub candidate: CandidateInput,
}

/// The applicant as the ATS knows them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CandidateInput {
    /// The ATS's id of the candidate.
    pub id: Option<String>,
    pub name: Option<String>,
    /// Compared with the identifiers in the credentials.
    pub email: Option<String>,
}

/// One credential, in exactly one of these forms.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialInput {
    /// The credential itself.
    #[schema(value_type = Option<Object>)]
    pub json: Option<Box<RawValue>>,
    /// A compact JWS.
    pub jwt: Option<String>,
    /// Any file (PNG, SVG, JSON …) in base64.
    pub base64: Option<String>,
    /// The name of a multipart part that holds the file.
    pub part: Option<String>,
    pub filename: Option<String>,
}

/// A credential's bytes as they will be kept.
#[derive(Debug)]
pub struct ReceivedCredential {
    pub bytes: Bytes,
    pub filename: Option<String>,
}

/// A request that was read, with its credentials and a digest of all its parts.
#[derive(Debug)]
pub struct ReceivedSubmission {
    pub request: SubmissionRequest,
    pub credentials: Vec<ReceivedCredential>,
    /// Over the parts' names and contents, not over transport framing: the same request sent again digests the same.
    pub digest: Digest,
}

const MOST_CREDENTIALS: usize = 50;
const LONGEST_TEXT: usize = 512;

impl ReceivedSubmission {
    /// Reads JSON or `multipart/form-data`.
    ///
    /// # Errors
    /// A problem that names what is wrong and where; nothing has been stored.
    pub async fn read(request: Request, app: &App) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let parts = match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "multipart/form-data" => read_parts(request, app).await?,
            "application/json" => Parts { submission: read_all(request, app).await?, files: HashMap::new() },
            _ => return Err(Problem::unsupported_media_type("application/json or multipart/form-data")),
        };
        let digest = parts.digest();
        let request: SubmissionRequest = strict(&parts.submission, app)?;
        check_texts(&request)?;
        let credentials = collect(&request.credentials, parts.files, app)?;
        Ok(Self { request, credentials, digest })
    }

    /// The application in domain terms.
    pub fn application(&self) -> Application {
        let candidate = &self.request.application.candidate;
        Application {
            id: ExternalId(self.request.application.id.clone()),
            candidate: Candidate {
                id: candidate.id.clone().map(ExternalId),
                name: candidate.name.clone(),
                email: candidate.email.clone(),
            },
        }
    }
}

struct Parts {
    submission: Bytes,
    files: HashMap<String, File>,
}

struct File {
    bytes: Bytes,
    filename: Option<String>,
}

impl Parts {
    fn digest(&self) -> Digest {
        let mut files: Vec<_> = self.files.iter().collect();
        files.sort_by_key(|(name, _)| *name);
        let mut hash = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        add(&self.submission);
        for (name, file) in files {
            add(name.as_bytes());
            add(&file.bytes);
        }
        Digest::from_bytes(hash.finalize().into())
    }
}

async fn read_parts(request: Request, app: &App) -> Result<Parts, Problem> {
    let limit = app.config.limits.body_bytes;
    let request = request.map(|body| axum::body::Body::new(http_body_util::Limited::new(body, limit)));
    let unreadable = |error: axum::extract::multipart::MultipartError| match error.status() {
        http::StatusCode::PAYLOAD_TOO_LARGE => Problem::body_too_large(limit),
        _ => Problem::invalid_request(Pointer::root(), "the multipart body cannot be read".to_owned()),
    };
    let mut multipart: Multipart = request
        .extract()
        .await
        .map_err(|_| Problem::invalid_request(Pointer::root(), "the multipart boundary is missing".to_owned()))?;
    let mut submission = None;
    let mut files = HashMap::new();
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        let filename = field.file_name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(unreadable)?;
        let repeated = if name == "submission" {
            submission.replace(bytes).is_some()
        } else {
            files.insert(name.clone(), File { bytes, filename }).is_some()
        };
        if repeated {
            return Err(Problem::invalid_request(Pointer::root(), format!("there are two parts named `{name}`")));
        }
        if files.len() > MOST_CREDENTIALS {
            return Err(Problem::invalid_request(Pointer::root(), format!("more than {MOST_CREDENTIALS} files")));
        }
    }
    let submission = submission
        .ok_or_else(|| Problem::invalid_request(Pointer::root(), "the part `submission` is missing".to_owned()))?;
    Ok(Parts { submission, files })
}

fn check_texts(request: &SubmissionRequest) -> Result<(), Problem> {
    let application = Pointer::root().key("application");
    let candidate = application.key("candidate");
    let given = &request.application.candidate;
    let texts = [
        (application.key("id"), Some(&request.application.id)),
        (candidate.key("id"), given.id.as_ref()),
        (candidate.key("name"), given.name.as_ref()),
        (candidate.key("email"), given.email.as_ref()),
        (Pointer::root().key("job"), Some(&request.job)),
    ];
    for (pointer, text) in texts {
        match text {
            Some(text) if text.trim().is_empty() => {
                return Err(Problem::invalid_request(pointer, "it must not be empty".to_owned()));
            }
            Some(text) if text.chars().count() > LONGEST_TEXT => {
                return Err(Problem::invalid_request(pointer, format!("it is longer than {LONGEST_TEXT} characters")));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Turns the inputs of a request into bytes. `files` are the other parts of a multipart request.
fn collect(
    inputs: &[CredentialInput],
    mut files: HashMap<String, File>,
    app: &App,
) -> Result<Vec<ReceivedCredential>, Problem> {
    let at = Pointer::root().key("credentials");
    if inputs.is_empty() || inputs.len() > MOST_CREDENTIALS {
        return Err(Problem::invalid_request(at, format!("there must be 1 to {MOST_CREDENTIALS} credentials")));
    }
    let received: Vec<ReceivedCredential> = inputs
        .iter()
        .enumerate()
        .map(|(index, input)| received(input, &at.index(index), &mut files, app))
        .collect::<Result<_, _>>()?;
    match files.keys().next() {
        Some(name) => Err(Problem::invalid_request(at, format!("no credential names the part `{name}`"))),
        None => Ok(received),
    }
}

/// The credentials of a request that has no parts.
///
/// # Errors
/// As for a submission.
pub fn received_all(inputs: &[CredentialInput], app: &App) -> Result<Vec<ReceivedCredential>, Problem> {
    collect(inputs, HashMap::new(), app)
}

fn received(
    input: &CredentialInput,
    at: &Pointer,
    files: &mut HashMap<String, File>,
    app: &App,
) -> Result<ReceivedCredential, Problem> {
    let refuse = |key: &str, why: &str| Problem::invalid_request(at.key(key), why.to_owned());
    let (key, bytes, filename) = match input {
        CredentialInput { json: Some(json), jwt: None, base64: None, part: None, .. } => {
            ("json", Bytes::copy_from_slice(json.get().as_bytes()), None)
        }
        CredentialInput { json: None, jwt: Some(jwt), base64: None, part: None, .. } => {
            ("jwt", Bytes::copy_from_slice(jwt.as_bytes()), None)
        }
        CredentialInput { json: None, jwt: None, base64: Some(base64), part: None, .. } => {
            let bytes = STANDARD.decode(base64).map_err(|_| refuse("base64", "it is not base64"))?;
            ("base64", Bytes::from(bytes), None)
        }
        CredentialInput { json: None, jwt: None, base64: None, part: Some(part), .. } => {
            let file = files.remove(part).ok_or_else(|| refuse("part", "there is no part of this name"))?;
            ("part", file.bytes, file.filename)
        }
        _ => {
            let why = "a credential has exactly one of `json`, `jwt`, `base64` and `part`";
            return Err(Problem::invalid_request(at.clone(), why.to_owned()));
        }
    };
    let limit = app.verification.limits.bytes;
    if bytes.len() > limit {
        return Err(Problem::credential_too_large(at.key(key), limit));
    }
    // What cannot be read at all is refused now; whatever is wrong with its content becomes a finding later.
    wellspring_verify::check(&bytes, &app.verification.limits)
        .map_err(|error| Problem::unreadable_credential(at.key(key), &error))?;
    Ok(ReceivedCredential { bytes, filename: input.filename.clone().or(filename) })
}

/// Where the result of a submission is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SubmissionAccepted {
    pub id: String,
    /// `received`.
    pub state: String,
    pub links: SubmissionLinks,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SubmissionLinks {
    #[serde(rename = "self")]
    pub this: String,
}
