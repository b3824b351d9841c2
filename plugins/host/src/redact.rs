//! What a guest says passes through here before anybody reads it: logs, error messages, panics.
//!
//! A connector's author is asked to keep personal data out of these. The host does not rely on it: it knows the
//! applicant's name and address, and takes them out. Secrets are taken out where they are, in `lent`: one reaches a guest that has
//! to find out whether a request is genuine.

use serde::{Deserialize, Serialize};
use wellspring_model::submission::Candidate;

/// Shorter values occur in ordinary words.
const SHORTEST: usize = 3;
const MASK: &str = "[applicant]";
/// The longest message that is kept of a failure, in characters.
pub const FAILURE_CHARS: usize = 500;
/// The longest line of log, in characters.
pub const LOG_CHARS: usize = 4_096;

/// Takes the applicant out of texts.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Redactor {
    /// Longest first, so that a full name goes before its parts.
    values: Vec<String>,
}

impl Redactor {
    pub fn new(candidate: &Candidate) -> Self {
        let whole = [&candidate.email, &candidate.name].into_iter().flatten().map(String::as_str);
        let parts = candidate.name.iter().flat_map(|name| name.split_whitespace());
        let mut values: Vec<_> =
            whole.chain(parts).map(str::to_owned).filter(|value| value.chars().count() >= SHORTEST).collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self { values }
    }

    /// One line, at most `chars` long, without the applicant and without control characters.
    pub fn line(&self, text: &str, chars: usize) -> String {
        let mut line: String =
            text.chars().take(chars.saturating_mul(2)).map(|c| if c.is_control() { ' ' } else { c }).collect();
        for value in &self.values {
            line = replace_ignoring_case(&line, value);
        }
        if line.chars().count() > chars {
            line = line.chars().take(chars.saturating_sub(1)).chain(['…']).collect();
        }
        line.trim().to_owned()
    }
}

/// Replaces whole words only: a name of three letters is part of many words that name nobody.
fn replace_ignoring_case(text: &str, value: &str) -> String {
    // Only ASCII letters fold, so that offsets in the folded text are offsets in the text.
    let (folded, value) = (text.to_ascii_lowercase(), value.to_ascii_lowercase());
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, found) in folded.match_indices(&value) {
        let (before, after) = (text[..at].chars().next_back(), text[at + found.len()..].chars().next());
        if before.is_some_and(char::is_alphanumeric) || after.is_some_and(char::is_alphanumeric) {
            continue;
        }
        out.push_str(&text[from..at]);
        out.push_str(MASK);
        from = at + found.len();
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_applicant_is_taken_out_of_what_a_guest_says() {
        let candidate =
            Candidate {
                id: None, name: Some("Zoë Müller-Lee".to_owned()), email: Some("zoe@example.org".to_owned())
            };
        let redactor = Redactor::new(&candidate);
        let said = "no candidate ZOE@example.org\n(Zoë Müller-Lee, zoë)";
        assert_eq!(redactor.line(said, 200), "no candidate [applicant] ([applicant], [applicant])");
    }

    #[test]
    fn a_name_within_another_word_names_nobody() {
        let candidate = Candidate { name: Some("Art Lee".to_owned()), ..Candidate::default() };
        let line = Redactor::new(&candidate).line("article 7 of ART's part: sleep", 200);
        assert_eq!(line, "article 7 of [applicant]'s part: sleep");
    }

    #[test]
    fn a_long_message_is_cut_and_says_so() {
        let line = Redactor::default().line(&"a".repeat(9_000), FAILURE_CHARS);
        assert_eq!(line.chars().count(), FAILURE_CHARS);
        assert!(line.ends_with('…'));
    }
}
