//! Where associations of a crosswalk may begin and end: at the items of its two frameworks, as they are now.

use wellspring_model::{
    case::ObjectKind,
    competency::{Item, ItemId},
    crosswalk::{Crosswalk, CrosswalkNode},
    id::TenantId,
    pointer::Pointer,
};
use wellspring_store::{Readers, StoredFramework};

use crate::{problem::Problem, state::App};

/// The newest editions of a crosswalk's frameworks.
pub struct Ends<'a> {
    app: &'a App,
    tenant: TenantId,
    crosswalk: &'a Crosswalk,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    From,
    To,
}

impl<'a> Ends<'a> {
    pub const fn of(app: &'a App, tenant: TenantId, crosswalk: &'a Crosswalk) -> Self {
        Self { app, tenant, crosswalk }
    }

    /// The framework `from`, whole, if there is one.
    ///
    /// # Errors
    /// The store's.
    pub async fn from(&self) -> Result<Option<StoredFramework>, Problem> {
        self.framework(Side::From).await
    }

    /// The framework `to`, whole.
    ///
    /// # Errors
    /// The store's.
    pub async fn to(&self) -> Result<StoredFramework, Problem> {
        self.framework(Side::To).await?.ok_or_else(|| Problem::unknown_framework(Pointer::root().key("to")))
    }

    /// The ends of an association: an item of one framework, and one of the other, either way round.
    ///
    /// # Errors
    /// A problem at the end that is wrong.
    pub async fn pair(&self, origin: &str, destination: &str) -> Result<(CrosswalkNode, CrosswalkNode), Problem> {
        let at = |member: &str| Pointer::root().key(member);
        let begins = self.find(origin, at("origin")).await?;
        let ends = self.find(destination, at("destination")).await?;
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
    pub async fn item(&self, text: &str, at: Pointer) -> Result<CrosswalkNode, Problem> {
        Ok(self.find(text, at).await?.1)
    }

    /// By its identifier without reading the frameworks; else by whatever names it in one of them.
    async fn find(&self, text: &str, at: Pointer) -> Result<(Side, CrosswalkNode), Problem> {
        if let Some(found) = self.by_identifier(text).await? {
            return Ok(found);
        }
        let id = ItemId::parse(text);
        for side in [Side::From, Side::To] {
            let items = self.framework(side).await?.map(|stored| stored.framework.items).unwrap_or_default();
            let node = items.iter().find(|item| item.id() == id || item.uri == text).and_then(CrosswalkNode::of);
            if let Some(node) = node {
                return Ok((side, node));
            }
        }
        let why = "no item of the crosswalk's frameworks has this id; import the edition that has it, or name another";
        Err(Problem::invalid_request(at, why))
    }

    async fn by_identifier(&self, text: &str) -> Result<Option<(Side, CrosswalkNode)>, Problem> {
        let id = ItemId::parse(text);
        let Ok(uuid) = id.as_str().parse() else { return Ok(None) };
        let found = self.app.store.framework_object(self.tenant, Readers::Tenant, ObjectKind::Item, uuid).await?;
        // Another framework may have the same item, and be the later one.
        let found = found.and_then(|found| {
            let side =
                [Side::From, Side::To].into_iter().find(|side| self.name(*side) == Some(&found.edition.identifier));
            let item: Item = serde_json::from_str(&found.text).ok()?;
            side.zip(CrosswalkNode::of(&item))
        });
        Ok(found)
    }

    const fn name(&self, side: Side) -> Option<&String> {
        match side {
            Side::From => self.crosswalk.from.as_ref(),
            Side::To => Some(&self.crosswalk.to),
        }
    }

    async fn framework(&self, side: Side) -> Result<Option<StoredFramework>, Problem> {
        match self.name(side) {
            Some(name) => Ok(self.app.store.framework_named(self.tenant, name).await?),
            None => Ok(None),
        }
    }
}
