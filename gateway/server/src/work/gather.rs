//! Step 3 of a submission: fetch what a verification needs, through egress only, before anything is judged.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use url::Url;
use wellspring_egress::{FetchFailure, FetchedDocument, Fetcher};
use wellspring_model::Timestamp;
use wellspring_verify::{Absence, Document, Material, UnverifiedPresentation};

/// Documents fetched at the same time for one submission.
const AT_ONCE: usize = 8;

/// Rounds of asking: what a status list needs is known only when it is there.
const ROUNDS: usize = 3;

/// Fetches every referenced document once, and what those need in turn. What cannot be had is noted with its reason:
/// verification then says `undetermined`.
pub async fn gather(
    fetcher: &Fetcher,
    standing: &Material,
    presentations: &[UnverifiedPresentation],
    now: Timestamp,
) -> Material {
    let mut material = standing.clone();
    for _ in 0..ROUNDS {
        let urls: BTreeSet<_> = presentations.iter().flat_map(|one| one.references(&material, now)).collect();
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
    material
}

fn note(material: &mut Material, url: &Url, result: Result<FetchedDocument, FetchFailure>) {
    match result {
        Ok(document) => material.insert(
            url.as_str(),
            Document {
                status: Some(document.status),
                content_type: document.content_type,
                bytes: document.bytes.to_vec(),
                fetched_at: document.fetched_at,
            },
        ),
        Err(failure) => {
            // The host only: a path may name a person.
            tracing::info!(host = url.host_str(), %failure, "a document could not be fetched");
            material.insert_absence(url.as_str(), absence(&failure));
        }
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
