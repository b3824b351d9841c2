//! `/v1/profiles`: what jobs ask for. A profile never changes; a new version is a new profile.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wellspring_model::{
    competency::{Profile, Requirement},
    id::ProfileId,
    pointer::Pointer,
};
use wellspring_score::Frameworks;

use super::{PageQuery, PageView, created, page};
use crate::{auth::Caller, body::StrictJson, prepared::PrepareError, problem::Problem, scoring, state::App};

/// What a job asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProfile {
    pub title: String,
    /// Identifiers (GUID) or URIs of imported frameworks.
    pub framework: Vec<String>,
    /// `{"item","weight","must","level"?}`; items come from the frameworks named.
    #[schema(value_type = Vec<Object>)]
    pub requirements: Vec<Requirement>,
}

/// A profile as stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProfileView {
    pub id: String,
    pub title: String,
    pub framework: Vec<String>,
    #[schema(value_type = Vec<Object>)]
    pub requirements: Vec<Requirement>,
}

impl ProfileView {
    fn new(profile: Profile) -> Self {
        Self {
            id: profile.id.to_string(),
            title: profile.title,
            framework: profile.framework,
            requirements: profile.requirements,
        }
    }
}

/// State what a job asks for.
#[utoipa::path(
    post,
    path = "/v1/profiles",
    tag = "profiles",
    request_body = NewProfile,
    responses((status = 201, body = ProfileView), (status = 400, content_type = "application/problem+json"))
)]
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<NewProfile>,
) -> Result<impl IntoResponse, Problem> {
    let new = body.value;
    let frameworks = frameworks_of(&app, caller, &new.framework).await?;
    // Which job it is for is not known yet: the scales are those of the policy for all.
    let scoring = scoring::InForce::of(&app, caller.tenant, None).await?;
    if let Some(fault) = wellspring_score::fault_of(&new.requirements, &frameworks, &scoring.policy) {
        return Err(Problem::invalid_request(fault.pointer, fault.why));
    }
    let profile = Profile {
        id: ProfileId::from_uuid(app.uuid()),
        title: new.title,
        framework: new.framework,
        requirements: new.requirements,
    };
    app.store.add_profile(caller.tenant, &profile, app.now(), &caller.actor()).await?;
    Ok(created(format!("/v1/profiles/{}", profile.id), ProfileView::new(profile)))
}

/// The frameworks from which the items of a profile may come.
async fn frameworks_of(app: &App, caller: Caller, names: &[String]) -> Result<Arc<Frameworks>, Problem> {
    let at = Pointer::root().key("framework");
    if names.is_empty() {
        return Err(Problem::invalid_request(at, "name at least one framework".to_owned()));
    }
    let mut editions = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let found = app.store.framework_edition_named(caller.tenant, name).await?;
        let id = found.ok_or_else(|| Problem::unknown_framework(at.index(index)))?.id;
        if !editions.contains(&id) {
            editions.push(id);
        }
    }
    app.frameworks(caller.tenant, editions).await.map_err(|error| match error {
        PrepareError::Store(error) => error.into(),
        PrepareError::Gone(_) | PrepareError::ProfileGone(_) | PrepareError::Thread(_) => Problem::internal(),
    })
}

/// One profile.
#[utoipa::path(
    get,
    path = "/v1/profiles/{id}",
    tag = "profiles",
    params(("id" = String, Path, description = "`prf_…`")),
    responses((status = 200, body = ProfileView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn show(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Json<ProfileView>, Problem> {
    let id: ProfileId = id.parse().map_err(|_| Problem::not_found())?;
    let profile = app.store.profile(caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(ProfileView::new(profile)))
}

/// All profiles, oldest first.
#[utoipa::path(
    get,
    path = "/v1/profiles",
    tag = "profiles",
    params(PageQuery),
    responses((status = 200, body = PageView<ProfileView>))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageView<ProfileView>>, Problem> {
    let (profiles, next) = app.store.profiles(caller.tenant, page(&query)?).await?;
    Ok(Json(PageView { items: profiles.into_iter().map(ProfileView::new).collect(), next: next.map(String::from) }))
}
