//! A gateway in a temporary folder, with a clock that tests can move.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU32, Ordering},
};

use axum::{Router, body::Body, http::Request};
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;
use wellspring_egress::Fetcher;
use wellspring_host::Rights;
use wellspring_model::{
    Timestamp,
    id::{KeyId, TenantId},
    time::{Clock, Entropy},
};
use wellspring_server::{auth, clock::SystemEntropy, config::Config, installed, routes, start, state::App};
use wellspring_store::{NewConnectorVersion, Store};

/// A clock that stands until it is moved.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).expect("a time within range")
    }
}

/// The system's, whose ids are in the order in which they were made also while the clock stands.
struct InOrder;

static MADE: AtomicU32 = AtomicU32::new(0);

impl Entropy for InOrder {
    fn fill(&self, bytes: &mut [u8]) {
        SystemEntropy.fill(bytes);
    }

    fn uuid(&self, now: Timestamp) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        random[..2].fill(0);
        // The highest two bits of the first are not ours: few enough are made.
        random[2..6].copy_from_slice(&MADE.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        let millis = u64::try_from(now.as_millisecond()).expect("a time after 1970");
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

/// A running gateway with one tenant.
pub struct Gateway {
    pub app: App,
    pub clock: Arc<TestClock>,
    pub tenant: Tenant,
    router: Router,
    folder: Arc<TempDir>,
}

/// A tenant with a key.
#[derive(Clone)]
pub struct Tenant {
    pub key: String,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The last part of a problem's type.
    pub fn problem(&self) -> String {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{}", self.text);
        let kind = self.json()["type"].as_str().expect("a problem has a type").to_owned();
        kind.rsplit('/').next().expect("a type is an address").to_owned()
    }

    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_else(|| panic!("no id in {}", self.text)).to_owned()
    }
}

/// A connector that `cargo xtask connectors` built.
pub fn built_connector(name: &str) -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/connectors/");
    std::fs::read(format!("{path}{name}.wasm")).expect("built connectors: run `cargo xtask connectors` first")
}

impl Gateway {
    /// Starts a gateway with the Greenhouse connector.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_reaching(None, change).await
    }

    /// As [`Self::start_with`], with a way to issuers' sites of its own.
    pub async fn start_reaching(fetcher: Option<Fetcher>, change: impl FnOnce(&mut Config)) -> Self {
        crate::log::listen();
        let connector = built_connector("greenhouse");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("wellspring.toml");
        std::fs::write(&file, "public_url = \"https://gateway.example/\"\n").expect("the file is written");
        let mut config = Config::load(Some(&file)).expect("the configuration loads");
        change(&mut config);
        start::ensure_master_key(&config.secrets.master_key_file).expect("a key is made");
        let store = start::store(&config).await.expect("the store opens");
        store.migrate().await.expect("the store migrates");
        let now = "2026-11-23T12:00:00Z".parse::<Timestamp>().expect("a time");
        record_connector(&config, &store, &connector, now).await;
        let clock = Arc::new(TestClock(AtomicI64::new(now.as_microsecond())));
        let entropy = Arc::new(InOrder);
        let app = match fetcher {
            Some(fetcher) => start::app_reaching(fetcher, config, clock.clone(), entropy).await,
            None => start::app_with(config, clock.clone(), entropy).await,
        };
        let app = app.expect("the gateway starts");
        let router = routes::router(app.clone());
        let tenant = add_tenant(&app).await;
        Self { app, clock, tenant, router, folder: Arc::new(folder) }
    }

    /// A gateway over the same data that is configured as it is in the file, with this change.
    pub async fn restarted(&self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::load(Some(&self.file())).expect("the configuration loads");
        change(&mut config);
        let app = start::app_with(config, self.clock.clone(), Arc::new(InOrder)).await.expect("it starts");
        let (clock, tenant, folder) = (self.clock.clone(), self.tenant.clone(), Arc::clone(&self.folder));
        Self { router: routes::router(app.clone()), app, clock, tenant, folder }
    }

    /// The configuration file, for commands beside the running gateway.
    pub fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("wellspring.toml")
    }

    pub async fn other_tenant(&self) -> Tenant {
        add_tenant(&self.app).await
    }

    /// What answers, for whoever wants it on a port.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("the body is read");
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).expect("answers are text"),
        }
    }

    pub async fn call(&self, method: Method, path: &str, key: Option<&str>, body: Option<&Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(key) = key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).expect("a request")).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, Some(&self.tenant.key), None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, Some(&self.tenant.key), Some(body)).await
    }

    /// Posts exactly these bytes, as JSON where the headers say nothing else.
    pub async fn post_bytes(&self, path: &str, bytes: impl Into<Body>, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::post(path).header(header::AUTHORIZATION, format!("Bearer {}", self.tenant.key));
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(bytes.into()).expect("a request")).await
    }

    /// A framework, profile, connection and job to apply for.
    pub async fn role(&self) -> Role {
        let framework = self.post("/v1/frameworks", &framework()).await;
        assert_eq!(framework.status, StatusCode::CREATED, "{}", framework.text);
        let profile = self.post("/v1/profiles", &profile()).await;
        assert_eq!(profile.status, StatusCode::CREATED, "{}", profile.text);
        let connection = self.post("/v1/connections", &connection()).await;
        assert_eq!(connection.status, StatusCode::CREATED, "{}", connection.text);
        let job = json!({
            "title": "Junior data analyst", "profile": profile.id(), "connection": connection.id(),
            "external_id": "9001"
        });
        let job = self.post("/v1/jobs", &job).await;
        assert_eq!(job.status, StatusCode::CREATED, "{}", job.text);
        Role { framework: framework.id(), profile: profile.id(), connection: connection.id(), job: job.id() }
    }
}

/// Ids of what an application needs.
pub struct Role {
    pub framework: String,
    pub profile: String,
    pub connection: String,
    pub job: String,
}

impl Role {
    /// A submission with these credentials.
    pub fn submission(&self, credentials: &[Value]) -> Value {
        json!({
            "connection": self.connection,
            "application": {"id": "55012", "candidate": {"id": "44012", "name": "Ada", "email": "ada@example.org"}},
            "job": self.job,
            "credentials": credentials,
        })
    }
}

pub const ITEM: &str = "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b11";

pub fn framework() -> Value {
    let uri = |id: &str| format!("https://case.example.org/ims/case/v1p1/CFItems/{id}");
    json!({
        "CFDocument": {
            "identifier": "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b10",
            "uri": "https://case.example.org/ims/case/v1p1/CFDocuments/8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b10",
            "title": "Example framework", "version": "1", "lastChangeDateTime": "2026-01-01T00:00:00Z"
        },
        "CFItems": [{"identifier": ITEM, "uri": uri(ITEM), "fullStatement": "Cleans data before using it"}],
        "CFAssociations": []
    })
}

pub fn profile() -> Value {
    json!({
        "title": "Junior data analyst",
        "framework": ["8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b10"],
        "requirements": [{"item": ITEM, "weight": 1, "must": true}]
    })
}

pub fn connection() -> Value {
    json!({
        "name": "Greenhouse", "connector": "greenhouse", "settings": {},
        "credentials": {"main": {"client_id": "an id", "client_secret": "a secret"}}
    })
}

/// As if the operator had installed it on his own word and accepted all it asks for.
pub async fn record_connector(config: &Config, store: &Store, package: &[u8], now: Timestamp) {
    let inspection = wellspring_host::inspect(package).expect("a connector");
    let (id, version) = (inspection.id, inspection.version.parse().expect("a version"));
    installed::keep(&config.connectors.folder, &id, version, package, None).expect("the connector is kept");
    let (digest, accepted) = (inspection.digest, Some(inspection.digest));
    let rights = serde_json::to_string(&Rights::of(&inspection.manifest)).expect("JSON");
    let new = NewConnectorVersion { connector: id, version, digest, key: None, rights, accepted };
    store.add_connector_version(new, now, "operator").await.expect("it is recorded");
}

async fn add_tenant(app: &App) -> Tenant {
    let now = app.now();
    let id = TenantId::from_uuid(app.uuid());
    let (key, digest) = auth::new_key(&SystemEntropy);
    app.store.create_tenant(id, "Example Ltd", now).await.expect("a tenant");
    let key_id = KeyId::from_uuid(SystemEntropy.uuid(now));
    app.store.add_key(id, key_id, "test", digest, now).await.expect("a key");
    Tenant { key }
}
