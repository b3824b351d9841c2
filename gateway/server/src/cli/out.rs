//! What commands print to standard output.

use std::{
    fmt,
    io::{self, ErrorKind, Write as _},
    process,
};

use super::exit;

/// As of a program that the system ends for writing where nobody reads.
const NOBODY_READS: i32 = 141;

/// Prints a line.
macro_rules! say {
    ($($words:tt)*) => { $crate::cli::out::write(format_args!("{}\n", format_args!($($words)*))) };
}

/// Prints a text. Where that is not possible, there is nobody to go on for: `… | head` has read enough, or a disk is full.
pub fn write(text: fmt::Arguments<'_>) {
    let mut out = io::stdout().lock();
    let Err(error) = out.write_fmt(text).and_then(|()| out.flush()) else { return };
    if error.kind() == ErrorKind::BrokenPipe {
        process::exit(NOBODY_READS);
    }
    eprintln!("wellspring: what is to be printed cannot be written: {error}");
    process::exit(i32::from(exit::COULD_NOT_RUN));
}
