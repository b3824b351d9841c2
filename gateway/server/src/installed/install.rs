//! Installing a version: who answers for it, whether it is newer, what it asks for, whether it runs at all; then it is kept and
//! recorded. Whatever speaks against it leaves everything as it was, and what ran goes on running.

use wellspring_host::{
    AdmissionError, Admitted, Candidate, Host, Inspection, PackageError, Rights, RightsChange, TrustFile, Unsigned,
    admit,
};
use wellspring_model::{Timestamp, connection::ConnectorId, digest::Digest, ed25519::PublicKey, version::Version};
use wellspring_store::{ConnectorVersion, NewConnectorVersion, Store, StoreError, VersionState};

use super::keep;
use crate::{config::ConnectorsConfig, start::StartError};

/// What the operator wants installed, on which terms.
#[derive(Debug, Clone)]
pub struct Installation {
    pub package: Vec<u8>,
    pub signature: Option<Vec<u8>>,
    pub unsigned: Unsigned,
    pub consent: Consent,
    pub now: Timestamp,
}

/// Whether the operator accepts what a package asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// To be asked.
    Open,
    /// To whatever it asks for.
    Given,
    /// To exactly the change with this digest.
    To(Digest),
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Installed {
    pub inspection: Inspection,
    pub version: Version,
    pub key: Option<PublicKey>,
    /// What differs from the rights of the version that runs.
    pub change: RightsChange,
    pub end: End,
}

/// How an installation ends that is not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It runs from now on.
    Active,
    /// It runs once its rights are accepted.
    Waiting,
    /// It was installed before; nothing is different.
    Known(VersionState),
}

/// Why a version is not installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(
        "version {version} of `{id}` is older than {newest}, which was installed before. What was replaced does not come back: \
         ask its vendor for a version newer than {newest}"
    )]
    Older { id: ConnectorId, version: Version, newest: Version },
    #[error(
        "version {version} of `{id}` was installed before with another content ({known}); this one is {digest}. One of the two \
         is not the vendor's: ask which, and have a new version"
    )]
    OtherContent { id: ConnectorId, version: Version, known: Digest, digest: Digest },
    #[error(
        "what it asks for is not what was accepted ({accepted}). It differs from what runs by:\n{change}To accept that: {needed}"
    )]
    OtherRights { accepted: Digest, needed: Digest, change: RightsChange },
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the store: {0}")]
    Store(#[from] StoreError),
}

/// Installs. `host` compiles the package and tries it without any rights, and goes on with what it has: what is to run is taken
/// up from the store.
///
/// # Errors
/// The first reason that speaks against it.
pub async fn install(
    host: &Host,
    store: &Store,
    config: &ConnectorsConfig,
    trust: &TrustFile,
    asked: Installation,
) -> Result<Installed, InstallError> {
    let (asked, admitted) = admitted(asked, trust).await?;
    let Admitted { inspection, key } = admitted;
    let id = inspection.id.clone();
    let version: Version = inspection.version.parse().map_err(|_| {
        PackageError::Manifest(wellspring_host::manifest::ManifestError::Version(inspection.version.clone()))
    })?;
    let versions = store.versions_of_connector(&id).await?;
    let known = newest(&versions, &inspection, version)?;
    let (change, accepted) = rights(&versions, &inspection, asked.consent)?;
    host.try_out(asked.package.clone()).await?;
    keep(&config.folder, &id, version, &asked.package, asked.signature.as_deref())?;
    let end = match known {
        None => {
            let rights = serde_json::to_string(&Rights::of(&inspection.manifest)).unwrap_or_default();
            let new = NewConnectorVersion { connector: id, version, digest: inspection.digest, key, rights, accepted };
            store.add_connector_version(new, asked.now, OPERATOR).await?;
            if accepted.is_some() { End::Active } else { End::Waiting }
        }
        Some(VersionState::Waiting) => match accepted {
            Some(accepted) => {
                store.approve_connector_version(&id, version, accepted, asked.now, OPERATOR).await?;
                End::Active
            }
            None => End::Waiting,
        },
        Some(state) => End::Known(state),
    };
    Ok(Installed { inspection, version, key, change, end })
}

/// Whose hand it is, in the audit trail and on record.
pub(crate) const OPERATOR: &str = "operator";

async fn admitted(asked: Installation, trust: &TrustFile) -> Result<(Installation, Admitted), InstallError> {
    let trust = trust.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let candidate = Candidate { package: &asked.package, signature: asked.signature.as_deref() };
        let admitted = admit(candidate, &trust, asked.unsigned, asked.now);
        (asked, admitted)
    });
    let (asked, admitted) = looked.await.map_err(|_| PackageError::Malformed("the parser gave up".to_owned()))?;
    Ok((asked, admitted?))
}

/// The state of this very version if it was installed before. Nothing older may come, and nothing else under the same version.
fn newest(
    versions: &[ConnectorVersion],
    inspection: &Inspection,
    version: Version,
) -> Result<Option<VersionState>, InstallError> {
    let (id, digest) = (inspection.id.clone(), inspection.digest);
    match versions.first() {
        Some(newest) if newest.version > version => Err(InstallError::Older { id, version, newest: newest.version }),
        Some(newest) if newest.version == version && newest.digest != digest => {
            Err(InstallError::OtherContent { id, version, known: newest.digest, digest })
        }
        Some(newest) if newest.version == version => Ok(Some(newest.state)),
        _ => Ok(None),
    }
}

/// What differs from the rights of the version that runs, and the digest of that if it is accepted.
fn rights(
    versions: &[ConnectorVersion],
    inspection: &Inspection,
    consent: Consent,
) -> Result<(RightsChange, Option<Digest>), InstallError> {
    let change = Rights::of(&inspection.manifest).since(&running_rights(versions));
    let needed = change.digest(inspection);
    let accepted = match consent {
        Consent::To(accepted) if accepted != needed => {
            return Err(InstallError::OtherRights { accepted, needed, change });
        }
        Consent::Open if change.needs_consent() => None,
        Consent::Open | Consent::Given | Consent::To(_) => Some(needed),
    };
    Ok((change, accepted))
}

/// The rights of the version that runs; none where none does. What cannot be read was accepted by nobody.
pub(crate) fn running_rights(versions: &[ConnectorVersion]) -> Rights {
    let running = versions.iter().find(|version| version.state == VersionState::Active);
    running.and_then(|running| serde_json::from_str(&running.rights).ok()).unwrap_or_default()
}
