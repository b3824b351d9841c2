//! A delivery without trouble, and the same once more.

use serde_json::Value;
use wellspring_host::manifest::Event;
use wellspring_model::delivery::Receipt;

use super::{DELIVERS, Found, ONCE, Ruling, Verdict, came_to};
use crate::{
    conformance::{Level, RULES, kit::Kit},
    rig::{Ran, RigError},
};

/// What a delivery without trouble is like.
pub(super) struct Clean {
    /// What is at the ATS afterwards.
    pub written: Value,
    pub ran: Ran,
}

impl Clean {
    /// Requests that it took.
    pub fn requests(&self) -> usize {
        self.ran.exchanges.len()
    }
}

/// `None`: there is nothing to compare anything with.
pub(super) async fn all(kit: &Kit<'_>) -> Result<(Vec<Ruling>, Option<Clean>), RigError> {
    if !kit.manifest().supports(Event::Deliver) {
        let names = [
            "delivers",
            "once",
            "lost-answer",
            "waits",
            "outage",
            "credentials",
            "gone",
            "merged",
            "slow",
            "deadline",
            "oversize",
            "not-data",
            "non-ascii",
            "repeatable",
        ];
        let those = RULES.iter().filter(|rule| rule.level == Level::Tested && names.contains(&rule.name));
        let not = |rule: &&'static super::Rule| Ruling::new(rule, Verdict::NotApplicable, "it does not deliver");
        return Ok((those.map(not).collect(), None));
    }
    let double = kit.fresh().await?;
    let first = kit.deliver().await?;
    let written = double.written();
    let (delivers, receipt) = delivers(&first, double.is_untouched());
    let Some(receipt) = receipt else { return Ok((vec![delivers], None)) };
    let second = kit.deliver().await?;
    let once = once(&second, &receipt, double.written() == written);
    Ok((vec![delivers, once], Some(Clean { written, ran: first })))
}

fn delivers(ran: &Ran, is_untouched: bool) -> (Ruling, Option<Receipt>) {
    let mut found = Found::default();
    let Some(receipt) = ran.outcome.receipt() else {
        found.wrong(came_to(ran));
        for exchange in &ran.exchanges {
            let answer = exchange.answer.as_ref();
            let said = answer.map(|one| String::from_utf8_lossy(&one.body).chars().take(200).collect::<String>());
            let status = answer.map(|one| one.status.to_string()).unwrap_or_default();
            found.wrong(format!("  {}: {status} {}", exchange.line(), said.unwrap_or_default()));
        }
        return (found.ruling(&DELIVERS, ""), None);
    };
    found.unless(receipt.remote_id.is_some(), || {
        "the receipt names nothing: give the id of what was written".to_owned()
    });
    found.unless(receipt.changed, || {
        "the receipt says that nothing was written, and this was the first time".to_owned()
    });
    found.unless(!is_untouched, || "the receipt says delivered, and nothing is at the ATS".to_owned());
    let requests = format!("{} requests", ran.exchanges.len());
    (found.ruling(&DELIVERS, requests), Some(receipt.clone()))
}

fn once(ran: &Ran, first: &Receipt, same: bool) -> Ruling {
    let mut found = Found::default();
    match ran.outcome.receipt() {
        None => found.wrong(format!("delivered again, {}", came_to(ran))),
        Some(receipt) => {
            found.unless(!receipt.changed, || {
                "delivered again, the receipt says that something was written: answer Receipt::unchanged".to_owned()
            });
            found.unless(receipt.remote_id == first.remote_id, || {
                "delivered again, the receipt names something else than the first time".to_owned()
            });
        }
    }
    found.unless(same, || {
        "delivered again, it is there twice or changed: search for result.marker before you write".to_owned()
    });
    found.ruling(&ONCE, "the second delivery wrote nothing")
}
