//! The trail shows what was changed or taken out of it.

use sqlx::{Column as _, Connection as _, PgConnection, Row as _};
use wellspring_store::{Action, AuditFilter, AuditNote, AuditRow, Broken, Fault, detail_of};

use crate::world::{ACTOR, LONG, World, at, failure, now, on_both_stores, pushed, receipt};

/// A trail with every kind of row that one submission leaves.
pub async fn trail(world: &World) {
    let delivery = world.delivery_waiting("900").await;
    let lease = world.claim_one(LONG).await;
    world.attempt(&lease, delivery.id, world.delivered()).await.unwrap();
}

impl World {
    pub async fn rows(&self) -> Vec<AuditRow> {
        self.store.audit_rows(self.place.tenant, 0, 1_000).await.unwrap()
    }

    /// What a check of the first tenant's trail comes to.
    pub async fn checked(&self) -> Result<(), Broken> {
        self.store.audit_verify(self.place.tenant, &[]).await.unwrap().result
    }

    /// From here on nothing keeps somebody with the database's password from changing rows.
    pub async fn without_triggers(&self) {
        if self.url().is_some() {
            self.sql("ALTER TABLE audit DISABLE TRIGGER USER").await;
            self.sql("ALTER TABLE audit_signed_heads DISABLE TRIGGER USER").await;
            return;
        }
        for name in
            ["audit_no_update", "audit_no_delete", "audit_signed_heads_no_update", "audit_signed_heads_no_delete"]
        {
            self.sql(&format!("DROP TRIGGER {name}")).await;
        }
    }

    /// Bytes as a literal of this database.
    pub fn bytes(&self, bytes: &[u8]) -> String {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        if self.url().is_some() { format!("'\\x{hex}'::bytea") } else { format!("x'{hex}'") }
    }

    pub async fn note(&self, action: Action, subject: &str) {
        self.store.audit(AuditNote::new(self.place.tenant, now(), ACTOR, action, subject)).await.unwrap();
    }
}

pub fn broken(number: u64, fault: Fault) -> Result<(), Broken> {
    Err(Broken { number, fault })
}

async fn the_trail_tells_of_every_step(world: World) {
    trail(&world).await;
    let rows = world.rows().await;
    let actions: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "tenant.created",
            "connection.added",
            "profile.added",
            "job.added",
            "key.created",
            "submission.accepted",
            "submission.assessed",
            "delivery.attempted",
            "delivery.delivered"
        ]
    );
    let check = world.store.audit_verify(world.place.tenant, &[]).await.unwrap();
    assert_eq!((check.rows, check.signed, check.result), (9, 0, Ok(())));
    assert_eq!(rows[7].detail, Some(pushed().digest), "what was pushed");
    assert_eq!(rows[8].detail, Some(detail_of(serde_json::to_string(&receipt()).unwrap())), "and what was answered");
    assert_eq!((rows[0].detail, rows[0].times), (None, 1));
}

async fn a_failed_attempt_is_told_with_the_digest_of_the_failure(world: World) {
    let delivery = world.delivery_waiting("900").await;
    let lease = world.claim_one(LONG).await;
    world.attempt(&lease, delivery.id, world.failed(None)).await.unwrap();
    let row = world.rows().await.pop().unwrap();
    assert_eq!((row.action.as_str(), row.subject), ("delivery.exhausted", delivery.id.to_string()));
    assert_eq!(row.detail, Some(detail_of(serde_json::to_string(&failure()).unwrap())));
}

async fn the_database_refuses_changes_to_rows_and_signed_heads(world: World) {
    trail(&world).await;
    world.store.sign_audit_heads(now()).await.unwrap();
    for table in ["audit", "audit_signed_heads"] {
        for sql in [format!("UPDATE {table} SET at = at + 1"), format!("DELETE FROM {table}")] {
            let refused = world.try_sql(&sql).await.unwrap_err().to_string();
            assert!(refused.contains("stay as they are"), "{sql}: {refused}");
        }
        if world.url().is_some() {
            assert!(world.try_sql(&format!("TRUNCATE {table} CASCADE")).await.is_err());
        }
    }
    assert_eq!(world.checked().await, Ok(()));
}

/// The columns of a row as they stand in the database: their names, and what each holds.
enum Cell {
    Text(String),
    Number(i64),
    Bytes(Vec<u8>),
}

impl Cell {
    /// With one bit of one byte turned.
    fn flipped(&self, world: &World, which: usize) -> String {
        match self {
            Self::Text(text) => {
                let mut bytes = text.clone().into_bytes();
                let index = which % bytes.len();
                bytes[index] ^= 1;
                format!("'{}'", String::from_utf8(bytes).unwrap().replace('\'', "''"))
            }
            Self::Number(number) => (number ^ (1 << (8 * (which % 8)))).to_string(),
            Self::Bytes(bytes) => {
                let mut bytes = bytes.clone();
                let index = which % bytes.len();
                bytes[index] ^= 1;
                world.bytes(&bytes)
            }
        }
    }

    fn is(&self, world: &World) -> String {
        match self {
            Self::Text(text) => format!("'{text}'"),
            Self::Number(number) => number.to_string(),
            Self::Bytes(bytes) => world.bytes(bytes),
        }
    }
}

macro_rules! cells {
    ($rows:expr) => {
        $rows
            .iter()
            .map(|row| {
                let cell = |index: usize| {
                    let text = row.try_get::<String, _>(index).map(Cell::Text);
                    let number = || row.try_get::<i64, _>(index).map(Cell::Number);
                    let bytes = || row.try_get::<Vec<u8>, _>(index).map(Cell::Bytes);
                    number().or(text).or_else(|_| bytes()).ok()
                };
                row.columns().iter().map(|column| (column.name().to_owned(), cell(column.ordinal()))).collect()
            })
            .collect()
    };
}

async fn cells(world: &World) -> Vec<Vec<(String, Option<Cell>)>> {
    let sql = "SELECT * FROM audit ORDER BY number";
    match world.url() {
        Some(url) => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            cells!(sqlx::query(sql).fetch_all(&mut connection).await.unwrap())
        }
        None => cells!(sqlx::query(sql).fetch_all(&mut world.raw().await).await.unwrap()),
    }
}

async fn a_byte_turned_in_any_column_of_any_row_names_that_row(world: World) {
    trail(&world).await;
    world.without_triggers().await;
    let (rows, mut changed, mut refused) = (cells(&world).await, 0, 0);
    assert_eq!(rows.len(), 9);
    for (row, number) in rows.iter().zip(1_u64..) {
        for (column, (name, cell)) in row.iter().enumerate() {
            let Some(cell) = cell else { continue };
            for which in [row.len() * column + 7 * rows.len() * column + usize::try_from(number).unwrap(), column] {
                let put =
                    |value: &str, number: &str| format!("UPDATE audit SET {name} = {value} WHERE number = {number}");
                let flipped = cell.flipped(&world, which);
                // A foreign key, a CHECK or the primary key may refuse it, which is as good.
                if world.try_sql(&put(&flipped, &number.to_string())).await.is_err() {
                    refused += 1;
                    continue;
                }
                changed += 1;
                let found = world.checked().await.expect_err("it is found");
                assert_eq!(found.number, number, "{name}: {found}");
                let now_at = if name == "number" { flipped } else { number.to_string() };
                world.sql(&put(&cell.is(&world), &now_at)).await;
            }
        }
    }
    assert_eq!(world.checked().await, Ok(()), "as it was");
    assert!(changed > 120 && refused < changed / 3, "{changed} changed, {refused} refused");
}

async fn any_row_that_is_taken_out_is_named(world: World) {
    trail(&world).await;
    world.without_triggers().await;
    for number in 1..=9_u64 {
        world.sql("CREATE TABLE kept AS SELECT * FROM audit").await;
        world.sql(&format!("DELETE FROM audit WHERE number = {number}")).await;
        let fault = if number == 9 { Fault::TailMissing } else { Fault::Missing };
        assert_eq!(world.checked().await, broken(number, fault));
        world.sql("DELETE FROM audit").await;
        world.sql("INSERT INTO audit SELECT * FROM kept").await;
        world.sql("DROP TABLE kept").await;
        assert_eq!(world.checked().await, Ok(()), "as it was");
    }
}

async fn rows_of_another_tenant_or_place_do_not_fit(world: World) {
    trail(&world).await;
    let other = world.tenant("another").await;
    world.without_triggers().await;
    let (ours, theirs) = (world.place.tenant, other.tenant);
    let swap =
        |from, to, number| format!("UPDATE audit SET tenant = '{to}' WHERE tenant = '{from}' AND number = {number}");
    world.sql(&format!("UPDATE audit SET number = 103 WHERE tenant = '{theirs}' AND number = 3")).await;
    world.sql(&swap(ours, theirs, 3)).await;
    world.sql(&swap(theirs, ours, 103)).await;
    world.sql(&format!("UPDATE audit SET number = 3 WHERE tenant = '{ours}' AND number = 103")).await;
    assert_eq!(world.checked().await, broken(3, Fault::Changed));
    let check = world.store.audit_verify(theirs, &[]).await.unwrap();
    assert_eq!((check.rows, check.result), (2, broken(3, Fault::Changed)));
}

async fn rows_added_past_the_noted_end_are_not_the_gateways(world: World) {
    world.without_triggers().await;
    world.sql("UPDATE audit_heads SET number = 3, digest = (SELECT digest FROM audit WHERE number = 3)").await;
    assert_eq!(world.checked().await, broken(4, Fault::PastEnd));
    world.sql("UPDATE audit_heads SET number = 5, digest = (SELECT digest FROM audit WHERE number = 4)").await;
    assert_eq!(world.checked().await, broken(5, Fault::EndDiffers));
}

async fn a_trail_that_grows_while_it_is_checked_is_in_order(world: World) {
    let (store, tenant) = (world.store.clone(), world.place.tenant);
    let adding = tokio::spawn(async move {
        for number in 0..60 {
            let note = AuditNote::new(tenant, now(), ACTOR, Action::SubmissionViewed, format!("sub_{number}"));
            store.audit(note).await.unwrap();
            if number % 7 == 0 {
                assert_eq!(store.sign_audit_heads(now()).await.unwrap().broken, []);
            }
        }
    });
    while !adding.is_finished() {
        assert_eq!(world.checked().await, Ok(()));
    }
    adding.await.unwrap();
    assert_eq!(world.store.audit_verify(tenant, &[]).await.unwrap().rows, 65);
}

async fn pages_hold_what_fits_and_say_where_to_go_on(world: World) {
    for number in 0..6 {
        let action = if number % 2 == 0 { Action::SubmissionViewed } else { Action::DeliveryViewed };
        let when = at(&format!("2026-02-0{}T00:00:00Z", number + 1));
        let note = AuditNote::new(world.place.tenant, when, ACTOR, action, format!("sub_{number}"));
        world.store.audit(note.times(number)).await.unwrap();
    }
    let page = async |after: u64, limit: u32, filter: AuditFilter| {
        let (rows, next) = world.store.audit_page(world.place.tenant, after, limit, &filter).await.unwrap();
        (rows.iter().map(|row| row.number).collect::<Vec<_>>(), next)
    };
    let all = AuditFilter::default();
    assert_eq!(page(0, 4, all.clone()).await, (vec![1, 2, 3, 4], Some(4)));
    assert_eq!(page(4, 7, all.clone()).await, ((5..=11).collect(), None));
    assert_eq!(page(u64::MAX, 7, all.clone()).await, (vec![], None));
    let viewed = AuditFilter { action: Some("submission.viewed".into()), ..all.clone() };
    assert_eq!(page(0, 2, viewed.clone()).await, (vec![6, 8], Some(8)));
    assert_eq!(page(8, 2, viewed).await, (vec![10], None));
    assert_eq!(page(0, 9, AuditFilter { subject: Some("sub_3".into()), ..all.clone() }).await, (vec![9], None));
    assert_eq!(page(0, 9, AuditFilter { actor: Some("operator".into()), ..all.clone() }).await, (vec![1, 5], None));
    let between =
        AuditFilter { since: Some(at("2026-02-02T00:00:00Z")), until: Some(at("2026-02-04T00:00:00Z")), ..all };
    assert_eq!(page(0, 9, between).await, (vec![7, 8], None));
    let times: Vec<u32> = world.rows().await.iter().skip(5).map(|row| row.times).collect();
    assert_eq!(times, [1, 1, 2, 3, 4, 5]);
    let other = world.tenant("another").await;
    let theirs = world.store.audit_page(other.tenant, 0, 9, &AuditFilter::default()).await.unwrap().0;
    assert_eq!(theirs.len(), 5, "each sees a trail of its own");
}

on_both_stores! {
    the_trail_tells_of_every_step,
    a_failed_attempt_is_told_with_the_digest_of_the_failure,
    the_database_refuses_changes_to_rows_and_signed_heads,
    a_byte_turned_in_any_column_of_any_row_names_that_row,
    any_row_that_is_taken_out_is_named,
    rows_of_another_tenant_or_place_do_not_fit,
    rows_added_past_the_noted_end_are_not_the_gateways,
    a_trail_that_grows_while_it_is_checked_is_in_order,
    pages_hold_what_fits_and_say_where_to_go_on,
}
