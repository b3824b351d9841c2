//! A caller that costs little, so that what is measured is the gateway: one connection, one request at a time.

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

use crate::Failure;

/// A connection that is kept.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    /// # Errors
    /// Nobody listens at `authority` (`127.0.0.1:8080`).
    pub async fn open(authority: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(authority).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a whole request and reads its whole answer. The status.
    ///
    /// # Errors
    /// The connection breaks, or the answer has no length.
    pub async fn send(&mut self, request: &[u8]) -> Result<u16, Failure> {
        self.0.get_mut().write_all(request).await?;
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| Failure::new(format!("no answer but `{line}`")))?;
        let mut length = None;
        loop {
            line.clear();
            self.0.read_line(&mut line).await?;
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse::<usize>().ok();
            }
        }
        let mut body = vec![0; length.ok_or_else(|| Failure::new("an answer without a length"))?];
        self.0.read_exact(&mut body).await?;
        Ok(status)
    }

    /// Sends a submission.
    ///
    /// # Errors
    /// The connection breaks, or it is not accepted.
    pub async fn accepted(&mut self, request: &[u8]) -> Result<(), Failure> {
        match self.send(request).await? {
            202 => Ok(()),
            status => Err(Failure::new(format!("a submission was answered {status}"))),
        }
    }
}
