//! What was open in whoever started the gateway, and is open in the gateway therefore. It is not for the processes that run or
//! compile somebody else's code.

/// Has everything that is open here, but the standard streams, closed in the processes that are started from now on.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the standard library closes what it opened, and nothing else; see SAFETY")]
pub(crate) fn withhold() {
    const FIRST: libc::c_uint = 3;
    // SAFETY: no memory is handed over. What is open stays open and whoever owns it goes on to own it; it is only marked.
    let marked = unsafe { libc::syscall(libc::SYS_close_range, FIRST, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    if marked != 0 {
        let error = std::io::Error::last_os_error();
        tracing::warn!(%error, "files that the gateway was started with stay open in the processes that it starts");
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn withhold() {}
