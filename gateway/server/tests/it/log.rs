//! What all tests of this process log. Only one subscriber can hear of all threads, so it is there before anything else asks
//! for one.

use std::{
    io::{self, Write},
    sync::{Mutex, Once, PoisonError},
};

static BYTES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static LISTENING: Once = Once::new();

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        BYTES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to keep what is logged.
pub fn listen() {
    LISTENING.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(|| Log);
        tracing::subscriber::set_global_default(subscriber.finish()).expect("nothing listens yet");
    });
}

/// Everything so far.
pub fn text() -> String {
    String::from_utf8_lossy(&BYTES.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}
