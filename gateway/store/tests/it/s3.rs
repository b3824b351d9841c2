//! The same on S3-compatible object storage: PyPI's moto, which `cargo xtask test` brings into `target/moto` where it can.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use url::Url;
use wellspring_model::{Timestamp, submission::SubmissionState};
use wellspring_store::{Page, PayloadPlace, PayloadSettings, S3, Store, StoreError};

use crate::{
    payloads::{end_all, hand_in, noise},
    world::{World, now, on_both_stores},
};

const BUCKET: &str = "records";

/// A server of its own for each test. It ends with it.
struct Moto {
    process: Child,
    address: SocketAddr,
}

impl Moto {
    /// Starts one, if it is there.
    async fn start() -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/moto/bin/moto_server");
        if !program.is_file() {
            eprintln!("SKIPPED: moto is not there (`cargo xtask test` brings it where Python is)");
            return None;
        }
        let address = free();
        let port = address.port().to_string();
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &port]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let moto = Self { process: command.spawn().unwrap(), address };
        for _ in 0..600 {
            if TcpStream::connect(address).is_ok() {
                return Some(moto);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("moto did not answer for a minute");
    }

    /// One request in plain words.
    fn ask(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let host = self.address;
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    async fn with_bucket() -> Option<Self> {
        let moto = Self::start().await?;
        let made = moto.ask("PUT", &format!("/{BUCKET}"));
        assert!(made.starts_with("HTTP/1.1 200"), "{made}");
        Some(moto)
    }

    /// The names of all objects.
    fn objects(&self) -> Vec<String> {
        let list = self.ask("GET", &format!("/{BUCKET}"));
        list.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap().to_owned()).collect()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn with_bucket(world: &World, address: SocketAddr, bucket: &str) -> Store {
    let s3 = S3 {
        bucket: bucket.into(),
        prefix: "wellspring/payloads".into(),
        endpoint: Some(Url::parse(&format!("http://{address}")).unwrap()),
        region: "us-east-1".into(),
        access_key_id: "an id".into(),
        secret_access_key: "s3cret".to_owned().into(),
        allow_http: true,
        authorities: None,
    };
    let settings = PayloadSettings { inline_bytes: 1_000, place: PayloadPlace::S3(Box::new(s3)) };
    world.store.clone().with_payloads(&settings).unwrap()
}

async fn long_payloads_lie_in_the_bucket_come_back_and_go(world: World) {
    let Some(moto) = Moto::with_bucket().await else { return };
    let store = with_bucket(&world, moto.address, BUCKET);
    store.check_payloads().await.unwrap();
    assert!(moto.objects().is_empty(), "what was written to see whether it can be is gone");
    let (short, long, longer) = (noise(100, 1), noise(9_000, 2), noise(300_000, 3));
    for bytes in [&short, &long, &longer] {
        let digest = hand_in(&world, &store, world.place, bytes).await;
        assert_eq!(store.payload(world.place.tenant, digest).await.unwrap().as_ref(), Some(bytes));
    }
    let objects = moto.objects();
    assert_eq!(objects.len(), 2);
    let ours = format!("wellspring/payloads/{}/", world.place.tenant);
    assert!(objects.iter().all(|name| name.starts_with(&ours)), "{objects:?}");
    store.check_payloads().await.unwrap();
    end_all(&world, &store).await;
    assert_eq!(store.retire_submissions(now(), 100, now()).await.unwrap(), 3);
    assert!(moto.objects().is_empty());
}

async fn objects_that_no_row_names_are_swept_from_the_bucket_after_a_day(world: World) {
    let Some(moto) = Moto::with_bucket().await else { return };
    let store = with_bucket(&world, moto.address, BUCKET);
    let kept = hand_in(&world, &store, world.place, &noise(9_000, 1)).await;
    // Rows deleted by a process that then ended: by one that knows of no bucket.
    hand_in(&world, &store, world.place, &noise(9_000, 2)).await;
    let first = "(SELECT min(submission) FROM submission_payloads)";
    world.sql(&format!("UPDATE submissions SET received_at = received_at + 1000000 WHERE id = {first}")).await;
    end_all(&world, &store).await;
    assert_eq!(world.store.retire_submissions(now(), 100, now()).await.unwrap(), 1);
    assert_eq!(moto.objects().len(), 2);
    // The time by a file that is written now.
    std::fs::write(world.folder(), b"now").unwrap();
    let written = std::fs::metadata(world.folder()).unwrap().modified().unwrap();
    let hour = |hours: u64| Timestamp::try_from(written + Duration::from_secs(hours * 60 * 60)).unwrap();
    assert_eq!(store.sweep_objects(hour(23)).await.unwrap(), 0);
    assert_eq!(store.sweep_objects(hour(25)).await.unwrap(), 1);
    assert_eq!(moto.objects().len(), 1);
    assert!(store.payload(world.place.tenant, kept).await.unwrap().is_some());
}

async fn a_bucket_that_is_not_there_is_told_apart_from_a_service_that_is_not(world: World) {
    if let Some(moto) = Moto::with_bucket().await {
        let refused = with_bucket(&world, moto.address, "another").check_payloads().await;
        assert!(matches!(refused, Err(StoreError::ObjectsRefused(_))), "{refused:?}");
    }
    let gone = with_bucket(&world, free(), BUCKET);
    let unavailable = gone.check_payloads().await.unwrap_err();
    assert!(matches!(unavailable, StoreError::ObjectsUnavailable(_)), "{unavailable:?}");
    assert!(!unavailable.to_string().contains("s3cret"), "{unavailable}");
}

async fn while_the_service_cannot_be_reached_nothing_long_is_acknowledged_and_nothing_is_lost(world: World) {
    let gone = with_bucket(&world, free(), BUCKET);
    let new = world.submission_of(world.place, &noise(9_000, 1));
    let id = new.submission.id;
    let refused = gone.accept(new).await;
    assert!(matches!(refused, Err(StoreError::ObjectsUnavailable(_))), "{refused:?}");
    assert!(world.store.submission(world.place.tenant, id).await.unwrap().is_none());
    assert_eq!(world.store.tasks_waiting().await.unwrap(), 0);
    hand_in(&world, &gone, world.place, &noise(100, 2)).await;

    let Some(moto) = Moto::with_bucket().await else { return };
    let there = with_bucket(&world, moto.address, BUCKET);
    let digest = hand_in(&world, &there, world.place, &noise(9_000, 3)).await;
    let refused = gone.payload(world.place.tenant, digest).await;
    assert!(matches!(refused, Err(StoreError::ObjectsUnavailable(_))), "not damaged, and not gone: {refused:?}");
    assert!(there.payload(world.place.tenant, digest).await.unwrap().is_some());
    // Retiring goes on; the object is left to the sweep.
    end_all(&world, &gone).await;
    assert_eq!(gone.retire_submissions(now(), 100, now()).await.unwrap(), 2);
    assert_eq!(moto.objects().len(), 1);
    let states = world.store.submissions(world.place.tenant, Page { after: None, limit: 9 }).await;
    let (states, _) = states.unwrap();
    assert!(states.iter().all(|one| matches!(one.state, SubmissionState::Retired { .. })));
}

async fn a_damaged_object_is_refused(world: World) {
    let Some(moto) = Moto::with_bucket().await else { return };
    let store = with_bucket(&world, moto.address, BUCKET);
    let digest = hand_in(&world, &store, world.place, &noise(9_000, 1)).await;
    let longer = hand_in(&world, &store, world.place, &noise(9_001, 2)).await;
    world.sql("UPDATE payloads SET object = (SELECT p.object FROM payloads p WHERE p.size = 9001)").await;
    assert!(store.payload(world.place.tenant, longer).await.unwrap().is_some(), "it is its own");
    let refused = store.payload(world.place.tenant, digest).await;
    assert!(matches!(refused, Err(StoreError::Damaged(of)) if of == digest), "another's bytes: {refused:?}");
    world.sql("UPDATE payloads SET object = 'nowhere' WHERE size = 9000").await;
    let refused = store.payload(world.place.tenant, digest).await;
    assert!(matches!(refused, Err(StoreError::Damaged(of)) if of == digest), "no bytes: {refused:?}");
}

on_both_stores! {
    long_payloads_lie_in_the_bucket_come_back_and_go,
    objects_that_no_row_names_are_swept_from_the_bucket_after_a_day,
    a_bucket_that_is_not_there_is_told_apart_from_a_service_that_is_not,
    while_the_service_cannot_be_reached_nothing_long_is_acknowledged_and_nothing_is_lost,
    a_damaged_object_is_refused,
}
