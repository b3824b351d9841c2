//! The bytes of a package in compressed pieces: all of them in order, or the one or two that an object stands in.

use std::ops::Range;

use wellspring_model::id::{FrameworkId, TenantId};

use crate::{
    StoreError,
    payload::{Encoding, encode, plain},
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
    let block = |part: &[u8]| {
        let (encoding, bytes) = encode(part.to_vec());
        Block { size: i64::try_from(part.len()).unwrap_or(i64::MAX), encoding, bytes }
    };
    bytes.chunks(BLOCK).map(block).collect()
}

pub(super) const INSERT: &str = "INSERT INTO framework_blocks (framework, number, size, encoding, bytes)";

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

/// Blocks that are read together where a whole package is passed on.
const TOGETHER: i64 = 16;

/// The bytes of some blocks, and which block comes next. `None` behind the last.
pub(super) async fn following(
    on: &Pool,
    tenant: TenantId,
    framework: FrameworkId,
    first: i64,
) -> Result<Option<(Vec<u8>, i64)>, StoreError> {
    let rows = query(
        "SELECT size, encoding, bytes FROM framework_blocks WHERE framework = $1 AND number >= $2 AND number < $3 \
         AND EXISTS (SELECT 1 FROM frameworks f WHERE f.id = framework AND f.tenant = $4) ORDER BY number",
    )
    .bind(framework.to_string())
    .bind(first)
    .bind(first + TOGETHER)
    .bind(tenant.to_string())
    .fetch_all(on)
    .await?;
    Ok(if rows.is_empty() { None } else { Some((join(&rows)?, first + TOGETHER)) })
}

/// Reads objects out of their blocks. Neighbours stand in one block, which is read once for them.
pub(super) struct Blocks<'p> {
    on: &'p Pool,
    last: Option<(String, usize, Vec<u8>)>,
}

impl<'p> Blocks<'p> {
    pub fn new(on: &'p Pool) -> Self {
        Self { on, last: None }
    }

    /// The bytes at `span` of the package.
    pub async fn part(&mut self, framework: &str, span: Range<usize>) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::with_capacity(span.len());
        let mut at = span.start;
        while at < span.end {
            let number = at / BLOCK;
            let block = self.block(framework, number).await?;
            let from = at - number * BLOCK;
            let to = (span.end - number * BLOCK).min(BLOCK);
            let found = block.get(from..to);
            bytes.extend_from_slice(found.ok_or_else(|| StoreError::Corrupt {
                table: "framework_blocks",
                column: "bytes",
                row: framework.to_owned(),
            })?);
            at = (number + 1) * BLOCK;
        }
        Ok(bytes)
    }

    async fn block(&mut self, framework: &str, number: usize) -> Result<&[u8], StoreError> {
        let is_last = matches!(&self.last, Some((of, last, _)) if of == framework && *last == number);
        if !is_last {
            let rows = query("SELECT size, encoding, bytes FROM framework_blocks WHERE framework = $1 AND number = $2")
                .bind(framework)
                .bind(i64::try_from(number).unwrap_or(i64::MAX))
                .fetch_all(self.on)
                .await?;
            self.last = Some((framework.to_owned(), number, join(&rows)?));
        }
        Ok(self.last.as_ref().map(|(_, _, bytes)| bytes.as_slice()).unwrap_or_default())
    }
}

fn join(rows: &[Row]) -> Result<Vec<u8>, StoreError> {
    let mut joined = Vec::with_capacity(rows.len() * BLOCK);
    for row in rows {
        let row = Read::new(row, "framework_blocks");
        let size = usize::try_from(row.count("size")?).map_err(|_| row.corrupt("size"))?;
        let encoding = row.text("encoding")?.parse().map_err(|()| row.corrupt("encoding"))?;
        let part = plain(encoding, row.bytes("bytes")?, size.min(BLOCK)).ok_or_else(|| row.corrupt("bytes"))?;
        joined.extend_from_slice(&part);
    }
    Ok(joined)
}
