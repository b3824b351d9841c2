//! An issuer's website on loopback, with TLS, that answers as it is told to.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};
use wellspring_egress::{EgressLimits, Fetcher, FetcherConfig};

/// How it answers.
#[derive(Debug, Clone)]
pub enum Mood {
    /// As it should: what was put at the path.
    Well,
    /// With this status line, whatever was asked for.
    Status(&'static str),
    /// A page for people in place of a document.
    Page,
    /// Half of the document, then silence.
    Slow,
    /// Half of the document, then the end of the connection.
    CutOff,
    /// More than anybody takes.
    Endless,
    /// Somewhere else.
    Away,
}

pub struct IssuerSite {
    pub origin: String,
    state: Arc<Mutex<State>>,
    authority: PathBuf,
    _folder: tempfile::TempDir,
    acceptor: TlsAcceptor,
    serving: JoinHandle<()>,
}

struct State {
    mood: Mood,
    /// The newest last.
    documents: Vec<(String, String)>,
    /// Paths at which it is out of service, however well it is otherwise.
    silent: Vec<String>,
    /// What was asked for.
    asked: Vec<String>,
}

impl IssuerSite {
    pub async fn start() -> Self {
        let _already_there = rustls::crypto::ring::default_provider().install_default();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let folder = tempfile::tempdir().expect("a folder");
        let authority = folder.path().join("authority.pem");
        std::fs::write(&authority, made.cert.pem()).expect("it is written");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder().with_no_client_auth();
        let config = config.with_single_cert(vec![made.cert.der().clone()], key).expect("a server");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
        let state = State { mood: Mood::Well, documents: Vec::new(), silent: Vec::new(), asked: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let serving = serve(listener, acceptor.clone(), Arc::clone(&state));
        Self { origin, state, authority, _folder: folder, acceptor, serving }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test failed")
    }

    pub fn put(&self, path: &str, document: &serde_json::Value) {
        self.state().documents.push((path.to_owned(), document.to_string()));
    }

    pub fn feel(&self, mood: Mood) {
        self.state().mood = mood;
    }

    /// From now on there is no answer of use at this path.
    pub fn silence(&self, path: &str) {
        self.state().silent.push(path.to_owned());
    }

    /// And now there is.
    pub fn speak(&self, path: &str) {
        self.state().silent.retain(|silent| silent != path);
    }

    /// How often somebody asked for what is at this path.
    pub fn asked(&self, path: &str) -> usize {
        self.state().asked.iter().filter(|asked| *asked == path).count()
    }

    /// Nobody listens any more.
    pub fn stop(&self) {
        self.serving.abort();
    }

    /// At the same place again.
    pub async fn restart(&mut self) {
        let address = self.origin.replace("https://localhost", "127.0.0.1");
        let listener = TcpListener::bind(address).await.expect("the port is free");
        self.serving = serve(listener, self.acceptor.clone(), Arc::clone(&self.state));
    }

    /// A fetcher that knows this site and its certificate, and does not wait long. To it nothing kept is fresh.
    pub fn fetcher(&self, keeps: jiff::SignedDuration) -> Fetcher {
        self.fetcher_with(jiff::SignedDuration::ZERO, keeps)
    }

    /// The same, to which what is kept is fresh for a while.
    pub fn fetcher_with(&self, fresh: jiff::SignedDuration, keeps: jiff::SignedDuration) -> Fetcher {
        let limits = EgressLimits {
            body_bytes: 64 * 1024,
            connect: Duration::from_secs(2),
            first_byte: Duration::from_millis(300),
            between_bytes: Duration::from_millis(300),
            total: Duration::from_secs(3),
            ..EgressLimits::default()
        };
        let config = FetcherConfig {
            limits,
            extra_ca_file: Some(self.authority.clone()),
            private_origins: vec![self.origin.clone()],
            fresh,
            stale: keeps,
            pause: jiff::SignedDuration::ZERO,
        };
        Fetcher::new(config).expect("a fetcher")
    }
}

fn serve(listener: TcpListener, acceptor: TlsAcceptor, state: Arc<Mutex<State>>) -> JoinHandle<()> {
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, state) = (acceptor.clone(), Arc::clone(&state));
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
                let (mood, document) = found(&mut state.lock().expect("no test failed"), path);
                let _gone = stream.write_all(answer(&mood, document).as_bytes()).await;
                if matches!(mood, Mood::Slow) {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                let _gone = stream.shutdown().await;
            });
        }
    })
}

/// How to answer to a path, and with what.
fn found(state: &mut State, path: String) -> (Mood, Option<String>) {
    let mood = match state.silent.contains(&path) {
        true => Mood::Status("503 Service Unavailable"),
        false => state.mood.clone(),
    };
    let document = state.documents.iter().rev().find(|(at, _)| *at == path).map(|(_, text)| text.clone());
    state.asked.push(path);
    (mood, document)
}

fn answer(mood: &Mood, document: Option<String>) -> String {
    let whole = |status: &str, kind: &str, body: &str| {
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )
    };
    match (mood, document) {
        (Mood::Well, Some(text)) => whole("200 OK", "application/json", &text),
        (Mood::Well, None) => whole("404 Not Found", "text/plain", ""),
        (Mood::Status(status), _) => whole(status, "application/json", "{}"),
        (Mood::Page, text) => whole("200 OK", "text/html; charset=utf-8", &text.unwrap_or_default()),
        (Mood::Slow | Mood::CutOff, text) => {
            let text = whole("200 OK", "application/json", &text.unwrap_or_default());
            text[..text.len() - 20].to_owned()
        }
        (Mood::Endless, _) => whole("200 OK", "application/json", &" ".repeat(65 * 1024)),
        (Mood::Away, _) => {
            "HTTP/1.1 302 Found\r\nlocation: https://else.example/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                .to_owned()
        }
    }
}
