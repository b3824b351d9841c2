//! Failures that the sandbox names itself.

use wellspring_model::delivery::{DeliveryFailure, FailureCode, Retry};

/// A failure the sandbox saw. The schedule applies: another answer of the ATS, or a repaired connector, may go well.
pub(crate) fn sandbox(code: FailureCode, message: String) -> DeliveryFailure {
    DeliveryFailure { code, message, retry: Retry::Backoff, remote_status: None }
}

/// The connection cannot be used as it is; only an operator can change that.
pub(crate) fn invalid(message: String) -> DeliveryFailure {
    DeliveryFailure { retry: Retry::Never, ..sandbox(FailureCode::ConnectionInvalid, message) }
}

/// The guest gave what the contract does not have.
pub(crate) fn broken(what: &str) -> DeliveryFailure {
    let message = format!("the connector broke the contract: {what}");
    DeliveryFailure { retry: Retry::Never, ..sandbox(FailureCode::GuestTrap, message) }
}
