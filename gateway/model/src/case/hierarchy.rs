//! The tree of a framework has no item that is its own ancestor.

use std::collections::HashMap;

use super::{
    fault::{FaultCode, Faults},
    object::ObjectKind,
};
use crate::competency::Association;

/// How far the walk has come with a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Not,
    /// On the path that is being walked.
    Above,
    Done,
}

/// A node on the path, and which of its edges comes next.
struct Step {
    node: usize,
    next: usize,
}

pub(super) fn check(associations: &[Association], faults: &mut Faults) {
    let mut numbers = HashMap::new();
    let mut parents: Vec<Vec<(usize, usize)>> = Vec::new();
    for (index, association) in associations.iter().enumerate().filter(|(_, one)| one.kind == "isChildOf") {
        let [child, parent] = [&association.origin, &association.destination].map(|node| {
            let next = numbers.len();
            *numbers.entry(node.item()).or_insert(next)
        });
        parents.resize_with(numbers.len(), Vec::new);
        parents[child].push((parent, index));
    }
    let mut seen = vec![Seen::Not; parents.len()];
    for start in 0..parents.len() {
        if seen[start] == Seen::Not {
            walk(start, &parents, &mut seen, faults);
        }
    }
}

/// Walks upwards from a node, on a stack of its own: a framework may be deeper than a thread's.
fn walk(start: usize, parents: &[Vec<(usize, usize)>], seen: &mut [Seen], faults: &mut Faults) {
    let mut path = vec![Step { node: start, next: 0 }];
    seen[start] = Seen::Above;
    while let Some(step) = path.last_mut() {
        let edge = parents[step.node].get(step.next).copied();
        step.next += 1;
        let Some((parent, association)) = edge else {
            seen[step.node] = Seen::Done;
            path.pop();
            continue;
        };
        match seen[parent] {
            Seen::Not => {
                seen[parent] = Seen::Above;
                path.push(Step { node: parent, next: 0 });
            }
            Seen::Above => {
                let at = ObjectKind::Association.pointer(association);
                let detail = "with this `isChildOf` an item is its own ancestor; take it out, or turn it round";
                faults.add(FaultCode::Cycle, at, detail);
            }
            Seen::Done => {}
        }
    }
}
