//! The trait a connector implements, and how it becomes the component's exports.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::{
    AssessmentOffers, CheckLine, Context, Error, ErrorCode, Receipt, Retry, Withdrawal,
    bindings::{
        self,
        wellspring::connector::{inbound, types},
    },
    domain::ApplicationResult,
    inbound::{Answer, InboundRequest},
    jobs::JobsPage,
    panic,
};

/// A connector. Implement what `connector.toml` names among its events, and put [`macro@crate::connector`] before the
/// implementation; to the rest it answers `unsupported`.
pub trait Connector {
    /// Whether the connection works and its rights suffice: each line is one thing that was looked at, in words for an operator.
    /// `Err` means that it could not look.
    fn check(context: &Context) -> Result<Vec<CheckLine>, Error> {
        let _ = context;
        Err(Error::unsupported("check"))
    }

    /// Brings an application's result to the ATS. It may be called again for the same work: find what was written before.
    /// A connector without `correct` gets corrections here as well.
    fn deliver(context: &Context, result: ApplicationResult) -> Result<Receipt, Error> {
        let _ = (context, result);
        Err(Error::unsupported("deliver"))
    }

    /// Brings what was written in line with a result that says something else by now, so that people notice:
    /// [`ApplicationResult::correction`] is there.
    fn correct(context: &Context, result: ApplicationResult) -> Result<Receipt, Error> {
        let _ = (context, result);
        Err(Error::unsupported("correct"))
    }

    /// Takes back what was written. What the ATS cannot delete is overwritten.
    fn withdraw(context: &Context, withdrawal: Withdrawal) -> Result<Receipt, Error> {
        let _ = (context, withdrawal);
        Err(Error::unsupported("withdraw"))
    }

    /// What a webhook of the ATS tells. The host has looked at its signature, as `[webhooks]` of the manifest says.
    fn receive(context: &Context, request: InboundRequest) -> Result<Answer, Error> {
        let _ = (context, request);
        Err(Error::unsupported("receive"))
    }

    /// What the ATS asks of us as its assessment partner; `offers` is what it can order.
    fn partner(context: &Context, request: InboundRequest, offers: AssessmentOffers) -> Result<Answer, Error> {
        let _ = (context, request, offers);
        Err(Error::unsupported("partner"))
    }

    /// Some of the ATS's jobs: the first, or those behind a cursor that this gave before.
    fn list_jobs(context: &Context, cursor: Option<&str>) -> Result<JobsPage, Error> {
        let _ = (context, cursor);
        Err(Error::unsupported("list-jobs"))
    }
}

/// What a connector is, from its manifest. [`macro@crate::connector`] implements it.
#[doc(hidden)]
pub trait Described {
    const DESCRIPTION: Description;
}

/// What a connector is, can do and asks for.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    pub id: &'static str,
    pub version: &'static str,
    pub contract: &'static str,
    pub display_level: &'static str,
    pub events: &'static [&'static str],
    pub bases: &'static [&'static str],
    pub credentials: &'static [&'static str],
    pub settings_schema: &'static str,
}

impl CheckLine {
    /// Something that is as it should be.
    pub fn good(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.to_owned(), ok: true, message: message.into() }
    }

    /// Something an operator has to mend.
    pub fn bad(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.to_owned(), ok: false, message: message.into() }
    }
}

impl Receipt {
    /// Something was written, and the ATS gave it this id.
    pub fn written(remote_id: impl ToString) -> Self {
        Self { remote_id: Some(remote_id.to_string()), changed: true, json: "{}".to_owned() }
    }

    /// The ATS already had exactly this, under this id.
    pub fn unchanged(remote_id: impl ToString) -> Self {
        Self { changed: false, ..Self::written(remote_id) }
    }

    /// Adds details, for people who look into a delivery later. No personal data.
    #[must_use]
    pub fn with_details(mut self, details: &serde_json::Map<String, serde_json::Value>) -> Self {
        self.json = serde_json::to_string(details).unwrap_or_else(|_| "{}".to_owned());
        self
    }
}

/// The component's exports for a connector.
#[doc(hidden)]
pub struct Exports<C>(PhantomData<C>);

impl<C: Connector + Described> bindings::Guest for Exports<C> {
    fn describe() -> types::Description {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        types::Description {
            id: C::DESCRIPTION.id.to_owned(),
            version: C::DESCRIPTION.version.to_owned(),
            contract: C::DESCRIPTION.contract.to_owned(),
            events: owned(C::DESCRIPTION.events),
            display_level: C::DESCRIPTION.display_level.to_owned(),
            bases: owned(C::DESCRIPTION.bases),
            credentials: owned(C::DESCRIPTION.credentials),
            settings_schema: C::DESCRIPTION.settings_schema.to_owned(),
        }
    }

    fn check(context: Context) -> Result<Vec<CheckLine>, types::Error> {
        panic::speak();
        C::check(&context).map_err(Error::into_contract)
    }

    fn deliver(context: Context, work: types::Entity) -> Result<Receipt, types::Error> {
        panic::speak();
        read(&work, ApplicationResult::SCHEMA)
            .and_then(|result| C::deliver(&context, result))
            .map_err(Error::into_contract)
    }

    fn correct(context: Context, work: types::Entity) -> Result<Receipt, types::Error> {
        panic::speak();
        read(&work, ApplicationResult::SCHEMA)
            .and_then(|result| C::correct(&context, result))
            .map_err(Error::into_contract)
    }

    fn withdraw(context: Context, work: types::Entity) -> Result<Receipt, types::Error> {
        panic::speak();
        read(&work, Withdrawal::SCHEMA).and_then(|work| C::withdraw(&context, work)).map_err(Error::into_contract)
    }

    fn receive(context: Context, request: inbound::Request) -> Result<inbound::Answer, types::Error> {
        panic::speak();
        C::receive(&context, request.into()).and_then(Answer::into_contract).map_err(Error::into_contract)
    }

    fn partner(
        context: Context,
        request: inbound::Request,
        offers: types::Entity,
    ) -> Result<inbound::Answer, types::Error> {
        panic::speak();
        read(&offers, AssessmentOffers::SCHEMA)
            .and_then(|offers| C::partner(&context, request.into(), offers))
            .and_then(Answer::into_contract)
            .map_err(Error::into_contract)
    }

    fn list_jobs(context: Context, cursor: Option<String>) -> Result<types::Page, types::Error> {
        panic::speak();
        C::list_jobs(&context, cursor.as_deref()).and_then(JobsPage::into_contract).map_err(Error::into_contract)
    }
}

/// Domain data as the type that reads its schema.
fn read<T: DeserializeOwned>(entity: &types::Entity, schema: &str) -> Result<T, Error> {
    if entity.schema != schema {
        let message = format!("this connector reads {schema}, not {}", entity.schema);
        return Err(Error::new(ErrorCode::Unsupported, message, Retry::Never));
    }
    serde_json::from_str(&entity.json).map_err(|error| {
        // serde_json's message can quote the data; its place in the text cannot.
        let place = format!("line {}, column {}", error.line(), error.column());
        Error::new(ErrorCode::Internal, format!("the data does not fit {schema}: {place}"), Retry::Never)
    })
}
