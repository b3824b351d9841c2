//! A panic ends a guest in a trap that says nothing. Its message is logged first; the host shows it with the failure.

use std::sync::Once;

use crate::host;

/// From now on, panics are logged through the host. Instances are fresh for each call, so each call begins with this.
pub(crate) fn speak() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| std::panic::set_hook(Box::new(|panic| host::error(&panic.to_string()))));
}
