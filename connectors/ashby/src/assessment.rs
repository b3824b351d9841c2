//! The assessment on the candidate: a result, and a row for each requirement. One that Ashby ordered is updated under our order's
//! id; otherwise a completed one is added under an id that is always the same for the application.

use serde::Serialize;
use serde_json::{Value, json};
use wellspring_sdk::{
    ApplicationResult, Error, ErrorCode, Line, Order, Withdrawal, host,
    ids::{uuid_for, uuid_of},
};

use crate::{rpc, settings::Settings, target::Target, words::Words};

/// What every completed assessment of ours is one of.
const TYPE: &str = "wellspring:verified-skills";

/// A value as assessments have them. Sent again under the same identifier it takes the place of the one before.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Shown {
    identifier: String,
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(rename = "type")]
    kind: &'static str,
    value: Value,
}

/// Brings the result to the ordered assessment, or as a completed one where the settings have a partner id. Gives whether there was
/// anything to bring.
pub fn write(target: &Target, result: &ApplicationResult, settings: &Settings) -> Result<bool, Error> {
    let words = Words::of(&result.language);
    let score = Shown {
        description: Some(result.headline.clone()),
        ..shown("score", words.score, "numeric_score", result.score.value.into())
    };
    let report = shown("report", words.report, "url", result.report_url.clone().into());
    if let Some(order) = &result.order {
        return tell(json!({
            "assessment_id": id_of(order)?,
            "timestamp": host::now_ms(),
            "assessment_status": shown("status", words.status, "string", words.completed.into()),
            "assessment_profile_url": report,
            "assessment_result": score,
            "metadata": rows(result, &words),
        }));
    }
    let mut rows = rows(result, &words);
    rows.push(report);
    add(target, settings, &result.marker, &words, score, rows)
}

/// Overwrites what was brought, and cancels what was ordered.
pub fn take_back(target: &Target, withdrawal: &Withdrawal, settings: &Settings) -> Result<bool, Error> {
    let words = Words::of(&withdrawal.language);
    let gone = |identifier: &str, label: &str| shown(identifier, label, "string", words.withdrawn.into());
    let mut rows = vec![gone("report", words.report), gone("coverage", words.coverage)];
    rows.extend(
        (1..=withdrawal.lines).map(|number| gone(&row(number as usize), &format!("{} {number}", words.requirement))),
    );
    let score = gone("score", words.score);
    if let Some(order) = &withdrawal.order {
        rows.push(score);
        let cancelled = tell(json!({
            "assessment_id": id_of(order)?,
            "timestamp": host::now_ms(),
            "cancelled_reason": shown("cancelled", words.withdrawn, "string", withdrawal.headline.clone().into()),
            "metadata": rows,
        }));
        return match cancelled {
            // Gone already, with all that stood in it.
            Err(error) if error.code() == ErrorCode::NotFound => Ok(false),
            other => other,
        };
    }
    add(target, settings, &withdrawal.marker, &words, score, rows)
}

fn tell(update: Value) -> Result<bool, Error> {
    rpc::tell("assessment.update", &update)?;
    Ok(true)
}

fn add(
    target: &Target,
    settings: &Settings,
    marker: &str,
    words: &Words,
    score: Shown,
    rows: Vec<Shown>,
) -> Result<bool, Error> {
    let Some(partner) = &settings.partner_id else { return Ok(false) };
    let assessment = json!({
        "assessmentTypeId": uuid_for(TYPE),
        "assessmentId": uuid_for(marker),
        "assessmentName": words.name,
        "result": score,
        "metadata": rows,
    });
    let arguments = json!({
        "candidateId": target.candidate,
        "partnerId": partner,
        "assessment": assessment,
        "timestamp": host::now_ms(),
    });
    rpc::call::<Value>("assessment.addCompletedToCandidate", &arguments)?;
    Ok(true)
}

fn rows(result: &ApplicationResult, words: &Words) -> Vec<Shown> {
    let coverage = words.so_many(result.coverage.with_evidence, result.coverage.of);
    let mut rows = vec![shown("coverage", words.coverage, "string", coverage.into())];
    rows.extend(result.lines.iter().zip(1..).map(|(line, number)| Shown {
        description: shown_by(line),
        ..shown(&row(number), &line.requirement, "string", line.state.clone().into())
    }));
    rows
}

/// A requirement's row. Requirements have no ids; they keep their order.
fn row(number: usize) -> String {
    format!("requirement-{number}")
}

fn shown_by(line: &Line) -> Option<String> {
    match (&line.evidence, &line.issuer) {
        (Some(evidence), Some(issuer)) => Some(format!("{evidence} ({issuer})")),
        (evidence, _) => evidence.clone(),
    }
}

fn shown(identifier: &str, label: &str, kind: &'static str, value: Value) -> Shown {
    Shown { identifier: identifier.to_owned(), label: label.to_owned(), description: None, kind, value }
}

/// Ashby takes a UUID for an assessment's id.
fn id_of(order: &Order) -> Result<String, Error> {
    uuid_of(&order.id).ok_or_else(|| Error::invalid_input("the order's id is none of the gateway's"))
}
