//! Calls that end while a request of theirs is under way. That their connections end too: `tests/cancelled.rs`.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use wellspring_host::{DeliverCall, Host};
use wellspring_model::delivery::FailureCode;

use crate::{
    canned::Silent,
    support::{apart, call, deliver, host, id, install, tight},
};

const CALLS: usize = 10_000;

async fn cut_off(host: &Host, after: Duration) {
    let call = DeliverCall { deadline: after, ..call("notes", "") };
    let failure = host.deliver(&id("notes"), call).await.result.expect_err("nobody answers");
    assert_eq!(failure.code, FailureCode::Deadline);
}

#[tokio::test]
async fn ten_thousand_calls_cut_off_in_the_middle_of_a_request_leave_nothing_behind() {
    let silent = Silent::default();
    let (begun, given_up) = (Arc::clone(&silent.begun), Arc::clone(&silent.given_up));
    let host = host(tight()).answered_by(Arc::new(silent));
    install(&host, &["notes", "echoes"]).await;
    // As many at a time as one connection may have, so that turns or slots that do not come back are missed soon.
    for _ in 0..CALLS / 4 {
        let after = Duration::from_millis(3);
        tokio::join!(cut_off(&host, after), cut_off(&host, after), cut_off(&host, after), cut_off(&host, after));
    }
    let (begun, given_up) = (begun.load(Ordering::Relaxed), given_up.load(Ordering::Relaxed));
    assert!(begun > 1_000, "requests were under way: {begun}");
    assert_eq!(begun, given_up, "each was given up with its call");
    deliver(&host, "echoes", "after").await.expect("the next call works");
}

/// Guards `Asked`: with a task of its own for each question a request goes on beside the next try of its call.
#[cfg(unix)]
#[tokio::test]
async fn calls_cut_off_in_a_process_of_their_own_leave_nothing_behind_either() {
    let silent = Silent::default();
    let (begun, given_up) = (Arc::clone(&silent.begun), Arc::clone(&silent.given_up));
    let host = apart(tight(), &[]).await.answered_by(Arc::new(silent));
    install(&host, &["notes", "echoes"]).await;
    let process = host.guests_process();
    for turn in 0..500 {
        // Ended by its own time, and by whoever no longer waits for it.
        let after = Duration::from_millis(5 + turn % 10);
        let left = async || assert!(tokio::time::timeout(after, deliver(&host, "notes", "")).await.is_err());
        tokio::join!(cut_off(&host, after), left(), cut_off(&host, after), left());
    }
    let counts = || (begun.load(Ordering::Relaxed), given_up.load(Ordering::Relaxed));
    for _ in 0..1_000 {
        if counts().0 == counts().1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (begun, given_up) = counts();
    assert!(begun > 200, "requests were under way: {begun}");
    assert_eq!(begun, given_up, "each was given up with its call");
    deliver(&host, "echoes", "after").await.expect("the next call works");
    assert_eq!(host.guests_process(), process, "and it is still the same process");
}
