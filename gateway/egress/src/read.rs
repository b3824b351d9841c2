//! Reading an answer's body: counted as it comes, after decompression, so that no header and no archive is believed.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use crate::{client::failure, error::ExchangeFailure};

/// The body, up to `limit` bytes.
pub(crate) async fn body(response: reqwest::Response, limit: usize) -> Result<Bytes, ExchangeFailure> {
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).is_ok_and(|announced| announced > limit) {
        return Err(ExchangeFailure::TooLarge);
    }
    let mut pieces = response.bytes_stream();
    let mut body = BytesMut::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| failure(&error))?;
        if body.len() + piece.len() > limit {
            return Err(ExchangeFailure::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}
