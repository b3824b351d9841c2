//! Loading code that was compiled before, as it is kept: by wasmtime itself, so that nothing but that is in the figure.

use std::time::{Duration, Instant};

use wasmtime::{Config, Engine, component::Component};

use crate::Failure;

const TIMES: usize = 21;

/// The middle of some times.
pub fn time(package: &[u8]) -> Result<Duration, Failure> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    let engine = Engine::new(&config)?;
    let file = std::env::temp_dir().join(format!("wellspring-bench-{}.cwasm", std::process::id()));
    std::fs::write(&file, engine.precompile_component(package)?)?;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        // SAFETY: this process has just compiled and written it.
        drop(unsafe { Component::deserialize_file(&engine, &file) }?);
        times.push(begun.elapsed());
    }
    std::fs::remove_file(&file)?;
    times.sort_unstable();
    Ok(times[TIMES / 2])
}
