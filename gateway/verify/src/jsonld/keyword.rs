//! The keywords of JSON-LD 1.1.

/// A keyword that a key or an alias may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    Context,
    Direction,
    Graph,
    Id,
    Included,
    Index,
    Json,
    Language,
    List,
    Nest,
    None,
    Reverse,
    Set,
    Type,
    Value,
    Vocab,
    /// One that only contexts may hold.
    ContextOnly,
}

impl Keyword {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "@context" => Self::Context,
            "@direction" => Self::Direction,
            "@graph" => Self::Graph,
            "@id" => Self::Id,
            "@included" => Self::Included,
            "@index" => Self::Index,
            "@json" => Self::Json,
            "@language" => Self::Language,
            "@list" => Self::List,
            "@nest" => Self::Nest,
            "@none" => Self::None,
            "@reverse" => Self::Reverse,
            "@set" => Self::Set,
            "@type" => Self::Type,
            "@value" => Self::Value,
            "@vocab" => Self::Vocab,
            "@base" | "@container" | "@import" | "@prefix" | "@preserve" | "@propagate" | "@protected" | "@version" => {
                Self::ContextOnly
            }
            _ => return None,
        })
    }
}

/// Whether a text has the form that JSON-LD reserves for future keywords: `@` and letters only.
pub(crate) fn is_keyword_like(text: &str) -> bool {
    text.strip_prefix('@').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphabetic()))
}
