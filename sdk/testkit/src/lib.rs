//! What connectors are tested with: the real host with a stand-in for the ATS, scripted exchanges, stateful doubles of ATSs with faults
//! and a page that shows what an HR user would see, and the conformance kit.
//!
//! A double keeps what it is sent and behaves as the fact sheet of its ATS says, mistakes punished included. It is a
//! stand-in for tests and demonstrations, not the ATS.

pub mod ashby;
mod cuttable;
mod fault;
pub mod greenhouse;
mod hr;
mod seen;
pub mod conformance;
mod cuttable;
pub mod forward;
pub mod front;
pub mod generic;
pub mod greenhouse;
pub mod live;
pub mod record;
pub mod rig;
pub mod script;

pub use ashby::{Ashby, AshbySeed};
pub use greenhouse::{Greenhouse, GreenhouseSeed};
