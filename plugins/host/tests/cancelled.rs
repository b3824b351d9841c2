//! Calls whose time ends while they wait for an ATS, many times. In a process of its own, because open connections are
//! counted.

#[path = "it/support.rs"]
mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{io::AsyncReadExt as _, net::TcpListener};
use wellspring_host::{DeliverCall, Host};
use wellspring_model::delivery::FailureCode;

use crate::support::{apart, call, connection, deliver, host, id, install, tight};

/// An ATS that takes every request and never answers; with how many connections were made, and how many are open.
async fn silent() -> (String, Arc<[AtomicUsize; 2]>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let counts: Arc<[AtomicUsize; 2]> = Arc::default();
    let shared = Arc::clone(&counts);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let counts = Arc::clone(&shared);
            for count in &*counts {
                count.fetch_add(1, Ordering::SeqCst);
            }
            tokio::spawn(async move {
                while stream.read(&mut [0; 1_024]).await.is_ok_and(|read| read > 0) {}
                counts[1].fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    (origin, counts)
}

/// Cuts calls off, and looks that every connection of theirs ends. There are four slots: one that was not given back would be missed
/// by the fifth call.
async fn cut_off(host: Host) {
    install(&host, &["strays", "echoes"]).await;
    let (origin, counts) = silent().await;
    for turn in 0..200 {
        let mut view = connection("strays", &[("api", &origin)], &[]);
        view.connection.private_origins = vec![origin.clone()];
        let deadline = Duration::from_millis(5 + turn % 20);
        let call = DeliverCall { connection: view, deadline, ..call("strays", "/wait") };
        let ended = host.deliver(&id("strays"), call).await.result.expect_err("nobody answers");
        assert_eq!(ended.code, FailureCode::Deadline, "{turn}: {}", ended.message);
    }
    for _ in 0..1_000 {
        if counts[1].load(Ordering::SeqCst) == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let [made, open] = [0, 1].map(|which: usize| counts[which].load(Ordering::SeqCst));
    assert!(made > 20 && open == 0, "{made} connections, {open} of them open");
    deliver(&host, "echoes", "after").await.expect("the next call works");
}

/// Guards the deadline of a call, and that what it drops ends the request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_ended_while_it_waits_gives_back_its_slot_and_its_connection() {
    cut_off(host(tight())).await;
}

/// Guards `Asked`: with a task of its own for each question the connection stays.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_in_a_process_of_its_own_gives_them_back_too() {
    cut_off(apart(tight(), &[]).await).await;
}
