//! `cargo xtask ashby-prism`: every request of the Ashby connector, and every answer of ours to Ashby, held against the vendor's
//! OpenAPI document. Prism stands between the connector and the double, and lets nothing through that the document does not have.

use std::{
    fs::File,
    io,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use crate::{
    connectors,
    process::{self, Failure, cargo, command, find, root, say},
};

const DOCUMENT: &str = "../shared/ats/ashby/ashby.openapi.yaml";
/// How long Prism may take to read the document.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

pub fn run() -> Result<(), Failure> {
    let document = root().join(DOCUMENT);
    let (Some(node), Some(npm)) = (find("node"), find("npm")) else {
        say("SKIPPED: Node or npm is not installed, and Prism is written for it");
        return Ok(());
    };
    if !document.is_file() {
        say(format!("SKIPPED: Ashby's OpenAPI document is not at {DOCUMENT}"));
        return Ok(());
    }
    connectors::build()?;
    let folder = root().join("target/prism");
    install(&npm, &folder)?;
    let amended = folder.join("ashby.json");
    let mut amend = command(node, &["amend.mjs"]);
    amend.arg(&document).arg(&amended).current_dir(&folder);
    process::run(amend)?;

    let [api, double, partner, ours] = free_ports()?;
    say("starting Prism before the double of Ashby, and before our answers to Ashby");
    let _before_double = Prism::start(&folder, &amended, "api", api, double)?;
    let _before_us = Prism::start(&folder, &amended, "partner", partner, ours)?;
    let mut test = cargo(&["test", "--quiet", "--package", "wellspring-tests", "--test", "connectors", "ashby::prism"]);
    test.env("ASHBY_PRISM", format!("{api},{double},{partner},{ours}"));
    process::run(test).map_err(|failure| {
        Failure::new(format!("{failure}; what Prism refused is in target/prism/api.log and target/prism/partner.log"))
    })
}

fn install(npm: &Path, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    for file in ["package.json", "amend.mjs"] {
        std::fs::copy(root().join("tests/prism").join(file), folder.join(file))?;
    }
    if folder.join("node_modules/@stoplight/prism-cli").is_dir() && folder.join("node_modules/js-yaml").is_dir() {
        return Ok(());
    }
    say("installing Prism");
    let mut install = command(npm, &["install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]);
    install.current_dir(folder);
    process::run(install)
}

/// Ports that nobody listens on at this moment.
fn free_ports() -> Result<[u16; 4], Failure> {
    let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let held = [bind()?, bind()?, bind()?, bind()?];
    let mut ports = [0; 4];
    for (port, listener) in ports.iter_mut().zip(&held) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}

/// Prism as a proxy. It ends when it is dropped.
struct Prism(Child);

impl Prism {
    fn start(folder: &Path, document: &Path, name: &str, port: u16, upstream: u16) -> Result<Self, Failure> {
        let log = File::create(folder.join(name).with_extension("log"))?;
        // With --errors, what breaks the document is answered with what is wrong instead of being passed on.
        let mut prism = command(folder.join("node_modules/.bin/prism"), &["proxy", "--errors", "--host", "127.0.0.1"]);
        prism.args(["--port", &port.to_string()]).arg(document).arg(format!("http://127.0.0.1:{upstream}"));
        prism.stdout(log.try_clone()?).stderr(log).stdin(Stdio::null());
        let mut prism = Self(prism.spawn()?);
        let end = Instant::now() + STARTS_WITHIN;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if prism.has_ended()? || Instant::now() > end {
                return Err(Failure::new(format!("Prism did not start: see target/prism/{name}.log")));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(prism)
    }

    fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.0.try_wait()?.is_some())
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended_already = self.0.kill();
        let _reaped = self.0.wait();
    }
}
