//! What the comparisons came to, counted.

use std::collections::BTreeMap;

use crate::compare::Verdict;

#[derive(Default)]
pub struct Table {
    /// By group: equal, both refused, ours refused, peer departs, differ.
    groups: BTreeMap<String, [usize; 5]>,
    reasons: BTreeMap<(&'static str, &'static str), usize>,
}

impl Table {
    pub fn count(&mut self, group: &str, verdict: &Verdict) {
        let column = match verdict {
            Verdict::Equal => 0,
            Verdict::BothRefused => 1,
            Verdict::OursRefused(reason) => {
                *self.reasons.entry(("ours refused", reason)).or_default() += 1;
                2
            }
            Verdict::PeerDeparts(reason) => {
                *self.reasons.entry(("peer departs", reason)).or_default() += 1;
                3
            }
            Verdict::Differs(_) => 4,
        };
        self.groups.entry(group.to_owned()).or_default()[column] += 1;
    }

    pub fn differ(&self) -> usize {
        self.groups.values().map(|row| row[4]).sum()
    }

    pub fn print(&self, title: &str) {
        println!("\n{title}\n");
        let head = ["documents", "equal", "both refused", "ours refused", "peer departs", "differ"];
        println!("{:<26}{}", "", head.map(|name| format!("{name:>14}")).concat());
        let mut total = [0; 5];
        for (group, row) in &self.groups {
            line(group, row);
            total.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
        }
        line("together", &total);
        println!();
        for ((kind, reason), count) in &self.reasons {
            println!("{count:>7}  {kind}: {reason}");
        }
    }
}

fn line(name: &str, row: &[usize; 5]) {
    let cells: Vec<String> =
        std::iter::once(row.iter().sum()).chain(*row).map(|count: usize| format!("{count:>14}")).collect();
    println!("{name:<26}{}", cells.concat());
}
