//! Every limit has a guest that hits it; each is stopped, named, and followed by a call that works.

use std::time::{Duration, Instant};

use wellspring_host::{Host, Limits};
use wellspring_model::delivery::{DeliveryFailure, FailureCode, Retry};

use crate::support::{call, deliver, host, id, install, tight};

/// Runs the misbehaving guest, sees that it is stopped in time, and that the next call on the same host works.
async fn stopped(host: &Host, guest: &str, key: &str, within: Duration) -> DeliveryFailure {
    let begun = Instant::now();
    let failure = deliver(host, guest, key).await.expect_err("the guest misbehaves");
    assert!(begun.elapsed() < within, "{guest} was stopped after {:?}", begun.elapsed());
    let receipt = deliver(host, "echoes", "after").await.expect("the next call works");
    assert!(receipt.changed);
    failure
}

#[tokio::test(flavor = "current_thread")]
async fn a_guest_that_loops_is_stopped_by_its_processor_time() {
    let host = host(tight());
    install(&host, &["loops", "echoes"]).await;
    let failure = stopped(&host, "loops", "", Duration::from_secs(10)).await;
    assert_eq!(failure.code, FailureCode::GuestCpu);
    assert_eq!(failure.message, "the connector ran for more than 300 ms of processor time");
    assert_eq!(failure.retry, Retry::Backoff);
}

#[tokio::test(flavor = "current_thread")]
async fn a_guest_that_loops_gives_way_to_other_tasks_of_its_thread() {
    let host = host(tight());
    install(&host, &["loops", "echoes"]).await;
    let looping = deliver(&host, "loops", "");
    let mut others = 0;
    let counting = async {
        loop {
            others += 1;
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        failure = looping => assert!(failure.is_err()),
        () = counting => {}
    }
    assert!(others >= 20, "others ran {others} times beside the loop");
}

#[tokio::test]
async fn a_guest_that_hoards_is_stopped_by_its_memory() {
    let host = host(tight());
    install(&host, &["hoards", "echoes"]).await;
    let failure = stopped(&host, "hoards", "", Duration::from_secs(10)).await;
    assert_eq!(failure.code, FailureCode::GuestMemory);
    assert_eq!(failure.message, "the connector asked for more than 134217728 bytes of memory");
}

#[tokio::test]
async fn a_guest_that_panics_is_named_with_its_last_words_and_without_the_applicant() {
    let host = host(tight());
    install(&host, &["traps", "echoes"]).await;
    let failure = stopped(&host, "traps", "", Duration::from_secs(10)).await;
    assert_eq!(failure.code, FailureCode::GuestTrap);
    assert!(failure.message.contains("no such applicant: [applicant]"), "{}", failure.message);
    assert!(!failure.message.contains("ana.ruiz"), "{}", failure.message);
}

#[tokio::test]
async fn a_guest_that_calls_itself_for_ever_traps_and_the_host_lives() {
    let host = host(tight());
    install(&host, &["deep", "echoes"]).await;
    let failure = stopped(&host, "deep", "", Duration::from_secs(10)).await;
    assert_eq!(failure.code, FailureCode::GuestTrap);
}

#[tokio::test]
async fn a_guest_that_babbles_is_stopped_by_the_number_of_its_calls() {
    let host = host(tight());
    install(&host, &["babbles", "echoes"]).await;
    for (key, message) in [
        ("logs", "the connector made more than 1000 lines of log in one call"),
        ("random", "the connector made more than 10000 calls of the host in one call"),
        ("requests", "the connector made more than 100 requests in one call"),
        ("long", "the connector handed over more than 16777216 bytes at once"),
        ("answer", "the connector handed over more than 16777216 bytes at once"),
        ("failure", "the connector handed over more than 16777216 bytes at once"),
    ] {
        let failure = stopped(&host, "babbles", key, Duration::from_secs(10)).await;
        assert_eq!((failure.code, failure.message.as_str()), (FailureCode::GuestHostCalls, message), "{key}");
    }
}

#[tokio::test]
async fn a_call_that_takes_too_long_as_a_whole_is_ended() {
    let host = host(Limits { cpu_ticks: 100_000, ..tight() });
    install(&host, &["loops", "echoes"]).await;
    let call = wellspring_host::DeliverCall { deadline: Duration::from_millis(200), ..call("loops", "") };
    let begun = Instant::now();
    let failure = host.deliver(&id("loops"), call).await.result.expect_err("it loops");
    assert_eq!(failure.code, FailureCode::Deadline);
    assert!(begun.elapsed() < Duration::from_secs(10));
    deliver(&host, "echoes", "after").await.expect("the next call works");
}

#[tokio::test]
async fn calls_beyond_the_slots_wait_for_their_turn() {
    let host = host(tight());
    install(&host, &["loops", "echoes"]).await;
    // Four slots, and as many loops: the good call has to wait for one of them to be stopped.
    let (a, b, c, d, good) = tokio::join!(
        deliver(&host, "loops", ""),
        deliver(&host, "loops", ""),
        deliver(&host, "loops", ""),
        deliver(&host, "loops", ""),
        deliver(&host, "echoes", ""),
    );
    for looped in [a, b, c, d] {
        assert_eq!(looped.expect_err("it loops").code, FailureCode::GuestCpu);
    }
    good.expect("a slot came free");
}
