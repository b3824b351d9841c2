//! Fluent message files, compiled in and read once.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use wellspring_model::submission::Language;

/// The message files of a language, by name.
pub(super) const fn sources(language: Language) -> [(&'static str, &'static str); 4] {
    match language {
        Language::En => [
            ("findings.ftl", include_str!("../../locales/en/findings.ftl")),
            ("words.ftl", include_str!("../../locales/en/words.ftl")),
            ("pages.ftl", include_str!("../../locales/en/pages.ftl")),
            ("explanation.ftl", include_str!("../../locales/en/explanation.ftl")),
        ],
        Language::Es => [
            ("findings.ftl", include_str!("../../locales/es/findings.ftl")),
            ("words.ftl", include_str!("../../locales/es/words.ftl")),
            ("pages.ftl", include_str!("../../locales/es/pages.ftl")),
            ("explanation.ftl", include_str!("../../locales/es/explanation.ftl")),
        ],
    }
}

/// One language's messages.
pub(super) struct Messages(FluentBundle<FluentResource>);

impl Messages {
    pub(super) fn read(language: Language) -> Self {
        // The bundle asks for a type of a crate we do not name; the tag parses into it.
        let tag = language.as_str().parse().ok();
        let mut bundle = FluentBundle::new_concurrent(tag.into_iter().collect());
        // Isolation marks would end up in notes of ATSs; pages isolate foreign text with elements instead.
        bundle.set_use_isolating(false);
        for (_, source) in sources(language) {
            // A test holds that there are no errors; what does parse is used all the same.
            let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        Self(bundle)
    }

    /// A message without values.
    pub(super) fn text(&self, key: &str) -> String {
        self.filled(key, [])
    }

    /// A message with values. A message that is absent shows its key: visible, searchable, and no reason to stop.
    pub(super) fn filled<const N: usize>(&self, key: &str, values: [(&str, FluentValue<'_>); N]) -> String {
        let args: FluentArgs<'_> = values.into_iter().collect();
        let Some(pattern) = self.0.get_message(key).and_then(|message| message.value()) else { return key.to_owned() };
        self.0.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }

    /// The first attribute of a message whose values are all there (its name lists them, joined by `--`), else the
    /// message itself.
    pub(super) fn most_exact(&self, key: &str, value: impl Fn(&str) -> Option<String>) -> String {
        let Some(message) = self.0.get_message(key) else { return key.to_owned() };
        for attribute in message.attributes() {
            let args: Option<FluentArgs<'_>> =
                attribute.id().split("--").map(|name| Some((name, FluentValue::from(value(name)?)))).collect();
            if let Some(args) = args {
                return self.0.format_pattern(attribute.value(), Some(&args), &mut Vec::new()).into_owned();
            }
        }
        self.text(key)
    }
}

#[cfg(test)]
impl Messages {
    /// As [`Self::filled`], with what went wrong while filling.
    pub(super) fn errors(&self, key: &str, names: &[&str]) -> Vec<String> {
        let mut errors = Vec::new();
        let args: FluentArgs<'_> = names.iter().map(|name| (*name, FluentValue::from("x"))).collect();
        match self.0.get_message(key) {
            None => return vec![format!("no message `{key}`")],
            Some(message) => {
                if let Some(pattern) = message.value() {
                    self.0.format_pattern(pattern, Some(&args), &mut errors);
                }
            }
        }
        errors.into_iter().map(|error| format!("{key}: {error}")).collect()
    }
}
