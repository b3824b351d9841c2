//! What a guest says passes through here before anybody reads it: logs, error messages, panics.
//!
//! A connector's author is asked to keep personal data out of these. The host does not rely on it: it knows the
//! applicant's name and address, and takes them out. Secrets are taken out where they are, in `lent`: one reaches a guest that has
//! to find out whether a request is genuine.

use std::ops::Range;

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
    /// Folded.
    values: Vec<String>,
}

impl Redactor {
    pub fn new(candidate: &Candidate) -> Self {
        let whole = [&candidate.email, &candidate.name].into_iter().flatten().map(String::as_str);
        let parts = candidate.name.iter().flat_map(|name| name.split_whitespace());
        let values = whole.chain(parts).filter(|value| value.chars().count() >= SHORTEST);
        Self { values: values.map(|value| value.chars().flat_map(fold).collect()).collect() }
    }

    /// One line, at most `chars` long, without the applicant and without control characters.
    pub fn line(&self, text: &str, chars: usize) -> String {
        let mut said = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        let text: String = said.by_ref().take(chars.saturating_mul(2)).collect();
        let places = self.places(&text);
        let is_cut = said.next().is_some();
        // At the end there may be half a name, which nobody would recognise: as much is left out.
        let end = if is_cut { self.end_of_whole(&text) } else { text.len() };
        let mut line = masked(&text, &places, end);
        if is_cut || line.chars().count() > chars {
            line = line.chars().take(chars.saturating_sub(1)).chain(['…']).collect();
        }
        line.trim().to_owned()
    }

    /// Where the applicant stands in a text, in order. One may lie within another.
    fn places(&self, text: &str) -> Vec<Range<usize>> {
        let folded = Folded::new(text);
        let mut places: Vec<_> = self.values.iter().flat_map(|value| folded.places(text, value)).collect();
        places.sort_by_key(|place| place.start);
        places
    }

    /// From here on a value may have been cut off.
    fn end_of_whole(&self, text: &str) -> usize {
        let longest = self.values.iter().map(|value| value.chars().count()).max().unwrap_or(0);
        text.char_indices().rev().take(longest).last().map_or(text.len(), |(at, _)| at)
    }
}

/// A character without the difference between capitals and others: `ß` and `SS` are the same, and so are `ς` and `Σ`.
fn fold(c: char) -> impl Iterator<Item = char> {
    c.to_uppercase().flat_map(char::to_lowercase)
}

/// A text without the difference between capitals and others, and where each byte of it comes from.
struct Folded {
    text: String,
    /// Where the character begins that a byte comes from; at the end, where the text ends.
    starts: Vec<usize>,
}

impl Folded {
    fn new(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), starts: Vec::with_capacity(text.len() + 1) };
        for (at, c) in text.char_indices() {
            folded.text.extend(fold(c));
            folded.starts.resize(folded.text.len(), at);
        }
        folded.starts.push(text.len());
        folded
    }

    /// Where a value stands in the text it was made of. Whole words only: a name of three letters is part of many words that name
    /// nobody.
    fn places(&self, text: &str, value: &str) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        let mut from = 0;
        while let Some(found) = self.text[from..].find(value) {
            let (start, end) = (from + found, from + found + value.len());
            // A character of which a part belongs to the value belongs to it as a whole.
            let place = self.starts[start]
                ..self.starts[end..].iter().copied().find(|at| *at > self.starts[end - 1]).unwrap_or(text.len());
            let before = text[..place.start].chars().next_back();
            let after = text[place.end..].chars().next();
            from = start + self.text[start..].chars().next().map_or(1, char::len_utf8);
            if !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric) {
                places.push(place);
            }
        }
        places
    }
}

/// A text up to `end`, with a mask for each place, or for several that overlap.
fn masked(text: &str, places: &[Range<usize>], end: usize) -> String {
    let (mut masked, mut from) = (String::with_capacity(text.len()), 0);
    for place in places.iter().filter(|place| place.start < end) {
        if place.start >= from {
            masked.push_str(&text[from..place.start]);
            masked.push_str(MASK);
        }
        from = from.max(place.end);
    }
    masked.push_str(text.get(from..end).unwrap_or_default());
    masked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    #[test]
    fn capitals_make_no_difference_in_any_alphabet() {
        for (name, said) in [
            ("Jürgen Müller", "JÜRGEN MÜLLER"),
            ("Øystein Åsen", "øystein åsen"),
            ("Groß", "GROSS"),
            ("GROSS", "groß"),
            ("Ελένη Παππάς", "ΕΛΈΝΗ ΠΑΠΠΆΣ"),
            ("Борис", "БОРИС"),
            ("İpek", "i̇pek"),
        ] {
            let redactor = Redactor::new(&Candidate { name: Some(name.to_owned()), ..Candidate::default() });
            assert_eq!(redactor.line(&format!("({said})"), 200), "([applicant])", "{name}");
        }
    }

    #[test]
    fn a_name_that_repeats_itself_is_found_where_it_is_a_word_of_its_own() {
        let candidate = Candidate { name: Some("ana ana".to_owned()), ..Candidate::default() };
        assert_eq!(Redactor::new(&candidate).line("xana ana ana", 200), "xana [applicant]");
    }

    /// Guards `end_of_whole`: the text is cut after 40 characters, in the middle of the name.
    #[test]
    fn no_half_of_a_name_is_left_where_a_text_is_cut() {
        let candidate = Candidate { name: Some("Wolfeschlegelstein".to_owned()), ..Candidate::default() };
        let said = format!("{} Wolfeschlegelstein Wolfeschlegelstein", "-".repeat(4));
        assert_eq!(Redactor::new(&candidate).line(&said, 20), "---- [applicant]…");
    }

    /// A name of letters that stand nowhere else in what is said, nor in the mask, in any spelling.
    fn name() -> impl Strategy<Value = String> {
        "[QzÜüßжΣé]{3,12}( [QzÜüßжΣé]{1,12}){0,2}"
    }

    proptest! {
        /// Fails where only ASCII folds, where a cut text keeps its end, and where a found part of a name hides the whole.
        #[test]
        fn nothing_of_a_name_is_left_however_it_is_written_and_wherever_the_text_is_cut(
            name in name(),
            said in prop::collection::vec((0_u8..3, "[-. ,(\n]{1,9}"), 0..12),
            chars in 2_usize..80,
        ) {
            let spelled = |how: u8| match how {
                0 => name.clone(),
                1 => name.to_uppercase(),
                _ => name.to_lowercase(),
            };
            let text: String = said.iter().flat_map(|(how, between)| [spelled(*how), between.clone()]).collect();
            let redactor = Redactor::new(&Candidate { name: Some(name.clone()), ..Candidate::default() });
            let line = redactor.line(&text, chars);
            let is_of_name = |c: char| "qzüßsжσςé".chars().any(|one| c.to_lowercase().any(|c| c == one));
            prop_assert!(!line.contains(is_of_name), "{name}: {line}");
            prop_assert!(line.chars().count() <= chars);
        }
    }
}
