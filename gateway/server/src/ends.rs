//! Where associations of a crosswalk may begin and end: at the items of its two frameworks, as they are now.

use wellspring_model::{
    competency::{Item, ItemId},
    crosswalk::{Crosswalk, CrosswalkNode},
    id::TenantId,
    pointer::Pointer,
};
use wellspring_store::StoredFramework;

use crate::{problem::Problem, state::App};

/// The newest editions of a crosswalk's frameworks.
pub struct Ends {
    pub from: Option<StoredFramework>,
    pub to: StoredFramework,
}

impl Ends {
    /// Reads them.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(app: &App, tenant: TenantId, crosswalk: &Crosswalk) -> Result<Self, Problem> {
        let named = async |name: &str, member: &str| {
            let stored = app.store.framework_named(tenant, name).await?;
            stored.ok_or_else(|| Problem::unknown_framework(Pointer::root().key(member)))
        };
        let from = match &crosswalk.from {
            Some(from) => Some(named(from, "from").await?),
            None => None,
        };
        Ok(Self { from, to: named(&crosswalk.to, "to").await? })
    }

    /// The ends of an association: an item of one framework, and one of the other, either way round.
    ///
    /// # Errors
    /// A problem at the end that is wrong.
    pub fn pair(&self, origin: &str, destination: &str) -> Result<(CrosswalkNode, CrosswalkNode), Problem> {
        let at = |member: &str| Pointer::root().key(member);
        let (begins, ends) = (self.find(origin, at("origin"))?, self.find(destination, at("destination"))?);
        if begins.1.item == ends.1.item {
            let why = "an association leads to another item than it begins at";
            return Err(Problem::invalid_request(at("destination"), why));
        }
        if begins.0 == ends.0 {
            let why = "`origin` and `destination` are items of one framework: a crosswalk associates items of two";
            return Err(Problem::invalid_request(at("destination"), why));
        }
        Ok((begins.1, ends.1))
    }

    /// An item of either framework.
    ///
    /// # Errors
    /// A problem at this place where there is none.
    pub fn item(&self, text: &str, at: Pointer) -> Result<CrosswalkNode, Problem> {
        self.find(text, at).map(|(_, node)| node)
    }

    fn find(&self, text: &str, at: Pointer) -> Result<(Side, CrosswalkNode), Problem> {
        let id = ItemId::parse(text);
        let within = |stored: &StoredFramework| named(&stored.framework.items, &id, text);
        let in_from = self.from.as_ref().and_then(within).map(|node| (Side::From, node));
        in_from.or_else(|| within(&self.to).map(|node| (Side::To, node))).ok_or_else(|| {
            let why =
                "no item of the crosswalk's frameworks has this id; import the edition that has it, or name another";
            Problem::invalid_request(at, why)
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    From,
    To,
}

fn named(items: &[Item], id: &ItemId, uri: &str) -> Option<CrosswalkNode> {
    items.iter().find(|item| item.id() == *id || item.uri == uri).and_then(CrosswalkNode::of)
}
