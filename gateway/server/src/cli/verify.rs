//! `wellspring verify FILE|-`: what holds about a credential, for people or as JSON.

use std::{io::Read, path::PathBuf, sync::Arc};

use clap::Args;
use wellspring_model::{
    Timestamp,
    credential::Applicant,
    finding::{FindingCode, Outcome},
    pointer::Pointer,
    submission::Language,
    time::Clock,
};
use wellspring_verify::{Challenge, Limits, Material, Policy, UnverifiedPresentation};

use super::{Failure, exit, material};
use crate::{
    clock::SystemClock, config::RegistryConfig, registries, sentences::Sentences, view::verification::VerificationView,
    work::gather,
};

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The credential, or `-` for standard input.
    #[arg(value_name = "FILE")]
    input: PathBuf,
    /// Print the whole report as JSON.
    #[arg(long)]
    json: bool,
    /// Judge as of this time (RFC 3339) instead of now.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// A folder of documents gathered before. With it nothing is fetched.
    #[arg(long, value_name = "DIR")]
    material: Option<PathBuf>,
    /// A verification policy (JSON): `trust` says whom to rely on; ages and clock skew.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A registry of issuers that the policy names: a file, the https address of one, or ANCHOR,KEYS-FILE of an OpenID
    /// federation. May be given several times.
    #[arg(long = "registry", value_name = "NAME=WHERE", value_parser = registry)]
    registries: Vec<(String, RegistryConfig)>,
    /// The credential must be about this subject.
    #[arg(long, value_name = "ID")]
    subject_id: Option<String>,
    /// The credential must be about the owner of this address.
    #[arg(long, value_name = "ADDRESS")]
    subject_email: Option<String>,
    /// The presentation must answer this challenge.
    #[arg(long, value_name = "TEXT", requires = "domain")]
    challenge: Option<String>,
    /// The presentation must be meant for this domain.
    #[arg(long, value_name = "NAME", requires = "challenge")]
    domain: Option<String>,
    /// The language of the sentences: en or es.
    #[arg(long, default_value = "en", value_parser = language)]
    language: Language,
}

pub fn language(text: &str) -> Result<Language, String> {
    Language::ALL.into_iter().find(|language| language.as_str() == text).ok_or_else(|| "en or es".to_owned())
}

fn registry(text: &str) -> Result<(String, RegistryConfig), String> {
    let (name, place) = text.split_once('=').ok_or("it is written NAME=WHERE")?;
    let config = match (place.starts_with("https://"), place.split_once(',')) {
        (true, Some((anchor, keys))) => RegistryConfig::Federation { anchor: anchor.to_owned(), keys: keys.into() },
        (true, None) => RegistryConfig::Url { url: place.to_owned() },
        (false, _) => RegistryConfig::File { file: place.into() },
    };
    Ok((name.to_owned(), config))
}

pub async fn run(args: VerifyArgs) -> Result<u8, Failure> {
    let bytes = read_input(&args)?;
    let now = args.at.unwrap_or_else(|| SystemClock.now());
    let mut policy = args.policy.as_deref().map(read_policy).transpose()?.unwrap_or_default();
    let asked = args.challenge.clone().zip(args.domain.clone());
    policy.challenge = asked.map(|(challenge, domain)| Challenge { challenge, domain });
    let unverified = wellspring_verify::parse(&bytes, Pointer::root(), &Limits::default())
        .map_err(|error| Failure::new(exit::UNREADABLE, format!("this cannot be read as a credential: {error}")))?;
    let presentations: Arc<[UnverifiedPresentation]> = Arc::from([unverified]);
    let material = obtain(&args, &presentations, &policy, now).await?;
    let applicant = Applicant { subject_id: args.subject_id.clone(), email: args.subject_email.clone(), name: None };
    let verification = wellspring_verify::verify(&presentations[0], &material, &policy, &applicant, now);
    let sentences = Sentences::get(args.language);
    let view = VerificationView::new(&verification.report, sentences);
    if args.json {
        say!("{}", serde_json::to_string_pretty(&view).map_err(Failure::could_not_run)?);
    } else {
        print(&view, sentences);
    }
    let unknown = |check: &wellspring_model::report::Check| check.finding.code == FindingCode::TypeUnknown;
    if verification.report.credentials.iter().any(|credential| credential.checks.iter().any(unknown)) {
        return Err(Failure::new(exit::UNREADABLE, "this is JSON, but no credential of a known form"));
    }
    Ok(match view.outcome {
        Outcome::Passed => exit::PASSED,
        Outcome::Failed => exit::FAILED,
        Outcome::Undetermined => exit::UNDETERMINED,
    })
}

fn read_input(args: &VerifyArgs) -> Result<Vec<u8>, Failure> {
    // One byte more than the limit is enough for the parser to refuse; a larger input is never held whole.
    let most = Limits::default().bytes as u64 + 1;
    let mut bytes = Vec::new();
    let read = if args.input.as_os_str() == "-" {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(&args.input).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::new(exit::NO_INPUT, format!("{} cannot be read: {error}", args.input.display()))),
    }
}

fn read_policy(path: &std::path::Path) -> Result<Policy, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(exit::NO_INPUT, format!("{} cannot be read: {error}", path.display())))?;
    serde_json::from_str(&text).map_err(|error| Failure::usage(format!("{} is not a policy: {error}", path.display())))
}

/// What there is to judge by: gathered before, or now.
async fn obtain(
    args: &VerifyArgs,
    presentations: &Arc<[UnverifiedPresentation]>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Material, Failure> {
    let mut standing = match &args.material {
        Some(folder) => material::read(folder, now)?,
        None => Material::default(),
    };
    let named = args.registries.iter().cloned().collect();
    registries::insert_all(&mut standing, &named, now).map_err(Failure::could_not_run)?;
    let needs = presentations.iter().any(|one| !one.references(&standing, policy, now).is_empty());
    if args.material.is_some() || !needs {
        return Ok(standing);
    }
    let fetcher =
        wellspring_egress::Fetcher::new(wellspring_egress::FetcherConfig::default()).map_err(Failure::could_not_run)?;
    gather::gather(&fetcher, &standing, presentations, policy, now).await.map_err(Failure::could_not_run)
}

/// The report for people: one block per credential, one line per check.
fn print(view: &VerificationView, sentences: &Sentences) {
    for credential in &view.credentials {
        let name = credential.name.as_deref().or(credential.id.as_deref()).unwrap_or("(without a name)");
        say!("{} {} — {name}", mark(credential.outcome), sentences.outcome(credential.outcome));
        if !credential.path.is_empty() {
            say!("    at {}", credential.path);
        }
        if let Some(issuer) = &credential.issuer {
            say!("    issuer {issuer}");
        }
        if let Some(trust) = credential.trust {
            say!("    {}", sentences.trust(Some(trust)));
        }
        for step in &credential.trust_trace {
            say!("      · {}", sentences.trust_step(step));
        }
        for check in &credential.checks {
            say!("  {} {:<11} {} [{}]", mark(check.outcome), check.check.as_str(), check.message, check.code);
        }
        for notice in &credential.notices {
            say!("  · {} [{}]", notice.message, notice.code);
        }
    }
    say!("\n{} {}", mark(view.outcome), sentences.outcome(view.outcome));
}

fn mark(outcome: Outcome) -> char {
    match outcome {
        Outcome::Passed => '✓',
        Outcome::Failed => '✗',
        Outcome::Undetermined => '?',
    }
}
