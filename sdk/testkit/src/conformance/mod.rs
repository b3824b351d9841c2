//! The conformance kit: what a connector has to keep to, tried on a double, with a verdict for each rule.
//!
//! Most rules are tried at every place where something can go wrong: for each request of a delivery, once with that request's answer
//! lost, once with it refused, and so on. What is at the ATS in the end, after the delivery was repeated, is compared with what a
//! delivery without trouble leaves there.

mod double;
mod html;
mod kit;
mod report;
mod rules;

use std::sync::Arc;

use wellspring_host::{Inspection, PackageError, inspect};
use wellspring_model::Timestamp;

use crate::{
    rig::{Rig, RigError, Seeded, StoppedClock},
    script::Script,
};

pub use double::{Double, DoubleKind, Scene};
pub use report::{Level, Report, Rule, Ruling, Verdict};
pub use rules::RULES;

use kit::Kit;

/// What is tried.
pub struct Candidate {
    pub package: Vec<u8>,
    pub double: DoubleKind,
    /// Scripts, each with its file's name.
    pub scripts: Vec<(String, Script)>,
}

/// When everything is tried: a Monday, always the same.
const NOW_MS: i64 = 1_795_392_000_000;

/// Tries a connector and says what came of it.
///
/// # Errors
/// It could not be tried, for reasons that are not the connector's.
pub async fn examine(candidate: Candidate) -> Result<Report, RigError> {
    let inspection = match inspect(&candidate.package) {
        Ok(inspection) => inspection,
        Err(error) => return Ok(refused(None, &error)),
    };
    let rig = match rig(candidate.package, &candidate.double).await {
        Ok(rig) => rig,
        Err(RigError::Package(error)) => return Ok(refused(Some(&inspection), &error)),
        Err(RigError::Connection(refusal)) => {
            let double = "the settings of the double (`settings` in double.json)";
            let message = format!("{double} do not fit settings.schema.json: {refusal}");
            return Ok(Report::new(Some(&inspection), vec![Ruling::new(&rules::SETTINGS, Verdict::Failed, message)]));
        }
        Err(error) => return Err(error),
    };
    let kit = Kit::new(&rig, candidate.double, candidate.scripts);
    let rulings = rules::all(&kit, &inspection).await?;
    Ok(Report::new(Some(&inspection), rulings))
}

/// A connector in the real host, at a time that stands still.
///
/// # Errors
/// Why it cannot be tried.
pub async fn rig(package: Vec<u8>, double: &DoubleKind) -> Result<Rig, RigError> {
    let clock = StoppedClock(Timestamp::from_millisecond(NOW_MS).unwrap_or(Timestamp::UNIX_EPOCH));
    Rig::new(package, &double.settings(), Arc::new(clock), Arc::new(Seeded::new(7))).await
}

/// The report on a package that is not installed at all.
fn refused(inspection: Option<&Inspection>, error: &PackageError) -> Report {
    let rule = match error {
        PackageError::Describe(_) | PackageError::Description { .. } => &rules::DESCRIBE,
        _ => &rules::PACKAGE,
    };
    let message = format!("{error}\nWhat to do: wellspring-connector explain {}", error.page());
    Report::new(inspection, vec![Ruling::new(rule, Verdict::Failed, message)])
}
