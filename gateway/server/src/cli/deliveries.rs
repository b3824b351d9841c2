//! `deliveries list` and `deliveries replay`: what was given up, and taking it up again.

use clap::{Args, Subcommand};
use wellspring_model::{
    delivery::{DeliveryState, FailureCode},
    id::{ConnectionId, DeliveryId, EndpointId, TaskId, TenantId},
    time::{Clock, Entropy},
};
use wellspring_store::{Action, AuditNote, DeliveryFilter, EndState, Store};

use super::{ConfigArgs, Failure, exit, operate::configured};
use crate::{
    auth,
    clock::{SystemClock, SystemEntropy},
    start,
};

#[derive(Debug, Subcommand)]
pub enum DeliveriesCommand {
    /// List deliveries that were given up, with their reasons.
    List(Which),
    /// Take deliveries up again that were given up: a new series of attempts under the same idempotency key.
    Replay(Replay),
}

/// Which deliveries. Without anything else: all of the tenant's that were given up.
#[derive(Debug, Args)]
pub struct Which {
    /// These deliveries only.
    #[arg(value_name = "dlv_…")]
    ids: Vec<DeliveryId>,
    #[arg(long, value_name = "ten_…")]
    tenant: TenantId,
    #[arg(long, value_name = "con_…")]
    connection: Option<ConnectionId>,
    /// Events to this endpoint only.
    #[arg(long, value_name = "end_…")]
    endpoint: Option<EndpointId>,
    /// The code of the failure, such as INVALID_INPUT.
    #[arg(long, value_name = "CODE", value_parser = code)]
    code: Option<FailureCode>,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub struct Replay {
    #[command(flatten)]
    which: Which,
    /// Only say which would be taken up.
    #[arg(long)]
    dry_run: bool,
}

fn code(text: &str) -> Result<FailureCode, String> {
    let known = FailureCode::ALL.iter().copied().find(|code| code.as_str() == text);
    known.ok_or_else(|| "there is no such code".to_owned())
}

impl Which {
    fn filter(&self) -> DeliveryFilter {
        let ids = Some(self.ids.clone()).filter(|ids| !ids.is_empty());
        DeliveryFilter {
            ids,
            connection: self.connection,
            endpoint: self.endpoint,
            state: Some(EndState::Exhausted),
            code: self.code,
            ..DeliveryFilter::default()
        }
    }
}

pub async fn run(command: DeliveriesCommand) -> Result<u8, Failure> {
    let which = match &command {
        DeliveriesCommand::List(which) => which,
        DeliveriesCommand::Replay(replay) => &replay.which,
    };
    let store = start::store(&configured(&which.config)?).await.map_err(Failure::could_not_run)?;
    match &command {
        DeliveriesCommand::Replay(replay) if !replay.dry_run => take_up(&store, which).await?,
        _ => list(&store, which).await?,
    }
    store.close().await;
    Ok(exit::PASSED)
}

async fn list(store: &Store, which: &Which) -> Result<(), Failure> {
    let found = store.replayable(which.tenant, &which.filter()).await.map_err(Failure::could_not_run)?;
    let mut lines = Vec::new();
    for id in &found.deliveries {
        let delivery = store.delivery(which.tenant, *id).await.map_err(Failure::could_not_run)?;
        if let Some(DeliveryState::Exhausted { at, failure }) = delivery.map(|delivery| delivery.state) {
            lines.push(format!("{id}  {at:.0}  {}  {}", failure.code, failure.message));
        }
    }
    let note = AuditNote::new(which.tenant, SystemClock.now(), "operator", Action::DeliveriesListed, which.tenant);
    let note = note.with(auth::digest_of_ids(found.deliveries.iter()));
    store.audit(note).await.map_err(Failure::could_not_run)?;
    for line in lines {
        say!("{line}");
    }
    say!("{} given up{}", found.deliveries.len(), if found.more { ", and more" } else { "" });
    Ok(())
}

/// Call after call, until none is left.
async fn take_up(store: &Store, which: &Which) -> Result<(), Failure> {
    let mut count = 0;
    loop {
        let task = || TaskId::from_uuid(SystemEntropy.uuid(SystemClock.now()));
        let replay = store.replay(which.tenant, which.filter(), task, SystemClock.now(), "operator");
        let taken_up = replay.await.map_err(Failure::could_not_run)?;
        count += taken_up.deliveries.len();
        if !taken_up.more || taken_up.deliveries.is_empty() {
            say!("{count} taken up again");
            return Ok(());
        }
    }
}
