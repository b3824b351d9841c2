//! Whose certificates are believed.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use rustls_platform_verifier::Verifier;
use tokio::sync::OnceCell;

use crate::EgressError;

/// The system's certificate authorities, and those of one more file. They are read once, on a thread where that holds nobody
/// up, and every way out uses them; nothing else of TLS is shared.
pub struct Authorities {
    extra_ca_file: Option<PathBuf>,
    verifier: OnceCell<Arc<Verifier>>,
}

impl Authorities {
    /// Authorities that are read when they are first needed. What cannot be read then is tried again the next time.
    #[must_use]
    pub fn new(extra_ca_file: Option<PathBuf>) -> Self {
        Self { extra_ca_file, verifier: OnceCell::new() }
    }

    /// The checker of certificates.
    ///
    /// # Errors
    /// The file cannot be read, or there are no authorities at all.
    pub(crate) async fn verifier(self: &Arc<Self>) -> Result<Arc<Verifier>, EgressError> {
        if let Some(verifier) = self.verifier.get() {
            return Ok(Arc::clone(verifier));
        }
        // A task of its own: a reading that ended with the call that began it would be begun anew by each call that is given
        // up early.
        let authorities = Arc::clone(self);
        let reading =
            tokio::spawn(async move { authorities.verifier.get_or_try_init(|| authorities.read()).await.cloned() });
        reading.await.unwrap_or_else(|error| Err(EgressError::Client(error.to_string())))
    }

    async fn read(&self) -> Result<Arc<Verifier>, EgressError> {
        let file = self.extra_ca_file.clone();
        let read = tokio::task::spawn_blocking(move || verifier(file.as_deref())).await;
        read.unwrap_or_else(|error| Err(EgressError::Client(error.to_string())))
    }
}

/// Reads the authorities. It takes milliseconds, so it is for the start and for threads of their own.
pub(crate) fn verifier(extra_ca_file: Option<&Path>) -> Result<Arc<Verifier>, EgressError> {
    let extra = extra_ca_file.map(certificates).transpose()?.unwrap_or_default();
    let verifier = Verifier::new_with_extra_roots(extra, Arc::new(ring::default_provider()));
    verifier.map(Arc::new).map_err(|error| EgressError::Client(error.to_string()))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, EgressError> {
    let named = |reason: String| EgressError::Authorities { path: path.display().to_string(), reason };
    let pem = std::fs::read(path).map_err(|error| named(error.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| named(error.to_string()))?;
    if certificates.is_empty() { Err(named("it holds no certificate".to_owned())) } else { Ok(certificates) }
}

/// How one client speaks TLS. A clone of a configuration would share its sessions, so each client gets a new one: a server
/// cannot tell that two connections are of one gateway, nor take what it knows of one over to the other.
pub(crate) fn tls(verifier: Arc<Verifier>) -> Result<ClientConfig, EgressError> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| EgressError::Client(error.to_string()))?
        // The word is rustls's for every checker that it has not made itself.
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
