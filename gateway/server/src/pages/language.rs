//! Which language to answer in.

use wellspring_model::submission::Language;

/// The language the reader chose (`?lang=`), else the best of `Accept-Language`, else `fallback`.
pub fn language(chosen: Option<&str>, accept_language: Option<&str>, fallback: Language) -> Language {
    chosen.and_then(known).or_else(|| accept_language.and_then(preferred)).unwrap_or(fallback)
}

/// The language of a tag (`es-MX` is Spanish), where there are sentences for it.
fn known(tag: &str) -> Option<Language> {
    let primary = tag.trim().split('-').next()?;
    Language::ALL.into_iter().find(|language| language.as_str().eq_ignore_ascii_case(primary))
}

/// The known language with the greatest weight; the first of equals (RFC 9110 §12.5.4).
fn preferred(header: &str) -> Option<Language> {
    let mut best: Option<(Language, u16)> = None;
    // No browser lists more; a header made to be long costs nothing.
    for range in header.split(',').take(32) {
        let mut parts = range.split(';');
        let Some(language) = parts.next().and_then(known) else { continue };
        let weight = parts.find_map(|part| part.trim().strip_prefix("q=").map(thousandths)).unwrap_or(1000);
        if weight > 0 && best.is_none_or(|(_, least)| weight > least) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

/// `0.8` as 800; what is no weight counts nothing.
fn thousandths(text: &str) -> u16 {
    let weight = text.trim().parse::<f32>().ok().filter(|weight| (0.0..=1.0).contains(weight));
    weight.map_or(0, |weight| (weight * 1000.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_beats_the_browser_and_the_browser_beats_the_fallback() {
        assert_eq!(language(Some("en"), Some("es"), Language::Es), Language::En);
        assert_eq!(language(Some("xx"), Some("es"), Language::En), Language::Es);
        assert_eq!(language(None, Some("fr, de"), Language::Es), Language::Es);
        assert_eq!(language(None, None, Language::Es), Language::Es);
    }

    #[test]
    fn the_browsers_weights_are_kept() {
        let of = |header| language(None, Some(header), Language::En);
        assert_eq!(of("en;q=0.5, es-MX;q=0.9"), Language::Es);
        assert_eq!(of("fr, es;q=0.8, en;q=0.7"), Language::Es);
        assert_eq!(of("es;q=0, en;q=0.1"), Language::En);
        assert_eq!(of("es;q=nonsense, en;q=0.2"), Language::En);
        assert_eq!(of("ES"), Language::Es);
    }
}
