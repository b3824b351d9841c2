//! What wasmtime generates from `plugins/wit/0.1`: the types of the contract and the traits the host implements.

wasmtime::component::bindgen!({
    path: "../wit/0.1",
    world: "connector",
    imports: { default: async | trappable },
    exports: { default: async },
    with: { "wellspring:connector/http.blob": crate::guest::blob::Blob },
});
