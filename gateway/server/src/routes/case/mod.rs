//! `/case/{tenant}/ims/case/v1p1/…` and `v1p0`: the gateway as a CASE provider (CASE 1.0 and 1.1 REST binding), for the frameworks
//! and crosswalks that a tenant keeps in it. Anybody reads what is published; a key of the tenant reads all of it.
//!
//! Errors are `imsx_StatusInfo` here, as CASE has it, and no problems.

mod discovery;
mod documents;
mod filter;
mod objects;
mod packages;
mod query;
mod status;

use axum::{
    Router,
    extract::{FromRequestParts, RawPathParams},
    http::{header, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Map, Value};
use wellspring_model::{
    case::{CaseVersion, mapping::Serving},
    id::TenantId,
};
use wellspring_store::{FrameworkEdition, Readers};

use self::status::Status;
use crate::{auth::Caller, state::App};

/// What a CASE provider answers to.
pub fn router() -> Router<App> {
    Router::new()
        .route("/case/{tenant}/ims/case/{version}/CFDocuments", get(documents::list))
        .route("/case/{tenant}/ims/case/{version}/CFPackages/{id}", get(packages::show))
        .route("/case/{tenant}/ims/case/{version}/CFItemAssociations/{id}", get(objects::associations))
        .route("/case/{tenant}/ims/case/{version}/discovery/{file}", get(discovery::show))
        .route("/case/{tenant}/ims/case/{version}/{collection}/{id}", get(objects::show))
        .route("/case/{tenant}/ims/case/{version}/{collection}", get(|| async { Status::unknown_address() }))
}

/// Who reads whose frameworks, in which version.
struct Reader {
    tenant: TenantId,
    readers: Readers,
    version: CaseVersion,
    /// The address of this service.
    base: String,
}

impl Reader {
    /// How objects of an edition are answered to this reader.
    fn serving(&self, edition: &FrameworkEdition) -> Result<Serving, Status> {
        let document: Option<Map<String, Value>> =
            edition.document.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let (Some(received), Some(document)) = (edition.case_version, document) else { return Err(Status::fault()) };
        let (version, base) = (self.version, self.base.clone());
        Ok(Serving { version, base, received, is_complete: edition.is_complete, document })
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Status;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Status> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Status::unknown_address())?;
        let param = |name: &str| params.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned());
        let tenant: Option<TenantId> = param("tenant").and_then(|text| text.parse().ok());
        let segment = param("version");
        let version = CaseVersion::ALL.into_iter().find(|version| segment.as_deref() == Some(version.segment()));
        let (Some(tenant), Some(version)) = (tenant, version) else { return Err(Status::unknown_address()) };
        let readers = if parts.headers.contains_key(header::AUTHORIZATION) {
            let caller = Caller::from_request_parts(parts, app).await.map_err(|_| Status::unauthorized())?;
            if caller.tenant == tenant { Readers::Tenant } else { Readers::Anybody }
        } else {
            Readers::Anybody
        };
        let base = app.config.public_url.as_str().trim_end_matches('/');
        let base = format!("{base}/case/{tenant}/ims/case/{}", version.segment());
        Ok(Self { tenant, readers, version, base })
    }
}

/// JSON that was written already.
fn json(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}
