//! Reading an answer's body: unfolded here and counted as it unfolds, so that no header and no archive is believed.

use std::io::{self, Write};

use bytes::{Bytes, BytesMut};
use flate2::write::MultiGzDecoder;
use futures_util::StreamExt;
use http::header::CONTENT_ENCODING;
use tokio::time::timeout;

use crate::{EgressLimits, client::failure, error::ExchangeFailure};

/// What requests say they accept. We ask for nothing else, so a server that sends something else does it on purpose.
pub(crate) const ACCEPTED: &str = "gzip";
/// An archive may become this many times as large. Text in JSON becomes ten or twenty times as large, a bomb a thousand.
const RATIO: usize = 100;
/// Below this the ratio does not count: a short text may repeat itself.
const RATIO_FREE: usize = 256 * 1024;

/// The body, within the limits on its size and on the time between its pieces.
pub(crate) async fn body(response: reqwest::Response, limits: &EgressLimits) -> Result<Bytes, ExchangeFailure> {
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |announced| announced > limits.body_bytes) {
        return Err(ExchangeFailure::TooLarge);
    }
    let is_gzip = is_gzip(&response);
    let mut pieces = response.bytes_stream();
    let mut unfolding = Unfolding::Nothing;
    while let Some(piece) = timeout(limits.between_bytes, pieces.next()).await.map_err(|_| ExchangeFailure::Timeout)? {
        let piece = piece.map_err(|error| failure(&error))?;
        // Only now: an answer without a body may say what it likes of it.
        if matches!(unfolding, Unfolding::Nothing) && !piece.is_empty() {
            unfolding = Unfolding::new(is_gzip?, limits.body_bytes);
        }
        unfolding.take(&piece)?;
    }
    unfolding.end()
}

/// Whether a body is folded, in the one way that we ask for. One in another way, or folded twice, is not read.
fn is_gzip(response: &reqwest::Response) -> Result<bool, ExchangeFailure> {
    let mut codings =
        response.headers().get_all(CONTENT_ENCODING).iter().flat_map(|value| value.as_bytes().split(|b| *b == b','));
    let coding = codings.next().map(|coding| coding.trim_ascii().to_ascii_lowercase());
    match (coding.as_deref(), codings.next()) {
        (None | Some(b"" | b"identity"), None) => Ok(false),
        (Some(b"gzip" | b"x-gzip"), None) => Ok(true),
        _ => Err(ExchangeFailure::Coding),
    }
}

/// A body on its way.
enum Unfolding {
    Nothing,
    Plain(Counted),
    Gzip(Box<MultiGzDecoder<Counted>>),
}

impl Unfolding {
    fn new(is_gzip: bool, limit: usize) -> Self {
        let counted = Counted { body: BytesMut::new(), read: 0, limit, is_over: false };
        if is_gzip { Self::Gzip(Box::new(MultiGzDecoder::new(counted))) } else { Self::Plain(counted) }
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), ExchangeFailure> {
        match self {
            Self::Nothing => Ok(()),
            Self::Plain(counted) => {
                counted.read += piece.len();
                counted.write_all(piece).map_err(|_| ExchangeFailure::TooLarge)
            }
            Self::Gzip(decoder) => {
                decoder.get_mut().read += piece.len();
                let unfolded = decoder.write_all(piece);
                unfolded.map_err(|_| unreadable(decoder.get_ref()))
            }
        }
    }

    fn end(self) -> Result<Bytes, ExchangeFailure> {
        let counted = match self {
            Self::Nothing => return Ok(Bytes::new()),
            Self::Plain(counted) => counted,
            Self::Gzip(mut decoder) => {
                let ended = decoder.try_finish();
                ended.map_err(|_| unreadable(decoder.get_ref()))?;
                decoder.get_mut().take()
            }
        };
        Ok(counted.body.freeze())
    }
}

/// An archive that ends too early, or is none, is an answer that broke off.
fn unreadable(counted: &Counted) -> ExchangeFailure {
    if counted.is_over { ExchangeFailure::TooLarge } else { ExchangeFailure::Connect }
}

/// What has come out, beside what went in. It refuses to grow beyond its limit or its ratio.
struct Counted {
    body: BytesMut,
    read: usize,
    limit: usize,
    is_over: bool,
}

impl Counted {
    fn take(&mut self) -> Self {
        Self { body: std::mem::take(&mut self.body), ..*self }
    }
}

impl Write for Counted {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let size = self.body.len() + piece.len();
        if size > self.limit || (size > RATIO_FREE && size > self.read.saturating_mul(RATIO)) {
            self.is_over = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.body.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
