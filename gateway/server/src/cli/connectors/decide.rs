//! `connectors approve` and `connectors revoke`.

use clap::Args;
use wellspring_host::{Rights, RightsChange};
use wellspring_model::{connection::ConnectorId, digest::Digest, time::Clock as _};
use wellspring_store::{ConnectorVersion, VersionState};

use super::{opened, trusted};
use crate::{
    cli::{ConfigArgs, Failure, exit, operate::configured},
    clock::SystemClock,
    installed::{OPERATOR, running_rights},
};

#[derive(Debug, Args)]
pub struct Approve {
    #[arg(value_name = "ID")]
    id: ConnectorId,
    /// The digest of the change of rights, as `install` and `show` print it.
    #[arg(value_name = "DIGEST")]
    accepted: Digest,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub struct Revoke {
    #[arg(value_name = "ID")]
    id: ConnectorId,
    #[command(flatten)]
    config: ConfigArgs,
}

pub async fn approve(args: Approve) -> Result<u8, Failure> {
    let config = configured(&args.config)?;
    let trust = trusted(&config)?;
    let store = opened(&config).await?;
    let versions = store.versions_of_connector(&args.id).await.map_err(Failure::could_not_run)?;
    let Some((waiting, change)) = awaited(&versions) else {
        return Err(Failure::usage(format!(
            "nothing of `{}` waits to be accepted; see `wellspring connectors list`",
            args.id
        )));
    };
    trust.stands(waiting.digest, waiting.key).map_err(|error| Failure::new(exit::FAILED, error.to_string()))?;
    let needed = change.digest_for(waiting.digest);
    if needed != args.accepted {
        return Err(Failure::new(
            exit::FAILED,
            format!(
                "what version {} of {} asks for is not what you accept. It differs from what runs by:\n{change}To accept that:\n  \
                 wellspring connectors approve {} {needed}",
                waiting.version, args.id, args.id
            ),
        ));
    }
    let now = SystemClock.now();
    let approved = store.approve_connector_version(&args.id, waiting.version, needed, now, OPERATOR).await;
    store.close().await;
    if !approved.map_err(Failure::could_not_run)? {
        return Err(Failure::usage(format!("a newer version of `{}` was installed meanwhile", args.id)));
    }
    say!("version {} of {} runs from now on", waiting.version, args.id);
    Ok(exit::PASSED)
}

pub async fn revoke(args: Revoke) -> Result<u8, Failure> {
    let config = configured(&args.config)?;
    let store = opened(&config).await?;
    let revoked = store.revoke_connector(&args.id, SystemClock.now(), OPERATOR).await;
    store.close().await;
    match revoked.map_err(Failure::could_not_run)? {
        Some(_) => {
            say!("{} is out of use: no gateway calls it a minute from now", args.id);
            Ok(exit::PASSED)
        }
        None => {
            Err(Failure::usage(format!("nothing of `{}` runs or waits; see `wellspring connectors list`", args.id)))
        }
    }
}

/// The version that could be approved, and how its rights differ from those of what runs.
pub(super) fn awaited(versions: &[ConnectorVersion]) -> Option<(&ConnectorVersion, RightsChange)> {
    let newest = versions.first()?;
    if !matches!(newest.state, VersionState::Waiting | VersionState::Revoked) {
        return None;
    }
    let rights: Rights = serde_json::from_str(&newest.rights).ok()?;
    Some((newest, rights.since(&running_rights(versions))))
}
