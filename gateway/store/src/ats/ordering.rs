//! Ordering an assessment: the same request again gets the answer it got before, which the ATS may not have heard.

use wellspring_model::{
    Timestamp,
    ats::Happened,
    digest::Digest,
    id::{ConnectionId, ExternalId, PostingId, TenantId},
};

use super::{Heard, NewAtsEvent, keep_all, order::is_open};
use crate::{Earlier, Idempotency, Store, StoreError, destination::Destination, idempotency, transaction::Transaction};

/// The route under which answers to orders are kept. No caller of the API has a key on it.
const ROUTE: &str = "/partner";

/// A request that may order something, and what it is to be answered.
#[derive(Debug, Clone)]
pub struct OrderAsked {
    /// Over the request's parts.
    pub request: Digest,
    pub status: u16,
    /// Empty: no body.
    pub body: String,
    /// Whether another order for the same application and job, which is still waited for, gives way to this one.
    pub takes_its_place: bool,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ordered {
    /// What was told with it is kept.
    Heard(Heard),
    /// The same request was made before, and what it ordered is still waited for: this was its answer. Nothing was kept.
    Before(Earlier),
    /// By another request the same is ordered, and still waited for. Nothing was kept.
    Already,
}

impl Store {
    /// As [`Store::hear`], of a request that may order something. Of two that come at the same time, one is the first.
    ///
    /// # Errors
    /// The store's; nothing was stored then.
    pub async fn hear_order(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        (events, asked): (Vec<NewAtsEvent>, OrderAsked),
        now: Timestamp,
    ) -> Result<Ordered, StoreError> {
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    if !Destination::Connection(connection).is_in_use(tx, tenant).await? {
                        return Ok(Ordered::Heard(Heard::NoConnection));
                    }
                    let about = events.iter().find_map(|one| ordered(&one.event.what));
                    if let Some(about) = about
                        && let Some(known) = known(tx, (tenant, connection), about, asked, now).await?
                    {
                        return Ok(known);
                    }
                    keep_all(tx, (tenant, connection), events, now).await.map(Ordered::Heard)
                })
            })
            .await
    }
}

fn ordered(what: &Happened) -> Option<(&ExternalId, PostingId)> {
    match what {
        Happened::AssessmentOrdered { offer, application, .. } => Some((&application.id, PostingId::from_uuid(*offer))),
        _ => None,
    }
}

/// What is answered where the same is ordered already. `None`: it is new, and its answer is kept for when it is asked again.
async fn known(
    tx: &mut Transaction,
    (tenant, connection): (TenantId, ConnectionId),
    (application, posting): (&ExternalId, PostingId),
    asked: OrderAsked,
    now: Timestamp,
) -> Result<Option<Ordered>, StoreError> {
    let key = format!("{connection} {posting} {application}");
    let place = (tenant, key.as_str(), ROUTE);
    let answer = Idempotency {
        key: key.clone(),
        route: ROUTE.to_owned(),
        request: asked.request,
        status: asked.status,
        body: asked.body,
    };
    // First, so that who asks for the same at the same time waits here, and then sees what came of it.
    let before = idempotency::claim(tx, vec![(place, &answer)], now).await?.into_values().next();
    let is_open = is_open(tx, connection, (application, posting)).await?;
    match before {
        Some(before) if is_open && before.request == answer.request => Ok(Some(Ordered::Before(before))),
        before if is_open && !asked.takes_its_place => {
            if before.is_none() {
                idempotency::forget(tx, place).await?;
            }
            Ok(Some(Ordered::Already))
        }
        // What that one had ordered has ended, or gives way.
        Some(_) => {
            idempotency::forget(tx, place).await?;
            idempotency::claim(tx, vec![(place, &answer)], now).await?;
            Ok(None)
        }
        None => Ok(None),
    }
}
