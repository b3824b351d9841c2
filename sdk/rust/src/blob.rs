//! Bytes that stay with the host.

use std::{fmt, rc::Rc};

use crate::bindings::wellspring::connector::http;

/// Bytes that the host holds, such as a file on its way from one place to another. They enter the connector only where it
/// [reads](Self::read) them.
#[derive(Clone)]
pub struct Blob(Rc<http::Blob>);

impl Blob {
    pub(crate) fn new(handle: http::Blob) -> Self {
        Self(Rc::new(handle))
    }

    pub(crate) fn handle(&self) -> &http::Blob {
        &self.0
    }

    /// In bytes.
    pub fn size(&self) -> u64 {
        self.0.size()
    }

    /// The media type, where it is known.
    pub fn content_type(&self) -> Option<String> {
        self.0.content_type()
    }

    /// At most 1 MiB at a time; fewer bytes than asked for at the end, none beyond it.
    pub fn read(&self, offset: u64, length: u32) -> Vec<u8> {
        self.0.read(offset, length)
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blob(…)")
    }
}
