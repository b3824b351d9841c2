//! Why a call did not succeed, by name.
//!
//! What the sandbox saw goes before what the guest says of itself: a guest that was refused an origin and then reports
//! "internal error" failed for want of that origin.

use wasmtime::Trap;
use wellspring_model::delivery::{DeliveryFailure, FailureCode, Retry};

use super::{
    bindings::wellspring::connector::types::{Error, ErrorCode, Retry as GuestRetry},
    state::CallState,
};
use crate::{
    failure::sandbox,
    limits::{TICK, TooManyCalls, TooMuchHeld},
    redact::FAILURE_CHARS,
};

/// How a call ended that gave no answer.
pub(super) enum Stopped {
    /// The wall-clock limit was reached.
    Deadline,
    /// The guest trapped, or the host ended it.
    Error(wasmtime::Error),
}

/// The guest ran for longer than its processor time.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the processor time is used up")]
pub(super) struct OutOfTime;

/// Names a call that gave no answer.
pub(super) fn stopped(stopped: &Stopped, state: &CallState) -> DeliveryFailure {
    let error = match stopped {
        Stopped::Deadline => return sandbox(FailureCode::Deadline, "the call took longer than its limit".to_owned()),
        Stopped::Error(error) => error,
    };
    if error.is::<OutOfTime>() {
        let milliseconds = TICK.as_millis() * u128::from(state.limits.cpu_ticks);
        return sandbox(
            FailureCode::GuestCpu,
            format!("the connector ran for more than {milliseconds} ms of processor time"),
        );
    }
    if let Some(error) = error.downcast_ref::<TooManyCalls>() {
        return sandbox(FailureCode::GuestHostCalls, format!("the connector made {error}"));
    }
    if let Some(TooMuchHeld { limit }) = error.downcast_ref::<TooMuchHeld>() {
        let message = format!("the connector had the host hold more than {limit} bytes at once");
        return sandbox(FailureCode::GuestHostCalls, message);
    }
    if is_handover(error) {
        let limit = state.limits.handover_bytes;
        return sandbox(
            FailureCode::GuestHostCalls,
            format!("the connector handed over more than {limit} bytes at once"),
        );
    }
    if let Some(failure) = seen(state) {
        return failure;
    }
    let said = state.last_error.as_ref().map(|said| format!("; its last words: {said}")).unwrap_or_default();
    let message = match error.downcast_ref::<Trap>() {
        Some(trap) => format!("the connector trapped ({trap}){said}"),
        // Such as text that is not UTF-8 where the contract says text.
        None => format!("the connector broke the contract ({}){said}", error.root_cause()),
    };
    sandbox(FailureCode::GuestTrap, state.redactor.line(&message, FAILURE_CHARS))
}

/// Names a failure that the guest reported.
pub(super) fn reported(error: &Error, state: &CallState) -> DeliveryFailure {
    seen(state).unwrap_or_else(|| DeliveryFailure {
        code: code(error.code),
        message: state.redactor.line(&error.message, FAILURE_CHARS),
        retry: match error.retry {
            GuestRetry::Never => Retry::Never,
            GuestRetry::AfterMs(ms) => Retry::AfterMs(ms),
            GuestRetry::Backoff => Retry::Backoff,
        },
        remote_status: error.remote_status,
    })
}

/// What the host refused during a call that then failed, if anything.
fn seen(state: &CallState) -> Option<DeliveryFailure> {
    let limits = &state.limits;
    if state.growth.refused() {
        let message = format!("the connector asked for more than {} bytes of memory", limits.memory_bytes);
        return Some(sandbox(FailureCode::GuestMemory, message));
    }
    if state.calls.http_refused {
        let message = format!("the connector made more than {} requests in one call", limits.http);
        return Some(sandbox(FailureCode::GuestHostCalls, message));
    }
    let denied = state.denied.as_ref()?;
    let message = state.redactor.line(&format!("a request was refused: {denied}"), FAILURE_CHARS);
    // Only an operator can change this, and knows when they have.
    Some(DeliveryFailure { retry: Retry::Never, ..sandbox(FailureCode::OriginDenied, message) })
}

/// wasmtime has no public type for this error, so its text is all there is; a test holds the text.
fn is_handover(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().contains("fuel allocated for hostcalls has been exhausted")
}

fn code(code: ErrorCode) -> FailureCode {
    match code {
        ErrorCode::InvalidInput => FailureCode::InvalidInput,
        ErrorCode::NotFound => FailureCode::NotFound,
        ErrorCode::Conflict => FailureCode::Conflict,
        ErrorCode::Auth => FailureCode::Auth,
        ErrorCode::Forbidden => FailureCode::Forbidden,
        ErrorCode::RateLimited => FailureCode::RateLimited,
        ErrorCode::Upstream => FailureCode::Upstream,
        ErrorCode::Unavailable => FailureCode::Unavailable,
        ErrorCode::Unsupported => FailureCode::Unsupported,
        ErrorCode::Internal => FailureCode::Internal,
    }
}
