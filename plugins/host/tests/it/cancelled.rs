//! Calls that end while a request of theirs is under way.

use std::{
    io::Read as _,
    net::TcpListener,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use wellspring_host::{DeliverCall, Host};
use wellspring_model::delivery::FailureCode;

use crate::{
    canned::Silent,
    support::{call, deliver, host, id, install, tight},
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
    // As many at a time as there are slots, so that a slot that did not come back would be missed at once.
    for _ in 0..CALLS / 4 {
        let after = Duration::from_millis(3);
        tokio::join!(cut_off(&host, after), cut_off(&host, after), cut_off(&host, after), cut_off(&host, after));
    }
    let (begun, given_up) = (begun.load(Ordering::Relaxed), given_up.load(Ordering::Relaxed));
    assert!(begun > 1_000, "requests were under way: {begun}");
    assert_eq!(begun, given_up, "each was given up with its call");
    deliver(&host, "echoes", "after").await.expect("the next call works");
}

#[tokio::test]
async fn a_call_that_is_cut_off_takes_its_connection_to_the_ats_with_it() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    // Reads what comes, answers nothing, and says when the other side hung up.
    let ats = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("a connection");
        socket.set_read_timeout(Some(Duration::from_secs(30))).expect("a time limit");
        let (mut read, mut piece) = (0, [0; 4_096]);
        loop {
            match socket.read(&mut piece) {
                Ok(0) => return (read, true),
                Ok(n) => read += n,
                Err(error) => return (read, error.kind() == std::io::ErrorKind::ConnectionReset),
            }
        }
    });
    let host = host(tight());
    install(&host, &["notes", "echoes"]).await;
    let mut call = DeliverCall { deadline: Duration::from_secs(1), ..call("notes", "") };
    call.connection.connection.bases.insert("api".to_owned(), origin.parse().expect("a base"));
    call.connection.connection.private_origins = vec![origin];
    let begun = Instant::now();
    let failure = host.deliver(&id("notes"), call).await.result.expect_err("nobody answers");
    assert_eq!(failure.code, FailureCode::Deadline);
    // The connection's own task needs a turn to notice.
    let (read, hung_up) = tokio::task::spawn_blocking(move || ats.join().expect("it ends")).await.expect("joins");
    assert!(read > 0 && hung_up, "{read} bytes came, hung up: {hung_up}");
    assert!(begun.elapsed() < Duration::from_secs(10), "after {:?}", begun.elapsed());
    deliver(&host, "echoes", "after").await.expect("the next call works");
}
