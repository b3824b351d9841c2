//! Where guests run: in this process, or in one of their own.

use std::sync::Arc;

use wellspring_model::delivery::DeliveryFailure;

use crate::{
    apart::Apart,
    compile::Code,
    engine::Allocation,
    errand::{Errand, Given},
    guest::{Executor, Handle},
    lent::Lent,
};

/// The half that touches wasm, wherever it is.
pub(crate) enum Guests {
    Here(Arc<Executor>),
    Apart(Apart),
}

impl Guests {
    /// How instances get their memory on this machine.
    pub fn allocation(&self) -> Allocation {
        match self {
            Self::Here(executor) => executor.allocation(),
            Self::Apart(apart) => apart.allocation(),
        }
    }

    /// Loads code and links it.
    ///
    /// # Errors
    /// Why it does not fit.
    pub async fn load(&self, handle: Handle, code: Arc<Code>) -> Result<(), String> {
        match self {
            Self::Here(executor) => {
                let executor = Arc::clone(executor);
                let loaded = tokio::task::spawn_blocking(move || executor.load(handle, &code)).await;
                loaded.unwrap_or_else(|_| Err("loading it gave up".to_owned()))
            }
            Self::Apart(apart) => apart.load(handle, code).await,
        }
    }

    /// Forgets code. Calls under way finish.
    pub fn forget(&self, handle: Handle) {
        match self {
            Self::Here(executor) => executor.forget(handle),
            Self::Apart(apart) => apart.forget(handle),
        }
    }

    /// Runs an errand in a fresh instance.
    ///
    /// # Errors
    /// Every way in which it can fail, by its name.
    pub async fn run(&self, handle: Handle, errand: Errand, lent: Arc<Lent>) -> Result<Given, DeliveryFailure> {
        match self {
            Self::Here(executor) => executor.run(handle, errand, lent).await,
            Self::Apart(apart) => apart.run(handle, errand, lent).await,
        }
    }
}
