//! From a package to code that runs: compiled in a child process with limits, kept on disk, loaded from there.
//!
//! Compiling is where a package can do harm without being run: functions that take the compiler minutes or gigabytes, or bring
//! it down. So it happens in another process, this program started anew with a hidden command, which may use so much memory and
//! processor time and is ended when it takes too long. What comes of it is kept beside a code of authenticity ([`cache`]).

pub mod cache;
pub mod child;
mod code;
mod parent;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use wellspring_model::digest::Digest;

use self::cache::Kept;
pub use self::cache::{Cache, CacheKey};
pub(crate) use self::code::Code;
use crate::{
    engine::{self, Fingerprint},
    package::PackageError,
};

/// What compiling one package may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompileLimits {
    /// Address space of the process, in bytes.
    pub memory_bytes: u64,
    /// Processor time, all threads together.
    pub cpu_seconds: u64,
    /// From the start to the end.
    pub wall: Duration,
}

impl Default for CompileLimits {
    /// Several times what a Python component of 18 MB takes, the largest kind there is.
    fn default() -> Self {
        Self { memory_bytes: 4 << 30, cpu_seconds: 120, wall: Duration::from_secs(120) }
    }
}

/// Where the compiler runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workplace {
    /// In a process of its own: this program with these arguments, which end up in [`child::run`].
    Child { program: PathBuf, arguments: Vec<String> },
    /// On a thread of this process, without limits: for packages that one built oneself.
    Thread,
}

impl Workplace {
    /// This very program, also after its file was replaced by a newer one.
    ///
    /// # Errors
    /// The system does not say where it is.
    pub fn this_program(argument: &str) -> std::io::Result<Self> {
        let program =
            if cfg!(target_os = "linux") { PathBuf::from("/proc/self/exe") } else { std::env::current_exe()? };
        Ok(Self::Child { program, arguments: vec![argument.to_owned()] })
    }
}

/// Makes code of packages.
#[derive(Debug)]
pub struct Compiler {
    workplace: Workplace,
    limits: CompileLimits,
    cache: Option<Arc<Cache>>,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    compiled: AtomicU64,
    loaded: AtomicU64,
    refused: AtomicU64,
}

/// What came of packages that were to run, since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CompilerFigures {
    pub compiled: u64,
    /// Loaded from the cache.
    pub loaded: u64,
    /// Found in the cache, but not as we left it: somebody else has written there. It was compiled anew.
    pub refused: u64,
}

impl Compiler {
    pub fn new(workplace: Workplace, limits: CompileLimits, cache: Option<Cache>) -> Self {
        Self { workplace, limits, cache: cache.map(Arc::new), counts: Counts::default() }
    }

    /// Compiles on a thread of this process and keeps nothing.
    pub fn here() -> Self {
        Self::new(Workplace::Thread, CompileLimits::default(), None)
    }

    pub fn figures(&self) -> CompilerFigures {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        CompilerFigures {
            compiled: read(&self.counts.compiled),
            loaded: read(&self.counts.loaded),
            refused: read(&self.counts.refused),
        }
    }

    /// The code of a package that was inspected: from the cache, else compiled and kept.
    pub(crate) async fn code(&self, package: Arc<[u8]>, digest: Digest) -> Result<Code, PackageError> {
        let fingerprint = off_the_async_threads(|| {
            engine::for_compiling().map(|engine| engine::fingerprint(&engine)).map_err(PackageError::Compile)
        });
        let fingerprint = fingerprint.await?;
        if let Some(code) = self.kept(digest, fingerprint).await {
            self.counts.loaded.fetch_add(1, Ordering::Relaxed);
            return Ok(code);
        }
        let code = match &self.workplace {
            Workplace::Child { program, arguments } => {
                parent::compile(program, arguments, &self.limits, &package).await.map_err(PackageError::Compile)?
            }
            Workplace::Thread => compile_here(package).await?,
        };
        self.counts.compiled.fetch_add(1, Ordering::Relaxed);
        let Some(cache) = self.cache.clone() else { return Ok(code) };
        off_the_async_threads(move || {
            cache.keep(digest, fingerprint, &code);
            Ok(code)
        })
        .await
    }

    /// `None`: it is not there, or is not to be relied on.
    async fn kept(&self, digest: Digest, fingerprint: Fingerprint) -> Option<Code> {
        let cache = Arc::clone(self.cache.as_ref()?);
        let kept = tokio::task::spawn_blocking(move || match cache.find(digest, fingerprint) {
            Ok(Kept::Code(code)) => Ok(Some(code)),
            Ok(Kept::Nothing) => Ok(None),
            Err(reason) => Err(reason),
        });
        kept.await.ok()?.unwrap_or_else(|reason| {
            self.counts.refused.fetch_add(1, Ordering::Relaxed);
            tracing::error!(package = %digest, reason, "compiled code is not as it was left; it is not loaded but compiled anew");
            None
        })
    }
}

async fn compile_here(package: Arc<[u8]>) -> Result<Code, PackageError> {
    off_the_async_threads(move || {
        engine::for_compiling().and_then(|engine| Code::compile(&engine, &package)).map_err(PackageError::Compile)
    })
    .await
}

async fn off_the_async_threads<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PackageError> + Send + 'static,
) -> Result<T, PackageError> {
    // The compiler has panicked on odd input before; that ends its thread and not ours.
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(PackageError::Compile("the compiler gave up".to_owned())))
}
