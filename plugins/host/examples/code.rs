//! How long a package takes to be compiled, and to be loaded from the cache: `cargo run --release -p wellspring-host --example
//! code -- FILE…`.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use wellspring_host::{Cache, CacheKey, CompileLimits, Compiler, Host, HostConfig, InMemory, Workplace};
use wellspring_model::{
    Timestamp,
    time::{Clock, Entropy},
};

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

impl Entropy for Stopped {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    println!("{:<32} {:>10} {:>12} {:>12}", "package", "bytes", "compile", "load");
    for file in std::env::args().skip(1) {
        let package = std::fs::read(&file)?;
        let (mut compiled, mut loaded) = (Vec::new(), Vec::new());
        for turn in 0..9 {
            let cache = folder.path().join(turn.to_string());
            for times in [&mut compiled, &mut loaded] {
                let kept = Cache::new(cache.clone(), CacheKey::new([7; 32].into()));
                let compiler = Compiler::new(Workplace::Thread, CompileLimits::default(), Some(kept));
                let host = Host::new(
                    HostConfig::default(),
                    Arc::new(InMemory::default()),
                    Arc::new(Stopped),
                    Arc::new(Stopped),
                )?;
                let host = host.with_compiler(compiler);
                let began = Instant::now();
                host.try_out(package.clone()).await?;
                times.push(began.elapsed());
            }
        }
        println!("{file:<32} {:>10} {:>12.1?} {:>12.1?}", package.len(), median(compiled), median(loaded));
    }
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
