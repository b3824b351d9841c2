//! The rights that a package asks for, and what differs from those that an operator has accepted before.
//!
//! Everything in a manifest is a right, unless it is named here as none: a section that a later contract brings is shown to the
//! operator until somebody decides that it need not be.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use wellspring_model::digest::Digest;

use crate::{
    inspection::Inspection,
    manifest::{DisplayLevel, Manifest},
};

/// What says who the connector is and how it is run, and lets it reach nothing. Of the display level one gives it more, which is named
/// by itself.
const NO_RIGHTS: [&str; 7] = ["id", "version", "contract", "display-level", "serialize-by", "rate", "settings"];

/// One thing that an operator accepts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Right {
    /// `address`, `credential`, `event`, `file`, or the manifest's own word.
    pub kind: String,
    pub name: String,
    /// All that the manifest says of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind, self.name)?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

/// The rights of one version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rights(BTreeSet<Right>);

/// What differs between two versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RightsChange {
    /// What nobody has accepted yet.
    pub added: BTreeSet<Right>,
    pub removed: BTreeSet<Right>,
}

impl Rights {
    /// What a manifest asks for.
    pub fn of(manifest: &Manifest) -> Self {
        let mut rights = BTreeSet::new();
        let Ok(Value::Object(members)) = serde_json::to_value(manifest) else { return Self::default() };
        if manifest.display_level == DisplayLevel::File {
            let detail = "the report's picture goes along with a result".to_owned();
            rights.insert(Right { kind: "file".to_owned(), name: "chart.svg".to_owned(), detail });
        }
        let tokens = manifest.token_bases();
        for (member, value) in members.into_iter().filter(|(member, _)| !NO_RIGHTS.contains(&member.as_str())) {
            let kind = match member.as_str() {
                "bases" => "address",
                "credentials" => "credential",
                "events" => "event",
                other => other,
            };
            let right = |name: String, detail| Right { kind: kind.to_owned(), name, detail };
            match value {
                Value::Array(names) => rights.extend(names.iter().map(|name| right(plain(name), String::new()))),
                Value::Object(entries) => rights.extend(entries.into_iter().map(|(name, entry)| {
                    // Guests do not reach these: a version that does is one that asks for more.
                    let only =
                        if kind == "address" && tokens.contains(name.as_str()) { ", for tokens only" } else { "" };
                    let detail = plain(&entry) + only;
                    right(name, detail)
                })),
                value => drop(rights.insert(right(plain(&value), String::new()))),
            }
        }
        Self(rights)
    }

    /// What these have that `before` had not, and the other way round.
    pub fn since(&self, before: &Self) -> RightsChange {
        RightsChange {
            added: self.0.difference(&before.0).cloned().collect(),
            removed: before.0.difference(&self.0).cloned().collect(),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Right> {
        self.0.iter()
    }
}

impl RightsChange {
    /// Whether somebody has to accept it: less than before needs no consent.
    pub fn needs_consent(&self) -> bool {
        !self.added.is_empty()
    }

    /// What an operator names to accept this change for this package and no other.
    pub fn digest(&self, inspection: &Inspection) -> Digest {
        self.digest_for(inspection.digest)
    }

    /// As [`Self::digest`], for the package with this digest.
    pub fn digest_for(&self, package: Digest) -> Digest {
        let text = format!("wellspring rights 1\n{package}\n{self}");
        Digest::from_bytes(Sha256::digest(text).into())
    }
}

/// A line for each right: `+` for what is new, `-` for what is gone.
impl fmt::Display for RightsChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.removed.iter().try_for_each(|right| writeln!(f, "- {right}"))?;
        self.added.iter().try_for_each(|right| writeln!(f, "+ {right}"))
    }
}

/// JSON as people write it in a sentence. Line feeds and the like stay escaped, so that no value can pose as another line.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if text.chars().all(|c| !c.is_control()) => text.clone(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect::<Vec<_>>().join(", ")
        }
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(" "),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = r#"
        id = "acme/test"
        version = "1.0.0"
        contract = "0.1"
        display-level = "note"
        serialize-by = "application"
        events = ["deliver"]
        [bases.api]
        url = "https://api.acme.example/v1"
        [credentials.main]
        type = "api-key"
        attach = "header"
        header = "x-key"
    "#;

    fn rights(text: &str) -> Rights {
        Rights::of(&Manifest::parse(text).expect("a manifest"))
    }

    fn lines(change: &RightsChange) -> Vec<String> {
        change.to_string().lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_first_version_asks_for_everything() {
        let change = rights(BEFORE).since(&Rights::default());
        assert!(change.needs_consent());
        assert_eq!(
            lines(&change),
            [
                "+ address `api`: url https://api.acme.example/v1",
                "+ credential `main`: attach header, header x-key, type api-key",
                "+ event `deliver`",
            ]
        );
    }

    #[test]
    fn any_change_of_what_is_asked_for_shows_and_needs_consent() {
        for (from, to) in [
            ("https://api.acme.example/v1", "https://api.acme.example"),
            ("https://api.acme.example/v1", "https://api.elsewhere.example/v1"),
            ("\"x-key\"", "\"authorization\""),
            ("[bases.api]", "[bases.other]\nurl = \"https://other.example\"\n[bases.api]"),
        ] {
            let change = rights(&BEFORE.replace(from, to)).since(&rights(BEFORE));
            assert!(change.needs_consent(), "{to}");
        }
    }

    #[test]
    fn what_gives_a_connector_more_shows_and_needs_consent_whatever_it_is_called() {
        let files = rights(&BEFORE.replace("\"note\"", "\"file\"")).since(&rights(BEFORE));
        assert_eq!(lines(&files), ["+ file `chart.svg`: the report's picture goes along with a result"]);
        let oauth = "[bases.auth]\nurl = \"https://auth.acme.example\"\n[credentials.main]\n\
                     type = \"oauth2-client-credentials\"\ntoken-url = \"{bases.auth}/token\"\n";
        let before = BEFORE.split("[credentials.main]").next().expect("the part before");
        let tokens = rights(&format!("{before}{oauth}"));
        let opened = rights(&format!("{before}[bases.auth]\nurl = \"https://auth.acme.example\"\n")).since(&tokens);
        assert!(opened.needs_consent(), "the guest reaches what only tokens came from");
        assert!(lines(&opened).contains(&"+ address `auth`: url https://auth.acme.example".to_owned()), "{opened}");
        assert!(opened.to_string().contains("- address `auth`: url https://auth.acme.example, for tokens only"));
    }

    #[test]
    fn another_version_or_pace_is_no_right_and_less_needs_no_consent() {
        let next = BEFORE.replace("1.0.0", "1.1.0") + "\n[rate]\nrequests = 5\nper-seconds = 1\n";
        assert_eq!(rights(&next).since(&rights(BEFORE)), RightsChange::default());
        let less = BEFORE.split("[credentials.main]").next().expect("the part before");
        let change = rights(less).since(&rights(BEFORE));
        assert!(!change.needs_consent());
        assert_eq!(lines(&change), ["- credential `main`: attach header, header x-key, type api-key"]);
    }

    #[test]
    fn consent_is_for_one_change_of_one_package() {
        let change = rights(BEFORE).since(&Rights::default());
        let (one, two) = (Digest::from_bytes([1; 32]), Digest::from_bytes([2; 32]));
        assert_ne!(change.digest_for(one), change.digest_for(two));
        assert_ne!(change.digest_for(one), RightsChange::default().digest_for(one));
    }
}
