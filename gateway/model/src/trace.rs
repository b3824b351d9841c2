//! Which trace something belongs to, as W3C Trace Context writes it (`traceparent`).
//!
//! A trace goes from the request that handed something in, through the queue, to the ATS. It is a pair of random numbers and
//! says nothing about anybody.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::Entropy;

/// The text is no `traceparent` (W3C Trace Context, section 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it is not a traceparent")]
pub struct NotATraceParent;

/// A place in a trace: what is done next is done below it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TraceParent {
    trace: [u8; 16],
    span: [u8; 8],
    flags: u8,
}

/// The flag that says that somebody records this trace.
const SAMPLED: u8 = 1;

impl TraceParent {
    /// `None` where a number is zero, which names nothing.
    pub fn new(trace: [u8; 16], span: [u8; 8], is_sampled: bool) -> Option<Self> {
        let named = trace.iter().any(|byte| *byte != 0) && span.iter().any(|byte| *byte != 0);
        named.then_some(Self { trace, span, flags: u8::from(is_sampled) })
    }

    /// The beginning of a trace that nobody records, so that what belongs together can be found in the log.
    pub fn begin(entropy: &dyn Entropy) -> Self {
        let (mut trace, mut span) = ([0; 16], [0; 8]);
        entropy.fill(&mut trace);
        entropy.fill(&mut span);
        // Zero names nothing.
        trace[0] |= 1;
        span[0] |= 1;
        Self { trace, span, flags: 0 }
    }

    pub const fn trace(&self) -> [u8; 16] {
        self.trace
    }

    pub const fn span(&self) -> [u8; 8] {
        self.span
    }

    pub const fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// The trace's number as logs and collectors write it.
    pub fn trace_id(&self) -> String {
        hex(&self.trace)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", hex(&self.trace), hex(&self.span), self.flags)
    }
}

impl fmt::Debug for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TraceParent {
    type Err = NotATraceParent;

    fn from_str(text: &str) -> Result<Self, NotATraceParent> {
        let mut parts = text.split('-');
        let mut part = || parts.next().ok_or(NotATraceParent);
        let [version] = bytes(part()?)?;
        let (trace, span, [flags]) = (bytes(part()?)?, bytes(part()?)?, bytes(part()?)?);
        // A later version may have more parts; 255 is forbidden.
        if version == u8::MAX || (version == 0 && parts.next().is_some()) {
            return Err(NotATraceParent);
        }
        Self::new(trace, span, flags & SAMPLED != 0).ok_or(NotATraceParent)
    }
}

/// Lower-case hexadecimal of exactly so many bytes.
fn bytes<const N: usize>(text: &str) -> Result<[u8; N], NotATraceParent> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(NotATraceParent),
    };
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return Err(NotATraceParent);
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        for one in pair {
            *byte = *byte << 4 | digit(*one)?;
        }
    }
    Ok(bytes)
}

impl From<TraceParent> for String {
    fn from(trace: TraceParent) -> Self {
        trace.to_string()
    }
}

impl TryFrom<String> for TraceParent {
    type Error = NotATraceParent;

    fn try_from(text: String) -> Result<Self, NotATraceParent> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_reads_back_what_it_wrote() {
        let trace: TraceParent = EXAMPLE.parse().expect("the standard's example");
        assert!(trace.is_sampled());
        assert_eq!(trace.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(trace.to_string(), EXAMPLE);
    }

    #[test]
    fn what_the_standard_does_not_allow_is_no_traceparent() {
        for wrong in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e47é-00f067aa0ba902b7-01",
        ] {
            assert_eq!(wrong.parse::<TraceParent>(), Err(NotATraceParent), "{wrong}");
        }
        assert!(format!("{}-more", EXAMPLE.replacen("00", "01", 1)).parse::<TraceParent>().is_ok(), "a later version");
    }
}
