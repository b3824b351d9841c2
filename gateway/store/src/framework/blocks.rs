//! The bytes of a package in compressed pieces: all of them in order, or the one or two that an object stands in.

use std::ops::Range;

use wellspring_model::id::FrameworkId;

use crate::{
    StoreError,
    payload::{Encoding, pack, unpack},
    row::{Read, Row},
    sql::{Arg, Pool, query},
};

/// Plain bytes in one block. Longer ones compress a little better, and cost more where one object is asked for.
const BLOCK: usize = 64 * 1024;

/// A block, ready to be stored.
pub(super) struct Block {
    size: i64,
    encoding: Encoding,
    bytes: Vec<u8>,
}

pub(super) fn cut(bytes: &[u8]) -> Vec<Block> {
    let block = |plain: &[u8]| {
        let (encoding, bytes) = pack(plain.to_vec());
        Block { size: i64::try_from(plain.len()).unwrap_or(i64::MAX), encoding, bytes }
    };
    bytes.chunks(BLOCK).map(block).collect()
}

pub(super) const INSERT: &str = "INSERT INTO framework_blocks (framework, number, size, encoding, bytes) VALUES";

pub(super) fn rows(framework: FrameworkId, blocks: Vec<Block>) -> Vec<Vec<Arg>> {
    let row = |(number, block): (i64, Block)| -> Vec<Arg> {
        let id = framework.to_string().into();
        vec![id, number.into(), block.size.into(), block.encoding.as_str().into(), block.bytes.into()]
    };
    (0..).zip(blocks).map(row).collect()
}

/// The whole package. `None` where it was not kept.
pub(super) async fn whole(on: &Pool, framework: FrameworkId) -> Result<Option<Vec<u8>>, StoreError> {
    let rows = query("SELECT size, encoding, bytes FROM framework_blocks WHERE framework = $1 ORDER BY number")
        .bind(framework.to_string())
        .fetch_all(on)
        .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let joined = tokio::task::spawn_blocking(move || join(&rows)).await.map_err(|_| StoreError::Closed)?;
    joined.map(Some)
}

/// The bytes at `span` of the package.
pub(super) async fn part(on: &Pool, framework: &str, span: Range<usize>) -> Result<Vec<u8>, StoreError> {
    let first = span.start / BLOCK;
    let number = |block: usize| i64::try_from(block).unwrap_or(i64::MAX);
    let rows = query(
        "SELECT size, encoding, bytes FROM framework_blocks WHERE framework = $1 AND number BETWEEN $2 AND $3 ORDER BY number",
    )
    .bind(framework)
    .bind(number(first))
    .bind(number(span.end.saturating_sub(1) / BLOCK))
    .fetch_all(on)
    .await?;
    let joined = join(&rows)?;
    let within = span.start - first * BLOCK..span.end - first * BLOCK;
    let found = joined.get(within).map(<[u8]>::to_vec);
    found.ok_or_else(|| StoreError::Corrupt { table: "framework_blocks", column: "bytes", row: framework.to_owned() })
}

fn join(rows: &[Row]) -> Result<Vec<u8>, StoreError> {
    let mut joined = Vec::with_capacity(rows.len() * BLOCK);
    for row in rows {
        let row = Read::new(row, "framework_blocks");
        let size = usize::try_from(row.count("size")?).map_err(|_| row.corrupt("size"))?;
        let encoding = row.text("encoding")?.parse().map_err(|()| row.corrupt("encoding"))?;
        let plain = unpack(encoding, row.bytes("bytes")?, size.min(BLOCK)).ok_or_else(|| row.corrupt("bytes"))?;
        joined.extend_from_slice(&plain);
    }
    Ok(joined)
}
