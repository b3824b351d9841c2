//! The Node process that is compared with: one for the whole run, a line of JSON for a line of JSON.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

pub struct Peer {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// Whether the peer's dataset is made a set before it is canonicalised, as RDF has it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    AsItIs,
    AsSet,
}

impl Peer {
    pub fn start(folder: &Path, contexts: &BTreeMap<String, PathBuf>) -> Result<Self, String> {
        let mut node = Command::new("node");
        node.arg("peer.mjs").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = node.spawn().map_err(|error| format!("Node does not start: {error}"))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let output = BufReader::new(output.ok_or("Node has no output")?);
        let mut peer = Self { child, input, output };
        peer.send(&json!(contexts).to_string())?;
        Ok(peer)
    }

    /// Hands over a document, without waiting for what the peer makes of it.
    pub fn ask(&mut self, document: &str, mode: Mode) -> Result<(), String> {
        self.send(&format!(r#"{{"document":{document},"asSet":{}}}"#, mode == Mode::AsSet))
    }

    fn send(&mut self, line: &str) -> Result<(), String> {
        let input = self.input.as_mut().ok_or("Node has no input")?;
        let sent = input.write_all(line.as_bytes()).and_then(|()| input.write_all(b"\n")).and_then(|()| input.flush());
        sent.map_err(|error| format!("Node does not read: {error}"))
    }

    /// Canonical N-Quads of the document asked about, or why the peer refuses it.
    pub fn answer(&mut self) -> Result<Result<String, String>, String> {
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(|error| format!("Node cannot be read: {error}"))?;
        let answer: Value = serde_json::from_str(&line).map_err(|error| format!("Node says {line:?}: {error}"))?;
        match (&answer["nquads"], &answer["error"]) {
            (Value::String(nquads), _) => Ok(Ok(nquads.clone())),
            (_, Value::String(error)) => Ok(Err(error.clone())),
            _ => Err(format!("Node says {line:?}")),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Without input it ends by itself.
        self.input = None;
        let _ended = self.child.wait();
    }
}
