//! `POST /v1/submissions`: stores durably, acknowledges, and leaves the rest to the queue.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use sha2::{Digest as _, Sha256};
use tracing::Instrument as _;
use wellspring_model::{
    digest::Digest,
    id::{ConnectionId, PostingId, SubmissionId, TaskId, TenantId},
    pointer::Pointer,
    submission::{PayloadRef, Submission, SubmissionState},
    trace::TraceParent,
};
use wellspring_store::{Accepted, NewSubmission, Payload};

use super::input::{ReceivedSubmission, SubmissionAccepted, SubmissionLinks, SubmissionRequest};
use crate::{auth::KnownCaller, idempotency, known::NamedJob, problem::Problem, share, state::App};

/// Hand in credentials with a job application.
///
/// Answers 202 once everything is stored durably. Whatever is wrong with a credential's content is found in its report;
/// only what cannot be read at all is refused here.
#[utoipa::path(
    post,
    path = "/v1/submissions",
    tag = "submissions",
    request_body(content(
        (SubmissionRequest = "application/json"),
        (Vec<u8> = "multipart/form-data"),
    )),
    params(("Idempotency-Key" = Option<String>, Header, description = "repeat safely; kept 72 hours")),
    responses(
        (status = 202, body = SubmissionAccepted),
        (status = 400, description = "cannot be read", content_type = "application/problem+json"),
        (status = 401, description = "no valid key", content_type = "application/problem+json"),
        (status = 413, description = "too large", content_type = "application/problem+json"),
        (status = 404, description = "refers to what is not there", content_type = "application/problem+json"),
        (status = 409, description = "the first request with this key is running", content_type = "application/problem+json"),
        (status = 422, description = "the key was used for something else", content_type = "application/problem+json"),
        (status = 503, description = "nothing was stored: the database or the payloads' place cannot be reached", content_type = "application/problem+json"),
        (status = 507, description = "nothing was stored: there is no room", content_type = "application/problem+json"),
    )
)]
pub async fn accept(
    State(app): State<App>,
    known: KnownCaller,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known.caller;
    let key = idempotency::key(&headers)?;
    let trace = request.extensions().get::<TraceParent>().copied();
    let received = ReceivedSubmission::read(request, &app).await?;
    let (connection, posting) = refers_to(&app, caller.tenant, &received.request).await?;
    let id = SubmissionId::from_uuid(app.uuid());
    let now = app.now();
    let answer = SubmissionAccepted {
        id: id.to_string(),
        state: "received".to_owned(),
        links: SubmissionLinks { this: location(id) },
    };
    let payloads: Vec<Payload> = received
        .credentials
        .iter()
        .map(|credential| Payload {
            digest: Digest::from_bytes(Sha256::digest(&credential.bytes).into()),
            bytes: credential.bytes.to_vec(),
        })
        .collect();
    let refs = payloads.iter().zip(&received.credentials);
    let submission = Submission {
        id,
        tenant: caller.tenant,
        connection,
        posting,
        application: received.application(),
        language: received.request.language,
        payloads: refs
            .map(|(payload, credential)| PayloadRef { digest: payload.digest, filename: credential.filename.clone() })
            .collect(),
        received_at: now,
        credentials_retired_at: None,
        withdrawn: None,
        state: SubmissionState::Received,
    };
    let new = NewSubmission {
        submission,
        payloads,
        task: TaskId::from_uuid(app.uuid()),
        share: share::new_share(&app, now),
        idempotency: idempotency::record(key, "POST /v1/submissions", received.digest, 202, &answer)?,
        key: caller.key,
        trace,
    };
    match app.store.accept(new).instrument(tracing::info_span!("accept", submission = %id)).await? {
        Accepted::New => {
            app.metrics.accepted();
            Ok((StatusCode::ACCEPTED, [(LOCATION, location(id))], axum::Json(answer)).into_response())
        }
        Accepted::Repeated(earlier) => idempotency::replay(earlier, received.digest),
        Accepted::NotStanding => {
            known.ask_again(&app).await?;
            app.known.jobs.forget(&named(caller.tenant, &received.request));
            refers_to(&app, caller.tenant, &received.request).await?;
            // Both are good again: whoever repeats the request will see it accepted.
            Err(Problem::internal())
        }
    }
}

pub(super) fn location(id: SubmissionId) -> String {
    format!("/v1/submissions/{id}")
}

/// The connection and job a request names. Those of another tenant are as unknown as those that never were.
async fn refers_to(
    app: &App,
    tenant: TenantId,
    request: &SubmissionRequest,
) -> Result<(ConnectionId, PostingId), Problem> {
    let named = named(tenant, request);
    if let Some(known) = app.known.jobs.get(&named) {
        return Ok(known);
    }
    let at = Pointer::root();
    let unknown_connection = || Problem::unknown_connection(at.key("connection"));
    let connection: ConnectionId = request.connection.parse().map_err(|_| unknown_connection())?;
    if app.store.connection(tenant, connection).await?.is_none() {
        return Err(unknown_connection());
    }
    let posting = match request.job.parse() {
        Ok(id) => app.store.posting(tenant, id).await?,
        Err(_) => app.store.posting_by_external(tenant, connection, &request.job).await?,
    };
    let posting = posting.filter(|posting| posting.connection == connection);
    let posting = posting.ok_or_else(|| Problem::unknown_job(at.key("job")))?.id;
    app.known.jobs.keep(named, (connection, posting));
    Ok((connection, posting))
}

fn named(tenant: TenantId, request: &SubmissionRequest) -> NamedJob {
    NamedJob { tenant, connection: request.connection.clone(), job: request.job.clone() }
}
