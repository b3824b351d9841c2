//! `endpoint grant`: the only way to have events sent to an address on a private network.

use clap::{Args, Subcommand};
use wellspring_model::{
    connection::BaseUrl,
    id::{EndpointId, TenantId},
    time::Clock,
};

use super::{ConfigArgs, Failure, exit, operate::configured};
use crate::{clock::SystemClock, start};

#[derive(Debug, Subcommand)]
pub enum EndpointCommand {
    /// Let one endpoint be on one origin on a private or loopback network, or on one without TLS. What waited for that is
    /// sent.
    Grant(Grant),
}

#[derive(Debug, Args)]
pub struct Grant {
    #[arg(value_name = "end_…")]
    endpoint: EndpointId,
    /// `scheme://host:port`, exactly.
    #[arg(value_name = "ORIGIN")]
    origin: BaseUrl,
    #[arg(long, value_name = "ten_…")]
    tenant: TenantId,
    #[command(flatten)]
    config: ConfigArgs,
}

pub async fn run(command: EndpointCommand) -> Result<u8, Failure> {
    let EndpointCommand::Grant(args) = command;
    let store = start::store(&configured(&args.config)?).await.map_err(Failure::could_not_run)?;
    let origin = args.origin.origin();
    let known = store
        .grant_endpoint_origin(args.tenant, args.endpoint, &origin, SystemClock.now())
        .await
        .map_err(Failure::could_not_run)?;
    store.close().await;
    if known {
        say!("events to {} may now be sent to {origin}", args.endpoint);
        Ok(exit::PASSED)
    } else {
        Err(Failure::usage(format!("{} has no endpoint {}", args.tenant, args.endpoint)))
    }
}
