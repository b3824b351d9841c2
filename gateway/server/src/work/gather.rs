//! Step 3 of a submission: fetch what a verification needs, through egress only, before anything is judged.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use wellspring_egress::Fetcher;
use wellspring_model::Timestamp;
use wellspring_verify::{Document, Material, UnverifiedPresentation};

/// Documents fetched at the same time for one submission.
const AT_ONCE: usize = 8;

/// Fetches every referenced document once. What cannot be had is left out: verification then says `undetermined`.
pub async fn gather<'a>(
    fetcher: &Fetcher,
    standing: &Material,
    presentations: impl IntoIterator<Item = &'a UnverifiedPresentation>,
    now: Timestamp,
) -> Material {
    let urls: BTreeSet<_> = presentations.into_iter().flat_map(UnverifiedPresentation::references).collect();
    let fetched: Vec<_> = stream::iter(urls)
        .map(|url| async move { (fetcher.get(&url, now).await, url) })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut material = standing.clone();
    for (result, url) in fetched {
        match result {
            Ok(document) => material.insert(
                url.as_str(),
                Document {
                    status: Some(document.status),
                    content_type: document.content_type.clone(),
                    bytes: document.bytes.to_vec(),
                    fetched_at: document.fetched_at,
                },
            ),
            // The host only: a path may name a person.
            Err(failure) => tracing::info!(host = url.host_str(), %failure, "a document could not be fetched"),
        }
    }
    material
}
