//! The Node process that answers beside us.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde::Deserialize;
use serde_json::{Value, json};
use wellspring_verify::jsonld::Contexts;

pub struct Peer {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    Nquads(String),
    #[serde(rename = "error")]
    Refused(String),
}

impl Peer {
    pub fn start() -> Option<Self> {
        let folder = PathBuf::from(std::env::var_os("NODE_PEER")?);
        let contexts = contexts()?;
        let mut process = Command::new("node")
            .arg(folder.join("oracle.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let (questions, answers) = (process.stdin.take()?, BufReader::new(process.stdout.take()?));
        let mut peer = Self { process, questions, answers };
        peer.tell(&json!({ "contexts": contexts }));
        Some(peer)
    }

    pub fn ask(&mut self, document: &Value) -> Answer {
        self.tell(document);
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the peer answers");
        serde_json::from_str(&line).expect("an answer")
    }

    fn tell(&mut self, value: &Value) {
        writeln!(self.questions, "{value}").expect("the peer listens");
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _gone_already = self.process.kill();
        let _status = self.process.wait();
    }
}

/// The published files of exactly those contexts that we carry.
fn contexts() -> Option<BTreeMap<String, PathBuf>> {
    let folder = crate::contexts_folder();
    let index: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(folder.join("index.json")).ok()?).ok()?;
    let file = |url: &str| {
        let entry = index.iter().find(|entry| entry["url"] == url)?;
        Some(folder.join(Path::new(entry["file"].as_str()?)))
    };
    Contexts::builtin_files().map(|(url, _)| Some((url.to_owned(), file(url)?))).collect()
}
