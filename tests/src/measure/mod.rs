//! How fast the gateway is, measured on the program as it is shipped, over HTTP, on a real disk.
//!
//! A figure alone says little: machines differ by a factor of forty in what their disks do, and one machine from minute to
//! minute. Each figure therefore stands beside what the disk did in the same minute.

mod applicants;
mod day;
mod disk;
pub mod end_to_end;
pub mod frameworks;
mod http;
mod ingest;
mod large_framework;
mod latency;
mod row;

pub use day::Day;
pub use disk::fdatasyncs;
pub use ingest::{Ingest, Taken};
pub use latency::Latencies;
pub use row::{HEAD, Row};
