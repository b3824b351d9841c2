//! Another CASE service that a framework is read from: its list of documents, page by page, and one package.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use serde::Deserialize;
use url::Url;
use uuid::Uuid;
use wellspring_egress::{
    Authorities, ConnectionClient, ConnectionEgress, Credential, EgressLimits, OutboundBody, OutboundRequest,
    OutboundResponse, SendFailure,
};
use wellspring_model::{case::CaseVersion, connection::BaseUrl, time::Clock};

use crate::config::Config;

/// Documents that are asked for at a time.
const PAGE: usize = 100;
/// Documents that are listed at most. Who has more names the one that is wanted.
const MOST_DOCUMENTS: usize = 2_000;
/// For one answer. A large package from a slow service takes its time.
const LONGEST: Duration = Duration::from_secs(300);
const BASE: &str = "case";
const CREDENTIAL: &str = "source";

/// A CASE service, and which framework of it.
pub struct Source {
    client: ConnectionClient,
    has_credential: bool,
    version: CaseVersion,
    document: Option<Uuid>,
}

/// A framework that a service offers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Listed {
    pub identifier: String,
    #[serde(default)]
    pub title: String,
}

/// A list of frameworks, as far as it is read.
#[derive(Deserialize)]
struct List {
    #[serde(rename = "CFDocuments")]
    documents: Vec<Listed>,
}

/// Why a framework could not be had from a service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceFailure {
    #[error(
        "the address is none of a CASE service: it ends with `/ims/case/v1p1` or `/ims/case/v1p0`, or names one CFPackage"
    )]
    Address,
    #[error("{0}")]
    Send(#[from] SendFailure),
    #[error("the service answered {0}")]
    Status(u16),
    #[error("the service answered something else than CASE")]
    NotCase,
    #[error("the service has several frameworks; name one of them as `document`")]
    Several(Vec<Listed>),
    #[error("the service has no framework that it shows to this client")]
    Nothing,
}

impl Source {
    /// A service at this address, which may also name one package. Private addresses have to be granted by the operator.
    ///
    /// # Errors
    /// It is no address of a CASE service.
    pub fn new(
        address: &Url,
        version: Option<CaseVersion>,
        document: Option<Uuid>,
        credential: Option<Credential>,
        config: &Config,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SourceFailure> {
        let (base, said, named) = parts(address, version).ok_or(SourceFailure::Address)?;
        let has_credential = credential.is_some();
        let egress = ConnectionEgress {
            bases: BTreeMap::from([(BASE.to_owned(), base)]),
            private_origins: config.egress.framework_origins.iter().map(BaseUrl::origin).collect(),
            credentials: credential.into_iter().map(|one| (CREDENTIAL.to_owned(), one)).collect(),
        };
        let limits =
            EgressLimits { body_bytes: config.limits.framework_bytes, total: LONGEST, ..EgressLimits::default() };
        let authorities = Arc::new(Authorities::new(config.extra_ca_file().map(Path::to_owned)));
        let client = ConnectionClient::within(egress, authorities, clock, limits);
        Ok(Self { client, has_credential, version: said, document: document.or(named) })
    }

    pub const fn version(&self) -> CaseVersion {
        self.version
    }

    /// The package that was asked for; the only one, where none was named.
    ///
    /// # Errors
    /// Why it could not be had.
    pub async fn package(&self) -> Result<Vec<u8>, SourceFailure> {
        let document = match self.document {
            Some(document) => document,
            None => {
                let mut documents = self.documents().await?;
                match (documents.pop(), documents.is_empty()) {
                    (None, _) => return Err(SourceFailure::Nothing),
                    (Some(only), true) => only.identifier.parse().map_err(|_| SourceFailure::NotCase)?,
                    (Some(last), false) => {
                        documents.push(last);
                        return Err(SourceFailure::Several(documents));
                    }
                }
            }
        };
        let answer = self.get(&format!("/CFPackages/{document}"), Vec::new()).await?;
        Ok(answer.body.into())
    }

    /// All frameworks that the service shows, up to a bound.
    ///
    /// # Errors
    /// Why they could not be had.
    pub async fn documents(&self) -> Result<Vec<Listed>, SourceFailure> {
        let mut documents: Vec<Listed> = Vec::new();
        while documents.len() < MOST_DOCUMENTS {
            let query =
                vec![("limit".to_owned(), PAGE.to_string()), ("offset".to_owned(), documents.len().to_string())];
            let answer = match self.get("/CFDocuments", query).await {
                // A list has one document at least, so behind the last there is nothing.
                Err(SourceFailure::Status(404)) => break,
                answer => answer?,
            };
            let page: List = serde_json::from_slice(&answer.body).map_err(|_| SourceFailure::NotCase)?;
            let is_empty = page.documents.is_empty();
            // Some services answer the whole list, whatever is asked for.
            let is_repeated = page.documents.first() == documents.first();
            if is_empty || (is_repeated && !documents.is_empty()) {
                break;
            }
            documents.extend(page.documents);
            if !has_more(&answer, documents.len()) {
                break;
            }
        }
        documents.truncate(MOST_DOCUMENTS);
        Ok(documents)
    }

    async fn get(&self, path: &str, query: Vec<(String, String)>) -> Result<OutboundResponse, SourceFailure> {
        let request = OutboundRequest {
            method: "GET".to_owned(),
            base: BASE.to_owned(),
            path: path.to_owned(),
            query,
            headers: vec![("accept".to_owned(), "application/json".to_owned())],
            body: OutboundBody::None,
            credential: self.has_credential.then(|| CREDENTIAL.to_owned()),
            timeout: None,
        };
        let answer = self.client.send(request).await?;
        if answer.status == 200 { Ok(answer) } else { Err(SourceFailure::Status(answer.status)) }
    }
}

/// Whether there are more documents than were seen: by their number, else by a link to the next page.
fn has_more(answer: &OutboundResponse, seen: usize) -> bool {
    let header = |name: &str| {
        let mut found = answer.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    };
    match header("x-total-count").and_then(|total| total.trim().parse::<usize>().ok()) {
        Some(total) => seen < total,
        None => header("link").is_some_and(|links| links.contains("rel=\"next\"") || links.contains("rel=next")),
    }
}

/// The base of a service, its version, and the document that the address names.
fn parts(address: &Url, version: Option<CaseVersion>) -> Option<(BaseUrl, CaseVersion, Option<Uuid>)> {
    let mut address = address.clone();
    address.set_query(None);
    address.set_fragment(None);
    let path = address.path().trim_end_matches('/').to_owned();
    let named = ["/CFPackages/", "/CFDocuments/"].iter().find_map(|marker| path.rsplit_once(marker));
    let (base, document) = match named {
        Some((base, document)) => (base.to_owned(), Some(document.parse().ok()?)),
        None => (path.strip_suffix("/CFDocuments").unwrap_or(&path).to_owned(), None),
    };
    let said = CaseVersion::ALL.into_iter().find(|one| base.ends_with(&format!("/ims/case/{}", one.segment())));
    let (base, said) = match (said, version) {
        (Some(said), None) => (base, said),
        (Some(said), Some(version)) if said == version => (base, said),
        (Some(_), Some(_)) => return None,
        // The address of the server alone.
        (None, version) if document.is_none() => {
            let version = version.unwrap_or(CaseVersion::V1p1);
            (format!("{base}/ims/case/{}", version.segment()), version)
        }
        (None, _) => return None,
    };
    address.set_path(&base);
    Some((address.as_str().parse().ok()?, said, document))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Option<(String, CaseVersion, Option<String>)> {
        let (base, version, document) = parts(&address.parse().expect("an address"), None)?;
        Some((base.to_string(), version, document.map(|one| one.to_string())))
    }

    #[test]
    fn an_address_is_a_service_or_one_of_its_packages() {
        let guid = "a33fc64e-5c40-11e7-82c4-3d54268aa9ee";
        let base = "https://salt.example/ims/case/v1p0".to_owned();
        for whole in ["", "/", "/CFDocuments", "/CFDocuments?limit=5"] {
            assert_eq!(of(&format!("{base}{whole}")), Some((base.clone(), CaseVersion::V1p0, None)), "{whole}");
        }
        for one in ["CFPackages", "CFDocuments"] {
            let found = of(&format!("{base}/{one}/{guid}"));
            assert_eq!(found, Some((base.clone(), CaseVersion::V1p0, Some(guid.to_owned()))));
        }
        let root = of("https://salt.example").expect("a server is enough");
        assert_eq!((root.0.as_str(), root.1), ("https://salt.example/ims/case/v1p1", CaseVersion::V1p1));
        assert_eq!(of(&format!("{base}/CFPackages/none")), None);
        assert_eq!(of(&format!("https://salt.example/elsewhere/CFPackages/{guid}")), None);
        let other = parts(&base.parse().expect("an address"), Some(CaseVersion::V1p1));
        assert!(other.is_none(), "the address says another version");
    }
}
