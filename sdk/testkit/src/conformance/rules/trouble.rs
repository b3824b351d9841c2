//! Everything that can go wrong at an ATS or on the way to it, at each request of a delivery.

use std::time::Duration;

use wellspring_model::delivery::{FailureCode, Retry};

use super::{
    CREDENTIALS, DEADLINE, Found, GONE, LOST_ANSWER, MERGED, NOT_DATA, OUTAGE, OVERSIZE, Ruling, SLOW, WAITS, came_to,
    deliver::Clean, ended,
};
use crate::{
    conformance::{
        Scene,
        kit::{Kit, result_call},
    },
    front::{Exchange, Fault, Where},
    rig::{Ran, RigError},
};

/// Places of a delivery that are tried: a connector with more requests is tried at the first of them.
const PLACES_MAX: usize = 12;
/// What a 429 asks for, in seconds.
const WAIT: u64 = 7;
/// How late a slow ATS answers.
const LATE: Duration = Duration::from_millis(700);
/// Less than that.
const SHORT: Duration = Duration::from_millis(350);

pub(super) async fn all(kit: &Kit<'_>, clean: &Clean) -> Result<Vec<Ruling>, RigError> {
    Ok(vec![
        at_each(kit, clean, Fault::LostAnswer, lost_answer).await?.ruling(&LOST_ANSWER, places(clean)),
        at_each(kit, clean, Fault::RateLimited(WAIT), waits).await?.ruling(&WAITS, places(clean)),
        at_each(kit, clean, Fault::Unavailable, outage).await?.ruling(&OUTAGE, places(clean)),
        credentials(kit).await?,
        gone(kit).await?,
        merged(kit).await?,
        slow(kit, clean).await?,
        deadline(kit, clean).await?,
        oversize(kit, clean).await?,
        at_each(kit, clean, Fault::Page, harmless).await?.ruling(&NOT_DATA, places(clean)),
    ])
}

fn places(clean: &Clean) -> String {
    format!("tried at {} requests", clean.requests().min(PLACES_MAX))
}

/// Lets each request go wrong in turn, looks at what the call came to, then repeats it and compares what is there.
async fn at_each(
    kit: &Kit<'_>,
    clean: &Clean,
    fault: Fault,
    look: fn(&Ran, usize) -> Option<String>,
) -> Result<Found, RigError> {
    let mut found = Found::default();
    for number in 1..=clean.requests().min(PLACES_MAX) {
        let double = kit.fresh_with(Where::Nth(number), fault).await?;
        let ran = kit.deliver().await?;
        let place = ran.exchanges.get(number - 1).map(Exchange::line).unwrap_or_default();
        let place = format!("request {number} ({place}), {}", fault.as_str());
        if let Some(wrong) = look(&ran, number) {
            found.wrong(format!("{place}: {wrong}; {}", came_to(&ran)));
        }
        // Before it is repeated: after a receipt the gateway repeats nothing.
        found.unless(ran.outcome.receipt().is_none() || double.written() == clean.written, || {
            format!("{place}: it says delivered, and that is not there; {}", came_to(&ran))
        });
        let again = kit.deliver_again().await?;
        found.unless(again.outcome.receipt().is_some(), || {
            format!("{place}: a repeat did not deliver; {}", came_to(&again))
        });
        found.unless(double.written() == clean.written, || {
            format!("{place}: after a repeat, what is at the ATS is not what one delivery without trouble leaves there")
        });
    }
    Ok(found)
}

fn harmless(ran: &Ran, _: usize) -> Option<String> {
    ended(ran).map(|_| "the sandbox had to end it".to_owned())
}

fn lost_answer(ran: &Ran, number: usize) -> Option<String> {
    let hopeless = ran.outcome.failure().is_some_and(|failure| failure.retry == Retry::Never);
    harmless(ran, number).or_else(|| hopeless.then(|| "it says that trying again cannot help".to_owned()))
}

fn waits(ran: &Ran, number: usize) -> Option<String> {
    let refused = ran.exchanges.get(number - 1).map(|one| one.at + one.took).unwrap_or_default();
    if ran.exchanges.iter().skip(number).any(|one| one.at >= refused) {
        return Some("it sent another request after the 429".to_owned());
    }
    // Without that request it was done as well.
    let failure = ran.outcome.failure()?;
    if failure.code != FailureCode::RateLimited {
        return Some("it is to answer RATE_LIMITED".to_owned());
    }
    if !matches!(failure.retry, Retry::AfterMs(ms) if ms >= WAIT * 1_000) {
        return Some(format!("it is to pass on the {WAIT} seconds of Retry-After"));
    }
    None
}

fn outage(ran: &Ran, number: usize) -> Option<String> {
    let failure = ran.outcome.failure()?;
    if failure.code != FailureCode::Unavailable {
        return Some("it is to answer UNAVAILABLE".to_owned());
    }
    lost_answer(ran, number)
}

async fn credentials(kit: &Kit<'_>) -> Result<Ruling, RigError> {
    let mut found = Found::default();
    for (fault, code) in [(Fault::Unauthorized, FailureCode::Auth), (Fault::Forbidden, FailureCode::Forbidden)] {
        let _double = kit.fresh_with(Where::Every, fault).await?;
        let ran = kit.deliver().await?;
        let said = ran.outcome.failure().map(|failure| failure.code);
        found.unless(said == Some(code), || format!("{}: it is to answer {code}; {}", fault.as_str(), came_to(&ran)));
    }
    let double = kit.fresh().await?;
    kit.deliver().await?;
    let written = double.written();
    kit.rig.front().expire_tokens();
    let ran = kit.deliver().await?;
    found.unless(ran.outcome.receipt().is_some(), || format!("with an expired token, {}", came_to(&ran)));
    found.unless(double.written() == written, || "with an expired token, more was written".to_owned());
    Ok(found.ruling(&CREDENTIALS, "401, 403 and an expired token"))
}

async fn gone(kit: &Kit<'_>) -> Result<Ruling, RigError> {
    let double = kit.at(Scene::Gone).await?;
    let ran = kit.deliver().await?;
    let mut found = Found::default();
    let said = ran.outcome.failure().map(|failure| (failure.code, failure.retry));
    found.unless(said == Some((FailureCode::NotFound, Retry::Never)), || {
        format!("it is to answer NOT_FOUND, which is not tried again; {}", came_to(&ran))
    });
    found.unless(double.is_untouched(), || "something was written for somebody who is not there".to_owned());
    Ok(found.ruling(&GONE, "NOT_FOUND"))
}

async fn merged(kit: &Kit<'_>) -> Result<Ruling, RigError> {
    let double = kit.at(Scene::Merged).await?;
    let ran = kit.deliver().await?;
    let mut found = Found::default();
    let is_delivered = ran.outcome.receipt().is_some();
    found.unless(!is_delivered || !double.is_untouched(), || "it says delivered, and nothing is there".to_owned());
    let not_found = ran.outcome.failure().is_some_and(|failure| failure.code == FailureCode::NotFound);
    found.unless(is_delivered || not_found, || format!("it is to deliver, or to answer NOT_FOUND; {}", came_to(&ran)));
    let passed = if is_delivered { "delivered to the application, whoever has it" } else { "NOT_FOUND" };
    Ok(found.ruling(&MERGED, passed))
}

async fn slow(kit: &Kit<'_>, clean: &Clean) -> Result<Ruling, RigError> {
    let double = kit.fresh_with(Where::Nth(clean.requests()), Fault::Slow(LATE)).await?;
    let ran = kit.deliver().await?;
    let mut found = Found::default();
    found.unless(ran.outcome.receipt().is_some(), || {
        format!("an answer came after {} ms; {}", LATE.as_millis(), came_to(&ran))
    });
    found.unless(double.written() == clean.written, || "something else was written than without delay".to_owned());
    Ok(found.ruling(&SLOW, format!("an answer after {} ms was waited for", LATE.as_millis())))
}

async fn deadline(kit: &Kit<'_>, clean: &Clean) -> Result<Ruling, RigError> {
    let mut found = Found::default();
    for number in 1..=clean.requests().min(PLACES_MAX) {
        let double = kit.fresh_with(Where::Nth(number), Fault::Slow(LATE)).await?;
        let _stopped = kit.call_within(result_call(kit.sample().result()?), SHORT).await;
        // The ATS goes on with what it was asked for.
        tokio::time::sleep(LATE).await;
        let again = kit.deliver_again().await?;
        found.unless(again.outcome.receipt().is_some(), || {
            format!("stopped at request {number}, a repeat did not deliver; {}", came_to(&again))
        });
        found.unless(double.written() == clean.written, || {
            format!("stopped at request {number}, after a repeat it is not there once")
        });
    }
    Ok(found.ruling(&DEADLINE, places(clean)))
}

async fn oversize(kit: &Kit<'_>, clean: &Clean) -> Result<Ruling, RigError> {
    let mut found = at_each(kit, clean, Fault::Oversize, harmless).await?;
    let double = kit.fresh().await?;
    let ran = kit.call(result_call(kit.sample().oversize().result()?)).await;
    let is_delivered = ran.outcome.receipt().is_some();
    found.unless(!is_delivered || !double.is_untouched(), || {
        "a result of 100,000 characters: it says delivered, and nothing is there".to_owned()
    });
    let is_answer =
        is_delivered || ran.outcome.failure().is_some_and(|failure| failure.code == FailureCode::InvalidInput);
    found.unless(is_answer, || format!("a result of 100,000 characters: {}", came_to(&ran)));
    Ok(found.ruling(&OVERSIZE, "answers of 64 MB, and a result of 100,000 characters"))
}
