//! The age of evidence. It changes nothing unless an employer has written a rule about a requirement, with the reason.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use wellspring_model::{
    Date,
    assessment::{LineRecency, Ppm},
    competency::ItemId,
    pointer::Pointer,
};

use crate::{claim::Claim, policy::PolicyFault};

/// That evidence of some requirements counts less once it is older.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecencyRule {
    /// The required items that it is about.
    pub items: BTreeSet<ItemId>,
    /// For so many months evidence counts in full.
    pub months: u16,
    /// What older evidence counts: less than all of it, and a hundredth at least.
    pub worth: Ppm,
    /// Why this job needs it. Whoever reads a result reads it, too.
    pub reason: String,
}

/// Rules of a policy at most.
const MOST_RULES: usize = 100;
/// Items of a rule at most: as many as a profile may ask for.
const MOST_ITEMS: usize = 500;
/// The longest that evidence may be asked to be younger than: fifty years.
const MOST_MONTHS: u16 = 600;
/// What older evidence counts at least: a hundredth, so that it is never lost in cutting.
const LEAST: Ppm = match Ppm::new(10_000) {
    Some(least) => least,
    None => Ppm::ONE,
};
/// Characters of a reason. A word or two are none.
const REASON: std::ops::RangeInclusive<usize> = 20..=1_000;

/// The first rule that cannot be one. `at` is where the rules stand.
pub fn fault_of(rules: &[RecencyRule], at: &Pointer) -> Option<PolicyFault> {
    let fault = |pointer, why: &str| Some(PolicyFault { pointer, why: why.to_owned() });
    if rules.len() > MOST_RULES {
        return fault(at.clone(), "a policy has 100 rules about age at most");
    }
    let mut seen = BTreeSet::new();
    for (index, rule) in rules.iter().enumerate() {
        let at = at.index(index);
        if rule.items.is_empty() || rule.items.len() > MOST_ITEMS {
            return fault(at.key("items"), "name the required items that it is about, 500 at most");
        }
        if !rule.items.iter().all(|item| seen.insert(item)) {
            return fault(at.key("items"), "an item has one rule at most");
        }
        if !(1..=MOST_MONTHS).contains(&rule.months) {
            return fault(at.key("months"), "it is 1 to 600");
        }
        if !(LEAST..Ppm::ONE).contains(&rule.worth) {
            return fault(at.key("worth"), "older evidence counts less, and not nothing: 10000 to 999999 millionths");
        }
        if !REASON.contains(&rule.reason.trim().chars().count()) {
            let why = "say in 20 to 1000 characters why this job needs it: applicants read it";
            return fault(at.key("reason"), why);
        }
    }
    None
}

/// The rule about a requirement, and the day from which age is counted back.
#[derive(Debug, Clone, Copy)]
pub struct Recency<'a> {
    pub rule: &'a RecencyRule,
    pub as_of: Date,
}

impl Recency<'_> {
    /// What a piece of evidence counts by its age. One without a date counts in full.
    pub fn worth(&self, claim: &Claim) -> Ppm {
        if self.is_older(claim) { self.rule.worth } else { Ppm::ONE }
    }

    fn is_older(&self, claim: &Claim) -> bool {
        claim.achievement.date.is_some_and(|date| is_older(date, self.rule.months, self.as_of))
    }

    /// What is said of it beside a line.
    pub fn told(&self, claim: Option<&Claim>) -> LineRecency {
        LineRecency {
            months: self.rule.months,
            worth: self.rule.worth,
            as_of: self.as_of,
            older: claim.is_some_and(|claim| self.is_older(claim)),
            reason: self.rule.reason.clone(),
        }
    }
}

/// Whether more than so many months lie between two days. On the same day of the month it is not yet more.
fn is_older(date: Date, months: u16, as_of: Date) -> bool {
    let month = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month());
    (month(as_of) - i32::from(months), as_of.day()) > (month(date), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_passed_the_day_after_the_same_day() {
        let is_older = |date: &str, months, as_of: &str| {
            is_older(date.parse().expect("a date"), months, as_of.parse().expect("a date"))
        };
        assert!(!is_older("2024-03-01", 24, "2026-03-01"));
        assert!(is_older("2024-03-01", 24, "2026-03-02"));
        assert!(is_older("2024-02-29", 24, "2026-03-01"));
        assert!(!is_older("2025-12-31", 2, "2026-02-28"));
        assert!(!is_older("2027-01-01", 1, "2026-01-01"), "what is yet to come is not old");
    }
}
