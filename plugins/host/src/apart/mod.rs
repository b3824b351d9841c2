//! Guests in a process of their own. Compilers of wasm have had faults that let a guest out of its sandbox; here it would find itself
//! in a process without secrets, without files, without a network, and with one pipe to a gateway that checks all it asks for.
//!
//! The gateway starts its own program anew with a hidden command and a socket as standard input. Over it go frames ([`frame`]):
//! errands and code down, questions and results up. What a guest asks for is answered by the gateway, within the rights of the
//! connection. A process that ends takes the calls under way with it, and is started again for the next.

#[cfg(unix)]
mod asked;
#[cfg(unix)]
pub mod child;
mod frame;
#[cfg(unix)]
mod line;
#[cfg(target_os = "linux")]
mod lock_down;
mod parent;
#[cfg(unix)]
mod words;

pub(crate) use parent::Apart;
