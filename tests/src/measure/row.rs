//! Rows of the one table that all figures of a run stand in.

use super::Latencies;

/// What the columns are called.
pub const HEAD: &str = "| what | measured | beside it, in the same minute | ratio | p50 | p99 | aim |\n\
                        | --- | --- | --- | --- | --- | --- | --- |";

/// A row. What does not apply stays empty.
#[derive(Debug, Default)]
pub struct Row {
    pub what: String,
    pub measured: String,
    pub beside: String,
    pub ratio: Option<f64>,
    pub latencies: Option<Latencies>,
    /// What ought to be reached, and whether it is.
    pub aim: Option<(String, bool)>,
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let millis = |percent| {
            let latencies = self.latencies.as_ref();
            latencies.map(|all| format!("{:.1} ms", all.percentile(percent).as_secs_f64() * 1e3)).unwrap_or_default()
        };
        let ratio = self.ratio.map(|ratio| format!("{ratio:.1} ×")).unwrap_or_default();
        let aim = self.aim.as_ref().map(|(aim, is_reached)| {
            let word = if *is_reached { "reached" } else { "**missed**" };
            format!("{aim}: {word}")
        });
        let (p50, p99, aim) = (millis(50), millis(99), aim.unwrap_or_default());
        write!(f, "| {} | {} | {} | {ratio} | {p50} | {p99} | {aim} |", self.what, self.measured, self.beside)
    }
}
