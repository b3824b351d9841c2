//! How many edges lie between an item and the nearest requirement. Evidence is followed only as far as it can still arrive, so
//! that the work stays small where everything is associated with everything.

use wellspring_model::assessment::Ppm;

use crate::{
    index::{Index, Node},
    landing::Landing,
    policy::ScoringPolicy,
    ways::worth,
};

/// The distances from all items.
#[derive(Debug)]
pub struct Reach {
    /// To a requirement, over items beside each other and from parts to wholes.
    outright: Distances,
    /// To a requirement by a step down, over items beside each other only.
    down: Distances,
}

/// By item; [`FAR`] where there is no way.
#[derive(Debug)]
struct Distances(Vec<u8>);

const FAR: u8 = u8::MAX;

impl Reach {
    /// To any of these items, and to any of these landings.
    pub fn new<'a>(
        items: impl Iterator<Item = Node>,
        landings: impl Iterator<Item = &'a Landing>,
        index: &Index,
        policy: &ScoringPolicy,
    ) -> Self {
        let items: Vec<_> = items.map(|item| (item, 0)).collect();
        let landings: Vec<_> =
            landings.filter_map(|one| Some((one.from, u8::try_from(one.path.len()).ok()?))).collect();
        let with_parts = policy.factors.parts_at_most > Ppm::ZERO;
        Self {
            outright: Distances::new(&items, with_parts, index, policy),
            down: Distances::new(&landings, false, index, policy),
        }
    }

    /// Whether evidence that names the item leads to a requirement.
    pub fn has(&self, item: Node) -> bool {
        self.outright.of(item) != FAR || self.down.of(item) != FAR
    }

    /// Whether a way that has come to the item has a requirement within so many further edges.
    pub fn outright(&self, item: Node, left: u8) -> bool {
        self.outright.of(item) <= left
    }

    /// The same, by a step down.
    pub fn down(&self, item: Node, left: u8) -> bool {
        self.down.of(item) <= left
    }
}

impl Distances {
    fn new(starts: &[(Node, u8)], with_parts: bool, index: &Index, policy: &ScoringPolicy) -> Self {
        let mut distances = Self(vec![FAR; index.len()]);
        let mut edge = Vec::new();
        for distance in 0..=policy.most_edges {
            let starting = starts.iter().filter(|(_, start)| *start == distance).map(|(node, _)| *node);
            edge.extend(starting.filter(|node| distances.improve(*node, distance)));
            if distance == policy.most_edges {
                break;
            }
            let mut further = Vec::new();
            for node in edge {
                let beside = index.arriving(node).iter();
                let beside = beside.filter(|(relation, _)| worth(*relation, &policy.factors).0 > Ppm::ZERO);
                let parts = if with_parts { index.parts(node) } else { &[] };
                let before = beside.map(|(_, hop)| hop.from).chain(parts.iter().copied());
                further.extend(before.filter(|node| distances.improve(*node, distance + 1)));
            }
            edge = further;
        }
        distances
    }

    fn improve(&mut self, node: Node, distance: u8) -> bool {
        let Some(known) = self.0.get_mut(node.place()) else { return false };
        let is_nearer = distance < *known;
        *known = (*known).min(distance);
        is_nearer
    }

    fn of(&self, node: Node) -> u8 {
        self.0.get(node.place()).copied().unwrap_or(FAR)
    }
}
