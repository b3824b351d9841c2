//! Whether trails end where their heads say: what is asked of a copy of a database before it is relied on.

use wellspring_model::id::TenantId;

use super::row::AuditRow;
use crate::{
    StoreError,
    row::Read,
    sql::{Connection, query},
};

/// The first tenant whose trail does not end where its head says, or whose last row is not what was written.
pub(crate) async fn check_ends(on: &mut Connection) -> Result<Option<TenantId>, StoreError> {
    let rows = query(
        "SELECT h.tenant AS head_tenant, h.number AS head_number, h.digest AS head_digest, a.* \
         FROM audit_heads h LEFT JOIN audit a ON a.tenant = h.tenant \
         AND a.number = (SELECT max(b.number) FROM audit b WHERE b.tenant = h.tenant) ORDER BY h.tenant",
    );
    for row in &rows.fetch_all(on).await? {
        let row = Read::new(row, "audit");
        let tenant = row.id("head_tenant")?;
        if row.optional_number("number")? != Some(row.count("head_number")?) {
            return Ok(Some(tenant));
        }
        let last = AuditRow::read(&row)?;
        let is_written = last.expected_digest(tenant) == Some(last.digest);
        if !is_written || last.digest != row.digest("head_digest")? {
            return Ok(Some(tenant));
        }
    }
    Ok(None)
}
