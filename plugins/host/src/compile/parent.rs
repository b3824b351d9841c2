//! Starting the child that compiles, and making sense of how it ended.

use std::{
    path::Path,
    process::{ExitStatus, Stdio},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
};

use super::{CompileLimits, child, code::Code};
use crate::{inherited, redact::Redactor};

/// The most code there may be.
const CODE_MAX: u64 = 512 << 20;
/// How much of a child's last words is read.
const WORDS_MAX: u64 = 4 << 10;
/// And how much is shown.
const WORDS_CHARS: usize = 300;

/// Has a child compile a package. It is handed the bytes and nothing else: no environment, no files, no arguments but limits.
pub(super) async fn compile(
    program: &Path,
    arguments: &[String],
    limits: &CompileLimits,
    package: &[u8],
) -> Result<Code, String> {
    inherited::withhold();
    let mut child = Command::new(program)
        .args(arguments)
        .args(child::arguments(limits))
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Also when whoever waits here is gone.
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("the process that compiles cannot be started: {error}"))?;
    let Ok(ended) = tokio::time::timeout(limits.wall, talk(&mut child, package)).await else {
        // By its id, and waited for, so that nothing of it is left.
        let pid = child.id();
        let killed = child.kill().await;
        tracing::warn!(pid, ?killed, "a compiler that took too long was ended");
        return Err(format!("compiling it takes more than {} s", limits.wall.as_secs()));
    };
    let (status, code, words) = ended.map_err(|error| format!("the process that compiles cannot be heard: {error}"))?;
    if status.success() { Ok(Code::of_child(code)) } else { Err(reason(status, &words, limits)) }
}

/// Hands over the package, and takes what comes.
async fn talk(child: &mut Child, package: &[u8]) -> std::io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let hand_over = async {
        if let Some(mut stdin) = stdin {
            // A child that has ended already takes nothing; how it ended says why.
            let _taken = stdin.write_all(package).await;
        }
    };
    let ((), code, words) = tokio::join!(hand_over, read(stdout, CODE_MAX), read(stderr, WORDS_MAX));
    Ok((child.wait().await?, code?, words?))
}

async fn read(from: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(most).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// Why there is no code, for whoever built the package.
fn reason(status: ExitStatus, words: &[u8], limits: &CompileLimits) -> String {
    let words = String::from_utf8_lossy(words);
    let words = Redactor::default().line(&words, WORDS_CHARS);
    if status.code() == Some(child::REFUSED) {
        return words;
    }
    let (seconds, mebibytes) = (limits.cpu_seconds, limits.memory_bytes >> 20);
    let used_up = match signal(status) {
        Some(child::OUT_OF_TIME) => {
            return format!("compiling it takes more than {seconds} s of processor time; make its functions smaller");
        }
        Some(signal) => format!("signal {signal}"),
        None => format!("{status}"),
    };
    format!(
        "the compiler ended early ({used_up}): it may have needed more than {mebibytes} MiB of memory, or come upon a defect of \
         its own. Its last words: {words}"
    )
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}
