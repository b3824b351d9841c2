//! Everything besides a first delivery: check, corrections, withdrawals, requests of the ATS, jobs.

use std::collections::BTreeSet;

use wellspring_host::{InboundRequest, manifest::Event};
use wellspring_model::delivery::{ApplicationResult, FailureCode};

use super::{
    CHECKS, CORRECTS, Found, LISTS_JOBS, PARTNERS, RECEIVES, Rule, Ruling, UNSUPPORTED, Verdict, WITHDRAWS, came_to,
    ended,
};
use crate::{
    conformance::kit::{Kit, result_call},
    front::{Fault, Where},
    rig::{Call, Outcome, Proof, RigError},
    script::offers,
};

/// Pages of jobs that are read.
const PAGES_MAX: usize = 50;

pub(super) async fn all(kit: &Kit<'_>) -> Result<Vec<Ruling>, RigError> {
    Ok(vec![
        checks(kit).await?,
        corrects(kit).await?,
        withdraws(kit).await?,
        inbound(kit, &RECEIVES, Event::Receive).await?,
        inbound(kit, &PARTNERS, Event::Partner).await?,
        lists_jobs(kit).await?,
        unsupported(kit).await?,
    ])
}

fn not_declared(rule: &'static Rule, event: Event) -> Ruling {
    Ruling::new(rule, Verdict::NotApplicable, format!("it does not declare `{}`", event.as_str()))
}

async fn checks(kit: &Kit<'_>) -> Result<Ruling, RigError> {
    let mut found = Found::default();
    let _double = kit.fresh().await?;
    let well = kit.call(Call::Check).await;
    match &well.outcome {
        Outcome::Checked(lines) if lines.is_empty() => found.wrong("it looks at nothing"),
        Outcome::Checked(lines) => {
            for line in lines.iter().filter(|line| !line.ok) {
                found.wrong(format!("with everything well, `{}`: {}", line.name, line.message));
            }
        }
        _ => found.wrong(format!("with everything well, {}", came_to(&well))),
    }
    let _double = kit.fresh_with(Where::Every, Fault::Unauthorized).await?;
    let ill = kit.call(Call::Check).await;
    let is_told = match &ill.outcome {
        Outcome::Checked(lines) => lines.iter().any(|line| !line.ok),
        Outcome::Failed(failure) => failure.code == FailureCode::Auth,
        _ => false,
    };
    found.unless(is_told, || format!("with credentials that are refused, {}", came_to(&ill)));
    Ok(found.ruling(&CHECKS, "with everything well, and with credentials that are refused"))
}

async fn corrects(kit: &Kit<'_>) -> Result<Ruling, RigError> {
    if !kit.manifest().supports(Event::Deliver) {
        return Ok(not_declared(&CORRECTS, Event::Deliver));
    }
    let double = kit.fresh().await?;
    kit.deliver().await?;
    let before = double.written();
    let mut found = Found::default();
    let correction = kit.sample().correction()?;
    let first = kit.call(result_call(correction.clone())).await;
    found.unless(first.outcome.receipt().is_some(), || came_to(&first));
    let after = double.written();
    found.unless(after != before, || "what is at the ATS still says what was said before".to_owned());
    let told = after.to_string();
    let marker = correction.correction.as_ref().map_or("", |one| one.marker.as_str());
    found.unless(told.contains(marker) || told.contains(&correction.headline), || {
        "neither the correction's marker nor its headline is at the ATS".to_owned()
    });
    let second = kit.call(result_call(correction)).await;
    found.unless(second.outcome.receipt().is_some(), || format!("repeated, {}", came_to(&second)));
    found.unless(double.written() == after, || "repeated, it is there twice".to_owned());
    Ok(found.ruling(&CORRECTS, "delivered, corrected, and the correction repeated"))
}

async fn withdraws(kit: &Kit<'_>) -> Result<Ruling, RigError> {
    if !kit.manifest().supports(Event::Withdraw) {
        return Ok(not_declared(&WITHDRAWS, Event::Withdraw));
    }
    let double = kit.fresh().await?;
    kit.deliver().await?;
    let mut found = Found::default();
    let (withdrawal, result, corrected) =
        (kit.sample().withdrawal()?, kit.sample().result()?, kit.sample().correction()?);
    let correction = kit.call(result_call(corrected.clone())).await;
    found.unless(correction.outcome.receipt().is_some(), || format!("corrected, {}", came_to(&correction)));
    let first = kit.call(Call::Withdraw(Box::new(withdrawal.clone()))).await;
    found.unless(first.outcome.receipt().is_some(), || came_to(&first));
    found.0.extend(still_there(&double.changeable().to_string(), &result, &corrected));
    // An ATS that lets nobody delete notes keeps them; people are to read there that the result counts no more.
    let told = double.kept().to_string();
    if told.contains(&result.marker) {
        let is_told = told.contains(&withdrawal.headline);
        found.unless(is_told, || {
            "the note cannot be taken away, and nothing beside it says that it was withdrawn".to_owned()
        });
    }
    let left = double.written();
    let second = kit.call(Call::Withdraw(Box::new(withdrawal))).await;
    let is_answer = second.outcome.receipt().is_some()
        || second.outcome.failure().is_some_and(|failure| failure.code == FailureCode::NotFound);
    found.unless(is_answer, || format!("repeated, {}", came_to(&second)));
    found.unless(double.written() == left, || {
        "repeated, it wrote once more: search for withdrawal_marker before you write".to_owned()
    });
    Ok(found.ruling(&WITHDRAWS, "delivered, corrected, withdrawn, and the withdrawal repeated"))
}

/// What can still be read of a result and its correction.
fn still_there(left: &str, result: &ApplicationResult, corrected: &ApplicationResult) -> Vec<String> {
    let first_line = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let correction = corrected.correction.as_ref();
    let of_correction = correction
        .map(|one| [("correction's marker", one.marker.clone()), ("correction's headline", one.headline.clone())]);
    let of_result = [
        ("headline of the result", result.headline.clone()),
        ("summary of the result", first_line(&result.summary)),
        ("result's link", result.report_url.to_string()),
        ("headline of the corrected result", corrected.headline.clone()),
        ("summary of the corrected result", first_line(&corrected.summary)),
    ];
    let all = of_result.into_iter().chain(of_correction.into_iter().flatten());
    all.filter(|(_, text)| left.contains(text.as_str()))
        .map(|(what, _)| format!("the {what} is still at the ATS"))
        .collect()
}

async fn inbound(kit: &Kit<'_>, rule: &'static Rule, event: Event) -> Result<Ruling, RigError> {
    if !kit.manifest().supports(event) {
        return Ok(not_declared(rule, event));
    }
    let mut found = Found::default();
    let _double = kit.fresh().await?;
    for body in ["{}", "", "not JSON", "[1, null]", "\"\u{e9}\u{1F600}\""] {
        for proof in [Proof::None, Proof::Manifest] {
            let ran = kit.call(call(event, body, proof.clone())?).await;
            if proof == Proof::None {
                found.unless(ran.outcome == Outcome::NotGenuine, || {
                    format!("a request that proves nothing counted; {}", came_to(&ran))
                });
            } else {
                found.unless(ended(&ran).is_none(), || format!("the body {body:?}: {}", came_to(&ran)));
            }
        }
    }
    Ok(found.ruling(rule, "without proof, and with bodies that are nonsense"))
}

fn call(event: Event, body: &str, proof: Proof) -> Result<Call, RigError> {
    let request = InboundRequest {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: Vec::new(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.as_bytes().to_vec(),
    };
    Ok(match event {
        Event::Partner => Call::Partner(request, offers()?, proof),
        _ => Call::Receive(request, proof),
    })
}

async fn lists_jobs(kit: &Kit<'_>) -> Result<Ruling, RigError> {
    if !kit.manifest().supports(Event::ListJobs) {
        return Ok(not_declared(&LISTS_JOBS, Event::ListJobs));
    }
    let mut found = Found::default();
    let _double = kit.fresh().await?;
    let (mut ids, mut cursor, mut pages) = (BTreeSet::new(), None, 0);
    loop {
        let ran = kit.call(Call::ListJobs(cursor)).await;
        let Outcome::Jobs(page) = ran.outcome else {
            found.wrong(came_to(&ran));
            break;
        };
        pages += 1;
        for job in page.jobs {
            let id = job.id.0.clone();
            found.unless(ids.insert(id), || "a job comes twice".to_owned());
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
        if pages == PAGES_MAX {
            found.wrong(format!("after {PAGES_MAX} pages there is still a next one"));
            break;
        }
    }
    Ok(found.ruling(&LISTS_JOBS, format!("jobs: {}, pages: {pages}", ids.len())))
}

async fn unsupported(kit: &Kit<'_>) -> Result<Ruling, RigError> {
    let mut found = Found::default();
    let sample = kit.sample();
    let calls = [
        (Event::Deliver, result_call(sample.result()?)),
        (Event::Withdraw, Call::Withdraw(Box::new(sample.withdrawal()?))),
        (Event::Receive, call(Event::Receive, "{}", Proof::None)?),
        (Event::Partner, call(Event::Partner, "{}", Proof::None)?),
        (Event::ListJobs, Call::ListJobs(None)),
    ];
    let mut tried = 0;
    for (event, call) in calls.into_iter().filter(|(event, _)| !kit.manifest().supports(*event)) {
        let _double = kit.fresh().await?;
        let ran = kit.call(call).await;
        let said = ran.outcome.failure().map(|failure| failure.code);
        found.unless(said == Some(FailureCode::Unsupported), || format!("`{}`: {}", event.as_str(), came_to(&ran)));
        tried += 1;
    }
    Ok(found.ruling(&UNSUPPORTED, format!("exports that it does not declare: {tried}")))
}
