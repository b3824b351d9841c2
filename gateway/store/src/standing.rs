//! Whether what a submission came with is still good at the moment it is stored.
//!
//! Whoever takes submissions in may remember whose key it was and which connection was meant, instead of asking for every
//! request: that something was revoked or removed meanwhile is seen here, once for all that are stored together.

use std::collections::BTreeSet;

use wellspring_model::id::{ConnectionId, KeyId};

use crate::{
    StoreError,
    row::Read,
    sql::{Arg, over_rows},
    transaction::Transaction,
};

/// The key a submission came with and the connection it came through.
pub(crate) type Standing = (KeyId, ConnectionId);

/// Those of which the key is valid and the connection is in use.
pub(crate) async fn good(tx: &mut Transaction, asked: BTreeSet<Standing>) -> Result<BTreeSet<Standing>, StoreError> {
    let row =
        |(key, connection): &Standing| -> Vec<Arg> { vec![key.to_string().into(), connection.to_string().into()] };
    let tail = ") AS asked JOIN api_keys k ON k.id = asked.column1 AND k.revoked_at IS NULL \
                JOIN connections c ON c.id = asked.column2 AND c.tenant = k.tenant AND c.removed_at IS NULL";
    let head = "SELECT k.id AS key, c.id AS connection FROM (";
    let rows = over_rows(tx, head, asked.iter().map(row).collect(), tail).await?;
    let read = |row| {
        let row = Read::new(row, "api_keys");
        Ok((row.id("key")?, row.id("connection")?))
    };
    rows.iter().map(read).collect()
}
