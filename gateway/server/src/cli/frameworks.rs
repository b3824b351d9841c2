//! `framework import|show`.

use std::{
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, Subcommand};
use secrecy::SecretString;
use tokio::sync::watch;
use url::Url;
use uuid::Uuid;
use wellspring_egress::Credential;
use wellspring_model::{
    case::{CaseVersion, Changes, Package},
    connection::BaseUrl,
    id::{FrameworkId, TenantId},
    time::{Clock, Entropy},
};
use wellspring_store::NewFramework;
use wellspring_verify::{Limits, ParseError};

use super::{ConfigArgs, Failure, exit, operate::configured};
use crate::{
    clock::{SystemClock, SystemEntropy},
    config::Config,
    frameworks::{self, Form, Import as Imported, SkillSet, Source, SourceFailure, Unreadable},
    start,
};

#[derive(Debug, Subcommand)]
pub enum FrameworkCommand {
    /// Import a CASE package (JSON) or Rich Skill Descriptors (JSON, CSV), from a file or a CASE service. Prints its id.
    Import(Box<Import>),
    /// Print a framework's items.
    Show(Show),
}

#[derive(Debug, Args)]
pub struct Import {
    /// A file, the address of a CASE service (`https://…/ims/case/v1p1`), or of one of its packages.
    #[arg(value_name = "FILE|URL")]
    from: String,
    #[arg(long, value_name = "ten_…")]
    tenant: TenantId,
    /// Of a service with several frameworks: the identifier of the wanted one.
    #[arg(long, value_name = "UUID")]
    document: Option<Uuid>,
    /// Of a service whose address does not say: 1.0 or 1.1.
    #[arg(long, value_name = "VERSION")]
    case_version: Option<CaseVersion>,
    /// Of a service that wants OAuth 2.0 client credentials: where tokens are, and who we are. The secret is read from a file.
    #[arg(long, value_name = "URL", requires_all = ["client_id", "client_secret_file"])]
    token_url: Option<BaseUrl>,
    #[arg(long, value_name = "ID", requires = "token_url")]
    client_id: Option<String>,
    #[arg(long, value_name = "FILE", requires = "token_url")]
    client_secret_file: Option<PathBuf>,
    /// Of a service that wants a key: the file that it is in.
    #[arg(long, value_name = "FILE", conflicts_with = "token_url")]
    key_file: Option<PathBuf>,
    /// For Rich Skill Descriptors: a title for the framework.
    #[arg(long)]
    title: Option<String>,
    /// For Rich Skill Descriptors: the framework's identifier.
    #[arg(long, value_name = "UUID")]
    identifier: Option<Uuid>,
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
        FrameworkCommand::Import(args) => import(*args).await,
        FrameworkCommand::Show(args) => show(args).await,
    }
}

async fn import(args: Import) -> Result<u8, Failure> {
    let config = configured(&args.config)?;
    let (bytes, told) = bytes(&args, &config).await?;
    let package = read(&args, bytes, told, &config).await?;
    eprintln!(
        "read {} items and {} associations",
        package.framework().items.len(),
        package.framework().associations.len()
    );
    let now = SystemClock.now();
    let new = NewFramework {
        id: FrameworkId::from_uuid(SystemEntropy.uuid(now)),
        package: Arc::new(package),
        imported_at: now,
    };
    let total = new.package.objects().len();
    let store = start::store(&config).await.map_err(Failure::could_not_run)?;
    let (progress, watched) = watch::channel(0);
    let shown = tokio::spawn(show_progress(watched, total));
    let kept = frameworks::keep(&store, args.tenant, new, "operator", progress).await;
    let _ended = shown.await;
    store.close().await;
    let import = kept.map_err(Failure::could_not_run)?;
    report(&import);
    say!("{}", import.edition.id);
    Ok(exit::PASSED)
}

async fn bytes(args: &Import, config: &Config) -> Result<(Vec<u8>, Option<CaseVersion>), Failure> {
    let url = Url::parse(&args.from).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url else {
        let path = Path::new(&args.from);
        let read = std::fs::read(path)
            .map_err(|error| Failure::new(exit::NO_INPUT, format!("{} cannot be read: {error}", args.from)))?;
        return Ok((read, args.case_version));
    };
    let credential = credential(args)?;
    let source = Source::new(&url, args.case_version, args.document, credential, config, Arc::new(SystemClock));
    let source = source.map_err(|failure| Failure::usage(failure.to_string()))?;
    eprintln!("asking {url} …");
    let package = source.package().await.map_err(|failure| match failure {
        SourceFailure::Several(documents) => {
            let list = documents.iter().map(|one| format!("\n  --document {}  {}", one.identifier, one.title));
            Failure::usage(format!("the service has several frameworks; name one:{}", list.collect::<String>()))
        }
        failure => Failure::new(exit::NO_INPUT, format!("{url}: {failure}")),
    })?;
    eprintln!("got {} bytes", package.len());
    Ok((package, Some(source.version())))
}

fn credential(args: &Import) -> Result<Option<Credential>, Failure> {
    let secret = |path: &Path| {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::new(exit::NO_INPUT, format!("{} cannot be read: {error}", path.display())))?;
        Ok(SecretString::from(text.trim().to_owned()))
    };
    if let Some(path) = &args.key_file {
        return Ok(Some(Credential::Bearer(secret(path)?)));
    }
    let (Some(token_url), Some(client_id), Some(path)) = (&args.token_url, &args.client_id, &args.client_secret_file)
    else {
        return Ok(None);
    };
    let (token_url, client_id) = (token_url.clone(), client_id.clone());
    Ok(Some(Credential::OAuth { token_url, client_id, client_secret: secret(path)?, scopes: Vec::new() }))
}

async fn read(args: &Import, bytes: Vec<u8>, told: Option<CaseVersion>, config: &Config) -> Result<Package, Failure> {
    let set = SkillSet { title: args.title.clone(), identifier: args.identifier };
    let is_table = Path::new(&args.from).extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
    let form = if is_table { Form::Csv(set) } else { Form::Json(set) };
    let limits = Limits { bytes: config.limits.framework_bytes, depth: config.limits.json_depth, ..Limits::default() };
    let read = tokio::task::spawn_blocking(move || frameworks::read(bytes, form, &limits, told)).await;
    read.map_err(Failure::could_not_run)?.map_err(|unreadable| {
        Failure::new(exit::UNREADABLE, format!("{} cannot be imported:{}", args.from, told_to_people(&unreadable)))
    })
}

/// What is wrong, a line each.
fn told_to_people(unreadable: &Unreadable) -> String {
    match unreadable {
        Unreadable::Json(ParseError::TooLarge { limit }) => {
            format!(" it has more than {limit} bytes; packages may have `limits.framework_bytes`, descriptors 32 MiB")
        }
        Unreadable::Json(error) => format!(" {error}"),
        Unreadable::Faults(faults) => faults.iter().map(|fault| format!("\n  {fault}")).collect(),
    }
}

/// On a terminal one line that counts, elsewhere nothing: what came of it is said at the end.
async fn show_progress(mut watched: watch::Receiver<usize>, total: usize) {
    let mut out = std::io::stderr();
    let is_shown = out.is_terminal();
    while watched.changed().await.is_ok() {
        let done = *watched.borrow_and_update();
        if is_shown {
            // What cannot be shown is not missed.
            let _shown = write!(out, "\rstored {done} of {total}").and_then(|()| out.flush());
        }
    }
    if is_shown {
        let _shown = writeln!(out);
    }
}

fn report(import: &Imported) {
    let edition = &import.edition;
    let version = edition.case_version.map_or("?", CaseVersion::as_str);
    let what = if import.is_known { "nothing new in" } else { "imported" };
    eprintln!(
        "{what} `{}`: CASE {version}, {} items, {} associations",
        edition.title, edition.items, edition.associations
    );
    if let Some((since, changes)) = &import.changes {
        eprintln!("since {since}: {}", counted(changes));
        for one in &changes.items.replaced {
            eprintln!("  {} is replaced by {}", one.item, one.by);
        }
    }
    for remark in &import.remarks {
        eprintln!("remark: {remark}");
    }
}

fn counted(changes: &Changes) -> String {
    let (items, associations) = (&changes.items, &changes.associations);
    format!(
        "items {} added, {} changed, {} retired, {} removed; associations {} added, {} changed, {} removed",
        items.added.len(),
        items.changed.len(),
        items.retired.len(),
        items.removed.len(),
        associations.added.len(),
        associations.changed.len(),
        associations.removed.len()
    )
}

async fn show(args: Show) -> Result<u8, Failure> {
    let store = start::store(&configured(&args.config)?).await.map_err(Failure::could_not_run)?;
    let edition = store.framework_edition(args.tenant, args.framework).await.map_err(Failure::could_not_run)?;
    let found = store.framework(args.tenant, args.framework).await.map_err(Failure::could_not_run)?;
    store.close().await;
    let unknown = || Failure::usage(format!("{} has no framework {}", args.tenant, args.framework));
    let (edition, stored) = edition.zip(found).ok_or_else(unknown)?;
    say!("{} ({})", edition.title, edition.identifier);
    let version = edition.version.as_deref().unwrap_or("not stated");
    let case_version = edition.case_version.map_or("not kept", CaseVersion::as_str);
    let public = if edition.is_published { "public" } else { "not public" };
    say!("version {version} · CASE {case_version} · {public} · digest {}", edition.digest);
    let today = jiff::tz::Offset::UTC.to_datetime(SystemClock.now()).date();
    for item in &stored.framework.items {
        let retired = if item.is_retired(today) { "  (retired)" } else { "" };
        say!("  {:<8} {}  {}{retired}", item.human_coding_scheme.as_deref().unwrap_or(""), item.id(), item.title());
    }
    Ok(exit::PASSED)
}
