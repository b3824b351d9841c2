//! What connectors are tested with: the real host with a stand-in for the ATS, scripted exchanges, stateful doubles of ATSs with faults
//! and a page that shows what an HR user would see, and the conformance kit.
//!
//! A double keeps what it is sent and behaves as the fact sheet of its ATS says, mistakes punished included. It is a
//! stand-in for tests and demonstrations, not the ATS.

pub mod ashby;
pub mod conformance;
mod cuttable;
mod fault;
pub mod forward;
pub mod front;
pub mod generic;
pub mod greenhouse;
mod hr;
pub mod live;
pub mod record;
pub mod rig;
pub mod script;
mod seen;

pub use ashby::{Ashby, AshbySeed};
pub use greenhouse::{Greenhouse, GreenhouseSeed};
