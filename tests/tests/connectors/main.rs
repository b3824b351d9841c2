//! Connectors in their sandbox, against the doubles of their ATSs.

mod ashby;
mod contract;
mod greenhouse;
mod sandbox;
