//! What a command prints at its end.

use std::io::{self, Write as _};

/// Prints a text as lines.
pub fn print(text: &str) {
    let mut out = io::stdout().lock();
    // Where nobody reads it (`… | head`), what was done is done all the same, and the exit code tells of it.
    let _unread = writeln!(out, "{text}").and_then(|()| out.flush());
}
