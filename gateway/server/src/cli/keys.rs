//! `tenant create|list`, `key create|list|revoke`.

use clap::{Args, Subcommand};
use wellspring_model::{
    id::{KeyId, TenantId},
    time::{Clock, Entropy},
};
use wellspring_store::NamedKey;

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
    /// List the employers: the id of each, and its name.
    List(ConfigArgs),
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
    /// List a tenant's keys: the id of each, when it was made, what it is for, and when it was revoked.
    List(ListKeys),
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
pub struct ListKeys {
    #[arg(long, value_name = "ten_…")]
    tenant: TenantId,
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
    match command {
        TenantCommand::Create(args) => create_tenant(args).await,
        TenantCommand::List(config) => list_tenants(&config).await,
    }
}

async fn create_tenant(args: CreateTenant) -> Result<u8, Failure> {
    let store = start::store(&configured(&args.config)?).await.map_err(Failure::could_not_run)?;
    let now = SystemClock.now();
    let id = TenantId::from_uuid(SystemEntropy.uuid(now));
    store.create_tenant(id, &args.name, now).await.map_err(Failure::could_not_run)?;
    store.close().await;
    say!("{id}");
    Ok(exit::PASSED)
}

async fn list_tenants(config: &ConfigArgs) -> Result<u8, Failure> {
    let store = start::store(&configured(config)?).await.map_err(Failure::could_not_run)?;
    for id in store.tenants().await.map_err(Failure::could_not_run)? {
        let name = store.tenant_name(id).await.map_err(Failure::could_not_run)?;
        say!("{id}  {}", name.unwrap_or_default());
    }
    store.close().await;
    Ok(exit::PASSED)
}

pub async fn key(command: KeyCommand) -> Result<u8, Failure> {
    match command {
        KeyCommand::Create(args) => create(args).await,
        KeyCommand::List(args) => list(args).await,
        KeyCommand::Revoke(args) => revoke(args).await,
    }
}

async fn list(args: ListKeys) -> Result<u8, Failure> {
    let store = start::store(&configured(&args.config)?).await.map_err(Failure::could_not_run)?;
    let (name, keys) = (store.tenant_name(args.tenant).await, store.keys(args.tenant).await);
    store.close().await;
    if name.map_err(Failure::could_not_run)?.is_none() {
        return Err(Failure::usage(format!("there is no tenant {}; `wellspring tenant list` names them", args.tenant)));
    }
    for NamedKey { id, label, created_at, revoked_at } in keys.map_err(Failure::could_not_run)? {
        let revoked = revoked_at.map(|at| format!("  revoked {at:.0}")).unwrap_or_default();
        say!("{id}  {created_at:.0}  {label}{revoked}");
    }
    Ok(exit::PASSED)
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
    say!("{text}");
    Ok(exit::PASSED)
}

async fn revoke(args: RevokeKey) -> Result<u8, Failure> {
    let store = start::store(&configured(&args.config)?).await.map_err(Failure::could_not_run)?;
    let revoked = store.revoke_key(args.tenant, args.key, SystemClock.now()).await.map_err(Failure::could_not_run)?;
    store.close().await;
    if revoked {
        say!("{} is revoked", args.key);
        Ok(exit::PASSED)
    } else {
        Err(Failure::usage(format!("{} has no key {} that is still valid", args.tenant, args.key)))
    }
}
