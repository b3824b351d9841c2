//! `/v1/audit`: the tenant's own trail, and its signed heads.

use axum::{
    Json,
    extract::{Query, State},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wellspring_model::{Timestamp, pointer::Pointer};
use wellspring_store::{Action, AuditFilter, AuditKey, AuditRow, SignedHead};

use super::{PageView, page};
use crate::{auth::Caller, problem::Problem, routes::PageQuery, state::App};

/// Which rows of the trail.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// The `next` of the page before, or the number of a row: those after it.
    pub after: Option<String>,
    /// 1 to 200; 50 if absent.
    pub limit: Option<u16>,
    /// Who: the id of a key (`key_…`) or of a report link (`shr_…`), `worker` or `operator`.
    pub actor: Option<String>,
    /// What was done, such as `submission.viewed`.
    pub action: Option<String>,
    /// The id of what it was done to.
    pub subject: Option<String>,
    /// At this time or later (RFC 3339).
    #[param(value_type = Option<String>)]
    pub since: Option<Timestamp>,
    /// Before this time (RFC 3339).
    #[param(value_type = Option<String>)]
    pub until: Option<Timestamp>,
}

/// One row of the trail. It holds ids and digests only.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditRowView {
    /// Counts from 1, without gaps.
    pub number: u64,
    pub at: String,
    pub actor: String,
    pub action: String,
    pub subject: String,
    /// How often, where it is not noted each time.
    pub times: u32,
    /// The digest of what was pushed, answered or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How `digest` is made: 2, or 1 for rows of earlier versions.
    pub form: u8,
    /// The digest of the row before.
    pub previous: String,
    pub digest: String,
}

/// The end of the trail as it was at a time, signed.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedHeadView {
    pub tenant: String,
    /// How many rows there were.
    pub number: u64,
    /// The digest of the last of them.
    pub digest: String,
    pub at: String,
    /// `auk_…`
    pub key: String,
    /// `ed25519:` and 128 hexadecimal digits, over the lines that `docs/operations/audit.md` describes.
    pub signature: String,
}

/// A key that heads are signed with.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditKeyView {
    /// `auk_…`, made of the public key.
    pub id: String,
    /// `ed25519:` and 64 hexadecimal digits.
    pub public_key: String,
    /// The key before it says that this one follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endorsement: Option<EndorsementView>,
}

/// A key's word for the one that follows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndorsementView {
    pub by: String,
    pub signature: String,
}

/// Signed heads, and the keys to check them with.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedHeadsView {
    pub items: Vec<SignedHeadView>,
    pub keys: Vec<AuditKeyView>,
    /// Give it as `after` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl AuditRowView {
    fn new(row: AuditRow) -> Self {
        Self {
            number: row.number,
            at: row.at.to_string(),
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            times: row.times,
            detail: row.detail.map(String::from),
            form: row.form,
            previous: row.previous.to_string(),
            digest: row.digest.to_string(),
        }
    }
}

impl SignedHeadView {
    fn new(head: &SignedHead) -> Self {
        Self {
            tenant: head.tenant.to_string(),
            number: head.number,
            digest: head.digest.to_string(),
            at: head.at.to_string(),
            key: head.key.to_string(),
            signature: head.signature.to_string(),
        }
    }
}

impl AuditKeyView {
    fn new(key: AuditKey) -> Self {
        let endorsement = key.endorsement;
        let view = |one: wellspring_store::Endorsement| EndorsementView {
            by: one.by.to_string(),
            signature: one.signature.to_string(),
        };
        Self { id: key.id.to_string(), public_key: key.public_key.to_string(), endorsement: endorsement.map(view) }
    }
}

/// Who did what to which thing, and when, oldest first.
///
/// A page looks at 20,000 rows for those that fit. It may hold fewer than `limit`, or none, and still have a `next`.
#[utoipa::path(
    get,
    path = "/v1/audit",
    tag = "audit",
    params(AuditQuery),
    responses((status = 200, body = PageView<AuditRowView>), (status = 400, content_type = "application/problem+json"))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Json<PageView<AuditRowView>>, Problem> {
    let page = page::<u64>(&PageQuery { after: query.after, limit: query.limit })?;
    if query.action.as_ref().is_some_and(|action| Action::ALL.iter().all(|known| known.as_str() != action)) {
        let why = "there is no such action; docs/operations/audit.md lists them";
        return Err(Problem::invalid_request(Pointer::root().key("action"), why));
    }
    let filter = AuditFilter {
        actor: query.actor,
        action: query.action,
        subject: query.subject,
        since: query.since,
        until: query.until,
    };
    let after = page.after.unwrap_or(0);
    let (rows, next) = app.store.audit_page(caller.tenant, after, page.limit, &filter).await?;
    caller.notes(&app, Action::AuditViewed, caller.tenant, None).await?;
    let items = rows.into_iter().map(AuditRowView::new).collect();
    Ok(Json(PageView { items, next: next.map(|next| next.to_string()) }))
}

/// What the end of the trail was, as it was signed time and again. A copy that is kept elsewhere shows, later, that nothing was
/// taken away.
#[utoipa::path(
    get,
    path = "/v1/audit/heads",
    tag = "audit",
    params(PageQuery),
    responses((status = 200, body = SignedHeadsView), (status = 400, content_type = "application/problem+json"))
)]
pub async fn heads(
    State(app): State<App>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<SignedHeadsView>, Problem> {
    let page = page::<u64>(&query)?;
    let mut heads = app.store.audit_heads(caller.tenant, page.after.unwrap_or(0), page.limit + 1).await?;
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let has_more = heads.len() > limit;
    heads.truncate(limit);
    let next = heads.last().filter(|_| has_more).map(|head| head.number.to_string());
    let keys = app.store.audit_keys().await?.into_iter().map(AuditKeyView::new).collect();
    Ok(Json(SignedHeadsView { items: heads.iter().map(SignedHeadView::new).collect(), keys, next }))
}
