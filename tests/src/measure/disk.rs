//! What the disk does.

use std::{
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use crate::Failure;

/// How often in a second 4 KiB can be appended to a file in `folder` and be on the disk (`fdatasync`), by one thread.
///
/// # Errors
/// The file cannot be written.
pub fn fdatasyncs(folder: &Path, time: Duration) -> Result<u64, Failure> {
    let mut file = tempfile::tempfile_in(folder)?;
    let (began, mut count) = (Instant::now(), 0_u32);
    while began.elapsed() < time {
        file.write_all(&[7; 4_096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok((f64::from(count) / began.elapsed().as_secs_f64()) as u64)
}
