//! What came of a call, as it may be kept and read. The half that runs guests takes the applicant out of words too; but it may have
//! been taken over, and it does not know the secrets.

use std::{mem, sync::Arc};

use wellspring_model::delivery::{DeliveryFailure, FailureCode};

use super::{LARGE, Lent};
use crate::{
    errand::Given,
    failure::{broken, sandbox},
    receipt,
    redact::FAILURE_CHARS,
};

/// The longest text of a guest's that is read by people, in bytes.
const SAID_MAX: usize = 64 * 1024;

impl Lent {
    /// What may be read of a guest's words: one line, at most `chars` long, without secrets and without the applicant.
    pub fn line(&self, said: &str, chars: usize) -> String {
        let too_many = || format!("({} bytes, too many to be shown)", said.len());
        self.redactor.line(&self.without_secrets(said).unwrap_or_else(too_many), chars)
    }

    /// What the half that runs guests gave, as it may be kept and read.
    pub async fn read(self: &Arc<Self>, given: Result<Given, DeliveryFailure>) -> Result<Given, DeliveryFailure> {
        let mut given = match given {
            Ok(given) => given,
            Err(failure) => {
                return Err(DeliveryFailure { message: self.line(&failure.message, FAILURE_CHARS), ..failure });
            }
        };
        let size: usize = texts(&mut given).iter().map(|text| text.len()).sum();
        if size > self.limits.handover_bytes {
            return Err(broken("it gave more than a guest can hand over"));
        }
        if size <= LARGE {
            return Ok(self.clean(given));
        }
        let lent = Arc::clone(self);
        let cleaned = tokio::task::spawn_blocking(move || lent.clean(given)).await;
        cleaned.map_err(|_| sandbox(FailureCode::Internal, "what the connector gave could not be read".to_owned()))
    }

    fn clean(&self, mut given: Given) -> Given {
        for text in texts(&mut given) {
            *text = self.scrubber.text(mem::take(text));
        }
        match given {
            Given::Receipt { remote_id, changed, json } => Given::Receipt {
                remote_id: remote_id.and_then(|id| self.without_secrets(&id)),
                changed,
                json: self.without_secrets(&json).unwrap_or_default(),
            },
            Given::Lines(lines) => Given::Lines(receipt::lines(lines, |said, chars| self.line(said, chars))),
            Given::Answer { .. } | Given::Page { .. } | Given::Description(_) => given,
        }
    }

    /// A guest's words without secrets. `None`: more than anybody reads. It is not cut either: it might then end with half a secret.
    fn without_secrets(&self, said: &str) -> Option<String> {
        (said.len() <= SAID_MAX).then(|| self.scrubber.text(said.to_owned()))
    }
}

/// The texts that are data for programs: events, answers, jobs. Whole or not at all.
fn texts(given: &mut Given) -> Vec<&mut String> {
    match given {
        Given::Answer { events, response, conflict } => {
            let answers = response.json.iter_mut().chain(conflict.iter_mut().filter_map(|answer| answer.json.as_mut()));
            events.iter_mut().map(|event| &mut event.json).chain(answers).collect()
        }
        Given::Page { items, next } => items.iter_mut().map(|item| &mut item.json).chain(next).collect(),
        // Words of these are gone through one by one; a description is given where nothing is lent, and compared.
        Given::Receipt { .. } | Given::Lines(_) | Given::Description(_) => Vec::new(),
    }
}
