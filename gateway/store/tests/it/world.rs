//! A store in a folder of its own, with a tenant, a connection, a profile and a posting.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use uuid::Uuid;
use wellspring_model::{
    Timestamp,
    assessment::Assessment,
    competency::Profile,
    connection::Connection,
    delivery::{Content, DeliveryFailure, FailureCode, Receipt, Retry, Verdict},
    digest::Digest,
    id::{
        AttemptId, ConnectionId, DeliveryId, ExternalId, KeyId, PostingId, ProfileId, ShareId, SubmissionId, TaskId,
        TenantId,
    },
    posting::Posting,
    report::VerificationReport,
    submission::{Application, Candidate, Language, PayloadRef, Submission, SubmissionState},
    time::Entropy,
};
use wellspring_store::{
    Accepted, Database, Ended, Idempotency, LeaseToken, Leased, MasterKey, NewAssessment, NewDelivery, NewShare,
    NewSubmission, Passage, Payload, Pushed, Store, StoreError, TaskKind, Watch,
};

pub const LONG: Duration = Duration::from_secs(3_600);
/// A lease that has ended as soon as it is given.
pub const OVER: Duration = Duration::ZERO;
pub const ACTOR: &str = "key_test";

/// Counts, so that no two draws are the same and every run is.
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let next = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            chunk.copy_from_slice(&next[..chunk.len()]);
        }
    }
}

/// What one tenant has.
#[derive(Clone, Copy)]
pub struct Place {
    pub tenant: TenantId,
    pub key: KeyId,
    pub connection: ConnectionId,
    pub posting: PostingId,
    pub profile: ProfileId,
}

pub struct World {
    pub store: Store,
    pub place: Place,
    place_of: Where,
    folder: tempfile::TempDir,
    ids: AtomicU64,
}

/// Where a world's store is. Each world has one of its own.
enum Where {
    File(tempfile::TempDir),
    Server(String),
}

/// Each test once on SQLite and once on PostgreSQL. The second needs a server: `cargo xtask test` starts one.
macro_rules! on_both_stores {
    ($($name:ident,)+) => {
        mod on_sqlite {$(
            #[tokio::test]
            async fn $name() {
                super::$name($crate::world::World::sqlite().await).await;
            }
        )+}
        mod on_postgres {$(
            #[tokio::test]
            async fn $name() {
                if let Some(world) = $crate::world::World::postgres().await {
                    super::$name(world).await;
                }
            }
        )+}
    };
}
pub(crate) use on_both_stores;

/// The throw-away server that tests may use, if there is one.
#[expect(clippy::disallowed_methods, reason = "the test's own surroundings")]
fn server() -> Option<String> {
    std::env::var("TEST_POSTGRES_URL").ok()
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Long ago by the database's clock, so that what is enqueued now is due.
pub fn now() -> Timestamp {
    at("2026-01-02T03:04:05Z")
}

pub async fn open(path: PathBuf, master: [u8; 32]) -> Result<Store, StoreError> {
    open_at(&Database::Sqlite(path), master).await
}

async fn open_at(database: &Database, master: [u8; 32]) -> Result<Store, StoreError> {
    Store::open(database, MasterKey::new(master), Arc::new(Counting(AtomicU64::new(1)))).await
}

impl World {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::Sqlite(folder.path().join("store.db"));
        Self::on(&database, Where::File(folder)).await
    }

    /// On a database of its own, if there is a server.
    pub async fn postgres() -> Option<Self> {
        static DATABASES: AtomicU64 = AtomicU64::new(1);
        let Some(server) = server() else {
            eprintln!("skipped: PostgreSQL is not there (TEST_POSTGRES_URL)");
            return None;
        };
        let name = format!("it_{}_{}", std::process::id(), DATABASES.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&server).await.unwrap();
        for sql in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")] {
            connection.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        let (base, _) = server.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        Some(Self::on(&Database::Postgres(url.clone().into()), Where::Server(url)).await)
    }

    async fn on(database: &Database, place_of: Where) -> Self {
        let store = open_at(database, [7; 32]).await.unwrap();
        store.migrate().await.unwrap();
        let ids = AtomicU64::new(1);
        let nobody = Place {
            tenant: TenantId::from_uuid(Uuid::nil()),
            key: KeyId::from_uuid(Uuid::nil()),
            connection: ConnectionId::from_uuid(Uuid::nil()),
            posting: PostingId::from_uuid(Uuid::nil()),
            profile: ProfileId::from_uuid(Uuid::nil()),
        };
        let folder = tempfile::tempdir().unwrap();
        let mut world = Self { store, place: nobody, place_of, folder, ids };
        world.place = world.tenant("s3cret-of-the-first").await;
        world
    }

    /// A folder beside the world's own, for payloads. It is gone when the world is.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("payloads")
    }

    /// The file of a world on SQLite.
    pub fn path(&self) -> PathBuf {
        match &self.place_of {
            Where::File(folder) => folder.path().join("store.db"),
            Where::Server(url) => panic!("{url} is no file"),
        }
    }

    /// The address of a world on PostgreSQL.
    pub fn url(&self) -> Option<&str> {
        match &self.place_of {
            Where::File(_) => None,
            Where::Server(url) => Some(url),
        }
    }

    /// A store on the same database, or on another file beside the world's.
    pub async fn reopened(&self, file: &str) -> Store {
        let database = match &self.place_of {
            Where::File(_) => Database::Sqlite(self.path().with_file_name(file)),
            Where::Server(url) => Database::Postgres(url.clone().into()),
        };
        open_at(&database, [7; 32]).await.unwrap()
    }

    /// A further store on the same database, as another process would have it.
    pub async fn again(&self, master: [u8; 32]) -> Store {
        let database = match &self.place_of {
            Where::File(_) => Database::Sqlite(self.path()),
            Where::Server(url) => Database::Postgres(url.clone().into()),
        };
        open_at(&database, master).await.unwrap()
    }

    /// A further store, at another address of the same server.
    pub async fn at(&self, url: &str) -> Store {
        open_at(&Database::Postgres(url.to_owned().into()), [7; 32]).await.unwrap()
    }

    pub fn uuid(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.ids.fetch_add(1, Ordering::Relaxed)))
    }

    pub fn token(&self) -> LeaseToken {
        LeaseToken::from_uuid(self.uuid())
    }

    pub async fn tenant(&self, secret: &str) -> Place {
        let tenant = TenantId::from_uuid(self.uuid());
        self.store.create_tenant(tenant, "Example Ltd", now()).await.unwrap();
        let connection = Connection {
            id: ConnectionId::from_uuid(self.uuid()),
            tenant,
            name: "Production".into(),
            connector: "greenhouse".parse().unwrap(),
            settings: serde_json::Map::new(),
            bases: BTreeMap::from([("api".to_owned(), "https://ats.example/v3".parse().unwrap())]),
            credentials: vec!["main".to_owned()],
            private_origins: Vec::new(),
            created_at: now(),
        };
        let secrets = BTreeMap::from([("main".to_owned(), secret.to_owned().into())]);
        self.store.add_connection(&connection, secrets, None, ACTOR).await.unwrap();
        let profile = Profile {
            id: ProfileId::from_uuid(self.uuid()),
            title: "Data analyst".into(),
            framework: Vec::new(),
            requirements: Vec::new(),
        };
        self.store.add_profile(tenant, &profile, now(), ACTOR).await.unwrap();
        let posting = Posting {
            id: PostingId::from_uuid(self.uuid()),
            title: "Data analyst".into(),
            profile: profile.id,
            connection: connection.id,
            external_id: Some(ExternalId("4711".into())),
            trust_policy: None,
            scoring_policy: None,
            created_at: now(),
        };
        self.store.add_posting(tenant, &posting, ACTOR).await.unwrap();
        let key = KeyId::from_uuid(self.uuid());
        let digest = Digest::from_bytes([key.uuid().as_bytes().as_slice(), &[1; 16]].concat().try_into().unwrap());
        self.store.add_key(tenant, key, "test", digest, now()).await.unwrap();
        Place { tenant, key, connection: connection.id, posting: posting.id, profile: profile.id }
    }

    pub fn submission(&self, place: Place) -> NewSubmission {
        let id = SubmissionId::from_uuid(self.uuid());
        let token_digest = Digest::from_bytes([id.uuid().as_bytes().as_slice(), &[0; 16]].concat().try_into().unwrap());
        let payload = payload(format!("{{\"id\": \"{id}\"}}").into_bytes());
        let submission = Submission {
            id,
            tenant: place.tenant,
            connection: place.connection,
            posting: place.posting,
            application: Application { id: ExternalId("900".into()), candidate: Candidate::default() },
            language: Language::En,
            payloads: vec![PayloadRef { digest: payload.digest, filename: None }],
            received_at: now(),
            credentials_retired_at: None,
            withdrawn: None,
            state: SubmissionState::Received,
        };
        let share = NewShare {
            id: ShareId::from_uuid(self.uuid()),
            token_digest,
            token: format!("token-{id}").into(),
            expires_at: at("2027-01-01T00:00:00Z"),
        };
        let payloads = vec![payload];
        let task = TaskId::from_uuid(self.uuid());
        NewSubmission { submission, payloads, task, share, idempotency: None, key: place.key, trace: None }
    }

    /// A submission of this application by this candidate, as the ATS knows them.
    pub fn submission_by(&self, place: Place, application: &str, candidate: &str) -> NewSubmission {
        let mut new = self.submission(place);
        let candidate = Candidate { id: Some(ExternalId(candidate.into())), ..Candidate::default() };
        new.submission.application = Application { id: ExternalId(application.into()), candidate };
        new
    }

    /// A submission with these bytes for its only credential.
    pub fn submission_of(&self, place: Place, bytes: &[u8]) -> NewSubmission {
        let mut new = self.submission(place);
        let payload = payload(bytes.to_vec());
        new.submission.payloads =
            vec![PayloadRef { digest: payload.digest, filename: Some("Ada Lovelace.png".into()) }];
        new.payloads = vec![payload];
        new
    }

    /// Accepts a submission and gives its id.
    pub async fn accept(&self, place: Place) -> SubmissionId {
        let new = self.submission(place);
        let id = new.submission.id;
        assert_eq!(self.store.accept(new).await.unwrap(), Accepted::New);
        id
    }

    pub async fn accept_with_key(&self, key: Idempotency, received_at: Timestamp) -> Result<Accepted, StoreError> {
        let mut new = self.submission(self.place);
        new.submission.received_at = received_at;
        new.idempotency = Some(key);
        self.store.accept(new).await
    }

    pub async fn claim_one(&self, lease: Duration) -> Leased {
        let leased = self.store.claim(1, lease, self.token()).await.unwrap();
        *leased.first().expect("a task is due")
    }

    pub fn delivery(&self, submission: SubmissionId, key: &str) -> NewDelivery {
        NewDelivery {
            id: DeliveryId::from_uuid(self.uuid()),
            task: TaskId::from_uuid(self.uuid()),
            content: Content::Result { submission, connection: self.place.connection },
            serialization_key: key.to_owned(),
        }
    }

    pub fn assessed(&self, submission: SubmissionId, deliveries: Vec<NewDelivery>) -> NewAssessment {
        NewAssessment {
            submission,
            report: report(),
            assessment: self.assessment(),
            scoring_policy: None,
            deliveries,
            watch: Watch::default(),
            unmapped: Vec::new(),
        }
    }

    /// Accepts and assesses a submission with one delivery, and gives that.
    pub async fn delivery_waiting(&self, key: &str) -> NewDelivery {
        self.delivery_waiting_for(self.submission(self.place), key).await
    }

    /// As [`Self::delivery_waiting`], of this submission.
    pub async fn delivery_waiting_for(&self, new: NewSubmission, key: &str) -> NewDelivery {
        let submission = new.submission.id;
        assert_eq!(self.store.accept(new).await.unwrap(), Accepted::New);
        let leased = self.store.claim(100, OVER, self.token()).await.unwrap();
        let is_ours = |one: &&Leased| one.kind == TaskKind::Assess { submission };
        let lease = *leased.iter().find(is_ours).expect("its task is due");
        let delivery = self.delivery(submission, key);
        let new = self.assessed(submission, vec![delivery.clone()]);
        self.store.record_assessment(&lease, new, now()).await.unwrap();
        delivery
    }

    fn assessment(&self) -> Assessment {
        serde_json::from_value(json!({
            "id": wellspring_model::id::AssessmentId::from_uuid(self.uuid()), "policy": "test@1", "profile": self.place.profile,
            "frameworks": [], "score": {"value": 50, "low": 50, "high": 50}, "coverage": {"with_evidence": 1, "of": 2},
            "musts": {"met": 0, "of": 1}, "lines": [], "not_counted": [], "inputs_digest": Digest::from_bytes([1; 32]),
        }))
        .unwrap()
    }

    /// A connection beside the store's own, to look at rows and to spoil them.
    pub async fn raw(&self) -> SqliteConnection {
        SqliteConnection::connect(&format!("sqlite://{}", self.path().display())).await.unwrap()
    }

    /// Runs a statement beside the store, whatever the store thinks of it.
    pub async fn try_sql(&self, sql: &str) -> Result<(), sqlx::Error> {
        match &self.place_of {
            Where::File(_) => self.raw().await.execute(AssertSqlSafe(sql)).await.map(drop),
            Where::Server(url) => PgConnection::connect(url).await.unwrap().execute(AssertSqlSafe(sql)).await.map(drop),
        }
    }

    pub async fn sql(&self, sql: &str) {
        self.try_sql(sql).await.expect(sql);
    }

    /// Holds a table, or where there is but one lock the database, until it is dropped.
    pub async fn locked(&self, table: &str) -> Locked {
        match &self.place_of {
            Where::File(_) => {
                let mut raw = self.raw().await;
                raw.execute("BEGIN IMMEDIATE").await.unwrap();
                Locked::File(raw)
            }
            Where::Server(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                let lock = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
                connection.execute(AssertSqlSafe(lock)).await.unwrap();
                Locked::Server(connection)
            }
        }
    }

    /// The one number that a statement answers.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql);
        match &self.place_of {
            Where::File(_) => sqlx::query_scalar(sql).fetch_one(&mut self.raw().await).await.unwrap(),
            Where::Server(url) => {
                sqlx::query_scalar(sql).fetch_one(&mut PgConnection::connect(url).await.unwrap()).await.unwrap()
            }
        }
    }

    /// Begins an attempt and settles it.
    pub async fn attempt(&self, lease: &Leased, delivery: DeliveryId, ended: Ended) -> Result<(), StoreError> {
        self.store.begin_attempt(lease, delivery, ended.attempt, Some(pushed()), now()).await?;
        self.store.settle(lease, delivery, ended, now()).await
    }

    pub fn delivered(&self) -> Ended {
        self.ended(Ok(receipt()), None)
    }

    pub fn failed(&self, wait: Option<Duration>) -> Ended {
        self.ended(Err(failure()), wait)
    }

    pub fn ended(&self, result: Result<Receipt, DeliveryFailure>, wait: Option<Duration>) -> Ended {
        let passage = Passage { calls: 1, took: Duration::from_millis(50), verdict: Verdict::of(&result), wait: None };
        Ended { attempt: AttemptId::from_uuid(self.uuid()), result, wait, passage, answers: None }
    }
}

/// What is pushed.
pub fn pushed() -> Pushed {
    Pushed { digest: Digest::from_bytes([9; 32]), tells: None }
}

/// Bytes under their digest.
pub fn payload(bytes: Vec<u8>) -> Payload {
    Payload { digest: Digest::from_bytes(Sha256::digest(&bytes).into()), bytes }
}

/// A connection whose transaction ends with it.
#[expect(dead_code, reason = "held, not used")]
pub enum Locked {
    File(SqliteConnection),
    Server(PgConnection),
}

pub fn report() -> VerificationReport {
    VerificationReport::default()
}

pub fn receipt() -> Receipt {
    Receipt { remote_id: Some(ExternalId("31".into())), changed: true, details: json!({}) }
}

pub fn failure() -> DeliveryFailure {
    DeliveryFailure {
        code: FailureCode::Unavailable,
        message: "The ATS is down.".into(),
        retry: Retry::Backoff,
        remote_status: Some(503),
    }
}
