//! `/v1/connectors`: what is installed.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{auth::Caller, problem::Problem, state::App};

/// An installed connector.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectorView {
    pub id: String,
    pub version: String,
    /// The contract it was built for.
    pub contract: String,
    pub digest: String,
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
    let items = app.host.connectors().iter().map(|connector| ConnectorView::new(connector.inspection())).collect();
    Ok(Json(ConnectorList { items }))
}

impl ConnectorView {
    fn new(inspection: &wellspring_host::Inspection) -> Self {
        Self {
            id: inspection.id.to_string(),
            version: inspection.version.clone(),
            contract: inspection.contract.clone(),
            digest: inspection.digest.to_string(),
            imports: inspection.imports.clone(),
            display_level: inspection.manifest.display_level.to_string(),
        }
    }
}
