//! What every call begins with: the errand, and what its connection lends.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytes::Bytes;
use wellspring_model::{delivery::DeliveryFailure, id::TenantId, trace::TraceParent};

use crate::{
    calls::ConnectionView,
    errand::{Errand, Export},
    failure::invalid,
    grants,
    host::Host,
    lent::Rights,
    redact::Redactor,
    registry::Connector,
};

/// What is lent to a call.
#[derive(Default)]
pub(crate) struct Loan {
    pub rights: Option<Rights>,
    pub trace: Option<TraceParent>,
    /// The body of the request that came to us, where one did.
    pub body: Bytes,
}

/// An errand of nobody's, without settings.
pub(crate) fn errand(call_id: String, export: Export) -> Errand {
    Errand {
        tenant: String::new(),
        connection: String::new(),
        call_id,
        idempotency_key: String::new(),
        attempt: 1,
        deadline: Duration::ZERO,
        settings: BTreeMap::new(),
        redactor: Redactor::default(),
        attachments: Vec::new(),
        export,
    }
}

impl Host {
    /// An errand for a connection. `deadline` holds where it is shorter than the host's own limit.
    pub(crate) fn errand(&self, view: &ConnectionView, call_id: String, deadline: Duration, export: Export) -> Errand {
        let settings = view.connection.settings.iter().map(|(name, value)| (name.clone(), value.to_string()));
        Errand {
            tenant: view.connection.tenant.to_string(),
            connection: view.connection.id.to_string(),
            deadline: deadline.min(self.limits.wall),
            settings: settings.collect(),
            ..errand(call_id, export)
        }
    }

    /// What the connection lends: what the manifest asks for and the operator granted.
    pub(crate) fn loan(&self, connector: &Connector, view: &ConnectionView) -> Result<Loan, DeliveryFailure> {
        let (connection, manifest) = (&view.connection, connector.manifest());
        if connection.connector != manifest.id {
            return Err(invalid("the connection belongs to another connector".to_owned()));
        }
        if let Some((pointer, mistake)) = connector.check_settings(&connection.settings).into_iter().next() {
            return Err(invalid(format!("the connection's settings do not fit the connector: {pointer}: {mistake}")));
        }
        let package = connector.inspection().digest;
        let rights = Rights {
            tenant: connection.tenant,
            connection: connection.id,
            outbound: self.clients.get(package, manifest, view).map_err(|error| invalid(error.to_string()))?,
            shared: grants::shared_secrets(manifest, view).map_err(|error| invalid(error.to_string()))?,
            kept: Arc::clone(&self.kept),
        };
        Ok(Loan { rights: Some(rights), ..Loan::default() })
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
