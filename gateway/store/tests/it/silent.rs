//! PostgreSQL behind a network that has gone silent: no answer, and no word that there will be none.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};
use wellspring_store::StoreError;

use crate::world::World;

/// More than there are connections for writing.
const WRITES: usize = 8;

/// Passes everything on until it goes silent; what is connected later passes.
struct Way {
    port: u16,
    silent: Arc<AtomicBool>,
}

impl Way {
    async fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let way = Self { port: listener.local_addr().unwrap().port(), silent: Arc::default() };
        let silent = Arc::clone(&way.silent);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
                let silent = if silent.load(Ordering::Relaxed) { Arc::default() } else { Arc::clone(&silent) };
                let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
                tokio::spawn(pass(near_read, far_write, Arc::clone(&silent)));
                tokio::spawn(pass(far_read, near_write, silent));
            }
        });
        way
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, silent: Arc<AtomicBool>) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if silent.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn a_connection_that_has_gone_silent_is_given_up_and_made_anew() {
    let Some(world) = World::postgres().await else { return };
    let url = world.url().expect("it is on a server").to_owned();
    let port: u16 = url.rsplit_once(':').and_then(|(_, rest)| rest.split('/').next()).unwrap().parse().unwrap();
    let way = Way::to(port).await;
    let store = world.at(&url.replace(&format!(":{port}/"), &format!(":{}/", way.port))).await;
    store.note_time().await.unwrap();
    way.silent.store(true, Ordering::Relaxed);

    // Nobody waits here: as soon as nothing else can be done, the time that is waited for is over.
    tokio::time::pause();
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable)), "a read");
    let refused = store.note_time().await;
    assert!(matches!(refused, Err(StoreError::Unavailable | StoreError::Closed)), "a write: {refused:?}");
    for _ in 0..WRITES {
        // Each connection has its turn, and is given up or has been made anew.
        let _either_way = store.note_time().await;
    }
    tokio::time::resume();
    store.note_time().await.expect("by a new connection");
}
