//! What commands print, where it cannot be printed.

use std::{
    io,
    process::{Command, Output, Stdio},
};

fn print_config(to: impl Into<Stdio>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspring"));
    command.arg("print-config").stdout(to).output().expect("it runs")
}

/// `wellspring … | head`: the reader goes when it has seen enough.
#[test]
fn a_command_whose_reader_has_gone_ends_without_a_word() {
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    let output = print_config(writer);
    assert_eq!(output.status.code(), Some(141));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_that_has_no_room_to_print_says_so() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
    let output = print_config(full);
    assert_eq!(output.status.code(), Some(70));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.starts_with("wellspring: what is to be printed cannot be written: "), "{said}");
}
