//! What Ashby asks of its assessment partner: what there is, start one, cancel one.

use serde::Deserialize;
use serde_json::{Value, json};
use wellspring_sdk::{
    Answer, AssessmentOffers, AtsApplication, AtsApplicationStatus, AtsCandidate, AtsJobRef, Error, Happened,
    InboundRequest, Offer, ids,
};

pub fn answer(request: &InboundRequest, offers: &AssessmentOffers) -> Result<Answer, Error> {
    if request.method != "POST" {
        return Ok(Answer::status(405));
    }
    match request.path.as_str() {
        "/assessment.list" => list(&offers.offers),
        "/assessment.start" => start(request.json()?, offers),
        "/assessment.cancel" => cancel(&request.json()?),
        _ => Ok(Answer::status(404)),
    }
}

fn list(offers: &[Offer]) -> Result<Answer, Error> {
    let offer = |offer: &Offer| {
        let description = offer.description.as_deref().unwrap_or_default();
        json!({ "assessment_type_id": offer.id, "name": offer.name, "description": description })
    };
    success(&offers.iter().map(offer).collect())
}

#[derive(Deserialize)]
struct Start {
    assessment_type_id: String,
    candidate: Candidate,
    application: Application,
    job: Option<Job>,
}

#[derive(Deserialize)]
struct Candidate {
    ashby_id: String,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    #[serde(default)]
    email: String,
}

#[derive(Deserialize)]
struct Application {
    ashby_id: String,
    #[serde(default)]
    status: String,
}

#[derive(Deserialize)]
struct Job {
    ashby_id: String,
    name: Option<String>,
}

fn start(start: Start, offers: &AssessmentOffers) -> Result<Answer, Error> {
    let Some(offer) = offers.offers.iter().find(|offer| offer.id.eq_ignore_ascii_case(&start.assessment_type_id))
    else {
        return refused("This assessment is no longer offered. Choose another one from the list.");
    };
    if start.candidate.email.trim().is_empty() {
        return refused("The candidate has no e-mail address, so nobody can be invited. Add one and start again.");
    }
    let assessment = ids::uuid_of(&offers.order).ok_or_else(|| Error::invalid_input("the order's id is no UUID"))?;
    let name = format!("{} {}", start.candidate.first_name, start.candidate.last_name);
    let ordered = Happened::AssessmentOrdered {
        order: offers.order.clone(),
        offer: offer.id.clone(),
        application: AtsApplication {
            id: start.application.ashby_id,
            stage: None,
            status: status(&start.application.status),
        },
        candidate: AtsCandidate {
            id: start.candidate.ashby_id,
            name: Some(name.trim().to_owned()).filter(|name| !name.is_empty()),
            email: Some(start.candidate.email),
        },
        job: start.job.map(|job| AtsJobRef { id: job.ashby_id, title: job.name, status: None }),
    };
    let answer = success(&json!({ "assessment_id": assessment }))?;
    Ok(answer.telling(ordered.into()).or_in_conflict(Answer::status(409)))
}

#[derive(Deserialize)]
struct Cancel {
    assessment_id: String,
}

fn cancel(cancel: &Cancel) -> Result<Answer, Error> {
    match ids::order_of(&cancel.assessment_id) {
        Some(order) => {
            let results = json!({ "assessment_id": cancel.assessment_id });
            Ok(success(&results)?.telling(Happened::AssessmentCancelled { order }.into()))
        }
        None => Answer::json(
            200,
            &json!({
                "success": false,
                "errors": ["assessment_not_found"],
                "errorInfo": { "code": "assessment_not_found", "message": "This is no assessment of ours" },
            }),
        ),
    }
}

fn success(results: &Value) -> Result<Answer, Error> {
    Answer::json(200, &json!({ "success": true, "results": results }))
}

/// Ashby shows the message to whoever wanted to start it.
fn refused(message: &str) -> Result<Answer, Error> {
    Answer::json(422, &json!({ "message": message }))
}

fn status(word: &str) -> Option<AtsApplicationStatus> {
    match word {
        "Active" | "Lead" => Some(AtsApplicationStatus::Active),
        "Hired" => Some(AtsApplicationStatus::Hired),
        _ => None,
    }
}
