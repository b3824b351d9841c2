//! Checking a whole trail in the database, a page of rows at a time.

use wellspring_model::id::TenantId;

use super::{AuditRow, Broken, Fault, SignedHead, chain::Check, row::number, sign::signed_head};
use crate::{
    Store, StoreError,
    row::{Read, Row},
    sql::query,
};

/// Rows that are held at the same time.
const ROWS: i64 = 1_000;

/// What checking a trail came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailCheck {
    pub tenant: TenantId,
    /// Rows that are in order, from the first one on.
    pub rows: u64,
    /// The last row that a signed head covers. What comes after it rests on the chain alone.
    pub signed: u64,
    /// The first row that is not in order.
    pub result: Result<(), Broken>,
}

impl Store {
    /// Reads a tenant's whole trail and says where it is broken, if it is. `kept`: heads that were kept elsewhere, which
    /// nobody who has the database could take away.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_verify(&self, tenant: TenantId, kept: &[SignedHead]) -> Result<TrailCheck, StoreError> {
        let keys = self.known_keys().await?;
        let mut check = Check::from_the_beginning(tenant, &keys);
        kept.iter().filter(|head| head.tenant == tenant).for_each(|head| check.head(head));
        // What was noted before the rows are read, so that none added meanwhile counts as one too many.
        if let Some((number, digest)) = self.noted_end(tenant).await? {
            check.end(number, digest);
        }
        let mut result = self.check_rows(&mut check, None).await?;
        if result.is_ok() {
            let noted = self.noted_end(tenant).await?.map_or(0, |(number, _)| number);
            if check.number() > noted {
                result = Err(Broken { number: noted + 1, fault: Fault::PastEnd });
            }
        }
        Ok(TrailCheck { tenant, rows: check.number(), signed: check.signed(), result })
    }

    /// Checks rows from where the check is, up to row `until` or to the end, with the heads that were signed.
    pub(super) async fn check_rows(
        &self,
        check: &mut Check<'_>,
        until: Option<u64>,
    ) -> Result<Result<(), Broken>, StoreError> {
        let tenant = check.tenant();
        let until = until.map_or(i64::MAX, |until| i64::try_from(until).unwrap_or(i64::MAX));
        let newest = self.newest_signed(tenant).await?;
        let (mut heads_until, mut rows_until) = (number_of(check.number()), number_of(check.number()));
        loop {
            let rows = query(
                "SELECT * FROM audit WHERE tenant = $1 AND number > $2 AND number <= $3 ORDER BY number LIMIT $4",
            )
            .bind(tenant.to_string())
            .bind(rows_until)
            .bind(until)
            .bind(ROWS)
            .fetch_all(&self.read)
            .await?;
            let last = rows.last().map(|row| Read::new(row, "audit").count("number")).transpose()?;
            // Without further rows: what is left of the heads, which tells of rows that are missing.
            heads_until = self.tell_heads(check, heads_until, last.unwrap_or(newest), newest.min(until)).await?;
            let Some(last) = last else { break };
            for row in &rows {
                if let Err(broken) = read(check, row) {
                    return Ok(Err(broken));
                }
            }
            rows_until = last;
        }
        Ok(check.finish())
    }

    /// Tells the check of signed heads after `from`, at least up to row `to`, but of none after `newest`. Says up to where.
    async fn tell_heads(&self, check: &mut Check<'_>, mut from: i64, to: i64, newest: i64) -> Result<i64, StoreError> {
        while from < to.min(newest) {
            let rows = query(
                "SELECT * FROM audit_signed_heads WHERE tenant = $1 AND number > $2 AND number <= $3 \
                 ORDER BY number LIMIT $4",
            )
            .bind(check.tenant().to_string())
            .bind(from)
            .bind(newest)
            .bind(ROWS)
            .fetch_all(&self.read)
            .await?;
            if rows.is_empty() {
                return Ok(newest);
            }
            for row in &rows {
                let number = number(&Read::new(row, "audit_signed_heads"), "number")?;
                match signed_head(row) {
                    Ok(head) => check.head(&head),
                    Err(_) => check.unreadable_head(number),
                }
                from = number_of(number);
            }
        }
        Ok(from)
    }

    /// Heads that are signed later are about rows that were added later.
    async fn newest_signed(&self, tenant: TenantId) -> Result<i64, StoreError> {
        let newest = "SELECT coalesce(max(number), 0) FROM audit_signed_heads WHERE tenant = $1";
        query(newest).bind(tenant.to_string()).number(&self.read).await
    }
}

/// The next row; one that cannot be read was changed.
fn read(check: &mut Check<'_>, row: &Row) -> Result<(), Broken> {
    let row = Read::new(row, "audit");
    match AuditRow::read(&row) {
        Ok(row) => check.row(&row),
        Err(_) => Err(check.unreadable_row(number(&row, "number").ok())),
    }
}

fn number_of(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
