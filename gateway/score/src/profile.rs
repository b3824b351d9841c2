//! Whether a profile can be scored.

use std::collections::BTreeSet;

use wellspring_model::{
    competency::{RequiredLevel, Requirement},
    pointer::Pointer,
};

use crate::{frameworks::Frameworks, policy::ScoringPolicy};

/// Requirements of a profile at most.
const MOST: usize = 500;
/// The largest weight: sums of them stay exact.
const HEAVIEST: u32 = 1_000_000;

/// Why requirements cannot be asked for, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileFault {
    /// Within the profile.
    pub pointer: Pointer,
    pub why: String,
}

/// The first thing that is wrong with what a profile asks for: items that no framework has, or that are asked for twice, weights
/// of nothing, levels of scales that neither the policy nor a rubric of the frameworks declares.
pub fn fault_of(requirements: &[Requirement], frameworks: &Frameworks, policy: &ScoringPolicy) -> Option<ProfileFault> {
    let at = Pointer::root().key("requirements");
    let fault = |pointer, why: &str| Some(ProfileFault { pointer, why: why.to_owned() });
    if requirements.is_empty() {
        return fault(at, "ask for at least one item");
    }
    if requirements.len() > MOST {
        return fault(at, "a profile has 500 requirements at most");
    }
    let mut seen = BTreeSet::new();
    for (index, requirement) in requirements.iter().enumerate() {
        let at = at.index(index);
        if !frameworks.has(&requirement.item) {
            return fault(at.key("item"), "no item of the named frameworks has this id");
        }
        if !seen.insert(&requirement.item) {
            return fault(at.key("item"), "the item is asked for twice");
        }
        if !(1..=HEAVIEST).contains(&requirement.weight) {
            return fault(at.key("weight"), "a weight is 1 or more, and a million at most");
        }
        if let Some(level) = &requirement.level {
            let found = of_level(level, at.key("level"), frameworks, policy);
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

fn of_level(
    level: &RequiredLevel,
    at: Pointer,
    frameworks: &Frameworks,
    policy: &ScoringPolicy,
) -> Option<ProfileFault> {
    let known = |ids: Vec<&str>| ids.join(", ");
    let Some(scale) = policy.scale(&level.scale).or_else(|| frameworks.scale(&level.scale)) else {
        let scales = known(policy.scales.iter().map(|scale| scale.id.as_str()).collect());
        let why = format!("no such scale: name a criterion of a rubric of the frameworks, or one of {scales}");
        return Some(ProfileFault { pointer: at.key("scale"), why });
    };
    if scale.rank(&level.required).is_some() {
        return None;
    }
    let levels = known(scale.levels.iter().map(|level| level.id.as_str()).collect());
    Some(ProfileFault { pointer: at.key("required"), why: format!("the scale has no such level: it has {levels}") })
}
