//! How long things are kept.

use jiff::SignedDuration;
use serde::Deserialize;
use wellspring_model::Timestamp;

use super::ConfigError;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionConfig {
    pub credentials_days: u32,
    pub reports_days: u32,
    pub deliveries_days: u32,
}

impl RetentionConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let for_ever = |days: u32| if days == 0 { u32::MAX } else { days };
        if for_ever(self.credentials_days) > for_ever(self.reports_days) {
            return Err(ConfigError::CredentialsOutlast);
        }
        Ok(())
    }

    /// What is of this time or older has been kept for so many days. `None`: it is kept for ever.
    pub fn before(&self, days: u32, now: Timestamp) -> Option<Timestamp> {
        let kept = SignedDuration::from_hours(24 * i64::from(days));
        if days == 0 { None } else { now.checked_sub(kept).ok() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(credentials_days: u32, reports_days: u32) -> RetentionConfig {
        RetentionConfig { credentials_days, reports_days, deliveries_days: 0 }
    }

    #[test]
    fn credentials_are_not_kept_longer_than_the_report_about_them() {
        assert!(days(30, 30).check().is_ok() && days(30, 0).check().is_ok() && days(0, 0).check().is_ok());
        assert!(matches!(days(31, 30).check(), Err(ConfigError::CredentialsOutlast)));
        assert!(matches!(days(0, 30).check(), Err(ConfigError::CredentialsOutlast)), "0 is for ever");
    }

    #[test]
    fn days_count_back_from_now_and_none_is_for_ever() {
        let now: Timestamp = "2026-03-31T12:00:00Z".parse().expect("a time");
        assert_eq!(days(0, 0).before(30, now), "2026-03-01T12:00:00Z".parse().ok());
        assert_eq!(days(0, 0).before(0, now), None);
        assert_eq!(days(0, 0).before(u32::MAX, now), None, "further back than time goes");
    }
}
