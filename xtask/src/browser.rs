//! `cargo xtask browser`: the demo's pages in a real browser. Needs Chromium and Node; says so where they are absent.

use crate::{
    demo,
    process::{self, Failure, cargo, command, find, root, say},
};

/// What Chromium is called on different systems.
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

pub fn run() -> Result<(), Failure> {
    let browser = BROWSERS.iter().find_map(|name| find(name));
    let browser =
        browser.ok_or_else(|| Failure::new("Chromium is not installed (on Debian: apt-get install chromium)"))?;
    let npm = find("npm").ok_or_else(|| Failure::new("npm is not installed (it comes with Node.js)"))?;
    demo::prepare()?;
    let folder = root().join("target/browser");
    std::fs::create_dir_all(&folder)?;
    for file in ["package.json", "pages.mjs"] {
        std::fs::copy(root().join("tests/browser").join(file), folder.join(file))?;
    }
    if !folder.join("node_modules/axe-core").is_dir() {
        say("installing axe-core and playwright-core");
        let mut install = command(npm, &["install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]);
        install.current_dir(&folder);
        process::run(install)?;
    }
    say("looking at the pages");
    let mut demo = cargo(&["run", "--quiet", "--package", "wellspring-tests", "--bin", "demo", "--", "--browser"]);
    demo.arg(folder.join("pages.mjs")).env("CHROMIUM", browser);
    process::run(demo)
}

/// As part of the tests: skipped, with a word about it, where there is no browser.
pub fn run_if_possible() -> Result<(), Failure> {
    let has_browser = BROWSERS.iter().any(|name| find(name).is_some());
    if has_browser && find("npm").is_some() {
        return run();
    }
    say("the pages were not looked at in a browser: Chromium or npm is not installed");
    Ok(())
}
