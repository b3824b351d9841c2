//! What every call begins with: its state, the rights that its connection lends, and what the guest is told of it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use wasmtime::component::ResourceTable;
use wellspring_model::{
    SecretString,
    delivery::{DeliveryFailure, FailureCode, Retry},
    id::TenantId,
};

use crate::{
    bindings::wellspring::connector::types::Context,
    calls::ConnectionView,
    failure, grants,
    host::Host,
    limits::{Calls, Growth},
    manifest::Manifest,
    redact::Redactor,
    registry::Connector,
    state::{CallState, Rights},
};

/// Blobs a guest holds at a time.
const BLOBS_MAX: usize = 1_000;

impl Host {
    /// The state of a call without any rights.
    pub(crate) fn state(&self, connector: &Connector, call_id: String) -> CallState {
        let mut blobs = ResourceTable::new();
        blobs.set_max_capacity(BLOBS_MAX);
        CallState {
            growth: Growth::new(&self.limits),
            limits: Arc::clone(&self.limits),
            calls: Calls::default(),
            allowance: None,
            ticks: 0,
            connector: connector.manifest().id.clone(),
            call_id,
            rights: None,
            redactor: Redactor::default(),
            trace: None,
            attachments: Vec::new(),
            inbound: None,
            blobs,
            held: 0,
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            denied: None,
            last_error: None,
        }
    }

    /// The state of a call with the rights of its connection.
    pub(crate) fn entitled(
        &self,
        connector: &Connector,
        view: &ConnectionView,
        call_id: String,
        redactor: Redactor,
    ) -> Result<CallState, DeliveryFailure> {
        let rights = Some(self.rights(connector, view)?);
        Ok(CallState { rights, redactor, ..self.state(connector, call_id) })
    }

    fn rights(&self, connector: &Connector, view: &ConnectionView) -> Result<Rights, DeliveryFailure> {
        let (connection, manifest) = (&view.connection, connector.manifest());
        if connection.connector != manifest.id {
            return Err(invalid("the connection belongs to another connector".to_owned()));
        }
        if let Some((pointer, mistake)) = connector.check_settings(&connection.settings).into_iter().next() {
            return Err(invalid(format!("the connection's settings do not fit the connector: {pointer}: {mistake}")));
        }
        let outbound = self.clients.get(connector, view).map_err(|error| invalid(error.to_string()))?;
        Ok(Rights {
            tenant: connection.tenant,
            connection: connection.id,
            settings: connection.settings.clone(),
            outbound,
            shared: shared(manifest, view)?,
            kept: Arc::clone(&self.kept),
        })
    }
}

fn shared(manifest: &Manifest, view: &ConnectionView) -> Result<BTreeMap<String, SecretString>, DeliveryFailure> {
    grants::shared_secrets(manifest, view).map_err(|error| invalid(error.to_string()))
}

/// The connection cannot be used as it is; only an operator can change that.
pub(crate) fn invalid(message: String) -> DeliveryFailure {
    DeliveryFailure { retry: Retry::Never, ..failure::sandbox(FailureCode::ConnectionInvalid, message) }
}

/// What a guest is told of its call.
pub(crate) fn context(view: &ConnectionView, call_id: &str, deadline: Duration) -> Context {
    Context {
        tenant: view.connection.tenant.to_string(),
        connection: view.connection.id.to_string(),
        call_id: call_id.to_owned(),
        idempotency_key: String::new(),
        attempt: 1,
        deadline_ms: u32::try_from(deadline.as_millis()).unwrap_or(u32::MAX),
    }
}

/// That a call is of the tenant whose connection it goes through.
pub(crate) fn belongs(tenant: TenantId, view: &ConnectionView) -> Result<(), DeliveryFailure> {
    if view.connection.tenant == tenant {
        Ok(())
    } else {
        Err(invalid("the connection belongs to another tenant".to_owned()))
    }
}
