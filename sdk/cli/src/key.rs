//! `keygen --out FILE`, and reading what it wrote: an Ed25519 key as PKCS#8 in PEM, for its owner's eyes only.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use clap::Args;
use ed25519_dalek::{
    SigningKey,
    pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, KeypairBytes, spki::der::pem::LineEnding},
};
use wellspring_host::signature::public;
use zeroize::Zeroizing;

use crate::{Failure, clock};

#[derive(Debug, Args)]
pub struct Keygen {
    /// Where the key goes. A file that is there is left as it is.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Makes a key, and prints its public part for operators.
pub fn run(args: &Keygen) -> Result<String, Failure> {
    let key = SigningKey::from_bytes(&*clock::seed()?);
    // Without the public part, which not every program knows to read.
    let pair = KeypairBytes { secret_key: key.to_bytes(), public_key: None };
    let pem = pair.to_pkcs8_pem(LineEnding::LF);
    let pem = pem.map_err(|error| Failure { code: 70, message: format!("the key cannot be written down: {error}") })?;
    write(&args.out, pem.as_bytes())
        .map_err(|error| Failure { code: 73, message: format!("{}: {error}", args.out.display()) })?;
    Ok(public(&key).to_string())
}

fn write(path: &Path, pem: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(pem).and_then(|()| file.sync_all())
}

/// Reads a key. One that others can read is nobody's any more, and is refused.
pub fn read(path: &Path) -> Result<SigningKey, Failure> {
    #[cfg(unix)]
    {
        let permissions = fs::metadata(path).map_err(|error| Failure::unreadable(path, &error))?.permissions();
        if std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o077 != 0 {
            let message = format!(
                "{}: others can read this key; make a new one, or, if nobody has, `chmod 600` it",
                path.display()
            );
            return Err(Failure { code: 1, message });
        }
    }
    let pem = fs::read_to_string(path).map(Zeroizing::new).map_err(|error| Failure::unreadable(path, &error))?;
    SigningKey::from_pkcs8_pem(&pem).map_err(|_| Failure {
        code: 1,
        message: format!(
            "{}: this is no Ed25519 key as PKCS#8 in PEM; `wellspring-connector keygen` makes one",
            path.display()
        ),
    })
}
