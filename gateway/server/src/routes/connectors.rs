//! `/v1/connectors`: what is installed.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use wellspring_host::Inspection;

use crate::{auth::Caller, problem::Problem, state::App};

/// An installed connector.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectorView {
    pub id: String,
    pub version: String,
    /// The contract it was built for.
    pub contract: String,
    pub digest: String,
    /// The public key that it was signed with. Absent: nobody signed it, and the operator answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// Everything it imports from the host.
    pub imports: Vec<String>,
    /// `note`, `file`, `field`, `assessment` or `panel`.
    pub display_level: String,
}

/// A list that has no further pages.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectorList {
    pub items: Vec<ConnectorView>,
}

/// The installed connectors.
#[utoipa::path(get, path = "/v1/connectors", tag = "connectors", responses((status = 200, body = ConnectorList)))]
pub async fn list(State(app): State<App>, _caller: Caller) -> Result<Json<ConnectorList>, Problem> {
    let versions = app.store.connector_versions().await?;
    let key = |inspection: &Inspection| {
        let running = versions.iter().find(|version| version.digest == inspection.digest);
        running.and_then(|version| version.key).map(|key| key.to_string())
    };
    let connectors = app.host.connectors();
    let view = |inspection: &Inspection| ConnectorView::new(inspection, key(inspection));
    let items = connectors.iter().map(|connector| view(connector.inspection())).collect();
    Ok(Json(ConnectorList { items }))
}

impl ConnectorView {
    fn new(inspection: &Inspection, signed_by: Option<String>) -> Self {
        Self {
            id: inspection.id.to_string(),
            version: inspection.version.clone(),
            contract: inspection.contract.clone(),
            digest: inspection.digest.to_string(),
            signed_by,
            imports: inspection.imports.clone(),
            display_level: inspection.manifest.display_level.to_string(),
        }
    }
}
