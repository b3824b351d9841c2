//! Scripted exchanges: a file says what a connector is called with, which requests it makes, what it is answered and what comes of it.
//! Each file is a test.

mod file;
mod matching;
mod play;

pub use file::{Called, Expected, Received, Script, Scripted, Step};
pub use matching::{Difference, differences};
pub use play::{Flaw, PlayError, Played, play};
pub(crate) use play::{object, offers};
