//! The library of Standard Webhooks, for the test that shows it our events. Left out, with a word about it, without npm.

use crate::process::{self, Failure, command, find, root, say};

pub fn install_if_possible() -> Result<(), Failure> {
    let (Some(_), Some(npm)) = (find("node"), find("npm")) else {
        say("events are not shown to another implementation: Node or npm is not installed");
        return Ok(());
    };
    let folder = root().join("target/webhooks");
    if folder.join("node_modules/standardwebhooks").is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(&folder)?;
    std::fs::copy(root().join("gateway/server/tests/it/peers/package.json"), folder.join("package.json"))?;
    say("installing the library of Standard Webhooks");
    let mut install = command(npm, &["install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]);
    install.current_dir(&folder);
    if let Err(failure) = process::run(install) {
        say(format!("events are not shown to another implementation: {failure}"));
    }
    Ok(())
}
