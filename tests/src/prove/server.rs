//! The PostgreSQL that `cargo xtask prove` has started, and what a proof does to it.

use std::{
    fs,
    os::unix::fs::DirBuilderExt as _,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::Failure;

/// The only user and the database that every server has.
const USER: &str = "wellspring";
const FIRST: &str = "postgres";
/// How long a server may take to do what it is told.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server: its programs, its data, its port.
pub struct Server {
    programs: PathBuf,
    data: PathBuf,
    /// Whom it runs as, where we are root: PostgreSQL refuses to be.
    user: Option<String>,
    port: u16,
    /// Ours to stop and remove.
    is_standby: bool,
}

impl Server {
    /// # Errors
    /// The address names no port.
    pub fn new(url: &str, programs: PathBuf, data: PathBuf, user: Option<String>) -> Result<Self, Failure> {
        let port = url.rsplit_once(':').and_then(|(_, rest)| rest.split('/').next()?.parse().ok());
        let port = port.ok_or_else(|| Failure::new("the server's address names no port"))?;
        Ok(Self { programs, data, user, port, is_standby: false })
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The address of the database that every server has.
    pub fn url(&self) -> String {
        Self::url_at(self.port, FIRST)
    }

    /// The address of a database, by whichever port leads to it.
    pub fn url_at(port: u16, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{port}/{database}")
    }

    /// Runs a statement and gives back the rows, unadorned.
    ///
    /// # Errors
    /// It is refused.
    pub fn ask(&self, database: &str, statement: &str) -> Result<String, Failure> {
        let url = Self::url_at(self.port, database);
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "-At", "-v", "ON_ERROR_STOP=1", "-d", &url, "-c", statement]);
        said(psql)
    }

    /// Runs the statements of a file.
    ///
    /// # Errors
    /// One is refused.
    pub fn run(&self, database: &str, file: &std::path::Path) -> Result<(), Failure> {
        let url = Self::url_at(self.port, database);
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-d", &url, "-f"]).arg(file);
        said(psql).map(drop)
    }

    /// Stops the server as a crash would, and starts it again.
    ///
    /// # Errors
    /// It does not start.
    pub fn restart_at_once(&self) -> Result<(), Failure> {
        // Options of the last start are used again.
        self.pg_ctl(&["-m", "immediate", "restart"])
    }

    /// Stops the server as a crash would.
    ///
    /// # Errors
    /// It does not stop.
    pub fn stop_at_once(&self) -> Result<(), Failure> {
        self.pg_ctl(&["-m", "immediate", "stop"])
    }

    /// A standby that commits wait for.
    ///
    /// # Errors
    /// It cannot be made, or does not catch up.
    pub fn standby(&self, port: u16) -> Result<Self, Failure> {
        let data = self.data.with_extension("standby");
        let (programs, user) = (self.programs.clone(), self.user.clone());
        let standby = Self { programs, data, user, port, is_standby: true };
        standby.remove();
        // The folder around it is ours, and the server's user may make nothing in it.
        fs::DirBuilder::new().mode(0o700).create(&standby.data)?;
        if let Some(user) = &standby.user {
            let owned = Command::new("chown").arg(user).arg(&standby.data).status()?;
            if !owned.success() {
                return Err(Failure::new(format!("the standby's folder could not be given to {user}")));
            }
        }
        let from = format!("host=127.0.0.1 port={} user={USER} application_name=standby", self.port);
        let data = standby.data.display().to_string();
        standby.quietly(
            "pg_basebackup",
            &["-d", &from, "-D", &data, "-R", "-X", "stream", "-C", "-S", "standby", "-c", "fast"],
        )?;
        let connections = self.ask(FIRST, "SHOW max_connections")?;
        let options = format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''");
        standby.pg_ctl(&["-o", &format!("{options} -c max_connections={connections}"), "start"])?;
        self.ask(FIRST, "ALTER SYSTEM SET synchronous_standby_names = 'standby'")?;
        self.ask(FIRST, "SELECT pg_reload_conf()")?;
        let since = Instant::now();
        while self.ask(FIRST, "SELECT sync_state FROM pg_stat_replication")? != "sync" {
            if since.elapsed() > PATIENCE {
                return Err(Failure::new("the standby does not catch up"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(standby)
    }

    /// Makes a standby the server.
    ///
    /// # Errors
    /// It does not become one.
    pub fn promote(&self) -> Result<(), Failure> {
        self.pg_ctl(&["promote"])
    }

    /// Makes a folder the server's own.
    ///
    /// # Errors
    /// It cannot be given away.
    pub fn give(&self, folder: &std::path::Path) -> Result<(), Failure> {
        let Some(user) = &self.user else { return Ok(()) };
        let mut chown = Command::new("chown");
        chown.arg(user).arg(folder);
        said(chown).map(drop)
    }

    fn pg_ctl(&self, arguments: &[&str]) -> Result<(), Failure> {
        let (data, log) = (self.data.display().to_string(), self.data.join("log").display().to_string());
        self.quietly("pg_ctl", &[&["-D", &data, "-w", "-s", "-l", &log], arguments].concat())
    }

    fn quietly(&self, program: &str, arguments: &[&str]) -> Result<(), Failure> {
        let program = self.programs.join(program);
        let mut command = match &self.user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.arg(format!("--reuid={user}")).arg("--clear-groups").arg(&program);
                command
            }
            None => Command::new(&program),
        };
        // What it starts keeps what it is given, so nobody may wait for the end of that.
        command.args(arguments).current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status()?;
        if status.success() { Ok(()) } else { Err(Failure::new(format!("{} failed ({status})", program.display()))) }
    }

    fn remove(&self) {
        if self.data.join("postmaster.pid").is_file() {
            let _stopped = self.stop_at_once();
        }
        let _absent = fs::remove_dir_all(&self.data);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.is_standby {
            self.remove();
        }
    }
}

fn said(mut command: Command) -> Result<String, Failure> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        return Err(Failure::new(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
