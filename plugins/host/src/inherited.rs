//! What a process of ours was left open by whoever started the gateway, such as a lock or a log: no guest, and no code that is compiled
//! for one, is to find it there.

use std::{fs, io};

use nix::{errno::Errno, unistd::close};

/// Closes every file but standard input, output and error. For a process of one purpose, before it opens anything itself.
pub(crate) fn close_inherited() -> io::Result<()> {
    let open = fs::read_dir("/proc/self/fd")?;
    let open: Vec<i32> = open.filter_map(|file| file.ok()?.file_name().to_str()?.parse().ok()).collect();
    for file in open.into_iter().filter(|file| *file > 2) {
        match close(file) {
            // The folder that was read is among them, and is closed by now.
            Ok(()) | Err(Errno::EBADF) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
