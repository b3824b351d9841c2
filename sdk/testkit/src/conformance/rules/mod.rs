//! The rules, and the order they are tried in.

mod declared;
mod deliver;
mod directions;
mod exchanges;
mod manners;
mod trouble;

use wellspring_host::Inspection;
use wellspring_model::delivery::{DeliveryFailure, FailureCode};

use super::{Level, Rule, Ruling, Verdict, kit::Kit};
use crate::rig::{Outcome, Ran, RigError};

const fn declared(name: &'static str, title: &'static str) -> Rule {
    Rule { name, title, level: Level::Declared }
}

const fn tested(name: &'static str, title: &'static str) -> Rule {
    Rule { name, title, level: Level::Tested }
}

pub(super) static PACKAGE: Rule =
    declared("package", "the package can be installed: structure, imports, exports, manifest");
pub(super) static DESCRIBE: Rule = declared("describe", "the code says of itself what the manifest says");
pub(super) static SETTINGS: Rule = declared("settings", "a connection can be made with the settings it asks for");
static DELIVERS: Rule = tested("delivers", "a result arrives, and the receipt names what was written");
static ONCE: Rule = tested("once", "delivered twice, it is there once, and the second receipt says so");
static LOST_ANSWER: Rule = tested("lost-answer", "an answer that got lost, and a repeat, leave no double");
static WAITS: Rule = tested("waits", "429: it stops, and passes on how long the ATS asks to wait");
static OUTAGE: Rule = tested("outage", "503: it gives up for now, and a repeat completes what was begun");
static CREDENTIALS: Rule = tested("credentials", "401 and 403 are told as what they are");
static GONE: Rule = tested("gone", "a candidate who was deleted: not found, and nothing written");
static MERGED: Rule = tested("merged", "a candidate who was merged: delivered to the one that is left, or not found");
static SLOW: Rule = tested("slow", "an ATS that answers late is waited for");
static DEADLINE: Rule = tested("deadline", "stopped in its midst, a repeat completes what was begun");
static OVERSIZE: Rule = tested("oversize", "answers and results that are far too long do no harm");
static NOT_DATA: Rule = tested("not-data", "a page for people where data should be does no harm");
static NON_ASCII: Rule = tested("non-ascii", "names and texts of any script arrive as they are");
static CHECKS: Rule = tested("checks", "`check` says what is well and what is not");
static CORRECTS: Rule = tested("corrects", "a correction is there to be noticed, once");
static WITHDRAWS: Rule =
    tested("withdraws", "what was withdrawn is no longer to be read, or said to be withdrawn where the ATS keeps it");
static RECEIVES: Rule = tested("receives", "webhooks: only genuine ones count, and nonsense does no harm");
static PARTNERS: Rule = tested("partners", "requests to a partner: only genuine ones count, and nonsense does no harm");
static LISTS_JOBS: Rule = tested("lists-jobs", "jobs come page by page, each once, to an end");
static UNSUPPORTED: Rule = tested("unsupported", "what it does not support it answers as unsupported");
static RIGHTS: Rule = tested("rights", "it asks for nothing that it does not use");
static PRIVACY: Rule =
    tested("privacy", "nobody's name, address or secret is in logs, errors, receipts or what it keeps");
static REPEATABLE: Rule = tested("repeatable", "the same call makes the same requests");
static EXCHANGES: Rule = tested("exchanges", "its own exchanges pass, and show every direction it declares");

/// Every rule, in the order in which people read of them.
pub static RULES: [&Rule; 27] = [
    &PACKAGE,
    &DESCRIBE,
    &SETTINGS,
    &DELIVERS,
    &ONCE,
    &LOST_ANSWER,
    &WAITS,
    &OUTAGE,
    &CREDENTIALS,
    &GONE,
    &MERGED,
    &SLOW,
    &DEADLINE,
    &OVERSIZE,
    &NOT_DATA,
    &NON_ASCII,
    &CHECKS,
    &CORRECTS,
    &WITHDRAWS,
    &RECEIVES,
    &PARTNERS,
    &LISTS_JOBS,
    &UNSUPPORTED,
    &RIGHTS,
    &PRIVACY,
    &REPEATABLE,
    &EXCHANGES,
];

/// Tries them all.
pub(super) async fn all(kit: &Kit<'_>, inspection: &Inspection) -> Result<Vec<Ruling>, RigError> {
    let mut rulings = declared::all(inspection);
    let (found, clean) = deliver::all(kit).await?;
    rulings.extend(found);
    if let Some(clean) = clean {
        rulings.extend(trouble::all(kit, &clean).await?);
        rulings.extend(manners::all(kit, &clean).await?);
    }
    rulings.extend(directions::all(kit).await?);
    rulings.extend(exchanges::all(kit).await?);
    // Last: over everything that was seen.
    rulings.push(manners::rights(kit));
    rulings.push(manners::privacy(kit));
    Ok(rulings)
}

/// What a rule found wrong; nothing: it is kept to.
#[derive(Default)]
struct Found(Vec<String>);

impl Found {
    fn wrong(&mut self, what: impl Into<String>) {
        self.0.push(what.into());
    }

    /// Unless this holds.
    fn unless(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }

    fn ruling(self, rule: &'static Rule, passed: impl Into<String>) -> Ruling {
        if self.0.is_empty() {
            return Ruling::new(rule, Verdict::Passed, passed);
        }
        // The same at many places is said once.
        let mut said = self.0;
        said.dedup();
        Ruling::new(rule, Verdict::Failed, said.join("\n"))
    }
}

/// Whether the sandbox had to end the connector.
fn was_ended(failure: &DeliveryFailure) -> bool {
    use FailureCode as Code;
    matches!(
        failure.code,
        Code::GuestCpu | Code::GuestMemory | Code::GuestTrap | Code::GuestHostCalls | Code::OriginDenied
    )
}

fn ended(ran: &Ran) -> Option<&DeliveryFailure> {
    ran.outcome.failure().filter(|failure| was_ended(failure))
}

/// In a few words, for messages.
fn came_to(ran: &Ran) -> String {
    match &ran.outcome {
        Outcome::Failed(failure) => {
            format!("it came to {} ({}, retry {:?})", failure.code, failure.message, failure.retry)
        }
        other => format!("it came to: {}", other.line()),
    }
}
