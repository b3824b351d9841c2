//! `tenant create`, `key create`, `key revoke`.

use clap::{Args, Subcommand};
use wellspring_model::{
    id::{KeyId, TenantId},
    time::{Clock, Entropy},
};

use super::{ConfigArgs, Failure, exit, operate::configured};
use crate::{
    auth,
    clock::{SystemClock, SystemEntropy},
    start,
};

#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Add an employer. Prints its id.
    Create(CreateTenant),
}

#[derive(Debug, Args)]
pub struct CreateTenant {
    #[arg(long)]
    name: String,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make an API key for a tenant. It is printed once and cannot be shown again.
    Create(CreateKey),
    /// Make a key useless, at once.
    Revoke(RevokeKey),
}

#[derive(Debug, Args)]
pub struct CreateKey {
    #[arg(long, value_name = "ten_…")]
    tenant: TenantId,
    /// What the key is for, so that one can tell keys apart.
    #[arg(long, default_value = "")]
    label: String,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub struct RevokeKey {
    #[arg(value_name = "key_…")]
    key: KeyId,
    #[arg(long, value_name = "ten_…")]
    tenant: TenantId,
    #[command(flatten)]
    config: ConfigArgs,
}

pub async fn tenant(command: TenantCommand) -> Result<u8, Failure> {
    let TenantCommand::Create(args) = command;
    let store = start::store(&configured(&args.config)?).await.map_err(Failure::could_not_run)?;
    let now = SystemClock.now();
    let id = TenantId::from_uuid(SystemEntropy.uuid(now));
    store.create_tenant(id, &args.name, now).await.map_err(Failure::could_not_run)?;
    store.close().await;
    println!("{id}");
    Ok(exit::PASSED)
}

pub async fn key(command: KeyCommand) -> Result<u8, Failure> {
    match command {
        KeyCommand::Create(args) => create(args).await,
        KeyCommand::Revoke(args) => revoke(args).await,
    }
}

async fn create(args: CreateKey) -> Result<u8, Failure> {
    let store = start::store(&configured(&args.config)?).await.map_err(Failure::could_not_run)?;
    let now = SystemClock.now();
    let id = KeyId::from_uuid(SystemEntropy.uuid(now));
    let (text, digest) = auth::new_key(&SystemEntropy);
    store.add_key(args.tenant, id, &args.label, digest, now).await.map_err(Failure::could_not_run)?;
    store.close().await;
    // The key alone on standard output, for scripts; its id beside it, for people.
    eprintln!("key {id}; it is shown only now:");
    println!("{text}");
    Ok(exit::PASSED)
}

async fn revoke(args: RevokeKey) -> Result<u8, Failure> {
    let store = start::store(&configured(&args.config)?).await.map_err(Failure::could_not_run)?;
    let revoked = store.revoke_key(args.tenant, args.key, SystemClock.now()).await.map_err(Failure::could_not_run)?;
    store.close().await;
    if revoked {
        println!("{} is revoked", args.key);
        Ok(exit::PASSED)
    } else {
        Err(Failure::usage(format!("{} has no key {} that is still valid", args.tenant, args.key)))
    }
}
