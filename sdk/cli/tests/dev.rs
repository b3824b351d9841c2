//! `dev`, with a cargo that does what a test wants.
#![cfg(unix)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A connector's folder, whose cargo writes down that it ran, changes a source, and fails.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../connectors/ashby");
    for file in ["connector.toml", "settings.schema.json", "Cargo.toml"] {
        fs::copy(from.join(file), folder.path().join(file)).expect("copied");
    }
    fs::create_dir(folder.path().join("src")).expect("a folder");
    let cargo = folder.path().join("cargo.sh");
    fs::write(&cargo, "#!/bin/sh\necho ran >> ran\necho edited > src/lib.rs\nexit 1\n").expect("written");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("it can be run");
    // A compiler whose libraries are where the target is looked for.
    fs::create_dir_all(folder.path().join("root/lib/rustlib/wasm32-unknown-unknown/lib")).expect("folders");
    let rustc = folder.path().join("rustc.sh");
    fs::write(&rustc, format!("#!/bin/sh\necho {}\n", folder.path().join("root").display())).expect("written");
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755)).expect("it can be run");
    folder
}

fn dev(folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspring-connector"));
    command.args(["dev", "--port", "0", "--double", "ashby"]).args(more).current_dir(folder);
    command.env("CARGO", folder.join("cargo.sh")).env("RUSTC", folder.join("rustc.sh"));
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Ended with the test, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

fn builds(folder: &Path) -> usize {
    fs::read_to_string(folder.join("ran")).unwrap_or_default().lines().count()
}

/// It was a success whatever happened.
#[test]
fn once_ends_with_1_where_nothing_was_built() {
    let folder = folder();
    let output = dev(folder.path(), &["--once"]).output().expect("it runs");
    assert_eq!((output.status.code(), builds(folder.path())), (Some(1), 1));
}

/// The page had the buttons of a connector without events until something was built; and what was edited while it was building the first
/// time was never seen.
#[test]
fn before_anything_is_built_the_page_has_its_buttons_and_an_edit_is_seen() {
    let folder = folder();
    let mut running = Running(dev(folder.path(), &[]).spawn().expect("it starts"));
    let mut line = String::new();
    let mut said = BufReader::new(running.0.stdout.take().expect("its output"));
    said.read_line(&mut line).expect("a line");
    let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address").to_owned();
    let mut stream = TcpStream::connect(&address).expect("the page is there");
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("sent");
    let mut page = String::new();
    stream.read_to_string(&mut page).expect("answered");
    for button in ["deliver", "withdraw", "list-jobs", "check"] {
        assert!(page.contains(&format!("value=\"{button}\"")), "{button} is not in {page}");
    }
    let started = Instant::now();
    while builds(folder.path()) < 2 {
        assert!(started.elapsed() < Duration::from_secs(20), "what was edited during the first build was not built");
        std::thread::sleep(Duration::from_millis(100));
    }
}
