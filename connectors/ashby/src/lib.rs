//! Ashby: a verified result as an assessment, custom fields and a note; webhooks, jobs, and Ashby's orders as its partner.
//!
//! What a delivery writes last is the note, which carries the marker: where it exists, everything before it was done. So a call that
//! is repeated finds it, and writes no assessment and no note a second time; fields are compared, and an order is told, each time.

mod assessment;
mod check;
mod fields;
mod jobs;
mod note;
mod partner;
mod rpc;
mod settings;
mod target;
mod webhook;
mod words;

use serde_json::Map;
use wellspring_sdk::{
    Answer, ApplicationResult, AssessmentOffers, CheckLine, Connector, Context, Error, InboundRequest, JobsPage,
    Marked, Receipt, Withdrawal, connector,
};

use crate::{note::Told, settings::Settings, target::Target};

struct Ashby;

#[connector]
impl Connector for Ashby {
    fn check(_: &Context) -> Result<Vec<CheckLine>, Error> {
        check::lines()
    }

    fn deliver(_: &Context, result: ApplicationResult) -> Result<Receipt, Error> {
        bring(&result, Told::No)
    }

    fn correct(_: &Context, result: ApplicationResult) -> Result<Receipt, Error> {
        bring(&result, Told::Yes)
    }

    fn withdraw(_: &Context, withdrawal: Withdrawal) -> Result<Receipt, Error> {
        let settings = Settings::read()?;
        let target = target::find(&withdrawal.application)?;
        let found = note::find(&target, &withdrawal.withdrawal_marker)?;
        let assessed = found.is_none() && assessment::take_back(&target, &withdrawal, &settings)?;
        let note = note::keep(found, &target, &settings, &withdrawal.note(), Told::Yes)?;
        // Last, as only people can help where Ashby does not take it.
        let fields = fields::bring_in_line(settings.fields_of, &target, &settings.emptied())?;
        Ok(receipt(&target, &note, fields, assessed))
    }

    fn receive(_: &Context, request: InboundRequest) -> Result<Answer, Error> {
        webhook::receive(&request)
    }

    fn partner(_: &Context, request: InboundRequest, offers: AssessmentOffers) -> Result<Answer, Error> {
        partner::answer(&request, &offers)
    }

    fn list_jobs(_: &Context, cursor: Option<&str>) -> Result<JobsPage, Error> {
        jobs::page(cursor)
    }
}

fn bring(result: &ApplicationResult, told: Told) -> Result<Receipt, Error> {
    let settings = Settings::read()?;
    let target = target::find(&result.application)?;
    let fields = fields::bring_in_line(settings.fields_of, &target, &settings.values(result))?;
    let found = note::find(&target, result.note_marker())?;
    // A note of before says nothing of an order that came after it, and an order that is told twice shows the same.
    let assessed = (found.is_none() || result.order.is_some()) && assessment::write(&target, result, &settings)?;
    let note = note::keep(found, &target, &settings, &result.note(), told)?;
    Ok(receipt(&target, &note, fields, assessed))
}

fn receipt(target: &Target, note: &Marked<String>, fields: bool, assessed: bool) -> Receipt {
    let mut receipt = note.receipt();
    receipt.changed |= fields || assessed;
    receipt.with_details(&Map::from_iter([
        ("candidate".to_owned(), target.candidate.clone().into()),
        ("fields_changed".to_owned(), fields.into()),
        ("assessment_written".to_owned(), assessed.into()),
        ("note_written".to_owned(), note.is_new.into()),
    ]))
}
