//! A database of an earlier version, with data, is brought up to date and works on.

use sha2::{Digest as _, Sha256};
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqlSafeStr as _, SqliteConnection,
    migrate::{Migration, MigrationType, Migrator},
};
use wellspring_model::{
    delivery::{Content, DeliveryState},
    id::{DeliveryId, SubmissionId, TaskId, TenantId},
    submission::SubmissionState,
};
use wellspring_store::{Action, AuditNote, Broken, Fault, TaskKind};

use crate::world::{LONG, World, at, now, on_both_stores, receipt};

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
INSERT INTO frameworks (id, tenant, identifier, uri, digest, package, imported_at) VALUES
  ('frm_00000000000000000000000000000005', 'ten_00000000000000000000000000000001', '00000000-0000-4000-8000-000000000005',
   'urn:x', {blob}, '{\"CFDocument\": {\"identifier\": \"00000000-0000-4000-8000-000000000005\", \"uri\": \"urn:x\",
   \"title\": \"Example\", \"version\": null, \"lastChangeDateTime\": \"2026-01-01T00:00:00Z\"},
   \"CFItems\": [{\"identifier\": \"00000000-0000-4000-8000-000000000006\", \"uri\": \"urn:y\", \"fullStatement\": \"Does it\"}],
   \"CFAssociations\": []}', 1);
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

/// One that was assessed, before anybody noted what that rests on.
const ASSESSED: &str = r#"
INSERT INTO submissions (id, tenant, connection, posting, application, language, payloads, received_at, state, assessed_at,
  report, assessment) VALUES
  ('sub_00000000000000000000000000000019', 'ten_00000000000000000000000000000001', 'con_00000000000000000000000000000002',
   'job_00000000000000000000000000000004', '{"id": "9", "candidate": {}}', 'en', '[]', 1, 'assessed', 7,
   '{"credentials": [], "material": []}',
   '{"id": "asm_00000000000000000000000000000009", "policy": "test@1", "profile": "prf_00000000000000000000000000000003",
     "frameworks": [], "score": {"value": 0, "low": 0, "high": 0}, "coverage": {"with_evidence": 0, "of": 0},
     "musts": {"met": 0, "of": 0}, "lines": [], "not_counted": [],
     "inputs_digest": "sha256:0000000000000000000000000000000000000000000000000000000000000000"}');
"#;
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
    let rows = AssertSqlSafe(format!("{rows}{ASSESSED}"));
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
    // As in life: another process serves what one has brought up to date.
    let store = world.reopened("before.db").await;
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
    let made_up = Broken { number: 1, fault: Fault::Changed };
    assert_eq!(store.audit_verify(tenant, &[]).await.unwrap().result, Err(made_up), "its digest was made up");

    let framework = "frm_00000000000000000000000000000005".parse().unwrap();
    let edition = store.framework_edition(tenant, framework).await.unwrap().unwrap();
    let of_it = (edition.title.as_str(), edition.version, edition.items, edition.associations, edition.case_version);
    assert_eq!(of_it, ("Example", None, 1, 0, None));
    assert_eq!(store.framework(tenant, framework).await.unwrap().unwrap().framework.items[0].full_statement, "Does it");

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
    assert_eq!(store.begin_attempt(lease, waiting, ended.attempt, None, now()).await.unwrap(), 2, "attempts count on");
    store.settle(lease, waiting, ended, now()).await.unwrap();
    assert_eq!(store.audit_rows(tenant, 1, 9).await.unwrap()[0].number, 2, "and so does the audit trail");

    // Each of the three has a right to the payload: it goes with the last.
    let assess: Vec<_> = leased.iter().filter(|one| matches!(one.kind, TaskKind::Assess { .. })).copied().collect();
    store.reject(&assess[0], submission, "TEST", now()).await.unwrap();
    let other = world.reopened("before.db").await;
    assert_eq!(other.retire_submissions(now(), 9, now()).await.unwrap(), 2, "that one, and the one assessed long ago");
    assert!(store.payload(tenant, digest).await.unwrap().is_some(), "two others have a right to it");
}

/// A chain as versions before 0008 wrote it.
fn chain_of(world: &World, tenant: TenantId, rows: u32) -> String {
    let mut previous: [u8; 32] = Sha256::digest(tenant.to_string()).into();
    let mut sql = String::new();
    for number in 1..=rows {
        let (at, subject) = (i64::from(number) * 1_000, format!("sub_{number}"));
        let mut hash = Sha256::new();
        hash.update(previous);
        hash.update(number.to_be_bytes());
        hash.update(at.to_be_bytes());
        for text in ["worker", "submission.assessed", &subject] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        let digest: [u8; 32] = hash.finalize().into();
        sql += &format!(
            "INSERT INTO audit (tenant, number, at, actor, action, subject, previous, digest) VALUES \
             ('{tenant}', {number}, {at}, 'worker', 'submission.assessed', '{subject}', {}, {});",
            world.bytes(&previous),
            world.bytes(&digest)
        );
        previous = digest;
    }
    sql
}

async fn a_trail_of_an_earlier_version_holds_and_goes_on(world: World) {
    before(&world).await;
    let tenant: TenantId = "ten_00000000000000000000000000000001".parse().unwrap();
    let sql = format!("DELETE FROM audit; {}", chain_of(&world, tenant, 4));
    beside(&world, &sql).await;
    let store = world.reopened("before.db").await;
    store.migrate().await.unwrap();
    let store = world.reopened("before.db").await;
    let check = store.audit_verify(tenant, &[]).await.unwrap();
    assert_eq!((check.rows, check.result), (4, Ok(())));
    let note = AuditNote::new(tenant, now(), "key_1", Action::SubmissionViewed, "sub_1");
    store.audit(note.with(wellspring_store::detail_of("x"))).await.unwrap();
    store.sign_audit_heads(now()).await.unwrap();
    let check = store.audit_verify(tenant, &[]).await.unwrap();
    assert_eq!((check.rows, check.signed, check.result), (5, 5, Ok(())));
    let forms: Vec<u8> = store.audit_rows(tenant, 0, 9).await.unwrap().iter().map(|row| row.form).collect();
    assert_eq!(forms, [1, 1, 1, 1, 2]);
    // What the old form does not cover, an old row cannot have.
    let spoils = ["times = 2 WHERE number = 3", "form = 2 WHERE number = 3", "detail = previous WHERE number = 3"];
    let allow = match world.url() {
        Some(_) => "ALTER TABLE audit DISABLE TRIGGER USER",
        None => "DROP TRIGGER audit_no_update",
    };
    beside(&world, allow).await;
    for spoil in spoils {
        beside(&world, &format!("UPDATE audit SET {spoil}")).await;
        let found = Broken { number: 3, fault: Fault::Changed };
        assert_eq!(store.audit_verify(tenant, &[]).await.unwrap().result, Err(found), "{spoil}");
        beside(&world, "UPDATE audit SET times = 1, form = 1, detail = NULL WHERE number = 3").await;
    }
}

/// Runs statements on the database of [`before`].
async fn beside(world: &World, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    match world.url() {
        Some(url) => PgConnection::connect(url).await.unwrap().execute(sql).await.map(drop),
        None => {
            let url = format!("sqlite://{}", world.path().with_file_name("before.db").display());
            SqliteConnection::connect(&url).await.unwrap().execute(sql).await.map(drop)
        }
    }
    .unwrap();
}

async fn what_an_earlier_version_assessed_is_looked_at_once_for_what_it_rests_on(world: World) {
    before(&world).await;
    world.reopened("before.db").await.migrate().await.unwrap();
    let store = world.reopened("before.db").await;
    let tenant: TenantId = "ten_00000000000000000000000000000001".parse().unwrap();
    let submission: SubmissionId = "sub_00000000000000000000000000000019".parse().unwrap();
    let SubmissionState::Assessed(assessed) = store.submission(tenant, submission).await.unwrap().unwrap().state else {
        panic!("it was assessed");
    };
    assert_eq!(assessed.checked_at, assessed.at);
    for due in [1, 0] {
        let task = TaskId::from_uuid(world.uuid());
        let long_ago = at("1970-01-01T00:00:00Z");
        assert_eq!(store.enqueue_due_rechecks(9, long_ago, now(), move || task).await.unwrap(), due);
    }
    let leased = store.claim(9, LONG, world.token()).await.unwrap();
    assert!(leased.iter().any(|one| one.kind == TaskKind::Recheck { submission }), "{leased:?}");
}

on_both_stores! {
    a_trail_of_an_earlier_version_holds_and_goes_on,
    what_an_earlier_version_assessed_is_looked_at_once_for_what_it_rests_on,
    what_an_earlier_version_wrote_is_read_and_worked_off,
}
