//! The doubles, asked over HTTP as their ATSs are.

mod ashby;
mod greenhouse;
mod http;
