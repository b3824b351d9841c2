//! A store with tenants, and what is put into it.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use tokio::task::JoinSet;
use uuid::Uuid;
use wellspring_model::{
    competency::Profile,
    connection::Connection,
    digest::Digest,
    id::{ConnectionId, ExternalId, KeyId, PostingId, ProfileId, ShareId, SubmissionId, TaskId, TenantId},
    posting::Posting,
    submission::{Application, Candidate, Language, PayloadRef, Submission, SubmissionState},
    time::Entropy,
};
use wellspring_store::{Database, MasterKey, NewShare, NewSubmission, Payload, Store};

use crate::{Failure, Place, commits::durable};

/// Submissions on their way at the same time.
const TOGETHER: usize = 256;

impl Place {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// The address of a new database on the server.
    pub async fn database(&self, name: &str) -> Result<String, Failure> {
        let Self::Postgres(url) = self else { return Err("SQLite has no server".into()) };
        let name = format!("bench_{name}_{}", Uuid::now_v7().simple());
        let mut server = PgConnection::connect(url).await?;
        server.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
        let (head, _) = url.rsplit_once('/').ok_or("an address without a database")?;
        Ok(format!("{head}/{name}"))
    }
}

/// Ids as the gateway makes them.
struct Ids;

impl Entropy for Ids {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let random = Uuid::now_v7();
            chunk.copy_from_slice(&random.as_bytes()[16 - chunk.len()..]);
        }
    }
}

pub struct World {
    pub store: Store,
    database: Database,
    url: String,
}

pub struct Tenant {
    pub id: TenantId,
    key: KeyId,
    connection: ConnectionId,
    posting: PostingId,
}

impl World {
    pub async fn open(place: &Place, name: &str) -> Result<Self, Failure> {
        let (database, url) = match place {
            Place::Sqlite(folder) => {
                let path = folder.path().join(format!("{name}.db"));
                (Database::Sqlite(path.clone()), path.to_string_lossy().into_owned())
            }
            Place::Postgres(_) => {
                let url = place.database(name).await?;
                (Database::Postgres(url.clone().into()), url)
            }
        };
        let store = Store::open(&database, MasterKey::new([7; 32]), Arc::new(Ids)).await?;
        store.migrate().await?;
        Ok(Self { store, database, url })
    }

    pub async fn tenant(&self) -> Result<Tenant, Failure> {
        let (now, actor) = (Timestamp::now(), "bench");
        let id = TenantId::from_uuid(Uuid::now_v7());
        self.store.create_tenant(id, "Example", now).await?;
        let key = KeyId::from_uuid(Uuid::now_v7());
        self.store.add_key(id, key, "bench", digest(key.uuid()), now).await?;
        let connection = Connection {
            id: ConnectionId::from_uuid(Uuid::now_v7()),
            tenant: id,
            name: "Example".into(),
            connector: "greenhouse".parse()?,
            settings: serde_json::Map::new(),
            bases: BTreeMap::new(),
            credentials: Vec::new(),
            private_origins: Vec::new(),
            created_at: now,
        };
        self.store.add_connection(&connection, BTreeMap::new(), None, actor).await?;
        let profile = ProfileId::from_uuid(Uuid::now_v7());
        let new = Profile { id: profile, title: "x".into(), framework: Vec::new(), requirements: Vec::new() };
        self.store.add_profile(id, &new, now, actor).await?;
        let posting = Posting {
            id: PostingId::from_uuid(Uuid::now_v7()),
            title: "x".into(),
            profile,
            connection: connection.id,
            external_id: None,
            trust_policy: None,
            scoring_policy: None,
            created_at: now,
        };
        self.store.add_posting(id, &posting, actor).await?;
        Ok(Tenant { id, key, connection: connection.id, posting: posting.id })
    }

    /// Accepts submissions, each with a task.
    pub async fn accept(&self, tenant: &Tenant, count: usize) -> Result<(), Failure> {
        let mut running = JoinSet::new();
        for _ in 0..count {
            if running.len() == TOGETHER
                && let Some(done) = running.join_next().await
            {
                done??;
            }
            let (store, new) = (self.store.clone(), submission(tenant));
            running.spawn(async move { store.accept(new).await.map(drop) });
        }
        while let Some(done) = running.join_next().await {
            done??;
        }
        Ok(())
    }

    /// Puts tasks before the gate of a tenant's connection, and closes it.
    pub async fn stuck(&self, tenant: &Tenant, count: u32) -> Result<(), Failure> {
        let series = match self.database {
            Database::Sqlite(_) => {
                "(WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count}) SELECT n FROM n)"
            }
            Database::Postgres(_) => "generate_series(1, {count}) AS n (n)",
        };
        let (series, Tenant { id, connection, .. }) = (series.replace("{count}", &count.to_string()), tenant);
        self.direct(format!(
            "INSERT INTO tasks (id, tenant, gate, kind, subject, serialization_key, run_at) \
             SELECT 'tsk_stuck_' || n, '{id}', '{connection}', 'deliver', 'dlv_stuck_' || n, 'stuck ' || n, 1 FROM {series}"
        ))
        .await?;
        self.direct(format!("UPDATE gates SET state = 'paused', reason = 'REFUSED' WHERE id = '{connection}'")).await?;
        self.direct("ANALYZE".to_owned()).await
    }

    /// Opens that gate, with as many tasks leased as it lets through.
    pub async fn full(&self, tenant: &Tenant) -> Result<(), Failure> {
        let connection = tenant.connection;
        self.direct(format!(
            "UPDATE tasks SET lease_token = 'held', run_at = 9000000000000000 WHERE gate = '{connection}' AND id IN \
             (SELECT id FROM tasks WHERE gate = '{connection}' ORDER BY run_at, id LIMIT 8)"
        ))
        .await?;
        self.direct(format!(
            "UPDATE gates SET state = 'open', reason = NULL, most_leased = 8 WHERE id = '{connection}'"
        ))
        .await
    }

    async fn direct(&self, sql: String) -> Result<(), Failure> {
        let sql = sqlx::AssertSqlSafe(sql);
        match &self.database {
            Database::Sqlite(path) => {
                let mut connection = SqliteConnection::connect_with(&durable(path)).await?;
                connection.execute(sql).await?;
                connection.close().await?;
            }
            Database::Postgres(_) => {
                let mut connection = PgConnection::connect(&self.url).await?;
                connection.execute(sql).await?;
                connection.close().await?;
            }
        }
        Ok(())
    }
}

fn digest(uuid: Uuid) -> Digest {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(uuid.as_bytes());
    Digest::from_bytes(bytes)
}

fn submission(tenant: &Tenant) -> NewSubmission {
    let id = SubmissionId::from_uuid(Uuid::now_v7());
    let (digest, now) = (digest(id.uuid()), Timestamp::now());
    NewSubmission {
        submission: Submission {
            id,
            tenant: tenant.id,
            connection: tenant.connection,
            posting: tenant.posting,
            application: Application { id: ExternalId("900".into()), candidate: Candidate::default() },
            language: Language::En,
            payloads: vec![PayloadRef { digest, filename: None }],
            received_at: now,
            credentials_retired_at: None,
            withdrawn: None,
            state: SubmissionState::Received,
        },
        payloads: vec![Payload { digest, bytes: vec![b'x'; 200] }],
        task: TaskId::from_uuid(Uuid::now_v7()),
        share: NewShare {
            id: ShareId::from_uuid(Uuid::now_v7()),
            token_digest: digest,
            token: format!("token-{id}").into(),
            expires_at: now,
        },
        idempotency: None,
        key: tenant.key,
        trace: None,
    }
}
