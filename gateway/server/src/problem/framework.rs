//! Problems with frameworks.

use serde_json::json;
use wellspring_model::{case::Fault, pointer::Pointer};

use super::{Problem, ProblemKind};
use crate::frameworks::{SourceFailure, Unreadable};

impl Problem {
    /// All that was found wrong with a framework. `pointer` is the first of it.
    pub fn invalid_framework(faults: &[Fault]) -> Self {
        let first = faults.first();
        let detail = match (first, faults.len()) {
            (None, _) => "the framework has faults".to_owned(),
            (Some(fault), 1) => fault.detail.clone(),
            (Some(fault), count) => format!("{}; `faults` has {} more", fault.detail, count - 1),
        };
        let list = faults.iter().map(
            |fault| json!({"code": fault.code.as_str(), "pointer": fault.pointer.as_str(), "detail": fault.detail}),
        );
        let at = first.map_or_else(Pointer::root, |fault| fault.pointer.clone());
        Self::new(ProblemKind::InvalidFramework, detail).at(at).with("faults", list.collect::<Vec<_>>())
    }

    /// Why another CASE service gave no framework.
    pub fn framework_source(failure: &SourceFailure) -> Self {
        let url = Pointer::root().key("url");
        match failure {
            SourceFailure::Address => Self::invalid_request(url, failure.to_string()),
            SourceFailure::Several(documents) => {
                let list = documents.iter().map(|one| json!({"identifier": one.identifier, "title": one.title}));
                let list: Vec<_> = list.collect();
                Self::invalid_request(Pointer::root().key("document"), failure.to_string()).with("documents", list)
            }
            SourceFailure::Send(_) | SourceFailure::Status(_) | SourceFailure::NotCase | SourceFailure::Nothing => {
                Self::new(ProblemKind::FrameworkSource, failure.to_string()).at(url)
            }
        }
    }
}

impl From<Unreadable> for Problem {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Json(error) => error.into(),
            Unreadable::Faults(faults) => Self::invalid_framework(&faults),
        }
    }
}
