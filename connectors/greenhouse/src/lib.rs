//! Greenhouse, Harvest v3: a verified result as candidate custom fields and a note.
//!
//! `deliver` finds the candidate, brings the custom fields in line, then writes the note. The note comes last and carries
//! the marker, so where it exists everything before it was done; a call that is repeated finds it and writes nothing. A
//! correction is a further note, with a marker of its own: what people have read is not changed behind their backs. A withdrawal
//! empties the fields, and says so in a note, since Harvest v3 is not known to delete one.

mod fields;
mod harvest;
mod note;
mod settings;

use serde_json::Map;
use wellspring_sdk::{
    ApplicationResult, CheckLine, Connector, Context, Error, ErrorCode, Marked, Receipt, Withdrawal, connector,
};

use crate::{fields::Changed, harvest::Target, settings::Settings};

struct Greenhouse;

#[connector]
impl Connector for Greenhouse {
    fn check(_: &Context) -> Result<Vec<CheckLine>, Error> {
        let settings = Settings::read()?;
        let candidate = match harvest::any_candidate() {
            Ok(candidate) => candidate,
            // The operator's to mend. Whatever else goes wrong means that we could not look.
            Err(error) if error.code() == ErrorCode::Auth => {
                return Ok(vec![CheckLine::bad("credentials", format!("Greenhouse gives no access. {error}"))]);
            }
            Err(error) if error.code() == ErrorCode::Forbidden => {
                return Ok(vec![
                    CheckLine::good("credentials", "Greenhouse accepts the credentials."),
                    CheckLine::bad("candidates", format!("The scope to list candidates is missing. {error}")),
                ]);
            }
            Err(error) => return Err(error),
        };
        let mut lines = vec![
            CheckLine::good("credentials", "Greenhouse accepts the credentials."),
            CheckLine::good("candidates", "Candidates can be read."),
        ];
        lines.extend(note::check(candidate)?);
        lines.extend(fields::check(&settings)?);
        Ok(lines)
    }

    fn deliver(_: &Context, result: ApplicationResult) -> Result<Receipt, Error> {
        bring(&result)
    }

    fn correct(_: &Context, result: ApplicationResult) -> Result<Receipt, Error> {
        bring(&result)
    }

    fn withdraw(_: &Context, withdrawal: Withdrawal) -> Result<Receipt, Error> {
        let settings = Settings::read()?;
        let target = harvest::find(&withdrawal.application)?;
        let fields = fields::bring_in_line(target.candidate, &settings.emptied())?;
        let note = note::keep(&target, &settings, &withdrawal.withdrawal_marker, &withdrawal.note())?;
        Ok(receipt(&target, fields, &note))
    }
}

fn bring(result: &ApplicationResult) -> Result<Receipt, Error> {
    let settings = Settings::read()?;
    let target = harvest::find(&result.application)?;
    let fields = fields::bring_in_line(target.candidate, &settings.values(result))?;
    let note = note::keep(&target, &settings, result.note_marker(), &result.note())?;
    Ok(receipt(&target, fields, &note))
}

fn receipt(target: &Target, fields: Changed, note: &Marked<u64>) -> Receipt {
    let mut receipt = note.receipt();
    receipt.changed |= fields == Changed::Yes;
    receipt.with_details(&Map::from_iter([
        ("candidate".to_owned(), target.candidate.into()),
        ("fields_changed".to_owned(), (fields == Changed::Yes).into()),
        ("note_written".to_owned(), note.is_new.into()),
    ]))
}
