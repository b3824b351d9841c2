//! Icons. Each state has its own shape, so that no state is told by colour alone; the word always stands beside it.

use wellspring_model::{
    assessment::{LineCode, LineState},
    credential::{Binding, NotCountedReason},
    finding::Outcome,
    report::Trust,
};

/// An icon of the sprite in `templates/sprite.html`, and the tone it is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Icon {
    /// The `id` of its symbol.
    pub symbol: &'static str,
    /// The class that colours it.
    pub tone: &'static str,
}

const GOOD: &str = "good";
const BAD: &str = "bad";
const OPEN: &str = "open";
const QUIET: &str = "quiet";

impl From<Outcome> for Icon {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Passed => Self { symbol: "i-passed", tone: GOOD },
            Outcome::Failed => Self { symbol: "i-failed", tone: BAD },
            Outcome::Undetermined => Self { symbol: "i-undetermined", tone: OPEN },
        }
    }
}

impl From<LineCode> for Icon {
    fn from(code: LineCode) -> Self {
        Self::from(code.state())
    }
}

impl From<LineState> for Icon {
    fn from(state: LineState) -> Self {
        match state {
            LineState::Verified => Self { symbol: "i-passed", tone: GOOD },
            LineState::Partly => Self { symbol: "i-partly", tone: OPEN },
            LineState::LevelUnknown => Self { symbol: "i-level-open", tone: OPEN },
            // Quiet, not bad: no evidence says nothing against anybody.
            LineState::NoEvidence => Self { symbol: "i-none", tone: QUIET },
        }
    }
}

impl From<Option<Trust>> for Icon {
    fn from(trust: Option<Trust>) -> Self {
        match trust {
            Some(Trust::Trusted) => Self { symbol: "i-accepted", tone: GOOD },
            Some(Trust::Denied) => Self { symbol: "i-denied", tone: BAD },
            Some(Trust::NotListed) => Self { symbol: "i-not-listed", tone: QUIET },
            Some(Trust::Undetermined) | None => Self { symbol: "i-trust-open", tone: OPEN },
        }
    }
}

impl From<Option<Binding>> for Icon {
    fn from(binding: Option<Binding>) -> Self {
        match binding {
            Some(_) => Self::from(Outcome::Passed),
            None => Self::from(LineCode::NoEvidence),
        }
    }
}

impl From<NotCountedReason> for Icon {
    fn from(reason: NotCountedReason) -> Self {
        match reason {
            NotCountedReason::VerificationFailed => Self::from(Outcome::Failed),
            NotCountedReason::VerificationUndetermined => Self::from(Outcome::Undetermined),
            NotCountedReason::IssuerNotTrusted => Self::from(Some(Trust::NotListed)),
            NotCountedReason::IssuerDenied => Self::from(Some(Trust::Denied)),
            NotCountedReason::NotBoundToApplicant
            | NotCountedReason::CreatorNotIssuer
            | NotCountedReason::SelfAsserted
            | NotCountedReason::NotEarned
            | NotCountedReason::MachineMatched
            | NotCountedReason::NotAskedFor => Self::from(LineCode::NoEvidence),
        }
    }
}
