//! The process itself, under the names that every Prometheus client uses. Read from `/proc`; elsewhere only its start is
//! known.

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
};
use wellspring_model::Timestamp;

#[derive(Debug)]
pub struct Process {
    pub started: Timestamp,
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let mut gauge = |name: &str, help: &str, value: Option<f64>| {
            let Some(value) = value else { return Ok(()) };
            let gauge = ConstGauge::new(value);
            let encoder = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(encoder)
        };
        let started = self.started.as_duration().as_secs_f64();
        gauge("process_start_time_seconds", "When the process started", Some(started))?;
        gauge("process_resident_memory_bytes", "Memory that is in use", proc::resident_bytes())?;
        gauge("process_open_fds", "Open files and sockets", proc::open_files())?;
        gauge("process_max_fds", "Files and sockets that may be open", proc::most_files())?;
        if let Some(seconds) = proc::cpu_seconds() {
            let counter = ConstCounter::new(seconds);
            let help = "Processor time that was used";
            let encoder = encoder.encode_descriptor("process_cpu_seconds", help, None, counter.metric_type())?;
            counter.encode(encoder)?;
        }
        Ok(())
    }
}

/// A graph needs no more than its 53 bits.
#[cfg(target_os = "linux")]
const fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(target_os = "linux")]
mod proc {
    use std::fs;

    use super::float;

    pub fn resident_bytes() -> Option<f64> {
        let pages: u64 = fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
        Some(float(pages * u64::try_from(rustix::param::page_size()).ok()?))
    }

    pub fn cpu_seconds() -> Option<f64> {
        // The name of the program stands in brackets and may hold anything; user and system time are the 12th and 13th after it.
        let text = fs::read_to_string("/proc/self/stat").ok()?;
        let mut fields = text.rsplit_once(')')?.1.split_whitespace().skip(11);
        let mut ticks = || fields.next()?.parse::<u64>().ok();
        Some(float(ticks()? + ticks()?) / float(rustix::param::clock_ticks_per_second()))
    }

    pub fn open_files() -> Option<f64> {
        Some(float(u64::try_from(fs::read_dir("/proc/self/fd").ok()?.count()).ok()?))
    }

    pub fn most_files() -> Option<f64> {
        let text = fs::read_to_string("/proc/self/limits").ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
        Some(float(line.split_whitespace().next()?.parse().ok()?))
    }
}

/// Elsewhere nothing of it is known.
#[cfg(not(target_os = "linux"))]
mod proc {
    pub const fn resident_bytes() -> Option<f64> {
        None
    }

    pub use self::{resident_bytes as cpu_seconds, resident_bytes as most_files, resident_bytes as open_files};
}
