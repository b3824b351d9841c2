//! Suggestions for a crosswalk: pairs of items whose statements have words in common, for a person to decide upon.

use std::collections::{BTreeSet, HashMap};

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wellspring_model::{
    Timestamp,
    assessment::Ppm,
    competency::{Item, ItemId},
    crosswalk::{AssociationState, AssociationType, CrosswalkAssociation, CrosswalkNode, Suggestion},
    id::CrosswalkAssociationId,
    pointer::Pointer,
    submission::Language,
};
use wellspring_suggest::{Lexical, Suggest, Suggested};

use super::read;
use crate::{auth::Caller, body::StrictJson, ends::Ends, problem::Problem, state::App};

/// So many for each item.
const MOST_OF_ONE: usize = 5;
/// So many are stored at once, so that others who store something need not wait for long.
const AT_ONCE: usize = 2_000;

/// For which items suggestions are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuggestionsRequest {
    /// Ids or URIs of items of the framework `from`. Absent: all of its items that no approved association begins or ends at.
    pub items: Option<Vec<String>>,
    /// The language of both frameworks: `en` or `es`; `en` if absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub language: Language,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionsView {
    /// Items that were looked at.
    pub items: usize,
    /// Suggestions that are new. They wait under `…/associations?state=suggested`.
    pub suggested: usize,
}

/// Suggest associations.
///
/// Statements of the two frameworks are compared, and nothing of any person. At most five for each item; pairs that are
/// associated already, approved or rejected, are not suggested again. A suggestion counts for nothing until a person has
/// approved it. One between two statements with the same words is suggested as `exactMatchOf`, any other as `isRelatedTo`;
/// whoever decides says what it is.
#[utoipa::path(
    post,
    path = "/v1/crosswalks/{id}/suggestions",
    tag = "crosswalks",
    params(("id" = String, Path, description = "`xwk_…`")),
    request_body = SuggestionsRequest,
    responses(
        (status = 200, body = SuggestionsView),
        (status = 400, content_type = "application/problem+json"),
        (status = 404, content_type = "application/problem+json"),
    )
)]
pub async fn suggest(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    body: StrictJson<SuggestionsRequest>,
) -> Result<Json<SuggestionsView>, Problem> {
    let crosswalk = read(&app, caller.tenant, &id).await?;
    let of = (caller.tenant, crosswalk.id);
    let ends = Ends::of(&app, caller.tenant, &crosswalk);
    let associated: BTreeSet<ItemId> = app.store.items_associated(of).await?.into_iter().collect();
    let Some(from) = ends.from().await? else {
        let why = "this crosswalk has no framework `from` whose items could be compared; make one that has";
        return Err(Problem::invalid_request(Pointer::root(), why));
    };
    let (origins, mut destinations) = (from.framework.items, ends.to().await?.framework.items);
    // What old credentials name may be out of use; what is proposed to people should not be.
    let today = jiff::tz::TimeZone::UTC.to_datetime(app.now()).date();
    destinations.retain(|item| !item.is_retired(today));
    let origins = chosen(origins, body.value.items.as_deref(), &associated)?;
    let (items, now, language) = (origins.len(), app.now(), body.value.language);
    let suggestions = app.compute({
        let app = app.clone();
        move || {
            let id = || CrosswalkAssociationId::from_uuid(app.uuid());
            suggestions(&Lexical::new(language), &origins, &destinations, now, id)
        }
    });
    let suggestions = suggestions.await.map_err(|_| Problem::internal())?;
    let mut suggested = 0;
    // An empty part, too, where there is nothing to store: that somebody asked is noted.
    let parts = suggestions.chunks(AT_ONCE).chain(suggestions.is_empty().then_some([].as_slice()));
    for part in parts {
        suggested += app.store.add_suggestions(of, part, now, &caller.actor()).await?;
    }
    Ok(Json(SuggestionsView { items, suggested }))
}

/// The items that were asked for, or those that lead nowhere yet.
fn chosen(items: Vec<Item>, asked: Option<&[String]>, associated: &BTreeSet<ItemId>) -> Result<Vec<Item>, Problem> {
    let Some(asked) = asked else {
        return Ok(items.into_iter().filter(|item| !associated.contains(&item.id())).collect());
    };
    let known: BTreeSet<ItemId> = items.iter().map(Item::id).collect();
    let by_uri: HashMap<&str, ItemId> = items.iter().map(|item| (item.uri.as_str(), item.id())).collect();
    let mut wanted = BTreeSet::new();
    for (index, text) in asked.iter().enumerate() {
        let id =
            Some(ItemId::parse(text)).filter(|id| known.contains(id)).or_else(|| by_uri.get(text.as_str()).cloned());
        let at = || Pointer::root().key("items").index(index);
        let why = "no item of the framework `from` has this id";
        wanted.insert(id.ok_or_else(|| Problem::invalid_request(at(), why))?);
    }
    Ok(items.into_iter().filter(|item| wanted.contains(&item.id())).collect())
}

/// As associations that wait for a decision.
fn suggestions(
    way: &dyn Suggest,
    origins: &[Item],
    destinations: &[Item],
    at: Timestamp,
    id: impl Fn() -> CrosswalkAssociationId,
) -> Vec<CrosswalkAssociation> {
    let (origins, destinations): (Vec<_>, Vec<_>) = (origins.iter().collect(), destinations.iter().collect());
    let association = |found: Suggested| {
        let suggestion = Suggestion { by: way.name().to_owned(), at, score: found.score, matched: found.matched };
        Some(CrosswalkAssociation {
            id: id(),
            origin: CrosswalkNode::of(found.origin)?,
            kind: if found.score == Ppm::ONE { AssociationType::ExactMatchOf } else { AssociationType::IsRelatedTo },
            destination: CrosswalkNode::of(found.destination)?,
            state: AssociationState::Suggested(suggestion),
        })
    };
    way.suggest(&origins, &destinations, MOST_OF_ONE).into_iter().filter_map(association).collect()
}
