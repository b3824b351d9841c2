//! What a vendor looks at while writing a connector: the page of `wellspring-connector dev`, and a report of the conformance kit.

use std::path::PathBuf;

use tempfile::TempDir;
use wellspring_testkit::{
    conformance::{Candidate, DoubleKind, examine, rig},
    front::{Fault, Where},
    generic::{Generic, GenericSeed},
    live::{Built, Hr, Live, Run, Snapshot},
    rig::Call,
};

use crate::Failure;

/// The pages, for as long as this is kept.
pub struct Pages {
    live: Live,
    folder: TempDir,
}

impl Pages {
    /// Each with a name for its pictures.
    pub fn list(&self) -> Vec<(String, String)> {
        let report = self.folder.path().join("report.html");
        vec![
            ("connector-dev".to_owned(), self.live.address().to_owned()),
            ("connector-report".to_owned(), format!("file://{}", report.display())),
        ]
    }
}

/// A connector that is careless with names is built, called, and examined.
///
/// # Errors
/// It cannot be tried.
pub async fn pages() -> Result<Pages, Failure> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/connectors/careless.wasm");
    let package = std::fs::read(file)?;
    let mut seed = GenericSeed::default();
    seed.settings.insert("flaw".to_owned(), "names-people".into());
    let kind = DoubleKind::Generic(Box::new(seed.clone()));
    let rig = rig(package.clone(), &kind).await.map_err(|error| Failure::new(error.to_string()))?;
    let generic = std::sync::Arc::new(Generic::new(seed));
    rig.begin(None, std::sync::Arc::clone(&generic) as _).map_err(|error| Failure::new(error.to_string()))?;
    rig.front().fail(Where::Write, Fault::LostAnswer);
    let ran = rig.call(Call::Deliver(Box::new(kind.sample().result()?), Vec::new())).await;
    let first = Snapshot {
        connector: rig.connector().id().to_string(),
        version: rig.connector().version().to_owned(),
        built: Built::Ready { took_ms: 1_840, bytes: package.len() },
        run: Some(Run::new(1, "deliver", &ran, rig.front())),
        hr: Some(Hr::of(&generic)),
        events: rig.connector().manifest().events.iter().map(|event| event.as_str().to_owned()).collect(),
    };
    let (live, _wishes) = Live::start(0, first).await?;
    let folder = tempfile::tempdir()?;
    let candidate = Candidate { package, double: kind, scripts: Vec::new() };
    let report = examine(candidate).await.map_err(|error| Failure::new(error.to_string()))?;
    std::fs::write(folder.path().join("report.html"), report.html())?;
    Ok(Pages { live, folder })
}
