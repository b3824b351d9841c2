//! The trait a connector implements, and how it becomes the component's exports.

use std::marker::PhantomData;

use crate::{
    ApplicationResult, CheckLine, Context, Error, ErrorCode, Receipt, Retry,
    bindings::{self, wellspring::connector::types},
    panic,
};

/// A connector. What it does not implement, it answers with `unsupported`.
pub trait Connector {
    /// What this connector is. It must say what `connector.toml` says.
    fn describe() -> Description;

    /// Whether the connection works: each line is one thing that was looked at, in words for an operator. `Err` means that
    /// it could not look.
    fn check(context: &Context) -> Result<Vec<CheckLine>, Error> {
        let _ = context;
        Err(Error::unsupported("check"))
    }

    /// Brings an application's result to the ATS. It may be called again for the same work: find what was written before.
    fn deliver(context: &Context, result: ApplicationResult) -> Result<Receipt, Error> {
        let _ = (context, result);
        Err(Error::unsupported("deliver"))
    }
}

/// What a connector is and can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    id: String,
    version: String,
    display_level: DisplayLevel,
    events: Vec<Event>,
}

impl Description {
    /// `version` is best `env!("CARGO_PKG_VERSION")`.
    pub fn new(id: &str, version: &str, display_level: DisplayLevel, events: &[Event]) -> Self {
        Self { id: id.to_owned(), version: version.to_owned(), display_level, events: events.to_vec() }
    }
}

/// How native the result looks to people in the ATS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisplayLevel {
    Note,
    File,
    Field,
    Assessment,
    Panel,
}

impl DisplayLevel {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::File => "file",
            Self::Field => "field",
            Self::Assessment => "assessment",
            Self::Panel => "panel",
        }
    }
}

/// What a connector supports besides `describe` and `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Deliver,
}

impl Event {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Deliver => "deliver",
        }
    }
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

/// The component's exports for a connector. [`export!`](crate::export) uses it.
#[doc(hidden)]
pub struct Exports<C>(PhantomData<C>);

impl<C: Connector> bindings::Guest for Exports<C> {
    fn describe() -> types::Description {
        panic::speak();
        let Description { id, version, display_level, events } = C::describe();
        types::Description {
            id,
            version,
            events: events.into_iter().map(|event| event.as_str().to_owned()).collect(),
            display_level: display_level.as_str().to_owned(),
        }
    }

    fn check(context: Context) -> Result<Vec<CheckLine>, types::Error> {
        panic::speak();
        C::check(&context).map_err(Error::into_contract)
    }

    fn deliver(context: Context, result: types::Entity) -> Result<Receipt, types::Error> {
        panic::speak();
        if result.schema != crate::domain::SCHEMA {
            let message = format!("this connector reads {}, not {}", crate::domain::SCHEMA, result.schema);
            return Err(Error::new(ErrorCode::Unsupported, message, Retry::Never).into_contract());
        }
        let parsed = serde_json::from_str(&result.json).map_err(|error| {
            // serde_json's message can quote the data; its place in the text cannot.
            let place = format!("line {}, column {}", error.line(), error.column());
            Error::new(ErrorCode::Internal, format!("the result does not fit its schema: {place}"), Retry::Never)
        });
        parsed.and_then(|result| C::deliver(&context, result)).map_err(Error::into_contract)
    }
}

/// Makes a type the connector of this component. Once per crate, which is built as a `cdylib`.
#[macro_export]
macro_rules! export {
    ($connector:ty) => {
        type WellspringExports = $crate::Exports<$connector>;
        $crate::bindings::export!(WellspringExports with_types_in $crate::bindings);
    };
}
