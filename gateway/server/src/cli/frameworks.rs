//! `framework import|show`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use sha2::{Digest as _, Sha256};
use wellspring_model::{
    competency::Framework,
    digest::Digest,
    id::{FrameworkId, TenantId},
    time::{Clock, Entropy},
};
use wellspring_store::StoredFramework;

use super::{ConfigArgs, Failure, exit, operate::configured};
use crate::{
    clock::{SystemClock, SystemEntropy},
    start,
};

#[derive(Debug, Subcommand)]
pub enum FrameworkCommand {
    /// Import a CASE package (JSON) for a tenant. Prints its id.
    Import(Import),
    /// Print a framework's items.
    Show(Show),
}

#[derive(Debug, Args)]
pub struct Import {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[arg(long, value_name = "ten_…")]
    tenant: TenantId,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub struct Show {
    #[arg(value_name = "frm_…")]
    framework: FrameworkId,
    #[arg(long, value_name = "ten_…")]
    tenant: TenantId,
    #[command(flatten)]
    config: ConfigArgs,
}

pub async fn run(command: FrameworkCommand) -> Result<u8, Failure> {
    match command {
        FrameworkCommand::Import(args) => import(args).await,
        FrameworkCommand::Show(args) => show(args).await,
    }
}

async fn import(args: Import) -> Result<u8, Failure> {
    let config = configured(&args.config)?;
    let bytes = std::fs::read(&args.file)
        .map_err(|error| Failure::new(exit::NO_INPUT, format!("{} cannot be read: {error}", args.file.display())))?;
    let framework: Framework = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::new(exit::UNREADABLE, format!("{} is not a CASE package: {error}", args.file.display()))
    })?;
    if framework.items.is_empty() {
        return Err(Failure::new(exit::UNREADABLE, format!("{} has no items", args.file.display())));
    }
    let now = SystemClock.now();
    let stored = StoredFramework {
        id: FrameworkId::from_uuid(SystemEntropy.uuid(now)),
        framework,
        digest: Digest::from_bytes(Sha256::digest(&bytes).into()),
        imported_at: now,
    };
    let store = start::store(&config).await.map_err(Failure::could_not_run)?;
    store.add_framework(args.tenant, &stored, "operator").await.map_err(Failure::could_not_run)?;
    store.close().await;
    eprintln!("imported `{}`: {} items", stored.framework.document.title, stored.framework.items.len());
    println!("{}", stored.id);
    Ok(exit::PASSED)
}

async fn show(args: Show) -> Result<u8, Failure> {
    let store = start::store(&configured(&args.config)?).await.map_err(Failure::could_not_run)?;
    let found = store.framework(args.tenant, args.framework).await.map_err(Failure::could_not_run)?;
    store.close().await;
    let unknown = || Failure::usage(format!("{} has no framework {}", args.tenant, args.framework));
    let stored = found.ok_or_else(unknown)?;
    let document = &stored.framework.document;
    println!("{} ({})", document.title, document.identifier);
    println!("version {} · digest {}", document.version.as_deref().unwrap_or("not stated"), stored.digest);
    for item in &stored.framework.items {
        println!("  {:<8} {}  {}", item.human_coding_scheme.as_deref().unwrap_or(""), item.id(), item.title());
    }
    Ok(exit::PASSED)
}
