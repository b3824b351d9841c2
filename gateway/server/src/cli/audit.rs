//! `audit key|sign|verify|export`.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Read as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use wellspring_model::{Timestamp, id::TenantId, time::Clock};
use wellspring_store::{
    Action, AuditKey, AuditNote, AuditPublicKey, Broken, ExportError, ExportFault, ExportRange, SignedHead, Store,
    check_export,
};

use super::{ConfigArgs, Failure, exit, operate::configured};
use crate::{clock::SystemClock, start};

/// A file of heads is read whole; one an hour for ten years is a tenth of it.
const MOST_HEADS: u64 = 256 * 1_024 * 1_024;
/// What stands before the 32 bytes of an Ed25519 key in a public key file (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Print the public keys that trails are signed with.
    Key(KeyArgs),
    /// Sign the ends of all trails that have grown, now.
    Sign(SignArgs),
    /// Check trails, or an exported one, and name the first row that is not in order. Exit code 1 if there is one.
    Verify(VerifyArgs),
    /// Write a tenant's trail to a file (JSON lines) that can be checked without the database.
    Export(ExportArgs),
}

#[derive(Debug, Args)]
pub struct KeyArgs {
    /// Make a new key first. The old one signs nothing any more; what it signed stays good.
    #[arg(long)]
    rotate: bool,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub struct SignArgs {
    /// Print the newest head of every trail as a line of JSON, to be kept elsewhere.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Whose trail: ten_… or `all`.
    #[arg(long, value_name = "ten_…|all", default_value = "all", conflicts_with = "file")]
    tenant: String,
    /// Heads that were kept elsewhere: lines of JSON, as `audit sign --json` and `GET /v1/audit/heads` give them.
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
    /// Check this export instead of the database. Needs no configuration.
    #[arg(long, value_name = "EXPORT")]
    file: Option<PathBuf>,
    /// With --file: a public key, as `audit key` printed it. Only what it signed counts, and what keys signed that follow it.
    #[arg(long = "key", value_name = "ed25519:…", requires = "file")]
    keys: Vec<AuditPublicKey>,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub struct ExportArgs {
    #[arg(long, value_name = "ten_…")]
    tenant: TenantId,
    /// Only rows after this one.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: u64,
    /// From the first row on that was at this time or later (RFC 3339).
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Up to before the first row that was at this time or later (RFC 3339).
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// Where to write it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    config: ConfigArgs,
}

pub async fn run(command: AuditCommand) -> Result<u8, Failure> {
    match command {
        AuditCommand::Key(args) => key(args).await,
        AuditCommand::Sign(args) => sign(args).await,
        AuditCommand::Verify(args) => match &args.file {
            Some(file) => verify_export(&args, file),
            None => verify(&args).await,
        },
        AuditCommand::Export(args) => export(args).await,
    }
}

async fn open(config: &ConfigArgs) -> Result<Store, Failure> {
    let store = start::store(&configured(config)?).await.map_err(Failure::could_not_run)?;
    store.check_schema().await.map_err(Failure::could_not_run)?;
    Ok(store)
}

async fn key(args: KeyArgs) -> Result<u8, Failure> {
    let store = open(&args.config).await?;
    let now = SystemClock.now();
    if args.rotate {
        store.rotate_audit_key(now).await.map_err(Failure::could_not_run)?;
    } else {
        store.ensure_audit_key(now).await.map_err(Failure::could_not_run)?;
    }
    let keys = store.audit_keys().await.map_err(Failure::could_not_run)?;
    store.close().await;
    for key in &keys {
        if args.json {
            say!("{}", serde_json::to_string(key).map_err(Failure::could_not_run)?);
        } else {
            print_key(key);
        }
    }
    Ok(exit::PASSED)
}

fn print_key(key: &AuditKey) {
    say!("{}  {}", key.id, if key.is_signing { "signs" } else { "signed earlier" });
    say!("{}", key.public_key);
    let public = STANDARD.encode([SPKI.as_slice(), &key.public_key.0].concat());
    say!("-----BEGIN PUBLIC KEY-----\n{public}\n-----END PUBLIC KEY-----");
}

async fn sign(args: SignArgs) -> Result<u8, Failure> {
    let store = open(&args.config).await?;
    let signed = store.sign_audit_heads(SystemClock.now()).await.map_err(Failure::could_not_run)?;
    for (tenant, broken) in &signed.broken {
        eprintln!("{tenant}: {broken}; its end is not signed");
    }
    if args.json {
        for tenant in store.tenants().await.map_err(Failure::could_not_run)? {
            if let Some(head) = store.newest_audit_head(tenant).await.map_err(Failure::could_not_run)? {
                say!("{}", serde_json::to_string(&head).map_err(Failure::could_not_run)?);
            }
        }
    } else {
        say!("trails signed: {}", signed.heads);
    }
    store.close().await;
    Ok(if signed.broken.is_empty() { exit::PASSED } else { exit::FAILED })
}

async fn verify(args: &VerifyArgs) -> Result<u8, Failure> {
    let kept = kept(args.head.as_deref())?;
    let store = open(&args.config).await?;
    let known = store.tenants().await.map_err(Failure::could_not_run)?;
    let tenants = match args.tenant.as_str() {
        "all" => known.clone(),
        one => vec![one.parse().map_err(|error| Failure::usage(format!("--tenant: {error}, or `all`")))?],
    };
    if let Some(unknown) = tenants.iter().find(|tenant| !known.contains(tenant)) {
        return Err(Failure::usage(format!("there is no tenant {unknown}")));
    }
    let mut is_broken = false;
    for tenant in tenants {
        let check = store.audit_verify(tenant, &kept).await.map_err(Failure::could_not_run)?;
        is_broken |= check.result.is_err();
        if args.json {
            let fault = check.result.as_ref().err().map(row_json);
            say!("{}", report(tenant, check.rows, check.signed, fault));
            continue;
        }
        match check.result {
            Ok(()) => say!("{tenant}: {} rows in order, {}", check.rows, covered(check.signed)),
            Err(broken) => say!("{tenant}: broken at {broken} [{}]", broken.fault.code()),
        }
    }
    store.close().await;
    Ok(if is_broken { exit::FAILED } else { exit::PASSED })
}

fn verify_export(args: &VerifyArgs, path: &Path) -> Result<u8, Failure> {
    let kept = kept(args.head.as_deref())?;
    let file = BufReader::new(opened(path)?);
    let check = check_export(file, &args.keys, &kept).map_err(|error| {
        let code = if matches!(error, ExportError::Io(_)) { exit::NO_INPUT } else { exit::UNREADABLE };
        Failure::new(code, format!("{}: {error}", path.display()))
    })?;
    let tenant = check.export.tenant;
    if args.json {
        let fault = check.result.as_ref().err().map(|fault| match fault {
            ExportFault::Broken(broken) => row_json(broken),
            other => json!({"code": other.code(), "message": other.to_string()}),
        });
        say!("{}", report(tenant, check.rows, check.signed, fault));
    } else {
        match &check.result {
            Ok(()) => {
                let (first, last) = (check.export.after + 1, check.last);
                say!("{tenant}: {} rows in order ({first} to {last}), {}", check.rows, covered(check.signed));
            }
            Err(fault) => say!("{tenant}: broken at {fault} [{}]", fault.code()),
        }
        if args.keys.is_empty() && check.result.is_ok() {
            say!("the keys are those of the file; compare them with what you were given, or give --key:");
            check.keys.iter().for_each(|key| say!("  {}", key.public_key));
        }
    }
    Ok(if check.result.is_ok() { exit::PASSED } else { exit::FAILED })
}

fn covered(signed: u64) -> String {
    if signed == 0 { "none covered by a signed head".to_owned() } else { format!("signed up to row {signed}") }
}

fn row_json(broken: &Broken) -> Value {
    json!({"row": broken.number, "code": broken.fault.code(), "message": broken.fault.to_string()})
}

fn report(tenant: TenantId, rows: u64, signed: u64, fault: Option<Value>) -> Value {
    let result = if fault.is_some() { "broken" } else { "in order" };
    json!({"tenant": tenant, "result": result, "rows": rows, "signed": signed, "broken": fault})
}

async fn export(args: ExportArgs) -> Result<u8, Failure> {
    let store = open(&args.config).await?;
    let (tenant, now) = (args.tenant, SystemClock.now());
    if !store.tenants().await.map_err(Failure::could_not_run)?.contains(&tenant) {
        return Err(Failure::usage(format!("there is no tenant {tenant}")));
    }
    // The export tells of itself, and all of it is covered by a signed head.
    let note = AuditNote::new(tenant, now, "operator", Action::AuditExported, tenant);
    store.audit(note).await.map_err(Failure::could_not_run)?;
    if let Err(broken) = store.sign_audit_head(tenant, now).await.map_err(Failure::could_not_run)? {
        eprintln!("the trail is not in order ({broken}); it is exported as it is, and its end is not signed");
    }
    let failed = |error: ExportError| Failure::could_not_run(format!("{}: {error}", args.out.display()));
    let file = File::create(&args.out).map_err(|error| failed(error.into()))?;
    let range = ExportRange { after: args.after, since: args.since, until: args.until };
    let mut writer = BufWriter::new(file);
    let rows = store.audit_export(tenant, range, &mut writer).await.map_err(failed)?;
    let file = writer.into_inner().map_err(|error| failed(error.into_error().into()))?;
    file.sync_all().map_err(|error| failed(error.into()))?;
    store.close().await;
    say!("{rows} rows of {tenant}");
    Ok(exit::PASSED)
}

/// Heads that were kept elsewhere.
fn kept(path: Option<&Path>) -> Result<Vec<SignedHead>, Failure> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let mut text = String::new();
    let read = opened(path)?.take(MOST_HEADS).read_to_string(&mut text);
    read.map_err(|error| Failure::new(exit::UNREADABLE, format!("{}: {error}", path.display())))?;
    heads(&text).ok_or_else(|| {
        Failure::new(exit::UNREADABLE, format!("{} holds no signed heads, a line of JSON each", path.display()))
    })
}

/// Heads as lines, or as the answer of `GET /v1/audit/heads`.
fn heads(text: &str) -> Option<Vec<SignedHead>> {
    if let Ok(Value::Object(mut answer)) = serde_json::from_str(text)
        && let Some(items) = answer.remove("items")
    {
        return serde_json::from_value(items).ok();
    }
    let heads: Option<Vec<SignedHead>> = text.lines().map(|line| serde_json::from_str(line).ok()).collect();
    heads.filter(|heads| !heads.is_empty())
}

fn opened(path: &Path) -> Result<File, Failure> {
    File::open(path)
        .map_err(|error| Failure::new(exit::NO_INPUT, format!("{} cannot be read: {error}", path.display())))
}
