//! `connectors list` and `connectors show`.

use clap::Args;
use wellspring_host::TrustFile;
use wellspring_model::connection::ConnectorId;
use wellspring_store::{ConnectorVersion, VersionState};

use super::{decide::awaited, inspect, opened, signed_by, trusted};
use crate::{
    cli::{ConfigArgs, Failure, exit, operate::configured},
    config::Config,
    installed,
};

#[derive(Debug, Args)]
pub struct List {
    /// Also those that were replaced.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub struct Show {
    /// An installed connector's id.
    #[arg(value_name = "ID")]
    id: ConnectorId,
    #[command(flatten)]
    config: ConfigArgs,
}

pub async fn list(args: List) -> Result<u8, Failure> {
    let config = configured(&args.config)?;
    let trust = trusted(&config)?;
    let store = opened(&config).await?;
    let versions = store.connector_versions().await.map_err(Failure::could_not_run)?;
    store.close().await;
    if versions.is_empty() {
        say!("no connector is installed; `wellspring connectors install FILE` installs one");
    }
    for version in versions.iter().filter(|version| args.all || version.state != VersionState::Superseded) {
        say!(
            "{:<24} {:<10} {:<16} {}  signed by {}",
            version.connector,
            version.version.to_string(),
            standing(version, &trust, &config),
            version.digest,
            signed_by(&trust, version.key)
        );
    }
    Ok(exit::PASSED)
}

pub async fn show(args: Show) -> Result<u8, Failure> {
    let config = configured(&args.config)?;
    let trust = trusted(&config)?;
    let store = opened(&config).await?;
    let versions = store.versions_of_connector(&args.id).await.map_err(Failure::could_not_run)?;
    store.close().await;
    let running = versions.iter().find(|version| version.state == VersionState::Active);
    let Some(shown) = running.or(versions.first()) else {
        return Err(Failure::usage(format!(
            "no connector `{}` is installed; see `wellspring connectors list`",
            args.id
        )));
    };
    say!("{}", inspect(&config, &args.id, shown.version)?);
    say!("signed by      {}", signed_by(&trust, shown.key));
    say!("state          {}", since(shown, &trust));
    say!("installed      {} by {}", shown.installed_at, shown.installed_by);
    if let Some((waiting, change)) = awaited(&versions) {
        say!(
            "\nversion {} is {} and asks, beyond what runs, for:\n{change}to have it run:\n  wellspring connectors approve {} {}",
            waiting.version,
            waiting.state.as_str(),
            args.id,
            change.digest_for(waiting.digest)
        );
    }
    Ok(exit::PASSED)
}

/// Whether it runs. What the trust file revokes does not, whatever is on record, and neither does what is not there.
fn standing(version: &ConnectorVersion, trust: &TrustFile, config: &Config) -> String {
    let state = version.state.as_str();
    let file = installed::file(&config.connectors.folder, &version.connector, version.version);
    match version.state {
        VersionState::Superseded | VersionState::Revoked => state.to_owned(),
        _ if trust.stands(version.digest, version.key).is_err() => format!("{state}, barred"),
        _ if !file.is_file() => format!("{state}, no file"),
        _ => state.to_owned(),
    }
}

fn since(version: &ConnectorVersion, trust: &TrustFile) -> String {
    let mut text = version.state.as_str().to_owned();
    if let Some((at, by)) = version.decided_at.zip(version.decided_by.as_ref()) {
        text = format!("{text} since {at}, by {by}");
    }
    match trust.stands(version.digest, version.key) {
        Ok(()) => text,
        Err(reason) => format!("{text}, but it does not run: {reason}"),
    }
}
