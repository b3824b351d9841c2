//! What goes over the pipe: a length of four bytes, and a value in postcard's format.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    sync::mpsc,
};
use wellspring_egress::{OutboundRequest, OutboundResponse, SendFailure};
use wellspring_model::delivery::{DeliveryFailure, FailureCode, Retry};

use crate::{
    engine::Allocation,
    errand::{Comparison, Errand, Given, LogLevel},
    guest::Handle,
    kept::NotKept,
    limits::Limits,
};

/// The longest frame to the guests: code.
pub(super) const DOWN_MAX: usize = 512 << 20;
/// The longest frame from the guests: a request with what it carries.
pub(super) const UP_MAX: usize = 96 << 20;

/// What may wait for the other side before no more is added, in bytes. A process that listens is never this far behind.
const WAITING_MAX: usize = 256 << 20;

/// To the guests.
#[derive(Serialize, Deserialize)]
pub(super) enum Down {
    Begin {
        limits: Limits,
        slots: u32,
    },
    Load {
        handle: Handle,
        code: Bytes,
    },
    Forget(Handle),
    Enter {
        call: u64,
        handle: Handle,
        errand: Box<Errand>,
    },
    /// Nobody waits for it any more.
    Leave {
        call: u64,
    },
    Reply {
        call: u64,
        question: u32,
        reply: Reply,
    },
}

/// From the guests.
#[derive(Serialize, Deserialize)]
pub(super) enum Up {
    Ready(Result<Allocation, String>),
    Loaded { handle: Handle, result: Result<(), String> },
    Ask { call: u64, question: u32, ask: Ask },
    Log { call: u64, level: LogLevel, line: String },
    Ended { call: u64, result: Result<Given, Failed> },
}

/// What a guest asks for.
#[derive(Serialize, Deserialize)]
pub(super) enum Ask {
    Send(Box<OutboundRequest>),
    StateGet(String),
    StateSet(String, Option<Bytes>),
    Fits(String, Comparison),
}

/// What it is answered.
#[derive(Serialize, Deserialize)]
pub(super) enum Reply {
    Sent(Result<OutboundResponse, SendFailure>),
    Got(Result<Option<Bytes>, NotKept>),
    Kept(Result<(), NotKept>),
    Fits(bool),
}

/// A [`DeliveryFailure`] in a form that does not leave members out.
#[derive(Serialize, Deserialize)]
pub(super) struct Failed {
    code: FailureCode,
    message: String,
    retry: Retry,
    remote_status: Option<u16>,
}

impl From<DeliveryFailure> for Failed {
    fn from(failure: DeliveryFailure) -> Self {
        let DeliveryFailure { code, message, retry, remote_status } = failure;
        Self { code, message, retry, remote_status }
    }
}

impl From<Failed> for DeliveryFailure {
    fn from(failed: Failed) -> Self {
        let Failed { code, message, retry, remote_status } = failed;
        Self { code, message, retry, remote_status }
    }
}

/// What one side says to the other, in the order in which it is said.
#[derive(Clone)]
pub(super) struct Outbox {
    frames: mpsc::UnboundedSender<Vec<u8>>,
    /// Bytes that the other side has not taken yet.
    waiting: Arc<AtomicUsize>,
}

impl Outbox {
    /// Writes what is said from now on, as long as the other side listens.
    pub fn new(mut to: impl AsyncWrite + Unpin + Send + 'static) -> Self {
        let (outbox, mut frames) = mpsc::unbounded_channel::<Vec<u8>>();
        let waiting = Arc::new(AtomicUsize::new(0));
        let left = Arc::clone(&waiting);
        tokio::spawn(async move {
            while let Some(frame) = frames.recv().await {
                if to.write_all(&frame).await.is_err() {
                    return;
                }
                left.fetch_sub(frame.len(), Ordering::Relaxed);
            }
        });
        Self { frames: outbox, waiting }
    }

    /// Says something.
    ///
    /// # Errors
    /// The other side is gone, or takes nothing while more and more waits for it. Whoever waits for it in turn gives up in time.
    pub fn say(&self, value: &impl Serialize) -> io::Result<()> {
        if self.waiting.load(Ordering::Relaxed) > WAITING_MAX {
            return Err(io::Error::new(io::ErrorKind::WouldBlock, "the other side does not listen"));
        }
        self.say_last(value)
    }

    /// Says what ends something, however much waits: the other side would take a call for lost that has ended, and a process with it.
    /// There is one of these for each call.
    ///
    /// # Errors
    /// The other side is gone.
    pub fn say_last(&self, value: &impl Serialize) -> io::Result<()> {
        let frame = written(value)?;
        self.waiting.fetch_add(frame.len(), Ordering::Relaxed);
        self.frames.send(frame).map_err(io::Error::other)
    }
}

/// Says one thing, and waits until it is on its way.
pub(super) async fn say(to: &mut (impl AsyncWrite + Unpin), value: &impl Serialize) -> io::Result<()> {
    to.write_all(&written(value)?).await
}

/// A value as a frame.
fn written(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut frame = postcard::to_extend(value, vec![0; 4]).map_err(io::Error::other)?;
    let length = u32::try_from(frame.len() - 4).map_err(io::Error::other)?;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    Ok(frame)
}

/// The next value. `None`: the other side has ended.
pub(super) async fn read<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
    most: usize,
) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length).await {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(io::Error::other)?;
    if length > most {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame that is too long"));
    }
    let mut frame = vec![0; length];
    from.read_exact(&mut frame).await?;
    postcard::from_bytes(&frame).map(Some).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forty_mebibytes() -> Down {
        Down::Load { handle: Handle(1), code: Bytes::from(vec![0; 40 << 20]) }
    }

    /// Guards `waiting`: without it whoever stops reading has the gateway hold all that is said to it.
    #[tokio::test]
    async fn so_much_waits_for_one_who_does_not_listen_and_no_more() {
        let (to, mut from) = tokio::io::duplex(1 << 10);
        let outbox = Outbox::new(to);
        let said = (0..50).take_while(|_| outbox.say(&forty_mebibytes()).is_ok()).count();
        assert_eq!(said, 7, "the last of them may go beyond the limit");
        assert!(outbox.say_last(&Down::Leave { call: 1 }).is_ok(), "what ends something always does");
        for _ in 0..said {
            assert!(matches!(read(&mut from, DOWN_MAX).await, Ok(Some(Down::Load { .. }))));
        }
        assert!(matches!(read(&mut from, DOWN_MAX).await, Ok(Some(Down::Leave { call: 1 }))));
        assert!(outbox.say(&forty_mebibytes()).is_ok(), "and once it listens, more");
    }
}
