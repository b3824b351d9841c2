//! `crosswalk list|show|export|suggest`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use wellspring_model::{
    assessment::Percent,
    competency::{Framework, Item},
    crosswalk::CrosswalkAssociation,
    id::{CrosswalkId, TenantId},
    submission::Language,
};
use wellspring_store::{AssociationFilter, Page, Store};
use wellspring_suggest::{Lexical, Suggest as _};

use super::{ConfigArgs, Failure, exit, operate::configured};
use crate::start;

#[derive(Debug, Subcommand)]
pub enum CrosswalkCommand {
    /// List a tenant's crosswalks.
    List(List),
    /// Print a crosswalk's associations, with who decided and why.
    Show(Show),
    /// Print an edition of a crosswalk as a CASE package.
    Export(Export),
    /// Suggest associations between two CASE packages in files. Reads these two files and nothing else.
    Suggest(SuggestArgs),
}

#[derive(Debug, Args)]
pub struct List {
    #[arg(long, value_name = "ten_…")]
    tenant: TenantId,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub struct Show {
    #[arg(value_name = "xwk_…")]
    crosswalk: CrosswalkId,
    #[arg(long, value_name = "ten_…")]
    tenant: TenantId,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub struct Export {
    #[arg(value_name = "xwk_…")]
    crosswalk: CrosswalkId,
    #[arg(long, value_name = "ten_…")]
    tenant: TenantId,
    /// The edition's number. Without it, the newest.
    #[arg(long, value_name = "NUMBER")]
    edition: Option<u32>,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub struct SuggestArgs {
    /// The package whose items are looked at.
    #[arg(value_name = "FROM")]
    from: PathBuf,
    /// The package whose items are suggested.
    #[arg(value_name = "TO")]
    to: PathBuf,
    /// The language of both: en or es.
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = language)]
    language: Language,
    /// How many for each item.
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    most: usize,
}

fn language(text: &str) -> Result<Language, String> {
    let known = Language::ALL.into_iter().find(|known| known.as_str() == text);
    known.ok_or_else(|| "it is en or es".to_owned())
}

pub async fn run(command: CrosswalkCommand) -> Result<u8, Failure> {
    match command {
        CrosswalkCommand::List(args) => list(args).await,
        CrosswalkCommand::Show(args) => show(args).await,
        CrosswalkCommand::Export(args) => export(args).await,
        CrosswalkCommand::Suggest(args) => suggest(&args),
    }
}

async fn opened(config: &ConfigArgs) -> Result<Store, Failure> {
    start::store(&configured(config)?).await.map_err(Failure::could_not_run)
}

async fn list(args: List) -> Result<u8, Failure> {
    let store = opened(&args.config).await?;
    let mut after = None;
    loop {
        let (page, next) =
            store.crosswalks(args.tenant, Page { after, limit: 200 }).await.map_err(Failure::could_not_run)?;
        for crosswalk in page {
            let from = crosswalk.from.as_deref().unwrap_or("what credentials name");
            say!("{}  {}  {from} -> {}", crosswalk.id, crosswalk.title, crosswalk.to);
        }
        after = next;
        if after.is_none() {
            break;
        }
    }
    store.close().await;
    Ok(exit::PASSED)
}

async fn show(args: Show) -> Result<u8, Failure> {
    let store = opened(&args.config).await?;
    let found = store.crosswalk(args.tenant, args.crosswalk).await.map_err(Failure::could_not_run)?;
    let unknown = || Failure::usage(format!("{} has no crosswalk {}", args.tenant, args.crosswalk));
    let crosswalk = found.ok_or_else(unknown)?;
    say!("{} ({})", crosswalk.title, crosswalk.id);
    let (of, mut after) = ((args.tenant, args.crosswalk), None);
    loop {
        let page = store.associations(of, AssociationFilter::default(), Page { after, limit: 200 });
        let (page, next) = page.await.map_err(Failure::could_not_run)?;
        page.iter().for_each(print);
        after = next;
        if after.is_none() {
            break;
        }
    }
    store.close().await;
    Ok(exit::PASSED)
}

fn print(association: &CrosswalkAssociation) {
    let (origin, destination) = (&association.origin.title, &association.destination.title);
    say!("{}  {}  {}", association.id, association.state_name().as_str(), association.kind.as_str());
    say!("    {origin}\n    {destination}");
    if let Some(decision) = association.decision() {
        say!("    {} on {}: {}", decision.by, decision.at.strftime("%Y-%m-%d"), decision.reason);
    } else if let Some(suggestion) = association.suggestion() {
        let score = Percent::of(suggestion.score.get().into(), 1_000_000);
        say!("    {score} by {}: {}", suggestion.by, suggestion.matched.join(" "));
    }
}

async fn export(args: Export) -> Result<u8, Failure> {
    let store = opened(&args.config).await?;
    let found = store.edition((args.tenant, args.crosswalk), args.edition).await.map_err(Failure::could_not_run)?;
    let unknown = || {
        let wanted = args.edition.map_or_else(|| "an edition".to_owned(), |number| format!("the edition {number}"));
        Failure::usage(format!("{} has no crosswalk {} with {wanted}", args.tenant, args.crosswalk))
    };
    let edition = found.ok_or_else(unknown)?;
    let package = store.framework_package(args.tenant, edition.framework).await.map_err(Failure::could_not_run)?;
    store.close().await;
    say!("{}", String::from_utf8_lossy(&package.unwrap_or_default()));
    eprintln!("edition {} · digest {}", edition.number, edition.digest);
    Ok(exit::PASSED)
}

fn suggest(args: &SuggestArgs) -> Result<u8, Failure> {
    let (from, to) = (package(&args.from)?, package(&args.to)?);
    let (from, to): (Vec<&Item>, Vec<&Item>) = (from.items.iter().collect(), to.items.iter().collect());
    for found in Lexical::new(args.language).suggest(&from, &to, args.most) {
        let score = Percent::of(found.score.get().into(), 1_000_000);
        say!("{score:>6}  {}  {}", found.origin.id(), found.origin.title());
        say!("        {}  {}", found.destination.id(), found.destination.title());
        say!("        {}", found.matched.join(" "));
    }
    Ok(exit::PASSED)
}

fn package(path: &Path) -> Result<Framework, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::new(exit::NO_INPUT, format!("{} cannot be read: {error}", path.display())))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::new(exit::UNREADABLE, format!("{} is not a CASE package: {error}", path.display())))
}
