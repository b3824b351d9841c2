//! How bytes are encoded: compressed where that makes them smaller, else as they are.

use std::{cell::RefCell, str::FromStr};

use sha2::{Digest as _, Sha256};
use wellspring_model::digest::Digest;
use zstd::bulk::{self, Compressor};

/// zstd's fastest: records of 10 KB and more shrink to a sixth, higher levels save 4 % more, and submissions come by the
/// thousand a second.
const LEVEL: i32 = 1;
/// Up to here encoding and decoding take less time than it takes to ask another thread.
pub(super) const QUICK: usize = 64 * 1024;
/// Compression has to save one part of so many, else the bytes stay as they are. A picture is compressed already.
const SAVES: usize = 8;

thread_local! {
    /// Making a compressor costs more than compressing what is short.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// The form in which bytes are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Zstd,
}

impl Encoding {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Zstd => "zstd",
        }
    }
}

impl FromStr for Encoding {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Plain, Self::Zstd].into_iter().find(|one| one.as_str() == text).ok_or(())
    }
}

/// The shorter form.
pub(crate) fn encode(bytes: Vec<u8>) -> (Encoding, Vec<u8>) {
    match compressed(&bytes) {
        Some(shorter) if shorter.len() < bytes.len() - bytes.len() / SAVES => (Encoding::Zstd, shorter),
        // What cannot be compressed can still be kept.
        _ => (Encoding::Plain, bytes),
    }
}

fn compressed(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() > QUICK {
        // A compressor that has seen megabytes holds on to as many.
        return bulk::compress(bytes, LEVEL).ok();
    }
    COMPRESSOR.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = Compressor::new(LEVEL).ok();
        }
        kept.as_mut()?.compress(bytes).ok()
    })
}

/// The bytes as they were handed in. `None` where these are others: what was recorded of them bounds the work.
pub(super) fn decode(encoding: Encoding, encoded: Vec<u8>, size: usize, digest: &Digest) -> Option<Vec<u8>> {
    let bytes = plain(encoding, encoded, size)?;
    (Sha256::digest(&bytes).as_slice() == digest.bytes()).then_some(bytes)
}

/// As [`decode`], for what no digest is kept of.
pub(crate) fn plain(encoding: Encoding, encoded: Vec<u8>, size: usize) -> Option<Vec<u8>> {
    let bytes = match encoding {
        Encoding::Plain => encoded,
        Encoding::Zstd => bulk::decompress(&encoded, size).ok()?,
    };
    (bytes.len() == size).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digest(bytes: &[u8]) -> Digest {
        Digest::from_bytes(Sha256::digest(bytes).into())
    }

    /// Bytes in which there is nothing to be found.
    fn noise(length: usize) -> Vec<u8> {
        let (blocks, mut bytes) = (length.div_ceil(32), Vec::new());
        (0..blocks).for_each(|block| bytes.extend_from_slice(&Sha256::digest(block.to_be_bytes())));
        bytes.truncate(length);
        bytes
    }

    proptest! {
        #[test]
        fn bytes_come_back_as_they_were(
            part in proptest::collection::vec(any::<u8>(), 0..200),
            times in 0_usize..2_000,
            noisy in 0_usize..2_000,
        ) {
            let bytes = [part.repeat(times), noise(noisy)].concat();
            let (encoding, encoded) = encode(bytes.clone());
            prop_assert!(encoded.len() <= bytes.len());
            prop_assert_eq!(decode(encoding, encoded, bytes.len(), &digest(&bytes)), Some(bytes));
        }

        #[test]
        fn a_change_anywhere_in_what_is_kept_is_noticed(at in any::<proptest::sample::Index>(), bit in 0_u8..8) {
            let bytes = [b"learner record ".repeat(100), noise(100)].concat();
            let (encoding, mut encoded) = encode(bytes.clone());
            let at = at.index(encoded.len());
            encoded[at] ^= 1 << bit;
            let decoded = decode(encoding, encoded, bytes.len(), &digest(&bytes));
            // Some bits of a frame's header say nothing about its content.
            prop_assert!(decoded.is_none_or(|decoded| decoded == bytes));
        }
    }

    #[test]
    fn what_does_not_get_smaller_stays_as_it_is() {
        let bytes = noise(100_000);
        assert_eq!(encode(bytes.clone()), (Encoding::Plain, bytes));
        assert_eq!(encode(Vec::new()), (Encoding::Plain, Vec::new()));
        assert_eq!(encode(b"{\"a\": 1}".repeat(50)).0, Encoding::Zstd);
    }

    #[test]
    fn what_unfolds_to_more_than_was_recorded_is_refused() {
        let bytes = vec![0; 10_000_000];
        let (encoding, encoded) = encode(bytes.clone());
        assert!(encoded.len() < 10_000, "{}", encoded.len());
        assert_eq!(decode(encoding, encoded.clone(), bytes.len() - 1, &digest(&bytes)), None);
        assert_eq!(decode(encoding, encoded, bytes.len(), &digest(&bytes)), Some(bytes));
    }

    #[test]
    fn other_bytes_of_the_same_length_are_refused() {
        let (one, other) = (noise(1_000), vec![7; 1_000]);
        assert_eq!(decode(Encoding::Plain, other, 1_000, &digest(&one)), None);
    }
}
