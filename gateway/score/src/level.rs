//! How far a level that was reached goes towards the one that is asked for.

use wellspring_model::{
    achievement::AchievedLevel,
    assessment::{LineCode, Ppm, ScaleSteps},
    competency::RequiredLevel,
    scale::Scale,
};

use crate::{frameworks::Frameworks, policy::ScoringPolicy, share::share};

/// The level that a requirement asks for, with the scale that it lies on.
#[derive(Debug)]
pub struct Asked {
    pub level: RequiredLevel,
    /// With the place of the level on it. `None` where nobody has declared the scale, or it has no such level.
    on: Option<(Scale, u32)>,
    undeclared: Ppm,
}

/// What a piece of evidence says of the level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Its place on the scale that is asked for, 1 for the lowest.
    At(u32),
    /// Nothing.
    Unsaid,
    /// A level of another scale.
    NotComparable,
}

impl Asked {
    pub fn new(level: &RequiredLevel, frameworks: &Frameworks, policy: &ScoringPolicy) -> Self {
        let scale = policy.scale(&level.scale).or_else(|| frameworks.scale(&level.scale));
        let on = scale.and_then(|scale| Some((scale.clone(), scale.rank(&level.required)?)));
        Self { level: level.clone(), on, undeclared: policy.undeclared_scale }
    }

    /// The best of several levels. Whatever can be placed on the scale goes before whatever cannot.
    pub fn shown(&self, levels: &[&AchievedLevel]) -> Shown {
        match levels.iter().filter_map(|level| self.rank_of(level)).max() {
            Some(place) => Shown::At(place),
            None if levels.is_empty() => Shown::Unsaid,
            None => Shown::NotComparable,
        }
    }

    /// What the level is worth: whole where it is reached, else the share of its place. One that cannot be placed is
    /// counted as the lowest there is.
    pub fn worth(&self, shown: Shown) -> Ppm {
        match (&self.on, shown) {
            (Some((_, required)), Shown::At(place)) => share(u64::from(place.min(*required)), u64::from(*required)),
            (Some((_, required)), _) => share(1, u64::from(*required)),
            (None, _) => self.undeclared,
        }
    }

    /// The same where one that cannot be placed is counted as the one that is asked for.
    pub fn at_best(&self, shown: Shown) -> Ppm {
        if let Shown::At(_) = shown { self.worth(shown) } else { Ppm::ONE }
    }

    /// What it makes of a line, where it says something else than the way by which evidence came there. Whatever is at least
    /// the lowest level there is, is at least the one that is asked for if that is the lowest.
    pub fn code(&self, shown: Shown) -> Option<LineCode> {
        match shown {
            Shown::At(_) => None,
            _ if self.worth(shown) == Ppm::ONE => None,
            Shown::Unsaid => Some(LineCode::LevelUnknown),
            Shown::NotComparable => Some(LineCode::LevelNotComparable),
        }
    }

    /// The scale's levels, with what is asked for and what is shown.
    pub fn steps(&self, shown: Option<Shown>) -> Option<ScaleSteps> {
        let (scale, required) = self.on.as_ref()?;
        let shown = shown.and_then(|shown| if let Shown::At(place) = shown { Some(place) } else { None });
        let levels = scale.levels.iter().map(|level| level.title.clone()).collect();
        Some(ScaleSteps { title: scale.title.clone(), levels, required: *required, shown })
    }

    /// The id of the level that is shown.
    pub fn shown_id(&self, shown: Shown) -> Option<String> {
        let Shown::At(place) = shown else { return None };
        Some(self.on.as_ref()?.0.level(place)?.id.clone())
    }

    /// What the issuer calls the level that counts: the best on the scale, or one that cannot be placed there.
    pub fn said(&self, levels: &[&AchievedLevel]) -> Option<String> {
        let best = levels.iter().max_by_key(|level| (self.rank_of(level), std::cmp::Reverse(&level.title)));
        best.map(|level| level.title.clone())
    }
    fn rank_of(&self, level: &AchievedLevel) -> Option<u32> {
        self.on.as_ref().and_then(|(scale, _)| scale.rank_of(level))
    }
}
