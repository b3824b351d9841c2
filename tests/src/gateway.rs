//! A gateway as a process of its own, in a folder of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tempfile::TempDir;

use crate::{Failure, client::Client};

/// How long a start, or anything else that should be soon, may take on a busy machine.
pub const SOON: Duration = Duration::from_secs(60);
/// How often to look whether something has come about.
const LOOK: Duration = Duration::from_millis(20);

/// A gateway's folder, and its process while it runs.
pub struct Gateway {
    folder: Arc<TempDir>,
    /// Its configuration within the folder.
    file: String,
    port: u16,
    figures: u16,
    process: Option<Child>,
    log: Arc<Mutex<Vec<String>>>,
    /// What `serve` finds in its environment besides ours.
    environment: Vec<(&'static str, String)>,
}

impl Gateway {
    /// Creates database, key and configuration. `settings` is TOML that is put into the configuration.
    ///
    /// # Errors
    /// The folder cannot be written, or the gateway's own command fails.
    pub fn create(settings: &str) -> Result<Self, Failure> {
        let gateway = Self::configured(tempfile::tempdir()?, settings)?;
        gateway.command(&["migrate"])?;
        Ok(gateway)
    }

    /// A gateway whose database is there already, or will be made by the caller.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn configured(folder: TempDir, settings: &str) -> Result<Self, Failure> {
        let (port, figures) = (free_port()?, free_port()?);
        let ours = format!(
            "public_url = \"http://127.0.0.1:{port}\"\n[server]\nlisten = \"127.0.0.1:{port}\"\n\
             metrics_listen = \"127.0.0.1:{figures}\"\n[log]\nfilter = \"warn,wellspring_server=info\"\n"
        );
        let config = merged(ours.parse()?, settings.parse()?).to_string();
        fs::write(folder.path().join("wellspring.toml"), config)?;
        let file = "wellspring.toml".to_owned();
        let (folder, environment) = (Arc::new(folder), Vec::new());
        Ok(Self { folder, file, port, figures, process: None, log: Arc::default(), environment })
    }

    /// Puts this into the environment of `serve` from its next start on, in place of what was put there before.
    pub fn set_environment(&mut self, environment: Vec<(&'static str, String)>) {
        self.environment = environment;
    }

    /// A further node: the same settings, keys and database, another port.
    ///
    /// # Errors
    /// Its configuration cannot be written.
    pub fn further_node(&self) -> Result<Self, Failure> {
        let (port, figures) = (free_port()?, free_port()?);
        let config = fs::read_to_string(self.config())?
            .replace(&self.port.to_string(), &port.to_string())
            .replace(&self.figures.to_string(), &figures.to_string());
        let file = format!("wellspring-{port}.toml");
        fs::write(self.folder.path().join(&file), config)?;
        let (folder, log, environment) = (Arc::clone(&self.folder), Arc::default(), self.environment.clone());
        Ok(Self { folder, file, port, figures, process: None, log, environment })
    }

    /// The same gateway with some settings changed, for when this one has ended.
    ///
    /// # Errors
    /// Its configuration cannot be read or written.
    pub fn with_settings(&self, settings: &str) -> Result<Self, Failure> {
        let config = merged(fs::read_to_string(self.config())?.parse()?, settings.parse()?).to_string();
        let file = format!("changed-{}", self.file);
        fs::write(self.folder.path().join(&file), config)?;
        let (folder, port, figures) = (Arc::clone(&self.folder), self.port, self.figures);
        let environment = self.environment.clone();
        Ok(Self { folder, file, port, figures, process: None, log: Arc::default(), environment })
    }

    /// `http://127.0.0.1:<port>`
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// `127.0.0.1:<port>`
    pub fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The operator's own address.
    pub fn figures_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.figures)
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("wellspring.sqlite")
    }

    /// Runs one of the gateway's commands with this gateway's configuration and gives back what it printed.
    ///
    /// # Errors
    /// The command fails; its own words are in the failure.
    pub fn command(&self, arguments: &[&str]) -> Result<String, Failure> {
        let output = self.run(arguments)?.output()?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(Failure::new(format!("`wellspring {}`: {words}", arguments.join(" "))));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// One of the gateway's commands, for the caller to run.
    ///
    /// # Errors
    /// The program is not there.
    pub fn run(&self, arguments: &[&str]) -> Result<Command, Failure> {
        let mut command = program("wellspring")?;
        command.args(arguments).arg("--config").arg(self.config());
        Ok(command)
    }

    /// Its configuration's file.
    pub fn config(&self) -> PathBuf {
        self.folder.path().join(&self.file)
    }

    /// Changes the configuration. It is read at the next start.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn configure(&self, change: impl FnOnce(String) -> String) -> Result<(), Failure> {
        let text = change(fs::read_to_string(self.config())?);
        Ok(fs::write(self.config(), text)?)
    }

    /// Starts the process and waits until it is ready.
    ///
    /// # Errors
    /// It ends, or is not ready soon.
    pub async fn start(&mut self) -> Result<(), Failure> {
        self.spawn()?;
        self.ready().await
    }

    /// Starts the process and waits until it answers, whether it is ready or not.
    ///
    /// # Errors
    /// It ends, or does not answer soon.
    pub async fn start_unready(&mut self) -> Result<(), Failure> {
        self.spawn()?;
        self.answers("healthz").await
    }

    /// Starts the process without waiting for it.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn spawn(&mut self) -> Result<(), Failure> {
        let mut command = program("wellspring")?;
        command.arg("serve").arg("--config").arg(self.config());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let errors = child.stderr.take().ok_or_else(|| Failure::new("there is no log"))?;
        let log = Arc::clone(&self.log);
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        self.process = Some(child);
        Ok(())
    }

    /// Waits until the process is ready.
    ///
    /// # Errors
    /// It ends, or is not ready soon.
    pub async fn ready(&mut self) -> Result<(), Failure> {
        self.answers("readyz").await
    }

    async fn answers(&mut self, asked: &str) -> Result<(), Failure> {
        let ready = format!("{}/{asked}", self.url());
        let client = Client::new(&self.url(), "")?;
        eventually("the gateway is not ready", async || {
            if let Some(status) = self.process.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                return Err(Failure::new(format!("the gateway ended ({status}): {}", self.log().join("\n"))));
            }
            Ok(client.open(&ready).await.is_ok_and(|(status, _)| status == 200).then_some(()))
        })
        .await
    }

    /// Ends the process as a power cut would: `SIGKILL`, nothing is finished.
    ///
    /// # Errors
    /// It is not running.
    pub fn kill(&mut self) -> Result<(), Failure> {
        let mut process = self.process.take().ok_or_else(|| Failure::new("the gateway is not running"))?;
        process.kill()?;
        process.wait()?;
        Ok(())
    }

    /// Waits until a process that was told to stop has ended.
    ///
    /// # Errors
    /// It is not running, does not end soon, or ends with another code than 0.
    pub async fn ended(&mut self) -> Result<(), Failure> {
        let mut process = self.process.take().ok_or_else(|| Failure::new("the gateway is not running"))?;
        let status = eventually("the gateway does not end", async || Ok(process.try_wait()?)).await?;
        if status.success() { Ok(()) } else { Err(Failure::new(format!("the gateway ended with {status}"))) }
    }

    /// Freezes the process (`SIGSTOP`), or lets it go on (`SIGCONT`).
    ///
    /// # Errors
    /// It is not running, or cannot be sent a signal.
    pub fn signal(&self, signal: &str) -> Result<(), Failure> {
        let process = self.process.as_ref().ok_or_else(|| Failure::new("the gateway is not running"))?;
        let status = Command::new("kill").args([&format!("-{signal}"), &process.id().to_string()]).status()?;
        if status.success() { Ok(()) } else { Err(Failure::new(format!("kill -{signal} failed"))) }
    }

    /// Whether the process that was started still runs.
    pub fn is_running(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| matches!(process.try_wait(), Ok(None)))
    }

    /// The processor time that the process has used.
    ///
    /// # Errors
    /// It is not running, or this machine does not tell.
    pub fn processor_time(&self) -> Result<Duration, Failure> {
        let process = self.process.as_ref().ok_or_else(|| Failure::new("the gateway is not running"))?;
        let told = fs::read_to_string(format!("/proc/{}/stat", process.id()))?;
        // After the name, which may hold anything: the 12th and 13th are hundredths of a second (proc(5)).
        let after = told.rsplit_once(')').map_or("", |(_, after)| after);
        let ticks = after.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<u64>().ok());
        Ok(Duration::from_millis(10 * ticks.sum::<u64>()))
    }

    /// What the process has logged so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets what was logged so far.
    pub fn clear_log(&self) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may not be running, or have ended by itself.
        let _ended = self.kill();
    }
}

/// A port that is free now, and asked for again in a moment.
fn free_port() -> Result<u16, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Settings of which the second go before the first.
fn merged(mut first: toml::Table, second: toml::Table) -> toml::Table {
    for (key, value) in second {
        match (first.remove(&key), value) {
            (Some(toml::Value::Table(old)), toml::Value::Table(new)) => {
                first.insert(key, toml::Value::Table(merged(old, new)));
            }
            (_, value) => {
                first.insert(key, value);
            }
        }
    }
    first
}

/// Asks again and again until there is an answer.
///
/// # Errors
/// What asking fails with, or that it took too long.
pub async fn eventually<T>(
    otherwise: &str,
    mut ask: impl AsyncFnMut() -> Result<Option<T>, Failure>,
) -> Result<T, Failure> {
    let found = async {
        loop {
            if let Some(found) = ask().await? {
                return Ok(found);
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(SOON, found).await.map_err(|_| Failure::new(otherwise))?
}

/// A program of this workspace, as cargo built it beside the running one.
///
/// # Errors
/// It is not there.
pub fn program(name: &str) -> Result<Command, Failure> {
    let me = std::env::current_exe()?;
    let folders = me.ancestors().skip(1).take(2);
    let mut paths = folders.map(|folder| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)));
    let path = paths.find(|path| path.is_file());
    let absent = || Failure::new(format!("`{name}` is not built: run `cargo build --workspace` first"));
    path.map(Command::new).ok_or_else(absent)
}

/// The packaged component of a connector, as `cargo xtask connectors` built it.
///
/// # Errors
/// It is not there.
pub fn component(name: &str) -> Result<PathBuf, Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let path = root.join("target/connectors").join(format!("{name}.wasm"));
    if path.is_file() {
        return Ok(path);
    }
    Err(Failure::new(format!("the connector {name} is not built: run `cargo xtask connectors` first")))
}
