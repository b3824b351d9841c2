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

    /// The keyword as it is written, whatever a document calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Context => "@context",
            Self::Direction => "@direction",
            Self::Graph => "@graph",
            Self::Id => "@id",
            Self::Included => "@included",
            Self::Index => "@index",
            Self::Json => "@json",
            Self::Language => "@language",
            Self::List => "@list",
            Self::Nest => "@nest",
            Self::None => "@none",
            Self::Reverse => "@reverse",
            Self::Set => "@set",
            Self::Type => "@type",
            Self::Value => "@value",
            Self::Vocab => "@vocab",
            Self::ContextOnly => "a keyword of contexts",
        }
    }
}

/// Whether a text has the form that JSON-LD reserves for future keywords: `@` and letters only.
pub(crate) fn is_keyword_like(text: &str) -> bool {
    text.strip_prefix('@').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphabetic()))
}
