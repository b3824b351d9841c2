//! What a process that runs guests writes to standard error before it is ready: why it did not begin. From then on that leads nowhere,
//! so that whoever takes it over has no way into the gateway's log but the lines that are counted.

use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::redact::Redactor;

/// How much is heard.
const WORDS_MAX: u64 = 4 << 10;
/// And how much of a line is shown.
const LINE_CHARS: usize = 300;

/// Logs what is written, as lines of ours.
pub(super) async fn tell(process: Option<u32>, errors: impl AsyncRead + Unpin) {
    for line in heard(errors).await {
        tracing::warn!(process, "the process that runs connectors says as it begins: {line}");
    }
}

/// The lines of what comes first, without control characters. The rest is read and dropped, so that nobody waits to write it.
async fn heard(errors: impl AsyncRead + Unpin) -> Vec<String> {
    let (mut words, mut rest) = (Vec::new(), errors.take(WORDS_MAX));
    // What was heard before a fault is worth telling.
    let _ended = rest.read_to_end(&mut words).await;
    let _ended = tokio::io::copy(&mut rest.into_inner(), &mut tokio::io::sink()).await;
    let words = String::from_utf8_lossy(&words);
    let lines = words.lines().map(|line| Redactor::default().line(line, LINE_CHARS));
    lines.filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards the limit, and the look at each line: a log that is read in a terminal takes control characters for orders.
    #[tokio::test]
    async fn so_much_of_what_is_written_is_heard_as_clean_lines() {
        let written = format!("no memory\u{1b}[2J\n\n{}\nforged\n", "a".repeat(1 << 20));
        let lines = heard(written.as_bytes()).await;
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(lines[0], "no memory [2J");
        assert_eq!(lines[1].chars().count(), LINE_CHARS);
    }
}
