//! A server that reads requests and answers by script, byte for byte.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What to answer.
pub enum Answer {
    /// These bytes, and the end of the connection.
    Whole(Vec<u8>),
    /// These bytes, and then the next request.
    Kept(Vec<u8>),
    /// The head at once, then the same bytes again and again until the other side leaves, with a pause between.
    Endless { head: String, piece: Vec<u8>, pause: Duration },
    /// Nothing, with the connection left open.
    Silence,
}

impl Answer {
    pub fn status(status: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
        Self::Whole([head.as_bytes(), body.as_bytes()].concat())
    }

    pub fn ok(body: &str) -> Self {
        Self::status("200 OK", &[], body)
    }
}

/// What was seen.
#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<Vec<u8>>>,
    connections: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
}

pub struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
}

impl Server {
    /// `answer` gets each request as text, and how many came before it.
    pub async fn start(answer: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (server, answer) = (Self { address, seen: Arc::default() }, Arc::new(answer));
        let seen = Arc::clone(&server.seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                seen.connections.fetch_add(1, Ordering::SeqCst);
                let open = seen.open.fetch_add(1, Ordering::SeqCst) + 1;
                seen.most_open.fetch_max(open, Ordering::SeqCst);
                tokio::spawn(async move {
                    // A caller that has gone away is what some of these tests are about.
                    let _gone = serve(stream, &seen, &*answer).await;
                    seen.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        server
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The requests seen, each as text: head and body.
    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    /// Connections made so far, those open now, and the most that were at once.
    pub fn connections(&self) -> (usize, usize, usize) {
        let seen = &self.seen;
        let [all, open, most] = [&seen.connections, &seen.open, &seen.most_open].map(|one| one.load(Ordering::SeqCst));
        (all, open, most)
    }
}

async fn serve(
    mut stream: TcpStream,
    seen: &Seen,
    answer: &(dyn Fn(&str, usize) -> Answer + Send + Sync),
) -> std::io::Result<()> {
    while let Some(request) = read(&mut stream).await? {
        let text = String::from_utf8_lossy(&request).into_owned();
        let before = {
            let mut requests = seen.requests.lock().unwrap();
            requests.push(request);
            requests.len() - 1
        };
        match answer(&text, before) {
            Answer::Whole(bytes) => return stream.write_all(&bytes).await,
            Answer::Kept(bytes) => stream.write_all(&bytes).await?,
            Answer::Endless { head, piece, pause } => {
                stream.write_all(head.as_bytes()).await?;
                loop {
                    stream.write_all(&piece).await?;
                    tokio::time::sleep(pause).await;
                }
            }
            Answer::Silence => {
                // It ends with the connection: nothing more is sent.
                let _end = stream.read_u8().await?;
            }
        }
    }
    Ok(())
}

/// The next request, as it came. `None` at the end of the connection.
async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Vec<u8>>> {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4_096]);
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                return Ok(Some(bytes));
            }
        }
        match stream.read(&mut chunk).await? {
            0 => return Ok((!bytes.is_empty()).then_some(bytes)),
            n => bytes.extend_from_slice(&chunk[..n]),
        }
    }
}
