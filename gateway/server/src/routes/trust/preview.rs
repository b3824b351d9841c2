//! Questions about rules that change nothing: what other rules would do to credentials already received, and why an issuer
//! is or is not accepted.

use axum::{
    Json,
    extract::{Query, State},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wellspring_model::{
    credential::IssuerId,
    pointer::Pointer,
    report::{Trust, TrustStep},
    submission::Language,
    trust::TrustRules,
};
use wellspring_store::{Action, detail_of};
use wellspring_verify::Trusted;

use super::{check, known_policy};
use crate::{
    auth::Caller,
    body::StrictJson,
    problem::Problem,
    routes::jobs::known_job,
    sentences::Sentences,
    state::App,
    trust::{self, Changed, InForce, PreviewError},
    view::verification::{NoticeView, notice_view},
};

/// How far back a preview may look.
const MOST: usize = 1_000;

/// Rules to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// The rules themselves; or a policy by its id.
    #[schema(value_type = Option<Object>)]
    pub rules: Option<TrustRules>,
    /// `tru_…`
    pub policy: Option<String>,
    /// `job_…`: look at what was received for this job. Left out: for all jobs that have no policy of their own.
    pub job: Option<String>,
    /// How many credentials to look at, newest first: 1 to 1000, 100 if absent.
    pub last: Option<usize>,
}

/// What would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewView {
    /// How many credentials were looked at.
    pub credentials: usize,
    /// How many of them count by the rules in force, and by those given.
    pub counted: BeforeAfter,
    /// Issuers whose standing would change. Empty: nothing would.
    pub changed: Vec<ChangedView>,
}

/// A number under the rules in force, and under those given.
#[derive(Debug, Serialize, ToSchema)]
pub struct BeforeAfter {
    pub before: usize,
    pub after: usize,
}

/// An issuer whose standing would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedView {
    pub issuer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub credentials: usize,
    #[schema(value_type = Option<String>)]
    pub before: Option<Trust>,
    #[schema(value_type = Option<String>)]
    pub after: Option<Trust>,
    /// What leads to the new standing.
    #[schema(value_type = Vec<Object>)]
    pub trace: Vec<TrustStep>,
}

/// What other rules would change, over credentials already received. Nothing is changed by asking.
#[utoipa::path(
    post,
    path = "/v1/trust/preview",
    tag = "trust",
    request_body = PreviewRequest,
    responses((status = 200, body = PreviewView), (status = 400, content_type = "application/problem+json"))
)]
pub async fn preview(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<PreviewRequest>,
) -> Result<Json<PreviewView>, Problem> {
    let request = body.value;
    let at = Pointer::root();
    let last = request.last.unwrap_or(100);
    if !(1..=MOST).contains(&last) {
        return Err(Problem::invalid_request(at.key("last"), format!("it must be 1 to {MOST}")));
    }
    let rules = match (request.rules, &request.policy) {
        (Some(rules), None) => {
            check(&app, &rules, &at.key("rules"))?;
            rules
        }
        (None, Some(policy)) => known_policy(&app, caller, policy, at.key("policy")).await?.rules,
        _ => return Err(Problem::invalid_request(at, "give either `rules` or `policy`")),
    };
    let posting = match &request.job {
        Some(job) => Some(known_job(&app, caller, job, at.key("job")).await?),
        None => None,
    };
    let tried = serde_json::to_string(&rules).map_err(|_| Problem::internal())?;
    let preview = trust::preview(&app, caller.tenant, posting, rules, last).await.map_err(|error| match error {
        PreviewError::Store(error) => error.into(),
        PreviewError::Thread(_) => Problem::internal(),
    })?;
    let subject = posting.map_or(caller.tenant.to_string(), |posting| posting.to_string());
    caller.notes(&app, Action::TrustPolicyPreviewed, subject, Some(detail_of(tried))).await?;
    Ok(Json(PreviewView {
        credentials: preview.credentials,
        counted: BeforeAfter { before: preview.counted_before, after: preview.counted_after },
        changed: preview.changed.into_iter().map(ChangedView::new).collect(),
    }))
}

impl ChangedView {
    fn new(changed: Changed) -> Self {
        Self {
            issuer: changed.issuer.0,
            name: changed.name,
            credentials: changed.credentials,
            before: changed.before,
            after: changed.after.trust,
            trace: changed.after.trace,
        }
    }
}

/// Whose standing to explain.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DecisionQuery {
    /// The issuer's `id`, exactly as its credentials have it.
    pub issuer: String,
    /// `job_…`: by whom this job relies on.
    pub job: Option<String>,
    /// The language of the sentences: `en` or `es`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub language: Language,
}

/// An issuer's standing, and every list that was asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionView {
    pub issuer: String,
    #[schema(value_type = Option<String>)]
    pub trust: Option<Trust>,
    #[schema(value_type = Vec<Object>)]
    pub trace: Vec<TrustStep>,
    pub notices: Vec<NoticeView>,
}

/// Why an issuer is or is not accepted: which list was asked, in which version, and what it said. Endorsements stand in
/// credentials, so accreditation shows there only.
#[utoipa::path(
    get,
    path = "/v1/trust/decision",
    tag = "trust",
    params(DecisionQuery),
    responses((status = 200, body = DecisionView))
)]
pub async fn decision(
    State(app): State<App>,
    caller: Caller,
    query: Query<DecisionQuery>,
) -> Result<Json<DecisionView>, Problem> {
    let Query(query) = query;
    let posting = match &query.job {
        Some(job) => Some(known_job(&app, caller, job, Pointer::root().key("job")).await?),
        None => None,
    };
    let in_force = InForce::of(&app, caller.tenant, posting).await?;
    let decided = trust::decide_one(&app, IssuerId(query.issuer.clone()), &in_force.rules).await;
    let Trusted { trust, trace, notices } = decided.map_err(|_| Problem::internal())?;
    let sentences = Sentences::get(query.language);
    let notices = notices.iter().map(|notice| notice_view(notice, sentences)).collect();
    Ok(Json(DecisionView { issuer: query.issuer, trust, trace, notices }))
}
