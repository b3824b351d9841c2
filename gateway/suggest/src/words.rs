//! The words of a statement: without those that every sentence has, and brought down to their stems.

use std::collections::{BTreeMap, HashSet};

use frostem::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation as _;
use wellspring_model::{competency::Item, submission::Language};

/// Different words of one item that are looked at. Statements have a few dozen; a longer text costs no more than that.
const MOST_WORDS: usize = 64;
/// How much of a text is looked at for them, in words.
const MOST_READ: usize = 1_000;

/// How texts of one language become words.
pub struct Words {
    stemmer: Stemmer,
    common: HashSet<&'static str>,
}

impl Words {
    pub fn new(language: Language) -> Self {
        let (algorithm, common) = match language {
            Language::En => (Algorithm::English, stop_words::Language::English),
            Language::Es => (Algorithm::Spanish, stop_words::Language::Spanish),
        };
        Self { stemmer: Stemmer::new(algorithm), common: stop_words::get(common).iter().copied().collect() }
    }

    /// Stems with the first word that each stands for. Both statements of an item count, where it has two.
    pub fn of(&self, item: &Item) -> BTreeMap<String, String> {
        let texts = [Some(&item.full_statement), item.abbreviated_statement.as_ref()];
        let mut found = BTreeMap::new();
        for word in texts.into_iter().flatten().flat_map(|text| text.unicode_words()).take(MOST_READ) {
            let lower = word.to_lowercase();
            if self.common.contains(lower.as_str()) || lower.chars().nth(1).is_none() {
                continue;
            }
            if found.len() == MOST_WORDS {
                break;
            }
            found.entry(self.stemmer.stem(&lower).into_owned()).or_insert(lower);
        }
        found
    }
}
