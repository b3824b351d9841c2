//! Between what wasmtime generates from the contract and the values of an errand.

use super::bindings::wellspring::connector::{
    http::Header,
    inbound::{Answer, Payload, Request, Response},
    types::{CheckLine, Context, Description, Entity, Page, Receipt},
};
use crate::{
    calls::{self, InboundRequest, InboundResponse},
    errand::{self, Data, Errand, Given},
};

/// What a guest is told of its call.
pub(super) fn context(errand: &Errand) -> Context {
    Context {
        tenant: errand.tenant.clone(),
        connection: errand.connection.clone(),
        call_id: errand.call_id.clone(),
        idempotency_key: errand.idempotency_key.clone(),
        attempt: errand.attempt,
        deadline_ms: millis(errand.deadline),
    }
}

pub(super) fn millis(time: std::time::Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

impl From<Data> for Entity {
    fn from(data: Data) -> Self {
        Self { schema: data.schema, json: data.json }
    }
}

impl From<Entity> for Data {
    fn from(entity: Entity) -> Self {
        Self { schema: entity.schema, json: entity.json }
    }
}

impl From<InboundRequest> for Request {
    fn from(request: InboundRequest) -> Self {
        let headers =
            |pairs: Vec<(String, String)>| pairs.into_iter().map(|(name, value)| Header { name, value }).collect();
        Self {
            method: request.method,
            path: request.path,
            query: headers(request.query),
            headers: headers(request.headers),
            body: match String::from_utf8(request.body) {
                Ok(text) if text.is_empty() => Payload::Empty,
                Ok(text) => Payload::Text(text),
                Err(error) => Payload::Bytes(error.into_bytes()),
            },
        }
    }
}

pub(super) fn description(said: Description) -> Given {
    Given::Description(errand::Description {
        id: said.id,
        version: said.version,
        contract: said.contract,
        events: said.events,
        display_level: said.display_level,
        bases: said.bases,
        credentials: said.credentials,
        settings_schema: said.settings_schema,
    })
}

pub(super) fn lines(lines: Vec<CheckLine>) -> Given {
    let line = |line: CheckLine| calls::CheckLine { name: line.name, ok: line.ok, message: line.message };
    Given::Lines(lines.into_iter().map(line).collect())
}

pub(super) fn receipt(receipt: Receipt) -> Given {
    Given::Receipt { remote_id: receipt.remote_id, changed: receipt.changed, json: receipt.json }
}

pub(super) fn answer(answer: Answer) -> Given {
    let response = |response: Response| InboundResponse { status: response.status, json: response.json };
    Given::Answer {
        events: answer.events.into_iter().map(Data::from).collect(),
        response: response(answer.response),
        conflict: answer.conflict.map(response),
    }
}

pub(super) fn page(page: Page) -> Given {
    Given::Page { items: page.items.into_iter().map(Data::from).collect(), next: page.next }
}
