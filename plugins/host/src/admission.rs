//! Whether a package may come in at all: everything that is decided before a byte of it is compiled.
//!
//! The order is cheapest first, and nothing of the package is parsed before its signature was looked at: size, signature, trust,
//! structure, imports, manifest, and whether the signature is for what the manifest says.

use sha2::{Digest as _, Sha256};
use thiserror::Error;
use wellspring_model::{Timestamp, digest::Digest, ed25519::PublicKey};

use crate::{
    inspection::Inspection,
    package::{self, PackageError},
    signature::{SignatureError, Signed},
    trust::{TrustError, TrustFile},
};

/// A package as it is handed in.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub package: &'a [u8],
    /// The content of the file `….wasm.sig`. `None`: there is none.
    pub signature: Option<&'a [u8]>,
}

/// Whether a package may come in for which nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    Refused,
    /// The operator said so, and answers for it.
    Accepted,
}

/// A package that may be compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct Admitted {
    pub inspection: Inspection,
    /// The key that signed it. `None`: nobody did, and the operator takes it as it is.
    pub key: Option<PublicKey>,
}

/// Why a package does not come in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AdmissionError {
    #[error(
        "it is not signed. Have the vendor's `.wasm.sig` beside it, or, if you built it yourself, say `--unsigned`"
    )]
    Unsigned,
    #[error(transparent)]
    Signature(#[from] SignatureError),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error(transparent)]
    Package(#[from] PackageError),
}

/// Decides. A signature that is there has to hold, also where unsigned packages are accepted.
///
/// # Errors
/// The first reason that speaks against it.
pub fn admit(
    candidate: Candidate<'_>,
    trust: &TrustFile,
    unsigned: Unsigned,
    now: Timestamp,
) -> Result<Admitted, AdmissionError> {
    package::check_size(candidate.package)?;
    let digest = Digest::from_bytes(Sha256::digest(candidate.package).into());
    let signed = match candidate.signature {
        Some(envelope) => {
            let signed = Signed::read(envelope)?;
            signed.over(digest)?;
            trust.admits(&signed, now)?;
            Some(signed)
        }
        None if unsigned == Unsigned::Accepted => {
            trust.stands(digest, None)?;
            None
        }
        None => return Err(AdmissionError::Unsigned),
    };
    let inspection = package::inspect(candidate.package)?;
    if let Some(signed) = &signed {
        signed.fits(&inspection)?;
    }
    Ok(Admitted { inspection, key: signed.map(|signed| signed.statement().key_id) })
}
