//! A server that reads a request and answers by script, byte for byte.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What to answer.
pub enum Answer {
    Whole(Vec<u8>),
    /// The head at once, then the same bytes again and again until the other side leaves, with a pause between.
    Endless {
        head: String,
        piece: Vec<u8>,
        pause: Duration,
    },
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

pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` gets each request as text, and how many came before it.
    pub async fn start(answer: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (Arc::clone(&requests), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                tokio::spawn(async move {
                    // A caller that has gone away is what some of these tests are about.
                    let _gone = serve(stream, &seen, &*answer).await;
                });
            }
        });
        Self { address, requests }
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The requests seen, each as text: head and body.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<String>>,
    answer: &(dyn Fn(&str, usize) -> Answer + Send + Sync),
) -> std::io::Result<()> {
    let request = read(&mut stream).await?;
    let before = {
        let mut seen = seen.lock().unwrap();
        seen.push(request.clone());
        seen.len() - 1
    };
    match answer(&request, before) {
        Answer::Whole(bytes) => stream.write_all(&bytes).await,
        Answer::Endless { head, piece, pause } => {
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(&piece).await?;
                tokio::time::sleep(pause).await;
            }
        }
        Answer::Silence => {
            let mut rest = [0; 1];
            stream.read(&mut rest).await.map(|_| ())
        }
    }
}

async fn read(stream: &mut TcpStream) -> std::io::Result<String> {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4_096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Ok(text);
            }
        }
        match stream.read(&mut chunk).await? {
            0 => return Ok(text),
            n => bytes.extend_from_slice(&chunk[..n]),
        }
    }
}
