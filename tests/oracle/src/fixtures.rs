//! The published documents beside the checkout: every object with a context of its own, in files, pictures and tokens, and
//! every credential within another; each whole, without its proof, and each proof as it is hashed.

use std::path::{Path, PathBuf};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

/// Folders of something else: contexts are no documents, and schemas and N-Quads no JSON-LD.
const OTHERS: [&str; 4] = ["contexts", "schemas", "w3c-rdf-canon", "rdfc-regressions"];

/// A folder of the published data with all its documents.
pub struct Group {
    pub name: String,
    pub documents: Vec<(String, Value)>,
}

pub fn groups(folder: &Path) -> Result<Vec<Group>, String> {
    let mut groups = Vec::new();
    for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let name = name(&path);
        if OTHERS.contains(&name.as_str()) {
            continue;
        }
        let mut documents = Vec::new();
        for file in files(&path)? {
            let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            let shown = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
            read(&String::from_utf8_lossy(&bytes), &shown, &mut documents);
        }
        if !documents.is_empty() {
            groups.push(Group { name, documents });
        }
    }
    Ok(groups)
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let found = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = found.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut all = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() { all.extend(files(&path)?) } else { all.push(path) }
    }
    Ok(all)
}

/// A JSON file, or whatever holds JSON or a token somewhere: pictures, tokens.
fn read(text: &str, name: &str, out: &mut Vec<(String, Value)>) {
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return gather(&value, name, out);
    }
    for (at, _) in text.match_indices('{') {
        let object = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>().next();
        if let Some(Ok(value)) = object
            && value.get("@context").is_some()
        {
            return gather(&value, name, out);
        }
    }
    if let Some((at, _)) = text.match_indices("eyJ").next() {
        token(&text[at..], name, out);
    }
}

fn token(text: &str, name: &str, out: &mut Vec<(String, Value)>) {
    let payload = text.split('.').nth(1).and_then(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok());
    if let Some(value) = payload.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()) {
        gather(&value, &format!("{name} (token)"), out);
    }
}

fn gather(value: &Value, name: &str, out: &mut Vec<(String, Value)>) {
    match value {
        Value::Array(members) => {
            members.iter().enumerate().for_each(|(i, member)| gather(member, &format!("{name}/{i}"), out));
        }
        Value::Object(object) => {
            if object.contains_key("@context") {
                forms(value, name, out);
            }
            for (key, member) in object.iter().filter(|(key, _)| *key != "@context") {
                gather(member, &format!("{name}/{key}"), out);
            }
        }
        Value::String(text) if text.starts_with("eyJ") => token(text, name, out),
        _ => {}
    }
}

/// The document, the document that its proofs sign, and what each proof says.
fn forms(document: &Value, name: &str, out: &mut Vec<(String, Value)>) {
    out.push((name.to_owned(), document.clone()));
    let mut unsigned = document.clone();
    let Some(proof) = unsigned.as_object_mut().and_then(|object| object.remove("proof")) else { return };
    out.push((format!("{name}, without proof"), unsigned));
    let proofs = if let Value::Array(proofs) = proof { proofs } else { vec![proof] };
    for (i, mut proof) in proofs.into_iter().enumerate() {
        if let Some(options) = proof.as_object_mut() {
            options.remove("proofValue");
            options.remove("jws");
            options.insert("@context".to_owned(), document["@context"].clone());
            out.push((format!("{name}, proof {i}"), proof));
        }
    }
}
