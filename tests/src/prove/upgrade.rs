//! A database of an earlier version is brought up to date while applicants hand in; and `migrate` is killed in the midst.
//!
//! The databases in `tests/fixtures/upgrade` were written by binaries of their time.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use wellspring_testkit::{Greenhouse, GreenhouseSeed, greenhouse::Note};

use super::{
    Chance, Load, Server,
    check::{compare, drained, pages, text},
    sqlite,
};
use crate::{
    Failure,
    client::Client,
    gateway::{Gateway, component, program},
    world::{Application, World},
};

/// Few: the connection is as old as the rest and has the pace of the connector's manifest.
const CLIENTS: usize = 2;
const PAUSE: Duration = Duration::from_millis(200);
/// New applications; those before are of the earlier version.
const NEW: std::ops::RangeInclusive<u64> = 101..=5_000;
const SERVING: Duration = Duration::from_secs(6);
/// Rows that the large database has besides, of each kind that is carried over.
const ROWS: u64 = 60_000;

/// What to do.
#[derive(Debug, Clone)]
pub struct Upgrade {
    pub kills: u64,
    pub seed: u64,
}

/// # Errors
/// Something of the earlier version is lost or cannot be used; in words.
pub async fn run(upgrade: &Upgrade, server: Option<&Server>) -> Result<(), Failure> {
    let earlier = Earlier::read(if server.is_some() { "3-postgres" } else { "2-sqlite" })?;
    carried_over(&earlier, server).await?;
    killed(upgrade, &earlier, server)
}

/// What an earlier version left behind.
struct Earlier {
    name: &'static str,
    dump: String,
    about: Value,
}

impl Earlier {
    fn read(name: &'static str) -> Result<Self, Failure> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/upgrade");
        let dump = fs::read_to_string(folder.join(format!("{name}.sql")))?;
        let about = serde_json::from_str(&fs::read_to_string(folder.join(format!("{name}.json")))?)?;
        Ok(Self { name, dump, about })
    }

    fn text(&self, member: &str) -> String {
        text(&self.about[member])
    }

    /// The ATS, with what that version had brought there.
    fn ats(&self, applications: &[Application]) -> GreenhouseSeed {
        let mut seed = Application::seed(applications);
        for note in self.about["notes"].as_array().into_iter().flatten() {
            seed.notes.push(Note {
                id: note["id"].as_u64().unwrap_or_default(),
                candidate_id: note["candidate_id"].as_u64().unwrap_or_default(),
                application_id: note["application_id"].as_u64(),
                body: text(&note["body"]),
                note_type: text(&note["note_type"]),
                visibility: text(&note["visibility"]),
                author: text(&note["author"]),
                created_at: seed.now,
            });
        }
        seed
    }

    fn submissions(&self) -> BTreeMap<u64, String> {
        let all = self.about["submissions"].as_object().into_iter().flatten();
        all.filter_map(|(number, id)| Some((number.parse().ok()?, text(id)))).collect()
    }

    /// A gateway in whose place that version was, with the ATS at another port.
    fn gateway(&self, server: Option<&Server>, ats: &str) -> Result<Gateway, Failure> {
        let database = match server {
            Some(server) => format!("[database]\nurl = \"{}\"\n", Server::url_at(server.port(), "earlier")),
            None => String::new(),
        };
        let settings = format!("[work]\nworkers = 4\ndelivery_seconds = 5\nlease_seconds = 20\n{database}");
        let gateway = Gateway::configured(tempfile::tempdir()?, &World::settings(&settings))?;
        fs::write(gateway.folder().join("wellspring.key"), bytes(&self.text("master_key"))?)?;
        let dump = self.dump.replace("http://ats.example", ats);
        match server {
            Some(server) => restore(server, "earlier", &dump)?,
            None => sqlite::run(&gateway.database(), &dump)?,
        }
        Ok(gateway)
    }
}

fn bytes(hex: &str) -> Result<Vec<u8>, Failure> {
    let byte = |at: usize| hex.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(byte).collect();
    bytes.ok_or_else(|| Failure::new("the master key of the earlier version is not hexadecimal"))
}

fn restore(server: &Server, database: &str, dump: &str) -> Result<(), Failure> {
    server.ask("postgres", &format!("CREATE DATABASE {database}"))?;
    let file = tempfile::NamedTempFile::new()?;
    fs::write(file.path(), dump)?;
    server.run(database, file.path())
}

async fn carried_over(earlier: &Earlier, server: Option<&Server>) -> Result<(), Failure> {
    println!("· a database of version {}, brought up to date while applicants hand in", earlier.name);
    let applications: Vec<_> = (1..=*NEW.end()).map(Application::numbered).collect();
    let ats = Greenhouse::start(earlier.ats(&applications)).await?;
    let mut gateway = earlier.gateway(server, ats.origin())?;
    match gateway.start().await {
        Err(failure) if failure.to_string().contains("wellspring migrate") => {}
        other => return Err(Failure::new(format!("an outdated database should be refused, with a word: {other:?}"))),
    }
    let client = Client::new(&gateway.url(), &earlier.text("api_key"))?;
    let [tenant, connection, job, profile] = ["tenant", "connection", "job", "profile"].map(|name| earlier.text(name));
    let mut world = World { gateway, ats, client, tenant, connection, job, profile };

    let load = Load::start(&world, std::slice::from_ref(&world.client), CLIENTS, PAUSE, NEW);
    let began = Instant::now();
    world.gateway.command(&["migrate"])?;
    let migrated = began.elapsed();
    let connector = component("greenhouse")?;
    world.gateway.command(&["connectors", "install", "--unsigned", "--accept-rights", &connector.to_string_lossy()])?;
    world.gateway.start().await?;
    let away = began.elapsed();
    tokio::time::sleep(SERVING).await;
    let told = load.finish().await?;
    for report in earlier.about["reports"].as_array().into_iter().flatten() {
        let (status, _) = world.client.open(&format!("{}{}", world.gateway.url(), text(report))).await?;
        if status != 200 {
            return Err(Failure::new(format!("a report link of the earlier version answers {status}")));
        }
    }
    let dead = pages(&world.client, "/v1/deliveries").await?.iter().filter(|one| one["state"] == "exhausted").count();
    let replayed = world.gateway.command(&["deliveries", "replay", "--tenant", &world.tenant])?;
    if replayed != format!("{dead} taken up again") {
        return Err(Failure::new(format!("{dead} were given up by the earlier version; {replayed}")));
    }
    let before = earlier.submissions();
    let mut accepted = told.accepted.clone();
    accepted.extend(before.clone());
    let deliveries = drained(&world, accepted.len()).await?;
    compare(&world, &accepted, &deliveries).await?;
    let audit = world.gateway.command(&["audit", "verify", "--tenant", &world.tenant])?;
    println!(
        "{}: {} of the earlier version and {} new ones delivered, each once; {dead} that it had given up were taken up again; \
         report links work\naudit trail {audit}\nmigrated in {migrated:.1?}, serving after {away:.1?}",
        earlier.name,
        before.len(),
        told.accepted.len(),
    );
    Ok(())
}

/// `migrate` is killed at any moment on a large database: every migration has taken place or has not, and another `migrate`
/// does the rest.
fn killed(upgrade: &Upgrade, earlier: &Earlier, server: Option<&Server>) -> Result<(), Failure> {
    println!("· migrate is killed {} times on a database with {ROWS} more of everything", upgrade.kills);
    let large = Large::make(earlier, server)?;
    let first = large.copy()?;
    let versions = first.versions()?;
    let began = Instant::now();
    first.migrate()?.wait()?;
    let whole = began.elapsed();
    let expected = (first.versions()?, first.rows()?);
    if expected.0 == versions {
        println!("  there is no migration after this version yet: nothing to kill");
        return Ok(());
    }
    let (mut chance, mut running, mut left) = (Chance::new(upgrade.seed), 0, BTreeMap::<String, u64>::new());
    for _ in 0..upgrade.kills {
        let copy = large.copy()?;
        let mut migrating = copy.migrate()?;
        let longest = u64::try_from(whole.as_millis()).unwrap_or(u64::MAX).max(1);
        // Most of it may be at the end, and the next one may take longer.
        std::thread::sleep(Duration::from_millis(chance.below(longest + longest / 4)));
        running += u64::from(migrating.try_wait()?.is_none());
        migrating.kill()?;
        migrating.wait()?;
        let found = copy.versions()?;
        if found < versions || found > expected.0 {
            return Err(Failure::new(format!("a killed migration left version {found}")));
        }
        *left.entry(found).or_default() += 1;
        if !copy.migrate()?.wait()?.success() {
            return Err(Failure::new("after a migration was killed, another one does not succeed"));
        }
        if (copy.versions()?, copy.rows()?) != expected {
            return Err(Failure::new("after a migration was killed, another one came to something else"));
        }
    }
    println!(
        "{}: {} kills within {whole:.1?}, {running} of them while it ran; versions found (with how many migrations): {left:?}; \
         each was migrated to the end by a second run, with every row",
        earlier.name, upgrade.kills
    );
    Ok(())
}

/// A database of the earlier version with many rows.
struct Large<'a> {
    server: Option<&'a Server>,
    key: Vec<u8>,
    folder: TempDir,
}

/// A copy of it, in the place of a gateway.
struct Copy<'a> {
    server: Option<&'a Server>,
    folder: TempDir,
}

/// The database's name on the server, and that of its copy.
const LARGE: &str = "large";
const COPY: &str = "large_copy";

impl<'a> Large<'a> {
    fn make(earlier: &Earlier, server: Option<&'a Server>) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        match server {
            Some(server) => {
                restore(server, LARGE, &earlier.dump)?;
                // This version had gates already.
                let more = more("lpad(n::text, 32, '0')", "gate, ", "s.connection, ");
                server.ask(
                    LARGE,
                    &more
                        .replace("next_at)", "next_at, kind, serialization_key, tries)")
                        .replace("'pending', 1", "'pending', 1, 'result', 'k', 0"),
                )?;
            }
            None => {
                let file = folder.path().join("wellspring.sqlite");
                sqlite::run(&file, &earlier.dump)?;
                sqlite::run(&file, &more("printf('%032d', n)", "", ""))?;
            }
        }
        Ok(Self { server, key: bytes(&earlier.text("master_key"))?, folder })
    }

    fn copy(&self) -> Result<Copy<'a>, Failure> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("wellspring.key"), &self.key)?;
        let url = match self.server {
            Some(server) => {
                server.ask("postgres", &format!("DROP DATABASE IF EXISTS {COPY} WITH (FORCE)"))?;
                server.ask("postgres", &format!("CREATE DATABASE {COPY} TEMPLATE {LARGE}"))?;
                Server::url_at(server.port(), COPY)
            }
            None => {
                fs::copy(self.folder.path().join("wellspring.sqlite"), folder.path().join("wellspring.sqlite"))?;
                "sqlite://wellspring.sqlite".to_owned()
            }
        };
        fs::write(folder.path().join("wellspring.toml"), format!("[database]\nurl = \"{url}\"\n"))?;
        Ok(Copy { server: self.server, folder })
    }
}

/// Deliveries that wait, with an attempt each and a task, all of the first submission that is assessed.
fn more(number: &str, gate: &str, its_gate: &str) -> String {
    let first = "(SELECT * FROM submissions WHERE state = 'assessed' ORDER BY id LIMIT 1) s";
    format!(
        "CREATE TABLE numbers (n BIGINT);
         WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < {ROWS})
         INSERT INTO numbers SELECT n FROM count;
         INSERT INTO deliveries (id, tenant, submission, connection, {gate}attempts, state, next_at)
         SELECT 'dlv_' || {number}, s.tenant, s.id, s.connection, {its_gate}1, 'pending', 1 FROM numbers, {first};
         INSERT INTO attempts (id, delivery, number, at) SELECT 'att_' || {number}, 'dlv_' || {number}, 1, 1 FROM numbers;
         INSERT INTO tasks (id, tenant, {gate}kind, subject, serialization_key, run_at)
         SELECT 'tsk_' || {number}, s.tenant, {its_gate}'deliver', 'dlv_' || {number}, 'k' || n, 1 FROM numbers, {first};
         DROP TABLE numbers;"
    )
}

impl Copy<'_> {
    fn migrate(&self) -> Result<std::process::Child, Failure> {
        let mut migrate = program("wellspring")?;
        migrate.arg("migrate").arg("--config").arg(self.folder.path().join("wellspring.toml"));
        Ok(migrate.stdout(std::process::Stdio::null()).spawn()?)
    }

    fn ask(&self, statement: &str) -> Result<String, Failure> {
        match self.server {
            Some(server) => server.ask(COPY, statement),
            None => sqlite::ask(&self.file(), statement),
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("wellspring.sqlite")
    }

    /// The newest migration that took place, and how many did: `4 of 4`, padded to be compared.
    fn versions(&self) -> Result<String, Failure> {
        let both = ["max(version)", "count(*)"]
            .map(|what| self.ask(&format!("SELECT CAST({what} AS TEXT) FROM _sqlx_migrations WHERE success")));
        let [newest, count] = both;
        Ok(format!("{:0>3} ({})", newest?, count?))
    }

    /// How many rows there are of each kind that is carried over; and that the file is whole.
    fn rows(&self) -> Result<String, Failure> {
        let mut rows = Vec::new();
        for table in ["submissions", "deliveries", "attempts", "tasks", "audit", "shares"] {
            rows.push(format!("{table} {}", self.ask(&format!("SELECT CAST(count(*) AS TEXT) FROM {table}"))?));
        }
        if self.server.is_none() {
            rows.push(sqlite::check(&self.file())?);
        }
        Ok(rows.join(", "))
    }
}
