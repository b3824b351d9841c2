//! Connectors in their sandbox, against the doubles of their ATSs.

mod ashby;
mod contract;
mod greenhouse;
#[path = "../own_database/mod.rs"]
mod own_database;
mod sandbox;
