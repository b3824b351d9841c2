//! What trying a connector came to, for programs and for people.

use std::fmt;

use serde::{Deserialize, Serialize};
use wellspring_host::Inspection;

use super::{html, rules::RULES};

/// How far a connector has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It cannot be installed, or is not what it says.
    None,
    /// It is what its manifest says, and can be installed.
    Declared,
    /// It keeps to every rule that applies to it, on the double and in its own exchanges.
    Tested,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Declared => "Declared",
            Self::Tested => "Tested",
        })
    }
}

/// Something a connector has to keep to.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Never changes its meaning.
    pub name: &'static str,
    /// In a sentence.
    pub title: &'static str,
    /// The level that needs it.
    pub level: Level,
}

/// What came of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Passed,
    Failed,
    /// It does not apply to this connector.
    NotApplicable,
    /// It could not be tried, because of a rule before it or because the double cannot do it.
    Undetermined,
}

impl Verdict {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotApplicable => "does not apply",
            Self::Undetermined => "not tried",
        }
    }
}

/// The verdict on one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ruling {
    pub rule: &'static str,
    pub title: &'static str,
    pub level: Level,
    pub verdict: Verdict,
    /// Why, in a sentence or a few.
    pub message: String,
}

impl Ruling {
    pub fn new(rule: &'static Rule, verdict: Verdict, message: impl Into<String>) -> Self {
        Self { rule: rule.name, title: rule.title, level: rule.level, verdict, message: message.into() }
    }
}

/// The whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The kit's version: that of the tool.
    pub kit: &'static str,
    pub connector: Option<String>,
    pub version: Option<String>,
    pub contract: Option<String>,
    /// SHA-256 of the package.
    pub digest: Option<String>,
    pub level: Level,
    pub rulings: Vec<Ruling>,
}

impl Report {
    /// Rules that nothing was said of were not tried.
    pub fn new(inspection: Option<&Inspection>, said: Vec<Ruling>) -> Self {
        let ruling = |rule: &'static Rule| {
            let found = said.iter().find(|one| one.rule == rule.name).cloned();
            found.unwrap_or_else(|| Ruling::new(rule, Verdict::Undetermined, "a rule before this one was not kept to"))
        };
        let rulings: Vec<_> = RULES.iter().copied().map(ruling).collect();
        let keeps = |level: Level| {
            let mut those = rulings.iter().filter(|one| one.level <= level);
            those.all(|one| matches!(one.verdict, Verdict::Passed | Verdict::NotApplicable))
        };
        let level = [Level::Tested, Level::Declared].into_iter().find(|level| keeps(*level)).unwrap_or(Level::None);
        Self {
            kit: env!("CARGO_PKG_VERSION"),
            connector: inspection.map(|one| one.id.to_string()),
            version: inspection.map(|one| one.version.clone()),
            contract: inspection.map(|one| one.contract.clone()),
            digest: inspection.map(|one| one.digest.to_string()),
            level,
            rulings,
        }
    }

    /// How many rules came to this.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rulings.iter().filter(|one| one.verdict == verdict).count()
    }

    /// A page that stands alone.
    pub fn html(&self) -> String {
        html::page(self)
    }
}

/// For a terminal.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for one in &self.rulings {
            writeln!(f, "{:<14} {:<18} {}", one.verdict.as_str(), one.rule, one.title)?;
            if one.verdict != Verdict::Passed && !one.message.is_empty() {
                for line in one.message.lines() {
                    writeln!(f, "{:<14} {:<18} {line}", "", "")?;
                }
            }
        }
        let name = self.connector.as_deref().unwrap_or("the package");
        write!(
            f,
            "\n{name}: level {}. {} passed, {} failed, {} not tried, {} do not apply",
            self.level,
            self.count(Verdict::Passed),
            self.count(Verdict::Failed),
            self.count(Verdict::Undetermined),
            self.count(Verdict::NotApplicable)
        )
    }
}
