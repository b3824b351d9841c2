//! What stays behind after many calls. In a process of its own, because memory is measured for a whole process.

#[path = "it/support.rs"]
#[expect(dead_code, reason = "the tests in `it` use the rest")]
mod support;

use wellspring_model::delivery::FailureCode;

use crate::support::{deliver, host, install, tight};

#[tokio::test]
async fn five_thousand_traps_leave_nothing_behind() {
    let host = host(tight());
    install(&host, &["traps", "echoes"]).await;
    let run = async |times: u32| {
        for _ in 0..times {
            assert_eq!(deliver(&host, "traps", "").await.expect_err("it traps").code, FailureCode::GuestTrap);
        }
    };
    run(500).await;
    let before = resident_kib();
    run(5_000).await;
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 16 << 10, "{grown} KiB more after 5,000 traps");
    deliver(&host, "echoes", "after").await.expect("the next call works");
}

/// Resident memory of this process. Zero where the system does not tell.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
