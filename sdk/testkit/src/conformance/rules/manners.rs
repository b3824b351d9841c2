//! How a connector behaves whatever it does: what it says, asks for and repeats.

use std::collections::BTreeSet;

use wellspring_host::manifest::CredentialKind;

use super::{Found, NON_ASCII, PRIVACY, REPEATABLE, RIGHTS, Ruling, came_to, deliver::Clean};
use crate::{
    conformance::kit::{Kit, result_call},
    front::Exchange,
    rig::{Ran, RigError},
};

pub(super) async fn all(kit: &Kit<'_>, clean: &Clean) -> Result<Vec<Ruling>, RigError> {
    Ok(vec![non_ascii(kit, clean).await?, repeatable(kit, clean).await?])
}

/// Whatever of the plain result arrives has to arrive of the other one as well.
async fn non_ascii(kit: &Kit<'_>, clean: &Clean) -> Result<Ruling, RigError> {
    let (plain, other) = (kit.sample(), kit.sample().non_ascii());
    let double = kit.fresh().await?;
    let mut found = Found::default();
    let (result, known) = (other.result()?, plain.result()?);
    let (headline, summary) = (result.headline.clone(), result.summary.clone());
    let ran = kit.call(result_call(result)).await;
    found.unless(ran.outcome.receipt().is_some(), || came_to(&ran));
    let (written, before) = (double.written().to_string(), clean.written.to_string());
    // As JSON writes them: what is compared is inside a JSON text.
    let within = |text: &str, whole: &str| whole.contains(serde_json::json!(text).to_string().trim_matches('"'));
    for (what, text, plain) in [("headline", &headline, &known.headline), ("summary", &summary, &known.summary)] {
        if within(plain, &before) {
            found.unless(within(text, &written), || format!("the {what} did not arrive as it was"));
        }
    }
    Ok(found.ruling(&NON_ASCII, "Latin with marks, Greek to Chinese, Hebrew and Arabic, emoji"))
}

async fn repeatable(kit: &Kit<'_>, clean: &Clean) -> Result<Ruling, RigError> {
    let _double = kit.fresh().await?;
    let ran = kit.deliver().await?;
    let requests = |ran: &Ran| {
        let one = |exchange: &Exchange| (exchange.line(), exchange.asked.body.clone());
        ran.exchanges.iter().map(one).collect::<BTreeSet<_>>()
    };
    let mut found = Found::default();
    found.unless(is_same(&requests(&clean.ran), &requests(&ran)), || {
        "the same call made other requests: nothing but the work, the ATS and the host's clock may decide them"
            .to_owned()
    });
    Ok(found.ruling(&REPEATABLE, "the same requests, byte for byte"))
}

/// Boundaries of forms with files are drawn by the host and differ.
fn is_same<T: Ord + AsRef<[u8]>>(one: &BTreeSet<(String, T)>, other: &BTreeSet<(String, T)>) -> bool {
    let is_form = |body: &T| body.as_ref().starts_with(b"--");
    one.len() == other.len()
        && one.iter().zip(other).all(|(a, b)| a.0 == b.0 && (a.1 == b.1 || (is_form(&a.1) && is_form(&b.1))))
}

/// Of what the manifest asks for, what no call has used.
pub(super) fn rights(kit: &Kit<'_>) -> Ruling {
    let (manifest, seen) = (kit.manifest(), kit.seen());
    let tokens = manifest.token_bases();
    let mut found = Found::default();
    for name in manifest.bases.keys().filter(|name| !tokens.contains(name.as_str())) {
        found.unless(seen.bases.contains(name), || format!("it asks for the address `{name}` and sends nothing there"));
    }
    let inbound: Vec<_> =
        [&manifest.webhooks, &manifest.partner].into_iter().flatten().map(|one| &one.credential).collect();
    for (name, credential) in &manifest.credentials {
        let is_used = match credential.kind {
            CredentialKind::SharedSecret => inbound.contains(&name),
            _ => seen.credentials.contains(name),
        };
        found.unless(is_used, || format!("it asks for the credential `{name}` and uses it nowhere"));
    }
    found.ruling(&RIGHTS, "every address and credential was used")
}

/// Over everything it said in any call.
pub(super) fn privacy(kit: &Kit<'_>) -> Ruling {
    let seen = kit.seen();
    let (plain, other) = (kit.sample(), kit.sample().non_ascii());
    let other = other.result_json()["application"]["candidate"]["name"].as_str().unwrap_or_default().to_owned();
    let applicant = plain.applicant();
    let mut names = vec![applicant.name.clone(), applicant.email.clone(), other];
    names.extend(applicant.name.split_whitespace().filter(|part| part.chars().count() > 2).map(str::to_owned));
    let mut found = Found::default();
    for (place, text) in &seen.said {
        // The host masks the applicant in logs and errors. That it had to is what counts.
        found.unless(!text.contains("[applicant]") && !names.iter().any(|name| is_word(text, name)), || {
            format!("{place}: names the applicant")
        });
        found.unless(!kit.rig.front().holds_secret(text), || format!("{place}: holds a secret"));
    }
    let passed = format!("{} texts looked through", seen.said.len());
    found.ruling(&PRIVACY, passed)
}

fn is_word(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(&name)
        .any(|(at, found)| is_edge(text[..at].chars().next_back()) && is_edge(text[at + found.len()..].chars().next()))
}
