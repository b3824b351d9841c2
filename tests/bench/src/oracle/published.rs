//! Documents that others have published: whole, without their proof, the proof as it is hashed, and everything within that
//! stands on its own.

use std::path::{Path, PathBuf};

use serde_json::Value;

pub fn documents() -> Vec<(String, Value)> {
    let root = crate::contexts_folder().join("..");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let mut documents = Vec::new();
    for file in files {
        let name = file.strip_prefix(&root).unwrap_or(&file).display().to_string();
        let read = std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(value) = read {
            standing_alone(&name, &value, &mut documents);
        }
    }
    documents
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        // The contexts themselves and the schemas are no statements about anything.
        let name = entry.file_name();
        if path.is_dir() && name != "contexts" && name != "schemas" {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json" || extension == "jsonld") {
            files.push(path);
        }
    }
}

fn standing_alone(name: &str, value: &Value, documents: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            if members.contains_key("@context") {
                documents.push((name.to_owned(), value.clone()));
                if let Some(proof) = members.get("proof") {
                    let mut unsecured = members.clone();
                    unsecured.remove("proof");
                    documents.push((format!("{name} without its proof"), Value::Object(unsecured)));
                    documents
                        .extend(options(proof, &members["@context"]).map(|options| (format!("{name} proof"), options)));
                }
            }
            for (key, member) in members {
                standing_alone(&format!("{name}/{key}"), member, documents);
            }
        }
        Value::Array(members) => {
            for (index, member) in members.iter().enumerate() {
                standing_alone(&format!("{name}/{index}"), member, documents);
            }
        }
        _ => {}
    }
}

/// A proof as it is hashed: without its value, with the document's contexts.
fn options(proof: &Value, context: &Value) -> Option<Value> {
    let mut options = match proof {
        Value::Array(proofs) => proofs.first()?.as_object()?.clone(),
        proof => proof.as_object()?.clone(),
    };
    options.remove("proofValue");
    options.insert("@context".to_owned(), context.clone());
    Some(Value::Object(options))
}
