//! Public keys and signatures of Ed25519 as text. Making and checking them is the business of the crates that hold the keys.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Bytes of Ed25519 as text: `ed25519:` and hexadecimal digits. 32 are a public key, 64 a signature.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Ed25519<const N: usize>(pub [u8; N]);

/// The public part of a key.
pub type PublicKey = Ed25519<32>;

/// Why a text is not such bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is written `ed25519:` and {0} hexadecimal digits in lower case")]
pub struct Ed25519Error(usize);

impl<const N: usize> fmt::Display for Ed25519<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ed25519:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl<const N: usize> fmt::Debug for Ed25519<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const N: usize> FromStr for Ed25519<N> {
    type Err = Ed25519Error;

    fn from_str(text: &str) -> Result<Self, Ed25519Error> {
        let digits = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let hex = text.strip_prefix("ed25519:").filter(|hex| hex.len() == 2 * N && hex.bytes().all(digits));
        let mut bytes = [0; N];
        for (byte, pair) in bytes.iter_mut().zip(hex.ok_or(Ed25519Error(2 * N))?.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| Ed25519Error(2 * N))?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| Ed25519Error(2 * N))?;
        }
        Ok(Self(bytes))
    }
}

impl<const N: usize> From<Ed25519<N>> for String {
    fn from(bytes: Ed25519<N>) -> Self {
        bytes.to_string()
    }
}

impl<const N: usize> TryFrom<String> for Ed25519<N> {
    type Error = Ed25519Error;

    fn try_from(text: String) -> Result<Self, Ed25519Error> {
        text.parse()
    }
}
