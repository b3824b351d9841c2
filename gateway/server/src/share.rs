//! Report links: an unguessable token that opens one submission's report until it expires.
//!
//! The store finds a link by the token's digest and can give the token itself back only by opening its seal, so that a
//! copy of the database alone opens no report.

use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use url::Url;
use wellspring_model::{Timestamp, id::ShareId, submission::Submission};
use wellspring_store::NewShare;

use crate::{
    auth::{random_token, token_digest},
    state::App,
    work::TaskError,
};

/// A new link, valid for as long as the configuration says.
pub fn new_share(app: &App, now: Timestamp) -> NewShare {
    let token = random_token(&*app.entropy);
    let lifetime = SignedDuration::from_hours(24 * i64::from(app.config.limits.report_link_days));
    NewShare {
        id: ShareId::from_uuid(app.uuid()),
        token_digest: token_digest(&token),
        token: SecretString::from(token),
        expires_at: now.checked_add(lifetime).unwrap_or(Timestamp::MAX),
    }
}

/// The address of a submission's report page.
///
/// # Errors
/// The link is gone, or the configured public address cannot carry a path.
pub async fn report_url(app: &App, submission: &Submission) -> Result<Url, TaskError> {
    let token = app.store.share_token(submission.tenant, submission.id).await?;
    let token = token.ok_or_else(|| TaskError::Gone { what: "report link of", id: submission.id.to_string() })?;
    let base = app.config.public_url.as_str().trim_end_matches('/');
    Url::parse(&format!("{base}/r/{}", token.expose_secret())).map_err(|error| TaskError::Render(error.to_string()))
}
