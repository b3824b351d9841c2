//! `/v1/scoring/policies`. A policy never changes; a changed one is a new one, and is put in force by itself.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{PartialSchema, ToSchema};
use wellspring_model::{id::ScoringPolicyId, pointer::Pointer, scoring::KeptScoringPolicy};
use wellspring_score::ScoringPolicy;

use crate::{
    auth::Caller,
    body::StrictJson,
    problem::Problem,
    routes::{PageQuery, PageView, created, page},
    scoring,
    state::App,
};

/// Bytes of a policy at most: it is read for every assessment.
const MOST_BYTES: usize = 256 * 1024;
/// What the names of policies begin with that come with the product.
const OURS: &str = "wellspring-";

/// A scoring policy as it is handed in.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct NewScoringPolicy(ScoringPolicy);

impl PartialSchema for NewScoringPolicy {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        ScoringPolicySchema::schema()
    }
}

impl ToSchema for NewScoringPolicy {}

/// The documented shape of [`ScoringPolicy`]; a test compares it with the policy that comes with the product.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "its fields exist for the OpenAPI document only")]
struct ScoringPolicySchema {
    /// Without `@`, and not beginning with `wellspring-`.
    name: String,
    version: String,
    /// The classes that count: `A` (trusted issuer, bound to the applicant), `B` (issuer not on the list), `C` (not bound).
    assurance: Vec<String>,
    /// Parts per million by kind of association: `{"same_item","exact_match","translation","earlier_edition","parts_at_most",
    /// "broader","peer","later_step"}`. Zero: it leads nowhere.
    factors: Value,
    /// Associations between evidence and requirement at most, 1 to 5.
    most_edges: u8,
    /// Parts per million: what evidence is worth whose level lies on a scale that is declared nowhere.
    undeclared_scale: u32,
    /// Kinds of results that machines make; they are shown and not scored.
    machine_results: Vec<String>,
    /// `{"id","title","also"?,"levels":[{"id","title","also"?}…]}`, levels from low to high.
    scales: Vec<Value>,
    /// Rules about the age of evidence: `{"items","months","worth","reason"}`. For these required items evidence counts in full
    /// for so many months before the application, and `worth` parts per million after that. None without a written reason.
    recency: Option<Vec<Value>>,
}

/// A scoring policy as stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScoringPolicyView {
    pub id: String,
    pub name: String,
    pub version: String,
    /// SHA-256 over the canonical JSON (RFC 8785) of `rules`.
    pub digest: String,
    /// As it was handed in.
    #[schema(value_type = Object)]
    pub rules: Value,
    pub created_at: String,
}

impl ScoringPolicyView {
    fn new(policy: KeptScoringPolicy) -> Self {
        Self {
            id: policy.id.to_string(),
            name: policy.name,
            version: policy.version,
            digest: policy.digest.to_string(),
            rules: policy.rules,
            created_at: policy.created_at.to_string(),
        }
    }
}

/// State how you score. Nothing changes until the policy is put in force.
#[utoipa::path(
    post,
    path = "/v1/scoring/policies",
    tag = "scoring",
    request_body = NewScoringPolicy,
    responses(
        (status = 201, body = ScoringPolicyView),
        (status = 400, content_type = "application/problem+json"),
        (status = 409, description = "there is one of this name and version", content_type = "application/problem+json"),
    )
)]
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<NewScoringPolicy>,
) -> Result<impl IntoResponse, Problem> {
    if body.bytes.len() > MOST_BYTES {
        return Err(Problem::body_too_large(MOST_BYTES));
    }
    let NewScoringPolicy(policy) = body.value;
    policy.check().map_err(|fault| Problem::invalid_request(fault.pointer, fault.why))?;
    if policy.name.starts_with(OURS) {
        let why = format!("names that begin with `{OURS}` are those of the policies that come with the product");
        return Err(Problem::invalid_request(Pointer::root().key("name"), why));
    }
    let id = ScoringPolicyId::from_uuid(app.uuid());
    let kept = scoring::to_keep(id, &policy, app.now()).ok_or_else(Problem::internal)?;
    if !app.store.add_scoring_policy(caller.tenant, &kept, &caller.actor()).await? {
        return Err(Problem::scoring_policy_exists());
    }
    Ok(created(format!("/v1/scoring/policies/{id}"), ScoringPolicyView::new(kept)))
}

/// One scoring policy.
#[utoipa::path(
    get,
    path = "/v1/scoring/policies/{id}",
    tag = "scoring",
    params(("id" = String, Path, description = "`scp_…`")),
    responses((status = 200, body = ScoringPolicyView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
) -> Result<Json<ScoringPolicyView>, Problem> {
    let id: ScoringPolicyId = id.parse().map_err(|_| Problem::not_found())?;
    let policy = app.store.scoring_policy(caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(ScoringPolicyView::new(policy)))
}

/// All scoring policies, oldest first. The one that comes with the product is not among them.
#[utoipa::path(
    get,
    path = "/v1/scoring/policies",
    tag = "scoring",
    params(PageQuery),
    responses((status = 200, body = PageView<ScoringPolicyView>))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageView<ScoringPolicyView>>, Problem> {
    let (policies, next) = app.store.scoring_policies(caller.tenant, page(&query)?).await?;
    let items = policies.into_iter().map(ScoringPolicyView::new).collect();
    Ok(Json(PageView { items, next: next.map(String::from) }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_documented_shape_is_that_of_the_policy_that_comes_with_the_product() {
        let schema = serde_json::to_value(ScoringPolicySchema::schema()).expect("it is JSON");
        let documented = schema["properties"].as_object().expect("it has members").keys().cloned();
        let shipped = serde_json::to_value(ScoringPolicy::default()).expect("it is JSON");
        let mut shipped: BTreeSet<String> = shipped.as_object().expect("it has members").keys().cloned().collect();
        assert!(shipped.insert("recency".to_owned()), "it comes without");
        assert_eq!(documented.collect::<BTreeSet<_>>(), shipped);
    }
}
