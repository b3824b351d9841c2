//! Guests in a process of their own: the same answers, the same names for what goes wrong, and nothing to find there.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

#[cfg(target_os = "linux")]
use rustix::process::Signal;
use wellspring_host::{CheckLine, Host, Limits};
use wellspring_model::delivery::FailureCode;

use crate::{
    handmade::ID,
    requests::{repeats, with_file},
    support::{NOW_MS, apart, call, connection, deliver, id, install, tight},
};

async fn host(limits: Limits) -> Host {
    apart(limits, &[]).await
}

#[tokio::test]
async fn a_guest_in_another_process_sees_and_answers_the_same() {
    let host = host(tight()).await;
    install(&host, &["echoes"]).await;
    let receipt = deliver(&host, "echoes", "").await.expect("delivers");
    assert_eq!(receipt.remote_id.expect("an id").0, "dlv_test/[wellspring:con_00000000000000000000000000000002:61001]");
    let mut view = connection("echoes", &[], &[]);
    view.connection.settings.insert("greeting".to_owned(), "hola".into());
    let lines = host.check(&id("echoes"), view).await.expect("checks");
    let good = |name: &str, message: &str| CheckLine { name: name.to_owned(), ok: true, message: message.to_owned() };
    let now = NOW_MS.to_string();
    assert_eq!(lines[1..], [good("greeting", "hola"), good("clock", &now), good("random", "[7, 7, 7, 7]")]);
}

#[tokio::test]
async fn each_misbehaviour_has_the_name_that_it_has_in_one_process() {
    let limits = Limits { wall: Duration::from_secs(10), ..tight() };
    let host = host(limits).await;
    install(&host, &["loops", "hoards", "traps", "babbles", "strays", "deep"]).await;
    for (name, key, code) in [
        ("loops", "", FailureCode::GuestCpu),
        ("hoards", "", FailureCode::GuestMemory),
        ("traps", "", FailureCode::GuestTrap),
        ("deep", "", FailureCode::GuestTrap),
        ("babbles", "", FailureCode::GuestHostCalls),
        ("babbles", "random", FailureCode::GuestHostCalls),
        ("strays", "base", FailureCode::OriginDenied),
    ] {
        let failure = deliver(&host, name, key).await.expect_err("it misbehaves");
        assert_eq!(failure.code, code, "{name} {key}: {}", failure.message);
        assert!(!failure.message.contains("ana.ruiz"), "{}", failure.message);
    }
}

#[tokio::test]
async fn requests_are_counted_by_whoever_makes_them() {
    let host = host(Limits { http: 5, ..tight() }).await;
    install(&host, &["babbles"]).await;
    let delivered = host.deliver(&id("babbles"), call("babbles", "requests")).await;
    assert_eq!(delivered.result.expect_err("too many").code, FailureCode::GuestHostCalls);
    assert_eq!(delivered.requests, 5);
}

/// Fails without the comparison of `multipart::most`: a frame of more than 96 MiB ends the process, and everybody's calls with it.
#[tokio::test]
async fn a_request_that_is_too_large_ends_nobody_elses_call() {
    let host = Arc::new(host(Limits { cpu_ticks: 200, wall: Duration::from_secs(30), ..tight() }).await);
    install(&host, &["loops"]).await;
    host.install(repeats(100).package()).await.expect("it installs");
    let process = host.guests_process();
    let looping = tokio::spawn({
        let host = Arc::clone(&host);
        async move { deliver(&host, "loops", "").await }
    });
    let failure = host.deliver(&id(ID), with_file(1 << 20)).await.result.expect_err("100 MiB");
    assert_eq!((failure.code, failure.message.as_str()), (FailureCode::Internal, "too-large"));
    assert!(!looping.is_finished(), "they ran side by side");
    let looped = looping.await.expect("the task ends").expect_err("it loops");
    assert_eq!(looped.code, FailureCode::GuestCpu, "{}", looped.message);
    assert_eq!(host.guests_process(), process);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_process_has_given_up_what_it_does_not_need() {
    // Without `close_inherited` it would keep this, as it would a file that whoever started the gateway left open.
    let left_open = fs::File::open("/proc/version").expect("a file");
    rustix::io::fcntl_setfd(&left_open, rustix::io::FdFlags::empty()).expect("it is passed on");
    let host = host(tight()).await;
    install(&host, &["echoes"]).await;
    deliver(&host, "echoes", "").await.expect("delivers");
    let process = PathBuf::from("/proc").join(host.guests_process().expect("a process").to_string());
    let status = fs::read_to_string(process.join("status")).expect("its status");
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    // Fails without `apply_filter_all_threads`, and in any thread that it does not reach.
    assert_eq!(field("Seccomp:"), Some("2"), "system calls are filtered");
    for thread in fs::read_dir(process.join("task")).expect("its threads") {
        let status = fs::read_to_string(thread.expect("a thread").path().join("status")).expect("its status");
        assert!(status.contains("Seccomp:\t2"), "{status}");
    }
    assert_eq!(field("NoNewPrivs:"), Some("1"));
    let environment = fs::read(process.join("environ")).expect("its environment");
    assert!(environment.is_empty(), "{}", String::from_utf8_lossy(&environment));
    let open: Vec<_> = fs::read_dir(process.join("fd"))
        .expect("its files")
        .filter_map(|file| fs::read_link(file.ok()?.path()).ok())
        .map(|target| target.display().to_string())
        .collect();
    // Images of memory that have no name are no files.
    let is_file =
        |target: &str| target.starts_with('/') && !["/dev/", "/memfd:"].iter().any(|it| target.starts_with(it));
    let files: Vec<_> = open.iter().filter(|target| is_file(target)).collect();
    assert!(files.is_empty(), "{open:?}");
    // Fails without `hush`, and with the gateway's own standard error.
    let errors = fs::read_link(process.join("fd/2")).expect("its standard error");
    assert_eq!(errors.as_os_str(), "/dev/null");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_process_that_ends_takes_its_calls_along_and_the_next_call_finds_another() {
    let host = Arc::new(host(Limits { cpu_ticks: 1_000, wall: Duration::from_secs(15), ..tight() }).await);
    install(&host, &["echoes", "loops"]).await;
    let before = host.guests_process().expect("a process");
    let looping = tokio::spawn({
        let host = Arc::clone(&host);
        async move { deliver(&host, "loops", "").await }
    });
    let idle = processor_ticks(before);
    while processor_ticks(before) < idle + 10 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    signal(before, Signal::KILL);
    let failure = looping.await.expect("the task ends").expect_err("its process ended");
    assert_eq!(failure.code, FailureCode::GuestTrap);
    assert!(failure.message.contains("ended in the midst"), "{}", failure.message);
    deliver(&host, "echoes", "").await.expect("the next call works");
    assert_ne!(host.guests_process(), Some(before));
}

/// Fails without the signals that `child::serve` listens to: a service manager tells every process of a gateway to end, which then
/// brings its calls to their end.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_process_that_is_told_to_end_serves_on_as_long_as_its_gateway_does() {
    let host = host(tight()).await;
    install(&host, &["echoes"]).await;
    let process = host.guests_process().expect("a process");
    for told in [Signal::TERM, Signal::INT] {
        signal(process, told);
        deliver(&host, "echoes", "").await.expect("delivers");
    }
    assert_eq!(host.guests_process(), Some(process));
    drop(host);
    let status = PathBuf::from("/proc").join(process.to_string()).join("status");
    let is_there = || fs::read_to_string(&status).is_ok_and(|status| !status.contains("State:\tZ"));
    for _ in 0..1_000 {
        if !is_there() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it goes on without its gateway");
}

#[cfg(target_os = "linux")]
fn signal(process: u32, signal: Signal) {
    let process = rustix::process::Pid::from_raw(i32::try_from(process).expect("fits")).expect("a process");
    rustix::process::kill_process(process, signal).expect("it is told");
}

/// Processor time that a process has used, in the system's ticks (proc(5), fields 14 and 15).
#[cfg(target_os = "linux")]
fn processor_ticks(process: u32) -> u64 {
    let stat = fs::read_to_string(PathBuf::from("/proc").join(process.to_string()).join("stat")).expect("its figures");
    let (_, fields) = stat.rsplit_once(") ").expect("a name in brackets");
    fields.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

/// An ATS that gives a token for anything, and answers with what it was told and with all it knows.
fn telling(secrets: [&'static str; 2]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut told) = (stream.expect("a connection"), [0; 4_096]);
            let told = stream.read(&mut told).map(|read| String::from_utf8_lossy(&told[..read]).into_owned());
            let told = told.unwrap_or_default();
            let body = if told.starts_with("POST /token") {
                format!(r#"{{"access_token":"{}","token_type":"bearer","expires_in":3600}}"#, secrets[1])
            } else {
                format!("{told} {}", secrets.join(" "))
            };
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ";
            // Whoever asked may be gone.
            let _answered = stream.write_all(format!("{head}{}\r\n\r\n{body}", body.len()).as_bytes());
        }
    });
    origin
}

/// Fails without `Scrubber::without_secrets`.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_secret_is_in_the_memory_of_the_process() {
    const SECRET: &str = "c4n4ry-0f-th3-s34l3d-s3cr3t";
    const TOKEN: &str = "c4n4ry-0f-th3-acc3ss-t0k3n";
    let host = host(tight()).await;
    install(&host, &["gossips"]).await;
    let origin = telling([SECRET, TOKEN]);
    // It tells in its receipt what it has heard, at the third attempt.
    let mut call = wellspring_host::DeliverCall { attempt: 3, ..call("gossips", "") };
    let secret = format!(r#"{{"client_id":"us","client_secret":"{SECRET}"}}"#);
    call.connection = connection("gossips", &[("api", &origin), ("auth", &origin)], &[("main", &secret)]);
    call.connection.connection.private_origins = vec![origin];
    let receipt = host.deliver(&id("gossips"), call).await.result.expect("it is answered");
    assert!(receipt.remote_id.expect("what it heard").0.contains("[secret]"), "it was echoed to");
    let process = PathBuf::from("/proc").join(host.guests_process().expect("a process").to_string());
    for canary in [SECRET, TOKEN] {
        match memory_holds(&process, canary.as_bytes()) {
            Some(holds) => assert!(!holds, "{canary} is in the memory of the process that runs guests"),
            // It is not dumpable: only root may look.
            None => println!("skipped: this user may not read the memory of another process"),
        }
    }
    // The same search finds what is there.
    let held = SECRET.to_owned();
    let own = memory_holds(&PathBuf::from("/proc/self"), held.as_bytes());
    assert_ne!(own, Some(false), "the search would find it");
}

/// `None`: the memory cannot be read.
#[cfg(target_os = "linux")]
fn memory_holds(process: &std::path::Path, wanted: &[u8]) -> Option<bool> {
    use std::os::unix::fs::FileExt as _;
    const MOST: u64 = 64 << 20;
    let maps = fs::read_to_string(process.join("maps")).ok()?;
    let memory = fs::File::open(process.join("mem")).ok()?;
    let finder = |bytes: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    let mut has_read = false;
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else { continue };
        let Some((from, to)) = range.split_once('-') else { continue };
        let address = |text| u64::from_str_radix(text, 16).ok();
        let (Some(from), Some(to)) = (address(from), address(to)) else { continue };
        // Writable memory of a size that is used: reservations of slots are far larger, and are not mapped.
        if !rights.starts_with("rw") || to - from > MOST {
            continue;
        }
        let mut bytes = vec![0; usize::try_from(to - from).ok()?];
        if memory.read_exact_at(&mut bytes, from).is_ok() {
            has_read = true;
            if finder(&bytes) {
                return Some(true);
            }
        }
    }
    has_read.then_some(false)
}
