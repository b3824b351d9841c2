//! The connector's own scripts.

use std::collections::BTreeSet;

use wellspring_host::manifest::Event;

use super::{EXCHANGES, Found, Ruling};
use crate::{
    conformance::kit::Kit,
    rig::RigError,
    script::{Called, PlayError, play},
};

pub(super) async fn all(kit: &Kit<'_>) -> Result<Vec<Ruling>, RigError> {
    let mut found = Found::default();
    let mut shown = BTreeSet::new();
    for (file, script) in &kit.scripts {
        match play(kit.rig, script, &kit.sample()).await {
            Ok(played) => {
                kit.note(&played.ran);
                found.unless(played.flaws.is_empty(), || {
                    let flaws: Vec<_> = played.flaws.iter().map(ToString::to_string).collect();
                    format!("{file}: {}", flaws.join("; "))
                });
            }
            Err(PlayError::Rig(error)) => found.wrong(format!("{file}: {error}")),
            Err(error) => found.wrong(format!("{file}: {error}")),
        }
        shown.extend(event(script.call));
    }
    for event in &kit.manifest().events {
        found.unless(shown.contains(event), || format!("no file in exchanges/ shows `{}`", event.as_str()));
    }
    Ok(vec![found.ruling(&EXCHANGES, format!("{} files", kit.scripts.len()))])
}

const fn event(called: Called) -> Option<Event> {
    match called {
        Called::Check => None,
        Called::Deliver => Some(Event::Deliver),
        Called::Correct => Some(Event::Correct),
        Called::Withdraw => Some(Event::Withdraw),
        Called::Receive => Some(Event::Receive),
        Called::Partner => Some(Event::Partner),
        Called::ListJobs => Some(Event::ListJobs),
    }
}
