//! A database of an earlier version, with data, is brought up to date and works on.

use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqlSafeStr as _, SqliteConnection,
    migrate::{Migration, MigrationType, Migrator},
};
use wellspring_model::{
    delivery::{Content, DeliveryState},
    id::{DeliveryId, SubmissionId, TenantId},
};
use wellspring_store::{BrokenChain, TaskKind};

use crate::world::{LONG, World, now, on_both_stores, receipt};

/// Everything up to the version before gates.
const BEFORE: [&str; 2] =
    [include_str!("../../migrations/0001_first.sql"), include_str!("../../migrations/0002_trust.sql")];

/// A submission that waits, one with a delivery under way, one delivered at the second attempt: as that version wrote them.
const ROWS: &str = "
INSERT INTO tenants (id, name, data_key, created_at) VALUES ('ten_00000000000000000000000000000001', 'Example', {blob}, 1);
INSERT INTO connections (id, tenant, name, connector, settings, bases, private_origins, created_at) VALUES
  ('con_00000000000000000000000000000002', 'ten_00000000000000000000000000000001', 'ATS', 'greenhouse', '{}', '{}', '[]', 1);
INSERT INTO profiles (id, tenant, profile, created_at) VALUES
  ('prf_00000000000000000000000000000003', 'ten_00000000000000000000000000000001', '{}', 1);
INSERT INTO postings (id, tenant, title, profile, connection, external_id, created_at) VALUES
  ('job_00000000000000000000000000000004', 'ten_00000000000000000000000000000001', 'Analyst',
   'prf_00000000000000000000000000000003', 'con_00000000000000000000000000000002', '1', 1);
INSERT INTO payloads (tenant, digest, bytes) VALUES ('ten_00000000000000000000000000000001', {digest}, {bytes});
INSERT INTO submissions (id, tenant, connection, posting, application, language, payloads, received_at, state)
  SELECT 'sub_0000000000000000000000000000001' || n, 'ten_00000000000000000000000000000001',
   'con_00000000000000000000000000000002', 'job_00000000000000000000000000000004',
   '{\"id\": \"1\", \"candidate\": {}}', 'en',
   '[{\"digest\": \"sha256:{hex}\"}, {\"digest\": \"sha256:{hex}\", \"filename\": \"twice.json\"}]', 1, 'received' FROM (SELECT '0' AS n UNION SELECT '1' UNION SELECT '2') AS three;
INSERT INTO deliveries (id, tenant, submission, connection, attempts, state, next_at) VALUES
  ('dlv_00000000000000000000000000000021', 'ten_00000000000000000000000000000001', 'sub_00000000000000000000000000000011',
   'con_00000000000000000000000000000002', 1, 'pending', 5);
INSERT INTO deliveries (id, tenant, submission, connection, attempts, state, ended_at, receipt) VALUES
  ('dlv_00000000000000000000000000000022', 'ten_00000000000000000000000000000001', 'sub_00000000000000000000000000000012',
   'con_00000000000000000000000000000002', 2, 'delivered', 6, '{receipt}');
INSERT INTO attempts (id, delivery, number, at, ended_at, receipt, failure) VALUES
  ('att_00000000000000000000000000000031', 'dlv_00000000000000000000000000000022', 1, 2, NULL, NULL, NULL),
  ('att_00000000000000000000000000000032', 'dlv_00000000000000000000000000000022', 2, 3, 6, '{receipt}', NULL),
  ('att_00000000000000000000000000000033', 'dlv_00000000000000000000000000000021', 1, 4, NULL, NULL, NULL);
INSERT INTO tasks (id, tenant, kind, subject, serialization_key, run_at, attempt, lease_token, lease_until) VALUES
  ('tsk_00000000000000000000000000000041', 'ten_00000000000000000000000000000001', 'assess',
   'sub_00000000000000000000000000000010', NULL, 1, 0, NULL, NULL),
  ('tsk_00000000000000000000000000000042', 'ten_00000000000000000000000000000001', 'deliver',
   'dlv_00000000000000000000000000000021', 'con_00000000000000000000000000000002 application 1', 1, 1, 'abc', 99);
INSERT INTO audit (tenant, number, at, actor, action, subject, previous, digest) VALUES
  ('ten_00000000000000000000000000000001', 1, 1, 'operator', 'tenant.created', 'ten_00000000000000000000000000000001', {blob}, {blob});
";

/// Of the two bytes `{}`.
const DIGEST: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

fn migrator(on_postgres: bool) -> Migrator {
    let in_dialect = |sql: &str| match on_postgres {
        true => sql.replace(" BLOB", " BYTEA").replace(" TEXT", " TEXT COLLATE \"C\""),
        false => sql.to_owned(),
    };
    let migration = |(version, sql): (i64, &str)| {
        let sql = AssertSqlSafe(in_dialect(sql)).into_sql_str();
        Migration::new(version, "before".into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations((1..).zip(BEFORE).map(migration).collect())
}

async fn before(world: &World) {
    let receipt = serde_json::to_string(&receipt()).unwrap();
    let zeros = "00".repeat(32);
    let bytes = |hex: &str| match world.url() {
        Some(_) => format!("'\\x{hex}'::bytea"),
        None => format!("x'{hex}'"),
    };
    let rows = ROWS.replace("{receipt}", &receipt).replace("{blob}", &bytes(&zeros));
    let rows = rows.replace("{digest}", &bytes(DIGEST)).replace("{bytes}", &bytes("7b7d")).replace("{hex}", DIGEST);
    let rows = AssertSqlSafe(rows);
    match world.url() {
        Some(url) => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
            migrator(true).run(&mut connection).await.unwrap();
            connection.execute(rows).await.unwrap();
        }
        None => {
            let url = format!("sqlite://{}?mode=rwc", world.path().with_file_name("before.db").display());
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            migrator(false).run(&mut connection).await.unwrap();
            connection.execute(rows).await.unwrap();
        }
    }
}

async fn what_an_earlier_version_wrote_is_read_and_worked_off(world: World) {
    before(&world).await;
    let store = world.reopened("before.db").await;
    assert!(store.check_schema().await.unwrap_err().to_string().contains("wellspring migrate"));
    store.migrate().await.unwrap();
    store.check_schema().await.unwrap();

    let tenant: TenantId = "ten_00000000000000000000000000000001".parse().unwrap();
    let done: DeliveryId = "dlv_00000000000000000000000000000022".parse().unwrap();
    let delivery = store.delivery(tenant, done).await.unwrap().unwrap();
    assert!(matches!(delivery.state, DeliveryState::Delivered { .. }));
    assert!(matches!(delivery.content, Content::Result { .. }));
    let attempts = store.attempts(tenant, done).await.unwrap();
    assert_eq!(attempts.into_iter().map(|one| one.result).collect::<Vec<_>>(), [None, Some(Ok(receipt()))]);
    let rows = store.audit_rows(tenant, 0, 9).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(store.audit_verify(tenant).await.unwrap(), Err(BrokenChain { number: 1 }), "its digest was made up");

    let digest = format!("sha256:{DIGEST}").parse().unwrap();
    assert_eq!(store.payload(tenant, digest).await.unwrap().as_deref(), Some(b"{}".as_slice()));

    let leased = store.claim(9, LONG, world.token()).await.unwrap();
    let submission: SubmissionId = "sub_00000000000000000000000000000010".parse().unwrap();
    let waiting: DeliveryId = "dlv_00000000000000000000000000000021".parse().unwrap();
    let kinds: Vec<TaskKind> = leased.iter().map(|one| one.kind).collect();
    assert!(kinds.contains(&TaskKind::Assess { submission }), "{kinds:?}");
    assert!(kinds.contains(&TaskKind::Deliver { delivery: waiting }), "{kinds:?}");
    let lease = leased.iter().find(|one| one.kind == TaskKind::Deliver { delivery: waiting }).unwrap();
    let ended = world.delivered();
    assert_eq!(store.begin_attempt(lease, waiting, ended.attempt, now()).await.unwrap(), 2, "attempts count on");
    store.settle(lease, waiting, ended, now()).await.unwrap();
    assert_eq!(store.audit_rows(tenant, 1, 9).await.unwrap()[0].number, 2, "and so does the audit trail");

    // Each of the three has a right to the payload: it goes with the last.
    let assess: Vec<_> = leased.iter().filter(|one| matches!(one.kind, TaskKind::Assess { .. })).copied().collect();
    store.reject(&assess[0], submission, "TEST", now()).await.unwrap();
    let other = world.reopened("before.db").await;
    assert_eq!(other.retire_submissions(now(), 9, now()).await.unwrap(), 1);
    assert!(store.payload(tenant, digest).await.unwrap().is_some(), "two others have a right to it");
}

on_both_stores! {
    what_an_earlier_version_wrote_is_read_and_worked_off,
}
