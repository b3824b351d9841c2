//! One object by its identifier; for what stands in a hierarchy of its own, with those below it.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use wellspring_model::case::{ObjectKind, mapping::Place};
use wellspring_store::StoredObject;

use super::{Reader, Status};
use crate::state::App;

/// Associations of one item that are answered at most.
const MOST_ASSOCIATIONS: u32 = 20_000;

type Object = Map<String, Value>;

pub async fn show(
    State(app): State<App>,
    reader: Reader,
    Path((_, _, collection, id)): Path<(String, String, String, String)>,
) -> Result<Response, Status> {
    let kind = kind(&collection).ok_or_else(Status::unknown_address)?;
    let found = find(&app, &reader, kind, &id).await?;
    let object = answered(&reader, kind, &found, Place::Alone)?.ok_or_else(Status::unknown_object)?;
    let is_set = matches!(kind, ObjectKind::Concept | ObjectKind::Subject | ObjectKind::ItemType);
    if !is_set {
        return Ok(Json(object).into_response());
    }
    let mut set = below(&app, &reader, kind, &found, &object).await?;
    set.insert(0, object.into());
    Ok(Json(json!({collection: set})).into_response())
}

/// An item with all associations that lead from or to it.
pub async fn associations(
    State(app): State<App>,
    reader: Reader,
    Path((_, _, id)): Path<(String, String, String)>,
) -> Result<Response, Status> {
    let found = find(&app, &reader, ObjectKind::Item, &id).await?;
    let item = answered(&reader, ObjectKind::Item, &found, Place::Alone)?;
    let uuid: Uuid = id.parse().map_err(|_| Status::no_uuid())?;
    let all = app.store.framework_associations_of(reader.tenant, reader.readers, uuid, MOST_ASSOCIATIONS).await?;
    let mut associations = Vec::with_capacity(all.len());
    for one in &all {
        associations.extend(answered(&reader, ObjectKind::Association, one, Place::Package)?);
    }
    // A set of CASE has one at least.
    if associations.is_empty() {
        return Err(Status::unknown_object());
    }
    Ok(Json(json!({"CFItem": item, "CFAssociations": associations})).into_response())
}

/// The kind of the objects at an address. Packages have one of their own.
fn kind(collection: &str) -> Option<ObjectKind> {
    match collection {
        "CFDocuments" => Some(ObjectKind::Document),
        "CFDocument" => None,
        _ => ObjectKind::ALL.iter().copied().find(|kind| kind.collection() == collection),
    }
}

async fn find(app: &App, reader: &Reader, kind: ObjectKind, id: &str) -> Result<StoredObject, Status> {
    let id: Uuid = id.parse().map_err(|_| Status::no_uuid())?;
    let found = app.store.framework_object(reader.tenant, reader.readers, kind, id).await?;
    found.ok_or_else(Status::unknown_object)
}

fn answered(reader: &Reader, kind: ObjectKind, found: &StoredObject, place: Place) -> Result<Option<Object>, Status> {
    let received = serde_json::from_str(&found.text).map_err(|_| Status::fault())?;
    Ok(reader.serving(&found.edition)?.object(kind, received, place))
}

/// Those whose hierarchy code goes on from that of the object.
async fn below(
    app: &App,
    reader: &Reader,
    kind: ObjectKind,
    found: &StoredObject,
    object: &Object,
) -> Result<Vec<Value>, Status> {
    let code = |object: &Object| object.get("hierarchyCode").and_then(Value::as_str).map(str::to_owned);
    let Some(above) = code(object).filter(|code| !code.is_empty()) else { return Ok(Vec::new()) };
    let serving = reader.serving(&found.edition)?;
    let mut set = Vec::new();
    for text in app.store.framework_objects(reader.tenant, &found.edition, kind).await? {
        let received: Object = serde_json::from_str(&text).map_err(|_| Status::fault())?;
        let goes_on = code(&received).is_some_and(|code| {
            code.strip_prefix(&above).is_some_and(|rest| rest.starts_with(|c: char| !c.is_ascii_alphanumeric()))
        });
        if goes_on {
            set.extend(serving.object(kind, received, Place::Alone).map(Value::Object));
        }
    }
    Ok(set)
}
