//! One document, two answers.

use std::path::PathBuf;

use serde_json::Value;
use wellspring_verify::{
    Limits,
    jsonld::{CanonError, CanonLimits, canonical},
    read_json,
};

use crate::{
    contexts::Published,
    departures,
    peer::{Mode, Peer},
    reasons,
};

/// What comparing a document comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The same canonical N-Quads, byte for byte.
    Equal,
    BothRefused,
    /// We refuse what the peer answers, for a reason that is listed.
    OursRefused(&'static str),
    /// The peer does not do what its standard says, in a way that is listed and was shown to be the cause.
    PeerDeparts(&'static str),
    Differs(Difference),
}

/// Both answers, where they should be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub ours: Result<String, String>,
    pub peer: Result<String, String>,
}

impl Difference {
    /// Two differences of one kind: what a smaller document must keep.
    pub fn is_like(&self, other: &Self) -> bool {
        self.ours.is_ok() == other.ours.is_ok() && self.peer.is_ok() == other.peer.is_ok() && {
            let (one, two) = (self.ours.as_ref().err(), other.ours.as_ref().err());
            one.map(|text| text.split(':').next()) == two.map(|text| text.split(':').next())
        }
    }
}

/// Our answer to a document and the peer's.
type Both = (Result<String, Refusal>, Result<String, String>);

pub struct Oracle {
    contexts: Published,
    peer: Peer,
}

/// Why we refuse a document.
pub enum Refusal {
    Unreadable(String),
    Canon(CanonError),
}

impl Oracle {
    pub fn new(folder: PathBuf, contexts: Published) -> Result<Self, String> {
        let peer = Peer::start(&folder, &contexts.files)?;
        Ok(Self { contexts, peer })
    }

    pub fn compare(&mut self, document: &str) -> Result<Verdict, String> {
        let (ours, peer) = self.both(document, Mode::AsItIs)?;
        let (ours, peer) = match (ours, peer) {
            (Ok(ours), Ok(peer)) if ours == peer => return Ok(Verdict::Equal),
            (Err(_), Err(_)) => return Ok(Verdict::BothRefused),
            (Err(refusal), Ok(peer)) => {
                return Ok(match reasons::listed(&refusal, document) {
                    Some(reason) => Verdict::OursRefused(reason),
                    None => Verdict::Differs(Difference { ours: Err(reasons::shown(&refusal)), peer: Ok(peer) }),
                });
            }
            (Ok(ours), peer) => (ours, peer),
        };
        if let Some(departure) = self.departure(document)? {
            return Ok(Verdict::PeerDeparts(departure));
        }
        Ok(Verdict::Differs(Difference { ours: Ok(ours), peer }))
    }

    fn both(&mut self, document: &str, mode: Mode) -> Result<Both, String> {
        self.peer.ask(document, mode)?;
        let ours = self.ours(document);
        Ok((ours, self.peer.answer()?))
    }

    /// Ours, read as the product reads a document that comes in.
    fn ours(&self, document: &str) -> Result<String, Refusal> {
        let value = read_json(document.as_bytes(), &Limits::default())
            .map_err(|error| Refusal::Unreadable(error.to_string()))?;
        let canonical = canonical(&value, &self.contexts.ours, &CanonLimits::default()).map_err(Refusal::Canon)?;
        Ok(canonical.nquads)
    }

    /// The departure of the peer that explains a difference: without what calls it forth, both agree.
    fn departure(&mut self, document: &str) -> Result<Option<&'static str>, String> {
        if self.agree(document)? {
            return Ok(Some(departures::DOUBLED));
        }
        let Ok(mut all) = serde_json::from_str::<Value>(document) else { return Ok(None) };
        let document = all.clone();
        for (reason, without) in departures::DEPARTURES {
            if let Some(document) = without(&document)
                && self.agree(&document.to_string())?
            {
                return Ok(Some(reason));
            }
            all = without(&all).unwrap_or(all);
        }
        Ok((all != document && self.agree(&all.to_string())?).then_some(departures::SEVERAL))
    }

    /// Whether both come to the same of a document once the peer's dataset is made a set.
    fn agree(&mut self, document: &str) -> Result<bool, String> {
        let (ours, peer) = self.both(document, Mode::AsSet)?;
        Ok(matches!((ours, peer), (Ok(ours), Ok(peer)) if ours == peer))
    }
}
