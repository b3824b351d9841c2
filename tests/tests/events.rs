//! Events over `kill -9`: whatever happened is told of, as one event, however often it has to be sent.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use wellspring_tests::{
    Failure,
    client::id,
    demo::credentials::{Award, Issuer, badge, signed},
    gateway::eventually,
    world::{Application, World},
};

const TIMES: u64 = 10;

/// Takes events, or leaves their senders waiting.
#[derive(Clone, Default)]
struct Receiver {
    /// The `webhook-id` and the body of each request.
    received: Arc<Mutex<Vec<(String, Value)>>>,
    holds: Arc<AtomicBool>,
}

impl Receiver {
    async fn start() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let receiver = Self::default();
        let desk = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let desk = desk.clone();
                // A sender that was killed has gone away.
                tokio::spawn(async move { drop(desk.take(stream).await) });
            }
        });
        (receiver, origin)
    }

    async fn take(self, mut stream: TcpStream) -> std::io::Result<()> {
        let (head, body) = read(&mut stream).await?;
        let id = head.lines().find_map(|line| line.strip_prefix("webhook-id: ")).unwrap_or_default().to_owned();
        let body = serde_json::from_str(&body).unwrap_or_default();
        self.received.lock().expect("no test failed").push((id, body));
        if self.holds.load(Ordering::SeqCst) {
            let _until_it_is_gone = stream.read(&mut [0; 1]).await?;
            return Ok(());
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await
    }

    fn count(&self) -> usize {
        self.received.lock().expect("no test failed").len()
    }

    /// The ids under which this was told of this submission.
    fn ids(&self, kind: &str, submission: &str) -> BTreeSet<String> {
        let received = self.received.lock().expect("no test failed");
        let of = received.iter().filter(|(_, body)| body["type"] == kind && body["data"]["submission"] == submission);
        of.map(|(id, _)| id.clone()).collect()
    }
}

async fn read(stream: &mut TcpStream) -> std::io::Result<(String, String)> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4_096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Ok((head.to_owned(), body.to_owned()));
            }
        }
        match stream.read(&mut piece).await? {
            0 => return Ok((text, String::new())),
            count => bytes.extend_from_slice(&piece[..count]),
        }
    }
}

#[tokio::test]
async fn killed_at_any_moment_what_happened_is_told_of_as_one_event() {
    let applications: Vec<_> = (1..=TIMES).map(Application::numbered).collect();
    let mut world = World::start(Application::seed(&applications), &[], |_| {}).await.expect("the world starts");
    let (receiver, origin) = Receiver::start().await;
    let endpoint = json!({"url": format!("{origin}/hook"), "types": ["submission.assessed", "delivery.delivered"]});
    let endpoint = world.client.post("/v1/events/endpoints", &endpoint).await.expect("it is added");
    let endpoint = id(&endpoint).expect("an id");
    world.gateway.command(&["endpoint", "grant", &endpoint, &origin, "--tenant", &world.tenant]).expect("granted");
    let mut submissions = BTreeMap::new();
    for application in &applications {
        // Every other one is killed while the receiver has an event and has not answered.
        let holds = application.id % 2 == 0;
        receiver.holds.store(holds, Ordering::SeqCst);
        let before = receiver.count();
        let badge = badge(Issuer::Training, Award::Competency(0), &application.email);
        let credentials = [signed(Issuer::Training, badge).expect("it is signed")];
        let submission = world.submit(application, &credentials).await.expect("it is accepted");
        if holds {
            let arrived = async || Ok::<_, Failure>((receiver.count() > before).then_some(()));
            eventually("no event arrived", arrived).await.expect("an event arrives");
        }
        world.gateway.kill().expect("it was running");
        receiver.holds.store(false, Ordering::SeqCst);
        world.gateway.start().await.expect("it starts again");
        submissions.insert(submission, holds);
    }
    for (submission, holds) in &submissions {
        world.delivered(submission).await.expect("it is delivered");
        for kind in ["submission.assessed", "delivery.delivered"] {
            let told = async || Ok::<_, Failure>((!receiver.ids(kind, submission).is_empty()).then_some(()));
            eventually(&format!("{kind} of {submission} was not told"), told).await.expect("it is told");
            assert_eq!(receiver.ids(kind, submission).len(), 1, "{kind} of {submission} (held: {holds})");
        }
    }
    let sent = receiver.count();
    assert!(sent > submissions.len() * 2, "some were sent again, since nobody had heard that they arrived: {sent}");
}
