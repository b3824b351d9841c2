//! Step 3 of a submission: fetch what a verification needs, through egress only, before anything is judged.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::{StreamExt, stream};
use tokio::task::JoinError;
use url::Url;
use wellspring_egress::{FetchFailure, FetchedDocument, Fetcher};
use wellspring_model::{Timestamp, credential::IssuerId, trust::TrustRules};
use wellspring_verify::{Absence, Document, Material, Policy, UnverifiedPresentation};

/// Documents fetched at the same time for one submission.
const AT_ONCE: usize = 8;

/// Rounds of asking: what a status list or a registry needs is known only when it is there.
const ROUNDS: usize = 4;

/// Fetches every referenced document once, and what those need in turn. What cannot be had is noted with its reason:
/// verification then says `undetermined`.
///
/// # Errors
/// The thread that looks for references ended early.
pub async fn gather(
    fetcher: &Fetcher,
    standing: &Material,
    presentations: &Arc<[UnverifiedPresentation]>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Material, JoinError> {
    let (presentations, policy) = (Arc::clone(presentations), policy.clone());
    rounds(fetcher, standing, now, move |material| {
        presentations.iter().flat_map(|one| one.references(material, &policy, now)).collect()
    })
    .await
}

/// Fetches what registries say of these issuers.
///
/// # Errors
/// As [`gather`].
pub async fn of_registries(
    fetcher: &Fetcher,
    standing: &Material,
    issuers: Vec<IssuerId>,
    rules: &TrustRules,
    now: Timestamp,
) -> Result<Material, JoinError> {
    let rules = rules.clone();
    rounds(fetcher, standing, now, move |material| material.trust_references(&issuers, &rules, now)).await
}

/// Asks for what is wanted, until nothing more is. Finding out may take signatures, so it is done off the threads that
/// answer requests.
async fn rounds(
    fetcher: &Fetcher,
    standing: &Material,
    now: Timestamp,
    wanted: impl Fn(&Material) -> BTreeSet<Url> + Send + Sync + 'static,
) -> Result<Material, JoinError> {
    let wanted = Arc::new(wanted);
    let mut material = standing.clone();
    for _ in 0..ROUNDS {
        let (asking, known) = (Arc::clone(&wanted), material.clone());
        let urls = tokio::task::spawn_blocking(move || asking(&known)).await?;
        if urls.is_empty() {
            break;
        }
        let fetched: Vec<_> = stream::iter(urls)
            .map(|url| async move { (fetcher.get(&url, now).await, url) })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for (result, url) in fetched {
            note(&mut material, &url, result);
        }
    }
    Ok(material)
}

fn note(material: &mut Material, url: &Url, result: Result<FetchedDocument, FetchFailure>) {
    match result {
        Ok(fetched) => material.insert(url.as_str(), document(fetched)),
        Err(failure) => {
            // The host only: a path may name a person.
            tracing::info!(host = url.host_str(), %failure, "a document could not be fetched");
            material.insert_absence(url.as_str(), absence(&failure));
        }
    }
}

/// What was fetched, as verification takes it.
pub fn document(fetched: FetchedDocument) -> Document {
    Document {
        status: Some(fetched.status),
        content_type: fetched.content_type,
        bytes: fetched.bytes.to_vec(),
        fetched_at: fetched.fetched_at,
    }
}

fn absence(failure: &FetchFailure) -> Absence {
    match failure {
        FetchFailure::Scheme | FetchFailure::PrivateAddress => Absence::Refused,
        FetchFailure::Redirect => Absence::Redirect,
        FetchFailure::Timeout => Absence::Timeout,
        FetchFailure::TooLarge => Absence::TooLarge,
        FetchFailure::Dns => Absence::Dns,
        FetchFailure::Connect => Absence::Connect,
        FetchFailure::Tls => Absence::Tls,
    }
}
