//! What is shown of crosswalks.

use serde::Serialize;
use utoipa::ToSchema;
use wellspring_model::{
    assessment::Percent,
    crosswalk::{Crosswalk, CrosswalkAssociation, CrosswalkNode, Decision, Edition, StateName, Suggestion},
};

/// A crosswalk.
#[derive(Debug, Serialize, ToSchema)]
pub struct CrosswalkView {
    pub id: String,
    pub title: String,
    /// `CFDocument.identifier` of the one framework.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// `CFDocument.identifier` of the other one.
    pub to: String,
    pub created_at: String,
    /// How many associations there are in each state. Not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub associations: Option<Counts>,
    /// The newest edition: what scoring follows. Not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<EditionView>,
}

/// Associations by state.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Counts {
    pub suggested: u32,
    pub approved: u32,
    pub rejected: u32,
}

impl CrosswalkView {
    pub fn new(crosswalk: &Crosswalk) -> Self {
        Self {
            id: crosswalk.id.to_string(),
            title: crosswalk.title.to_string(),
            from: crosswalk.from.clone(),
            to: crosswalk.to.clone(),
            created_at: crosswalk.created_at.to_string(),
            associations: None,
            edition: None,
        }
    }

    /// The same with what is in it.
    pub fn with(mut self, counts: [(StateName, u32); 3], edition: Option<Edition>) -> Self {
        let mut by_state = Counts::default();
        for (state, count) in counts {
            match state {
                StateName::Suggested => by_state.suggested = count,
                StateName::Approved => by_state.approved = count,
                StateName::Rejected => by_state.rejected = count,
            }
        }
        (self.associations, self.edition) = (Some(by_state), edition.as_ref().map(EditionView::new));
        self
    }
}

/// An association: origin *type* destination.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssociationView {
    pub id: String,
    pub origin: NodeView,
    /// An association type of CASE 1.1.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub destination: NodeView,
    /// `suggested`, `approved` or `rejected`. Approved ones count from the next edition on, others never.
    pub state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<SuggestionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<AssociationDecisionView>,
}

/// One end of an association.
#[derive(Debug, Serialize, ToSchema)]
pub struct NodeView {
    pub item: String,
    pub uri: String,
    pub title: String,
}

/// What a program proposed.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionView {
    /// `name@version` of what proposed it.
    pub by: String,
    pub at: String,
    /// How much of what the two say they have in common, from 0 to 100.
    #[schema(value_type = f64)]
    pub score: Percent,
    /// The words of the origin that both have.
    pub matched: Vec<String>,
}

/// Who decided, when and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssociationDecisionView {
    pub by: String,
    pub at: String,
    pub reason: String,
}

/// An edition of a crosswalk: what was approved at that time. It never changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditionView {
    pub number: u32,
    /// `frm_…`: under this id it stands among the frameworks, where scoring finds it.
    pub framework: String,
    /// Over the bytes of its package.
    pub digest: String,
    pub made_at: String,
}

impl AssociationView {
    pub fn new(association: &CrosswalkAssociation) -> Self {
        Self {
            id: association.id.to_string(),
            origin: NodeView::new(&association.origin),
            kind: association.kind.as_str(),
            destination: NodeView::new(&association.destination),
            state: association.state_name().as_str(),
            suggestion: association.suggestion().map(SuggestionView::new),
            decision: association.decision().map(AssociationDecisionView::new),
        }
    }
}

impl NodeView {
    pub fn new(node: &CrosswalkNode) -> Self {
        Self { item: node.item.to_string(), uri: node.uri.clone(), title: node.title.clone() }
    }
}

impl SuggestionView {
    fn new(suggestion: &Suggestion) -> Self {
        Self {
            by: suggestion.by.clone(),
            at: suggestion.at.to_string(),
            score: Percent::of(suggestion.score.get().into(), 1_000_000),
            matched: suggestion.matched.clone(),
        }
    }
}

impl AssociationDecisionView {
    pub fn new(decision: &Decision) -> Self {
        Self { by: decision.by.to_string(), at: decision.at.to_string(), reason: decision.reason.to_string() }
    }
}

impl EditionView {
    pub fn new(edition: &Edition) -> Self {
        Self {
            number: edition.number,
            framework: edition.framework.to_string(),
            digest: edition.digest.to_string(),
            made_at: edition.made_at.to_string(),
        }
    }
}
