//! `connection grant`: the only way to let a connection reach an address on a private network.

use clap::{Args, Subcommand};
use wellspring_model::{
    connection::BaseUrl,
    id::{ConnectionId, TenantId},
    time::Clock,
};

use super::{ConfigArgs, Failure, exit, operate::configured};
use crate::{clock::SystemClock, start};

#[derive(Debug, Subcommand)]
pub enum ConnectionCommand {
    /// Let one connection reach one origin on a private or loopback network (an ATS on the premises, a test double).
    Grant(Grant),
}

#[derive(Debug, Args)]
pub struct Grant {
    #[arg(value_name = "con_…")]
    connection: ConnectionId,
    /// `scheme://host:port`, exactly.
    #[arg(value_name = "ORIGIN")]
    origin: BaseUrl,
    #[arg(long, value_name = "ten_…")]
    tenant: TenantId,
    #[command(flatten)]
    config: ConfigArgs,
}

pub async fn run(command: ConnectionCommand) -> Result<u8, Failure> {
    let ConnectionCommand::Grant(args) = command;
    let store = start::store(&configured(&args.config)?).await.map_err(Failure::could_not_run)?;
    let origin = args.origin.origin();
    let known = store
        .grant_private_origin(args.tenant, args.connection, &origin, SystemClock.now())
        .await
        .map_err(Failure::could_not_run)?;
    store.close().await;
    if known {
        say!("{} may now reach {origin}", args.connection);
        Ok(exit::PASSED)
    } else {
        Err(Failure::usage(format!("{} has no connection {}", args.tenant, args.connection)))
    }
}
