//! moto, a stand-in for S3 that runs on this machine, for the tests of payloads in object storage. From PyPI, into `target`.

use crate::process::{self, Failure, command, find, root, say};

/// As tried.
const MOTO: &str = "moto[server]==5.2.5";

/// Brings it, where Python is; without it its tests are skipped and say so.
pub fn bring_if_possible() -> Result<(), Failure> {
    let folder = root().join("target/moto");
    if folder.join("bin/moto_server").is_file() {
        return Ok(());
    }
    let Some(python) = find("python3") else {
        say("Python is not installed: the tests of object storage are skipped");
        return Ok(());
    };
    say("bringing moto, for the tests of object storage");
    let path = folder.to_string_lossy();
    let made = process::run(command(python, &["-m", "venv", &path]));
    let pip = folder.join("bin/pip");
    let brought =
        made.and_then(|()| process::run(command(pip, &["install", "--quiet", "--disable-pip-version-check", MOTO])));
    if let Err(failure) = brought {
        say(format!("moto could not be brought ({failure}): the tests of object storage are skipped"));
    }
    Ok(())
}
