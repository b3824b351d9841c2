//! What connectors are tested against: stateful doubles of ATSs on loopback, with faults and a page that shows what an HR
//! user would see.
//!
//! A double keeps what it is sent and behaves as the fact sheet of its ATS says, mistakes punished included. It is a
//! stand-in for tests and demonstrations, not the ATS.

pub mod ashby;
mod cuttable;
mod fault;
pub mod greenhouse;
mod hr;
mod seen;

pub use ashby::{Ashby, AshbySeed};
pub use greenhouse::{Greenhouse, GreenhouseSeed};
