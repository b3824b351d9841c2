//! The engine: one configuration, used for compiling and for running.
//!
//! Everything off that a connector does not need: threads, GC, exceptions, component-model async and the rest have each
//! been the way out of a sandbox, or a crash, in the last twelve months. Multi-memory stays on: components that hold two
//! linked components need it to compile.

use std::{hash::Hash as _, num::NonZeroUsize, thread};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use wasmtime::{Config, Engine, EngineWeak, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};
use wellspring_model::digest::Digest;

use crate::limits::{Limits, MEMORIES, TABLES, TICK};

/// Wasm stack of a guest. The rest of the fibre's stack is for the host functions it calls.
const GUEST_STACK: usize = 512 << 10;
const FIBRE_STACK: usize = 1 << 20;
/// Bytes of a slot's memory, and of its table, that are cleared by writing rather than handed back to the system: that costs a call
/// of the system now, and page faults in the next call. What stays of a slot is at most four memories and eight tables of these.
const KEEP_RESIDENT: usize = 1 << 20;
const TABLE_KEEP_RESIDENT: usize = 64 << 10;

/// How instances get their memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Allocation {
    /// Slots reserved beforehand: an instance starts in microseconds.
    Pooled,
    /// Memory mapped for each instance: for systems that do not grant the address space.
    OnDemand,
}

/// The engine cannot be made on this machine.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox cannot start: {0}")]
pub struct HostError(String);

impl HostError {
    pub(crate) fn new(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

/// Makes the engine, with slots for `slots` instances at a time where the system grants the address space.
pub fn start(limits: &Limits, slots: u32) -> Result<(Engine, Allocation), HostError> {
    let (engine, allocation) = match Engine::new(&config(Some(pool(limits, slots)))) {
        Ok(engine) => (engine, Allocation::Pooled),
        Err(error) => {
            tracing::warn!(error = %format!("{error:#}"), "no address space for pooled instances; mapping memory on demand");
            let engine = Engine::new(&config(None)).map_err(|error| HostError(format!("{error:#}")))?;
            (engine, Allocation::OnDemand)
        }
    };
    tick(engine.weak())?;
    Ok((engine, allocation))
}

/// An engine that only compiles: of the same configuration, without slots, so that it fits a small address space.
pub(crate) fn for_compiling() -> Result<Engine, String> {
    Engine::new(&config(None)).map_err(|error| format!("{error:#}"))
}

/// What code depends on beside its package: the compiler's version, its settings and the processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub Digest);

/// The fingerprint of an engine. Code that was compiled under another one does not fit.
pub(crate) fn fingerprint(engine: &Engine) -> Fingerprint {
    let mut hasher = Sha256Hasher(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    Fingerprint(Digest::from_bytes(hasher.0.finalize().into()))
}

/// Takes what is hashed into SHA-256. The standard library's hasher has 64 bits, and may change with the compiler.
struct Sha256Hasher(Sha256);

impl std::hash::Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Nobody asks for it: the whole digest is taken.
    fn finish(&self) -> u64 {
        0
    }
}

/// Component-model async, threads and core dumps are not among these switches: they are not compiled in.
fn config(pool: Option<PoolingAllocationConfig>) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .consume_fuel(false)
        .concurrency_support(false)
        .wasm_component_model(true)
        .shared_memory(false)
        .wasm_memory64(false)
        .wasm_multi_memory(true)
        .wasm_gc(false)
        .wasm_function_references(false)
        .wasm_relaxed_simd(false)
        .wasm_stack_switching(false)
        .wasm_exceptions(false)
        .wasm_wide_arithmetic(false)
        .max_wasm_stack(GUEST_STACK)
        .async_stack_size(FIBRE_STACK)
        .wasm_backtrace_max_frames(NonZeroUsize::new(20))
        .signals_based_traps(true)
        .memory_init_cow(true)
        .table_lazy_init(true)
        .cranelift_opt_level(OptLevel::Speed);
    if let Some(pool) = pool {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    config
}

fn pool(limits: &Limits, slots: u32) -> PoolingAllocationConfig {
    // Totals are what every slot may use at its worst, so that one connector cannot starve the others.
    let [instances, memories, tables] =
        [limits.instances, MEMORIES, TABLES].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(slots)
        .total_stacks(slots)
        .max_core_instances_per_component(instances)
        .total_core_instances(slots.saturating_mul(instances))
        .max_memories_per_component(memories)
        .total_memories(slots.saturating_mul(memories))
        .max_memories_per_module(memories)
        .max_tables_per_component(tables)
        .max_tables_per_module(tables)
        .total_tables(slots.saturating_mul(tables))
        .max_memory_size(limits.memory_bytes)
        .table_elements(limits.table_elements)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(TABLE_KEEP_RESIDENT)
        .total_gc_heaps(0);
    pool
}

/// Moves the epoch on every [`TICK`], until the last engine is dropped.
fn tick(engine: EngineWeak) -> Result<(), HostError> {
    thread::Builder::new()
        .name("wasm-epoch".to_owned())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                thread::sleep(TICK);
            }
        })
        .map(drop)
        .map_err(|error| HostError(format!("no thread for the epoch: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_compiled_by_one_engine_is_accepted_by_another_of_the_same_configuration() {
        let (running, allocation) = start(&Limits::default(), 4).expect("an engine");
        assert_eq!(allocation, Allocation::Pooled, "this machine grants the address space");
        let compiling = for_compiling().expect("an engine");
        assert_eq!(fingerprint(&running), fingerprint(&compiling));
        let mut other = config(None);
        other.cranelift_opt_level(OptLevel::None);
        assert_ne!(fingerprint(&running), fingerprint(&Engine::new(&other).expect("an engine")));
    }

    #[test]
    fn an_engine_starts_where_the_address_space_is_short() {
        // More slots than any 48-bit address space holds.
        let (_, allocation) = start(&Limits::default(), 100_000).expect("an engine");
        assert_eq!(allocation, Allocation::OnDemand);
    }
}
