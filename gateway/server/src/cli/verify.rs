//! `wellspring verify FILE|-`: what holds about a credential, for people or as JSON.

use std::{io::Read, path::PathBuf};

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
use crate::{clock::SystemClock, sentences::Sentences, view::verification::VerificationView, work::gather};

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
    /// A verification policy (JSON): trusted and denied issuers, clock skew.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
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

fn language(text: &str) -> Result<Language, String> {
    Language::ALL.into_iter().find(|language| language.as_str() == text).ok_or_else(|| "en or es".to_owned())
}

pub async fn run(args: VerifyArgs) -> Result<u8, Failure> {
    let bytes = read_input(&args)?;
    let now = args.at.unwrap_or_else(|| SystemClock.now());
    let mut policy = args.policy.as_deref().map(read_policy).transpose()?.unwrap_or_default();
    let asked = args.challenge.clone().zip(args.domain.clone());
    policy.challenge = asked.map(|(challenge, domain)| Challenge { challenge, domain });
    let unverified = wellspring_verify::parse(&bytes, Pointer::root(), &Limits::default())
        .map_err(|error| Failure::new(exit::UNREADABLE, format!("this cannot be read as a credential: {error}")))?;
    let material = obtain(&args, &unverified, now).await?;
    let applicant = Applicant { subject_id: args.subject_id.clone(), email: args.subject_email.clone(), name: None };
    let verification = wellspring_verify::verify(&unverified, &material, &policy, &applicant, now);
    let sentences = Sentences::get(args.language);
    let view = VerificationView::new(&verification.report, sentences);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&view).map_err(Failure::could_not_run)?);
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

async fn obtain(args: &VerifyArgs, unverified: &UnverifiedPresentation, now: Timestamp) -> Result<Material, Failure> {
    match &args.material {
        Some(folder) => material::read(folder, now),
        None if unverified.references(&Material::default(), now).is_empty() => Ok(Material::default()),
        None => {
            let fetcher = wellspring_egress::Fetcher::new(wellspring_egress::FetcherConfig::default())
                .map_err(Failure::could_not_run)?;
            Ok(gather::gather(&fetcher, &Material::default(), std::slice::from_ref(unverified), now).await)
        }
    }
}

/// The report for people: one block per credential, one line per check.
fn print(view: &VerificationView, sentences: &Sentences) {
    for credential in &view.credentials {
        let name = credential.name.as_deref().or(credential.id.as_deref()).unwrap_or("(without a name)");
        println!("{} {} — {name}", mark(credential.outcome), sentences.outcome(credential.outcome));
        if !credential.path.is_empty() {
            println!("    at {}", credential.path);
        }
        if let Some(issuer) = &credential.issuer {
            println!("    issuer {issuer}");
        }
        for check in &credential.checks {
            println!("  {} {:<11} {} [{}]", mark(check.outcome), check.check.as_str(), check.message, check.code);
        }
        for notice in &credential.notices {
            println!("  · {} [{}]", notice.message, notice.code);
        }
    }
    println!("\n{} {}", mark(view.outcome), sentences.outcome(view.outcome));
}

fn mark(outcome: Outcome) -> char {
    match outcome {
        Outcome::Passed => '✓',
        Outcome::Failed => '✗',
        Outcome::Undetermined => '?',
    }
}
