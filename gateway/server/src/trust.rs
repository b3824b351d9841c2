//! Whom an employer relies on, for one job or for all: which rules are in force, and what other rules would change.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};
use tokio::task::JoinError;
use wellspring_model::{
    canonical::canonical_json,
    credential::{Assurance, IssuerId, VerifiedCredential},
    digest::Digest,
    id::{PostingId, TenantId, TrustPolicyId},
    report::{CredentialReport, Trust},
    trust::{TrustPolicy, TrustPolicyUsed, TrustRules},
};
use wellspring_store::StoreError;
use wellspring_verify::{Policy, Trusted, trust_in};

use crate::{scoring, state::App, work::gather};

/// Rules as they apply, and where they come from.
#[derive(Debug, Clone)]
pub struct InForce {
    /// None: the operator's own.
    pub id: Option<TrustPolicyId>,
    pub rules: TrustRules,
}

impl InForce {
    /// The rules for a job, or for all jobs that have none of their own.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(app: &App, tenant: TenantId, posting: Option<PostingId>) -> Result<Self, StoreError> {
        Ok(Self::from_stored(app, app.store.trust_policy_in_force(tenant, posting).await?))
    }

    /// The rules that a report was made with. An employer's policy never changes; of the operator's rules, only those of now
    /// are known.
    ///
    /// # Errors
    /// The store's.
    pub async fn then(app: &App, tenant: TenantId, used: Option<&TrustPolicyUsed>) -> Result<Self, StoreError> {
        let policy = match used.and_then(|used| used.id) {
            Some(id) => app.store.trust_policy(tenant, id).await?,
            None => None,
        };
        Ok(Self::from_stored(app, policy))
    }

    fn from_stored(app: &App, stored: Option<TrustPolicy>) -> Self {
        match stored {
            Some(policy) => Self { id: Some(policy.id), rules: applied(app, policy.rules) },
            None => Self { id: None, rules: app.verification.rules.clone() },
        }
    }

    /// What verification asks for.
    pub fn policy(&self, app: &App) -> Policy {
        Policy { trust: Some(self.rules.clone()), ..app.verification.policy.clone() }
    }

    /// What a report keeps of it.
    pub fn used(&self) -> TrustPolicyUsed {
        let json = serde_json::to_value(&self.rules).ok();
        let text = json.as_ref().and_then(canonical_json).unwrap_or_default();
        TrustPolicyUsed { id: self.id, digest: Digest::from_bytes(Sha256::digest(text).into()) }
    }
}

/// An employer's rules as they apply here: nobody is trusted whom the operator denies.
pub fn applied(app: &App, mut rules: TrustRules) -> TrustRules {
    let denied = app.verification.rules.denied_issuers.iter();
    let missing: Vec<_> = denied.filter(|id| !rules.denied_issuers.contains(id)).cloned().collect();
    rules.denied_issuers.extend(missing);
    rules
}

/// What a change of rules would do to credentials that were received.
#[derive(Debug, Default)]
pub struct Preview {
    pub credentials: usize,
    pub counted_before: usize,
    pub counted_after: usize,
    /// By issuer, as far as anything changes for it.
    pub changed: Vec<Changed>,
}

/// One issuer whose standing would change.
#[derive(Debug)]
pub struct Changed {
    pub issuer: IssuerId,
    pub name: Option<String>,
    pub before: Option<Trust>,
    pub after: Trusted,
    pub credentials: usize,
}

/// Submissions read at the same time.
const AT_ONCE: u32 = 10;

/// An issuer, with those who endorse it in the credential.
type Standing = (IssuerId, Vec<IssuerId>);

/// Compares the rules in force with others over what was received for a job, or for all that have no policy of their own:
/// `most` credentials, newest first. What is in them is taken as it was judged: only trust is decided anew, both times with
/// what the registries say now.
///
/// # Errors
/// The store's, or a thread ended early.
pub async fn preview(
    app: &App,
    tenant: TenantId,
    posting: Option<PostingId>,
    rules: TrustRules,
    most: usize,
) -> Result<Preview, PreviewError> {
    let before = InForce::of(app, tenant, posting).await?.rules;
    let counting = scoring::InForce::of(app, tenant, posting).await?.policy.assurance.clone();
    let credentials = received(app, tenant, posting, most).await?;
    Ok(compare(app, credentials, &before, &applied(app, rules), &counting).await?)
}

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a thread ended early")]
    Thread(#[from] JoinError),
}

/// The newest credentials, a few submissions at a time: one may hold a thousand.
async fn received(
    app: &App,
    tenant: TenantId,
    posting: Option<PostingId>,
    most: usize,
) -> Result<Vec<CredentialReport>, StoreError> {
    let (mut credentials, mut before) = (Vec::new(), None);
    while credentials.len() < most {
        let page = app.store.recent_reports(tenant, posting, before, AT_ONCE).await?;
        let Some((oldest, _)) = page.last() else { break };
        before = Some(*oldest);
        let reports = page.into_iter().flat_map(|(_, report)| report.credentials);
        credentials.extend(reports.filter(|credential| credential.issuer.is_some()));
    }
    credentials.truncate(most);
    Ok(credentials)
}

async fn compare(
    app: &App,
    credentials: Vec<CredentialReport>,
    before: &TrustRules,
    after: &TrustRules,
    counting: &BTreeSet<Assurance>,
) -> Result<Preview, JoinError> {
    let mut standings: BTreeMap<Standing, usize> = BTreeMap::new();
    let mut names = BTreeMap::new();
    for credential in &credentials {
        let Some(standing) = standing(credential) else { continue };
        names.entry(standing.0.clone()).or_insert_with(|| credential.issuer_name.clone());
        *standings.entry(standing).or_default() += 1;
    }
    let (old, new) = (decide(app, &standings, before).await?, decide(app, &standings, after).await?);
    let mut preview = Preview { credentials: credentials.len(), ..Preview::default() };
    for credential in &credentials {
        let Some(standing) = standing(credential) else { continue };
        preview.counted_before += usize::from(counts(counting, credential, old.get(&standing)));
        preview.counted_after += usize::from(counts(counting, credential, new.get(&standing)));
    }
    for ((standing, count), after) in standings.iter().zip(new.into_values()) {
        let before = old.get(standing).and_then(|trusted| trusted.trust);
        if before != after.trust {
            let name = names.get(&standing.0).cloned().flatten();
            preview.changed.push(Changed { issuer: standing.0.clone(), name, before, after, credentials: *count });
        }
    }
    Ok(preview)
}

fn standing(credential: &CredentialReport) -> Option<Standing> {
    Some((credential.issuer.clone()?, credential.endorsed_by.clone()))
}

async fn decide(
    app: &App,
    standings: &BTreeMap<Standing, usize>,
    rules: &TrustRules,
) -> Result<BTreeMap<Standing, Trusted>, JoinError> {
    let now = app.now();
    let issuers = standings.keys().map(|(issuer, _)| issuer.clone()).collect();
    let material = gather::of_registries(&app.fetcher, &app.verification.standing, issuers, rules, now).await?;
    let questions = standings.keys().map(|(issuer, endorsers)| (issuer, endorsers.as_slice()));
    let trusted = trust_in(questions, rules, &material, now);
    Ok(standings.keys().cloned().zip(trusted).collect())
}

/// What one issuer's standing is under these rules.
///
/// # Errors
/// As [`preview`].
pub async fn decide_one(app: &App, issuer: IssuerId, rules: &TrustRules) -> Result<Trusted, JoinError> {
    let standings = BTreeMap::from([((issuer, Vec::new()), 1)]);
    Ok(decide(app, &standings, rules).await?.into_values().next().unwrap_or_default())
}

/// Whether a credential of this standing would be in a class that counts.
fn counts(counting: &BTreeSet<Assurance>, credential: &CredentialReport, trusted: Option<&Trusted>) -> bool {
    let trust = trusted.and_then(|trusted| trusted.trust);
    let judged = CredentialReport { trust, ..credential.clone() };
    let class = VerifiedCredential::from_report(&judged, Vec::new()).map(|verified| verified.assurance());
    class.is_ok_and(|class| counting.contains(&class))
}
