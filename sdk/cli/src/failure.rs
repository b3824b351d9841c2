//! Why a command did not succeed, and the code that it ends with.

use std::{fmt, io, path::Path};

/// A command's failure. The codes are those of `sysexits.h`; 1 means that what was looked at is not as it should be.
#[derive(Debug)]
pub struct Failure {
    pub code: u8,
    pub message: String,
}

impl Failure {
    /// What was looked at is not as it should be.
    pub fn refused(file: &Path, error: impl fmt::Display) -> Self {
        Self { code: 1, message: format!("{}: {error}", file.display()) }
    }

    /// As [`Self::refused`], where no one file is to blame.
    pub fn found(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into() }
    }

    /// The command was not asked for as it has to be.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: 64, message: message.into() }
    }

    pub fn unreadable(file: &Path, error: &io::Error) -> Self {
        Self { code: 66, message: format!("{}: {error}", file.display()) }
    }

    pub fn unwritable(file: &Path, error: &io::Error) -> Self {
        Self { code: 73, message: format!("{}: {error}", file.display()) }
    }

    /// Something the command needs is not there; the message says how to get it.
    pub fn missing(message: impl Into<String>) -> Self {
        Self { code: 69, message: message.into() }
    }

    /// We could not do it, for reasons of our own.
    pub fn internal(error: impl fmt::Display) -> Self {
        Self { code: 70, message: error.to_string() }
    }
}
