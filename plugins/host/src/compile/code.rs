//! Compiled code, and the one place where it is taken for what it is.

use wasmtime::{Engine, component::Component};

/// Machine code that our own compiler made: in this process, in a child of ours, or earlier and authenticated since. There is
/// no other way to one, so that nothing a vendor handed in is ever run without having been compiled here.
pub(crate) struct Code(Vec<u8>);

impl Code {
    /// Compiles a package, in this process.
    pub fn compile(engine: &Engine, package: &[u8]) -> Result<Self, String> {
        engine.precompile_component(package).map(Self).map_err(|error| format!("{error:#}"))
    }

    /// What a child of ours wrote.
    pub fn of_child(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// What our parent, which compiled or authenticated it, hands to this process, where guests run.
    pub fn of_parent(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// What the cache holds and has authenticated.
    pub fn authenticated(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Makes it ready to run. wasmtime itself refuses code of another version or configuration.
    #[expect(unsafe_code, reason = "loading compiled code trusts it; this is the only place that does, see SAFETY")]
    pub fn component(&self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: the bytes have to be what `precompile_component` gave. `Code` has four makers: our own compiler, a
        // child of ours that runs it, the cache once the code of authenticity is right, and our parent over the pipe that we were
        // started with. The bytes are ours
        // in memory and are copied from there, so that nobody changes them after they were authenticated.
        unsafe { Component::deserialize(engine, &self.0) }
    }
}
