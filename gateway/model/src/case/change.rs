//! What one edition of a framework has that an earlier one had not.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::{
    object::{Object, ObjectKind},
    package::Package,
};
use crate::{Date, competency::ItemId};

/// What is different from an earlier edition. Lists are in the order of the edition that has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    pub items: ItemChanges,
    pub associations: AssociationChanges,
    /// Whether `CFDocument` says something else.
    pub is_document_changed: bool,
    /// How many rubrics and definitions were added, changed or removed.
    pub others: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemChanges {
    pub added: Vec<Uuid>,
    /// Retired ones are among them.
    pub changed: Vec<Uuid>,
    /// Not in use any more and still there; they were in use in the earlier edition.
    pub retired: Vec<Uuid>,
    pub removed: Vec<Uuid>,
    /// By associations that the earlier edition had not.
    pub replaced: Vec<Replacement>,
}

/// An item, and what has taken its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    pub item: ItemId,
    pub by: ItemId,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssociationChanges {
    pub added: Vec<Uuid>,
    pub changed: Vec<Uuid>,
    pub removed: Vec<Uuid>,
}

/// Compares two editions. Members in another order, or blanks, are no change.
pub fn changes(earlier: &Package, later: &Package, today: Date) -> Changes {
    let before: HashMap<_, &Object> = earlier.objects().iter().map(|one| ((one.kind, one.identifier), one)).collect();
    let after: HashMap<_, &Object> = later.objects().iter().map(|one| ((one.kind, one.identifier), one)).collect();
    let mut changes = Changes::default();
    for object in later.objects() {
        match before.get(&(object.kind, object.identifier)) {
            None => changes.note(object, Change::Added),
            Some(one) if is_same(earlier.text(one), later.text(object)) => {}
            Some(_) => changes.note(object, Change::Changed),
        }
    }
    for object in earlier.objects().iter().filter(|one| !after.contains_key(&(one.kind, one.identifier))) {
        changes.note(object, Change::Removed);
    }
    changes.items.retired = retired(earlier, later, today);
    changes.items.replaced = replaced(&before, later);
    changes
}

#[derive(Clone, Copy)]
enum Change {
    Added,
    Changed,
    Removed,
}

impl Changes {
    fn note(&mut self, object: &Object, change: Change) {
        let Self { items, associations, .. } = self;
        let list = match (object.kind, change) {
            (ObjectKind::Item, Change::Added) => &mut items.added,
            (ObjectKind::Item, Change::Changed) => &mut items.changed,
            (ObjectKind::Item, Change::Removed) => &mut items.removed,
            (ObjectKind::Association, Change::Added) => &mut associations.added,
            (ObjectKind::Association, Change::Changed) => &mut associations.changed,
            (ObjectKind::Association, Change::Removed) => &mut associations.removed,
            (ObjectKind::Document, _) => {
                self.is_document_changed = true;
                return;
            }
            _ => {
                self.others += 1;
                return;
            }
        };
        list.push(object.identifier);
    }
}

fn is_same(one: &str, other: &str) -> bool {
    let value = |text: &str| serde_json::from_str::<Value>(text).ok();
    one == other || value(one) == value(other)
}

fn retired(earlier: &Package, later: &Package, today: Date) -> Vec<Uuid> {
    let of = |package: &Package| {
        let items = package.framework().items.iter();
        let uuids = package.objects().iter().filter(|one| one.kind == ObjectKind::Item).map(|one| one.identifier);
        let is_over = package.is_deprecated();
        uuids.zip(items.map(move |item| is_over || item.is_retired(today))).collect::<Vec<_>>()
    };
    let before: HashMap<Uuid, bool> = of(earlier).into_iter().collect();
    let newly = of(later).into_iter().filter(|(item, is_retired)| *is_retired && before.get(item) == Some(&false));
    newly.map(|(item, _)| item).collect()
}

fn replaced(before: &HashMap<(ObjectKind, Uuid), &Object>, later: &Package) -> Vec<Replacement> {
    let objects = later.objects().iter().filter(|one| one.kind == ObjectKind::Association);
    let pairs = objects.zip(&later.framework().associations);
    pairs
        .filter(|(object, one)| {
            one.kind == "replacedBy" && !before.contains_key(&(ObjectKind::Association, object.identifier))
        })
        .map(|(_, one)| Replacement { item: one.origin.item(), by: one.destination.item() })
        .collect()
}
