//! A throw-away PostgreSQL for tests and proofs: its own data folder, on loopback, gone when we end.

use std::{
    fs,
    io::ErrorKind,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::process::{self, Failure, command, find, root, say};

/// What a test finds the server by. Not with the prefix of the settings: the gateway refuses names it does not know.
pub const VARIABLE: &str = "TEST_POSTGRES_URL";
/// Users that a server may run as where we are root: PostgreSQL refuses to be.
const USERS: [&str; 2] = ["postgres", "nobody"];
const INSTALLING: Duration = Duration::from_secs(600);

/// A running server. It is stopped when this is dropped.
pub struct Postgres {
    programs: PathBuf,
    data: PathBuf,
    user: Option<&'static str>,
    port: u16,
}

/// Whether commits reach the disk before they are answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// As in earnest: for proofs.
    On,
    /// Faster: for tests, which nobody cuts the power of.
    Off,
}

impl Postgres {
    /// Starts a server, if the programs are there or can be installed. `None`, with a word about it, where not.
    pub fn start_if_possible(name: &str, sync: Sync) -> Result<Option<Self>, Failure> {
        let Some(programs) = programs() else {
            say("PostgreSQL is not installed (on Debian: apt-get install postgresql): its tests are skipped");
            return Ok(None);
        };
        Self::start(programs, name, sync).map(Some)
    }

    fn start(programs: PathBuf, name: &str, sync: Sync) -> Result<Self, Failure> {
        let user = if is_root() { USERS.into_iter().find(|user| exists(user)) } else { None };
        let data = folder(user).join(name);
        let mut server = Self { programs, data, user, port: 0 };
        server.end_earlier_run();
        match fs::remove_dir_all(&server.data) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => fs::create_dir_all(&server.data)?,
        }
        if let Some(user) = user {
            process::run(command("chown", &[user, &server.data.to_string_lossy()]))?;
        }
        let data = server.data.to_string_lossy().into_owned();
        let made = ["-D", &data, "-U", "wellspring", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
        server.quietly("initdb", &made)?;
        // Free now, and asked for again in a moment.
        server.port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let durable = if sync == Sync::On { "on" } else { "off" };
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=400 -c fsync={durable}",
            server.port
        );
        server.pg_ctl(&["-o", &options, "start"])?;
        Ok(server)
    }

    /// The address of the database that every server has.
    pub fn url(&self) -> String {
        format!("postgres://wellspring@127.0.0.1:{}/postgres", self.port)
    }

    pub fn programs(&self) -> &Path {
        &self.programs
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Whom it runs as, if not as we do.
    pub fn user(&self) -> Option<&str> {
        self.user
    }

    /// The address of a new database: a gateway with keys of its own has no use for another one's.
    pub fn fresh(&self, name: &str) -> Result<String, Failure> {
        let port = self.port.to_string();
        self.quietly("createdb", &["-h", "127.0.0.1", "-p", &port, "-U", "wellspring", name])?;
        Ok(format!("postgres://wellspring@127.0.0.1:{port}/{name}"))
    }

    fn pg_ctl(&self, arguments: &[&str]) -> Result<(), Failure> {
        let (data, log) = (self.data.to_string_lossy(), self.data.join("log"));
        let first = ["-D", &data, "-w", "-s", "-l", &log.to_string_lossy()];
        self.quietly("pg_ctl", &[first.as_slice(), arguments].concat())
    }

    fn quietly(&self, program: &str, arguments: &[&str]) -> Result<(), Failure> {
        let mut words = self.as_user();
        words.push(self.programs.join(program).to_string_lossy().into_owned());
        let mut run = Command::new(&words[0]);
        run.args(&words[1..]).args(arguments).current_dir(&self.data);
        run.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null());
        let status = run.status()?;
        if status.success() { Ok(()) } else { Err(Failure::new(format!("PostgreSQL's {program} failed ({status})"))) }
    }

    /// The words before a command that has to run as somebody else.
    fn as_user(&self) -> Vec<String> {
        let Some(user) = self.user else { return Vec::new() };
        ["setpriv", &format!("--reuid={user}"), "--clear-groups"].map(str::to_owned).to_vec()
    }

    /// A run that was killed may have left its server.
    fn end_earlier_run(&self) {
        if self.data.join("postmaster.pid").is_file() {
            let _ended = self.pg_ctl(&["-m", "immediate", "stop"]);
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ended = self.pg_ctl(&["-m", "immediate", "stop"]);
        let _removed = fs::remove_dir_all(&self.data);
    }
}

/// `cargo xtask postgres`: one to work with, until Ctrl-C.
pub fn keep() -> Result<(), Failure> {
    let server = Postgres::start_if_possible("kept", Sync::Off)?;
    let server = server.ok_or_else(|| Failure::new("PostgreSQL is not there"))?;
    println!("export {VARIABLE}={}", server.url());
    say("press Enter to stop it");
    let _line = std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

/// Where a server's data may lie: below the project, or where another user cannot reach that, in the temporary folder.
fn folder(user: Option<&str>) -> PathBuf {
    let ours = root().join("target/postgres");
    let Some(user) = user else { return ours };
    let reaches = |path: &Path| {
        let mut test = Command::new("setpriv");
        test.arg(format!("--reuid={user}")).args(["--clear-groups", "test", "-x"]).arg(path);
        test.status().is_ok_and(|status| status.success())
    };
    if reaches(&root()) { ours } else { std::env::temp_dir().join("wellspring-postgres") }
}

/// The folder of the server's programs: on the path, or where distributions put them, the newest first.
fn programs() -> Option<PathBuf> {
    found().or_else(|| {
        install();
        found()
    })
}

fn found() -> Option<PathBuf> {
    let on_path =
        find("initdb").and_then(|path| fs::canonicalize(path).ok()).and_then(|path| path.parent().map(Path::to_owned));
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            Some((version, path.join("bin")))
        })
        .collect();
    versions.sort();
    on_path.or_else(|| versions.pop().map(|(_, path)| path)).filter(|path| path.join("pg_ctl").is_file())
}

/// On Debian, as root: the package, without a cluster of its own.
fn install() {
    if !is_root() || find("apt-get").is_none() {
        return;
    }
    say("installing PostgreSQL from the distribution");
    let _folder = fs::create_dir_all("/etc/postgresql-common");
    let settings = Path::new("/etc/postgresql-common/createcluster.conf");
    if !settings.is_file() {
        let _written = fs::write(settings, "create_main_cluster = false\n");
    }
    let mut install = command("apt-get", &["install", "-y", "--no-install-recommends", "postgresql"]);
    install.env("DEBIAN_FRONTEND", "noninteractive");
    let _installed = process::succeeds_within(install, INSTALLING);
}

fn is_root() -> bool {
    process::output(command("id", &["-u"])).is_some_and(|id| id.trim() == "0")
}

fn exists(user: &str) -> bool {
    process::output(command("id", &["-u", user])).is_some()
}
