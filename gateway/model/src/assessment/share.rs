//! The numbers of an assessment: exact shares, and the percentages that are shown.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A share in 0..=1, exact to one millionth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Ppm(u32);

impl Ppm {
    pub const ZERO: Self = Self(0);
    pub const ONE: Self = Self(1_000_000);

    /// `None` above one.
    pub const fn new(ppm: u32) -> Option<Self> {
        if ppm <= 1_000_000 { Some(Self(ppm)) } else { None }
    }

    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Ppm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ppm = u32::deserialize(deserializer)?;
        Self::new(ppm).ok_or_else(|| D::Error::custom("a share is at most 1000000 parts per million"))
    }
}

/// A percentage with two decimals, 0.00 to 100.00, held as whole hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u16);

impl Percent {
    /// Rounds `numerator / denominator` half up. The only rounding there is. Zero where the denominator is zero.
    pub fn of(numerator: u128, denominator: u128) -> Self {
        if denominator == 0 {
            return Self(0);
        }
        let hundredths = (numerator.min(denominator) * 20_000 + denominator) / (denominator * 2);
        Self(u16::try_from(hundredths).unwrap_or(10_000))
    }

    pub const fn hundredths(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A whole number stays one, so that the canonical form (RFC 8785) is the shortest.
        if self.0.is_multiple_of(100) {
            serializer.serialize_u16(self.0 / 100)
        } else {
            serializer.serialize_f64(f64::from(self.0) / 100.0)
        }
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        (0..=10_000_u16)
            .contains(&((value * 100.0).round() as u16))
            .then(|| Self((value * 100.0).round() as u16))
            .filter(|_| (0.0..=100.0).contains(&value))
            .ok_or_else(|| D::Error::custom("a percentage lies between 0 and 100"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_round_half_up_once() {
        assert_eq!(Percent::of(1, 3).to_string(), "33.33");
        assert_eq!(Percent::of(2, 3).to_string(), "66.67");
        assert_eq!(Percent::of(1, 20_000).to_string(), "0.01");
        assert_eq!(Percent::of(1, 20_001).to_string(), "0.00");
        assert_eq!(Percent::of(5, 5).to_string(), "100.00");
    }

    #[test]
    fn every_percentage_survives_json() {
        for hundredths in 0..=10_000 {
            let percent = Percent::of(hundredths, 10_000);
            let text = serde_json::to_string(&percent).expect("percentages serialise");
            assert_eq!(serde_json::from_str::<Percent>(&text).expect("percentages parse"), percent, "{text}");
        }
        assert!(serde_json::from_str::<Percent>("100.01").is_err());
        assert!(serde_json::from_str::<Percent>("-0.01").is_err());
        assert!(serde_json::from_str::<Percent>("800").is_err());
    }
}
