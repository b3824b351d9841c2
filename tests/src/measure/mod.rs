//! How fast the gateway is, measured on the program as it is shipped, over HTTP, on a real disk.
//!
//! A figure alone says little: machines differ by a factor of forty in what their disks do, and one machine from minute to
//! minute. Each figure therefore stands beside what the disk did in the same minute.

mod disk;
mod http;
pub mod ingest;
mod latency;

pub use disk::fdatasyncs;
pub use latency::Latencies;
