//! Whether what a package refers to is there, and everything is there once.
//!
//! CASE lets associations lead into other frameworks, so one end of an association may be anywhere. The tree of a framework is
//! its own, though: both ends of `isChildOf` are here. A package without items is a crosswalk and associates what is elsewhere.

use std::collections::{HashMap, HashSet};

use super::{
    fault::{FaultCode, Faults, shown},
    object::{Object, ObjectKind},
};
use crate::competency::{Association, Framework, ItemId, Node};

pub(super) fn check(framework: &Framework, objects: &[Object], faults: &mut Faults) {
    once_each(objects, faults);
    if framework.items.is_empty() {
        return;
    }
    let here: HashSet<String> = objects
        .iter()
        .filter(|object| object.kind != ObjectKind::Association)
        .map(|object| object.identifier.hyphenated().to_string())
        .collect();
    for (index, association) in framework.associations.iter().enumerate() {
        ends(association, index, &here, faults);
        if faults.are_enough() {
            return;
        }
    }
}

fn once_each(objects: &[Object], faults: &mut Faults) {
    let mut first = HashMap::with_capacity(objects.len());
    let mut counts = HashMap::new();
    for object in objects {
        let index = counts.entry(object.kind).or_insert(0_usize);
        let at = object.kind.pointer(*index);
        *index += 1;
        if let Some(earlier) = first.insert((object.kind, object.identifier), at.clone()) {
            let detail = format!("`{earlier}` has the same identifier; each has one of its own");
            faults.add(FaultCode::DuplicateIdentifier, at.key("identifier"), detail);
        }
    }
}

fn ends(association: &Association, index: usize, here: &HashSet<String>, faults: &mut Faults) {
    let is_here = |node: &Node| here.contains(ItemId::parse(&node.identifier).as_str());
    let (origin, destination) = (is_here(&association.origin), is_here(&association.destination));
    let is_tree = association.kind == "isChildOf";
    let mut dangles = |code, member: &str, node: &Node| {
        let why = match is_tree {
            true => "both ends of `isChildOf` are in the package",
            false => "one end of an association at least is in the package",
        };
        let at = ObjectKind::Association.pointer(index).key(member).key("identifier");
        faults.add(code, at, format!("nothing in the package is `{}`; {why}", shown(&node.identifier)));
    };
    if !origin && (is_tree || !destination) {
        dangles(FaultCode::DanglingOrigin, "originNodeURI", &association.origin);
    }
    if !destination && (is_tree || !origin) {
        dangles(FaultCode::DanglingDestination, "destinationNodeURI", &association.destination);
    }
}
