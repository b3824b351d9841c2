//! Where the pages live and whom they speak to.

use std::borrow::Borrow;

use url::Url;
use wellspring_model::submission::Language;

use crate::sentences::{Label, Sentences};

/// What all pages share: the reader's language and the path that every address of ours begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    language: Language,
    base: String,
}

impl Site {
    /// `public_url` may carry a path, where a proxy serves the gateway below one.
    pub fn new(public_url: &Url, language: Language) -> Self {
        Self { language, base: public_url.path().trim_end_matches('/').to_owned() }
    }

    pub fn language(&self) -> Language {
        self.language
    }

    pub(super) fn sentences(&self) -> &'static Sentences {
        Sentences::get(self.language)
    }

    /// A fixed text. Templates hand over fields by reference and paths by value.
    pub(super) fn t(&self, label: impl Borrow<Label>) -> String {
        self.sentences().label(*label.borrow())
    }

    /// The tag for `lang` attributes.
    pub(super) fn lang(&self) -> &'static str {
        self.language.as_str()
    }

    /// An address of ours; `path` begins with a slash.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The languages to choose from: tag, own name, whether it is the current one.
    pub(super) fn languages(&self) -> [(&'static str, &'static str, bool); Language::ALL.len()] {
        Language::ALL.map(|language| {
            let name = match language {
                Language::En => "English",
                Language::Es => "Español",
            };
            (language.as_str(), name, language == self.language)
        })
    }
}
