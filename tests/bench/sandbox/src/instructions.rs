//! Instructions of one call, counted by the processor where it does that: `perf stat` over many calls, less what fewer took.

use std::{path::Path, process::Command};

use crate::figures::Subject;

const FEW: usize = 50;
const MANY: usize = 250;

/// For each subject; `None` where they cannot be counted.
pub fn count(folder: &Path, subjects: &[(Box<dyn Subject>, usize)]) -> Vec<Option<f64>> {
    if counted(&mut Command::new("true")).is_none() {
        println!("instructions are not counted: perf is not there, or this machine has no counter for them");
        return vec![None; subjects.len()];
    }
    let of = |name: &str, times: usize| {
        let mut repeat = Command::new(std::env::current_exe().ok()?);
        counted(repeat.arg("repeat").arg(folder).args([name, &times.to_string()]))
    };
    let each = |name: &str| Some((of(name, MANY)? - of(name, FEW)?) / (MANY - FEW) as f64);
    subjects.iter().map(|(subject, _)| each(subject.name())).collect()
}

/// What `perf` counts of a command, user code alone.
fn counted(command: &mut Command) -> Option<f64> {
    let mut perf = Command::new("perf");
    perf.args(["stat", "-x,", "-e", "instructions:u", "--"]).arg(command.get_program()).args(command.get_args());
    let output = perf.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stderr).ok()?;
    text.lines().rev().find(|line| line.contains("instructions"))?.split(',').next()?.parse().ok()
}
