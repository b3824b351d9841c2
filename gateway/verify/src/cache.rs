//! Answers kept: one applicant applies to many jobs with the same record. The same question, asked while nothing in it turns
//! with time, gets the same answer without any of the work.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use wellspring_model::{credential::Applicant, pointer::Pointer};

use crate::{
    Limits, Material, ParseError, Policy, UnverifiedPresentation, Verification, material::Window, parse,
    verify::verify_within,
};

/// Everything that an answer depends on.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    pub bytes: &'a [u8],
    /// Put before every pointer of the report.
    pub base: &'a Pointer,
    pub limits: &'a Limits,
    pub material: &'a Material,
    pub policy: &'a Policy,
    pub applicant: &'a Applicant,
    pub now: Timestamp,
}

/// Kept answers, the oldest of which go first. Share it; it locks for moments only.
pub struct Cache {
    /// Bytes of input kept at most.
    room: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    answers: HashMap<u64, Arc<Answer>>,
    order: VecDeque<u64>,
    bytes: usize,
}

struct Answer {
    bytes: Box<[u8]>,
    base: Pointer,
    limits: Limits,
    material: [u8; 32],
    policy: Policy,
    applicant: Applicant,
    asked_at: Timestamp,
    window: Window,
    verification: Arc<Verification>,
}

impl Answer {
    fn is_for(&self, question: &Question<'_>) -> bool {
        let now = question.now;
        let holds = now == self.asked_at || (self.window.after < now && now < self.window.before);
        holds
            && *self.bytes == *question.bytes
            && self.base == *question.base
            && self.limits == *question.limits
            && self.material == question.material.stamp()
            && self.policy == *question.policy
            && self.applicant == *question.applicant
    }
}

impl Cache {
    /// Keeps the answers to inputs of `room` bytes together.
    pub fn new(room: usize) -> Self {
        Self { room, kept: Mutex::default() }
    }

    /// [`parse`] and [`crate::verify`], or what they came to before.
    ///
    /// # Errors
    /// [`ParseError`], as [`parse`].
    pub fn verify(&self, question: &Question<'_>) -> Result<Arc<Verification>, ParseError> {
        match self.known(question) {
            Some(known) => Ok(known),
            None => {
                let unverified = parse(question.bytes, question.base.clone(), question.limits)?;
                Ok(self.judge(question, &unverified))
            }
        }
    }

    /// [`crate::verify`] of what the question's bytes were parsed to, or what it came to before.
    pub fn verify_parsed(&self, question: &Question<'_>, unverified: &UnverifiedPresentation) -> Arc<Verification> {
        self.known(question).unwrap_or_else(|| self.judge(question, unverified))
    }

    fn known(&self, question: &Question<'_>) -> Option<Arc<Verification>> {
        let known = self.kept.lock().unwrap_or_else(PoisonError::into_inner).answers.get(&place(question)).cloned();
        known.filter(|answer| answer.is_for(question)).map(|answer| Arc::clone(&answer.verification))
    }

    fn judge(&self, question: &Question<'_>, unverified: &UnverifiedPresentation) -> Arc<Verification> {
        let (verification, window) =
            verify_within(unverified, question.material, question.policy, question.applicant, question.now);
        let verification = Arc::new(verification);
        let answer = Answer {
            bytes: question.bytes.into(),
            base: question.base.clone(),
            limits: *question.limits,
            material: question.material.stamp(),
            policy: question.policy.clone(),
            applicant: question.applicant.clone(),
            asked_at: question.now,
            window,
            verification: Arc::clone(&verification),
        };
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).keep(place(question), answer, self.room);
        verification
    }
}

impl Kept {
    fn keep(&mut self, place: u64, answer: Answer, room: usize) {
        if answer.bytes.len() > room {
            return;
        }
        self.bytes += answer.bytes.len();
        match self.answers.insert(place, Arc::new(answer)) {
            Some(before) => self.bytes -= before.bytes.len(),
            None => self.order.push_back(place),
        }
        while self.bytes > room {
            let Some(oldest) = self.order.pop_front().and_then(|oldest| self.answers.remove(&oldest)) else { break };
            self.bytes -= oldest.bytes.len();
        }
    }
}

/// Where an answer is looked for. A sample of the bytes will do: whatever is found is compared whole.
fn place(question: &Question<'_>) -> u64 {
    let bytes = question.bytes;
    let mut hasher = DefaultHasher::new();
    bytes.len().hash(&mut hasher);
    let step = (bytes.len() / 64).max(64);
    for piece in bytes.chunks(step) {
        hasher.write(&piece[..piece.len().min(32)]);
    }
    hasher.write(&bytes[bytes.len().saturating_sub(256)..]);
    question.base.hash(&mut hasher);
    question.applicant.email.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BADGE: &str = r#"{"type":["VerifiableCredential"],"validUntil":"2026-06-01T00:00:00Z"}"#;

    fn asked(cache: &Cache, bytes: &str, now: &str, material: &Material, email: Option<&str>) -> Arc<Verification> {
        let applicant = Applicant { email: email.map(str::to_owned), ..Applicant::default() };
        let question = Question {
            bytes: bytes.as_bytes(),
            base: &Pointer::root(),
            limits: &Limits::default(),
            material,
            policy: &Policy::default(),
            applicant: &applicant,
            now: now.parse().unwrap(),
        };
        cache.verify(&question).unwrap()
    }

    #[test]
    fn the_same_question_gets_the_same_answer_until_something_turns() {
        let (cache, material) = (Cache::new(10_000), Material::default());
        let ask = |now: &str| asked(&cache, BADGE, now, &material, None);
        let first = ask("2026-01-01T00:00:00Z");
        assert!(Arc::ptr_eq(&first, &ask("2026-05-01T00:00:00Z")));
        let ended = ask("2026-07-01T00:00:00Z");
        assert!(!Arc::ptr_eq(&first, &ended) && first != ended, "it has ended meanwhile");
        assert!(Arc::ptr_eq(&ended, &ask("2027-07-01T00:00:00Z")));
    }

    #[test]
    fn another_question_gets_another_answer() {
        let (cache, mut material) = (Cache::new(10_000), Material::default());
        let now = "2026-01-01T00:00:00Z";
        let first = asked(&cache, BADGE, now, &material, None);
        assert!(!Arc::ptr_eq(&first, &asked(&cache, BADGE, now, &material, Some("ada@example.org"))));
        let first = asked(&cache, BADGE, now, &material, None);
        material.insert_absence("https://a.example/", crate::Absence::Dns);
        assert!(!Arc::ptr_eq(&first, &asked(&cache, BADGE, now, &material, None)));
        assert!(!Arc::ptr_eq(&first, &asked(&cache, &format!("{BADGE} "), now, &material, None)));
    }

    #[test]
    fn the_oldest_answers_go_first() {
        let (cache, material) = (Cache::new(BADGE.len() * 2 + 10), Material::default());
        let now = "2026-01-01T00:00:00Z";
        let texts = [BADGE.to_owned(), format!("{BADGE} "), format!("{BADGE}  ")];
        let first = texts.each_ref().map(|text| asked(&cache, text, now, &material, None));
        assert!(Arc::ptr_eq(&first[2], &asked(&cache, &texts[2], now, &material, None)));
        assert!(!Arc::ptr_eq(&first[0], &asked(&cache, &texts[0], now, &material, None)));
    }
}
