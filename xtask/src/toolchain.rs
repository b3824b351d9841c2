//! The WebAssembly target for connectors: rustup's if it can be had, else one made of the distribution's packages.

use std::{path::PathBuf, process::Command, time::Duration};

use crate::{
    process::{self, Failure, command, find, output, say},
    toolchain_debian,
};

pub const TARGET: &str = "wasm32-unknown-unknown";
/// rustup fetches some 20 MB. Where it cannot reach anything it should fail at once, but not every network says no.
const RUSTUP_PATIENCE: Duration = Duration::from_secs(180);

/// How to build for the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Toolchain {
    /// The compiler in use has the target.
    Own,
    /// Another compiler has it.
    Other { rustc: PathBuf, linker: PathBuf },
}

impl Toolchain {
    /// Makes a cargo command build for the target.
    pub fn apply(&self, command: &mut Command) {
        // A small stack lies within what a sandbox slot clears cheaply: a fresh call is more than twice as fast.
        command.env("RUSTFLAGS", "-C link-arg=-zstack-size=65536");
        if let Self::Other { rustc, linker } = self {
            command.env("RUSTC", rustc);
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }

    /// Compilers do not share what they built.
    pub fn target_folder(&self) -> &'static str {
        match self {
            Self::Own => "target/wasm",
            Self::Other { .. } => "target/wasm-other",
        }
    }
}

/// Finds the target or makes it available.
pub fn obtain() -> Result<Toolchain, Failure> {
    // For trying the second way on a machine where the first one works.
    let only_debian = std::env::var_os("XTASK_WASM_TOOLCHAIN").is_some_and(|wanted| wanted == "debian");
    if !only_debian {
        if has_target() {
            return Ok(Toolchain::Own);
        }
        if find("rustup").is_some() && !toolchain_debian::is_ready() {
            say(format!("asking rustup for the target {TARGET}"));
            if process::succeeds_within(command("rustup", &["target", "add", TARGET]), RUSTUP_PATIENCE) && has_target()
            {
                return Ok(Toolchain::Own);
            }
            say("rustup cannot fetch it");
        }
    }
    toolchain_debian::obtain()
}

fn has_target() -> bool {
    let sysroot = output(command("rustc", &["--print", "sysroot"])).unwrap_or_default();
    let libraries = PathBuf::from(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib");
    libraries.is_dir()
}
