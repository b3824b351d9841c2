//! Instructions of one call, outside of the kernel: what many calls take, less what fewer took. The processor counts them where it
//! does that (`perf stat`), else valgrind does.

use std::{path::Path, process::Command};

use crate::{figures::Subject, peer};

const FEW: usize = 50;
const MANY: usize = 250;

/// Under valgrind the other guests compile for minutes.
const SMALL: [&str; 2] = [peer::NAME, "notes"];

#[derive(Clone, Copy)]
enum Counter {
    Processor,
    Valgrind,
}

/// For each subject; `None` where they cannot be counted.
pub fn count(folder: &Path, subjects: &[(Box<dyn Subject>, usize)]) -> Vec<Option<f64>> {
    let works = |counter: &Counter| counter.of(&Command::new("true")).is_some();
    let Some(counter) = [Counter::Processor, Counter::Valgrind].into_iter().find(works) else {
        println!("instructions are not counted: neither perf (with a counter in this machine) nor valgrind is there");
        return vec![None; subjects.len()];
    };
    let of = |name: &str, times: usize| {
        let mut repeat = Command::new(std::env::current_exe().ok()?);
        counter.of(repeat.arg("repeat").arg(folder).args([name, &times.to_string()]))
    };
    let each = |name: &str| Some((of(name, MANY)? - of(name, FEW)?) / (MANY - FEW) as f64);
    let counts = |name: &str| matches!(counter, Counter::Processor) || SMALL.contains(&name);
    let names = subjects.iter().map(|(subject, _)| subject.name());
    names.map(|name| if counts(name) { each(name) } else { None }).collect()
}

impl Counter {
    /// What it counts of a command, user code alone.
    fn of(self, command: &Command) -> Option<f64> {
        let mut counting = match self {
            Self::Processor => Command::new("perf"),
            Self::Valgrind => Command::new("valgrind"),
        };
        match self {
            Self::Processor => counting.args(["stat", "-x,", "-e", "instructions:u", "--"]),
            Self::Valgrind => {
                counting.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", "--"])
            }
        };
        counting.arg(command.get_program()).args(command.get_args());
        let output = counting.output().ok().filter(|output| output.status.success())?;
        let text = String::from_utf8(output.stderr).ok()?;
        match self {
            Self::Processor => {
                text.lines().rev().find(|line| line.contains("instructions"))?.split(',').next()?.parse().ok()
            }
            // `==1== I   refs:      1,349,572,068`
            Self::Valgrind => {
                let (_, count) = text.lines().rev().find_map(|line| line.split_once("refs:"))?;
                count.trim().replace(',', "").parse().ok()
            }
        }
    }
}
