use serde_json::{json, Value};
use wellspring_verify::jsonld::{CanonLimits, Contexts, canonical};
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let index: Value = serde_json::from_slice(&std::fs::read(format!("{dir}/index.json")).unwrap()).unwrap();
    let mut contexts = Contexts::builtin().clone();
    for e in index.as_array().unwrap() {
        let Some(url) = e["url"].as_str() else { continue };
        if Contexts::builtin_files().any(|(u, _)| u == url) { continue }
        let doc: Value = serde_json::from_slice(&std::fs::read(format!("{dir}/{}", e["file"].as_str().unwrap())).unwrap()).unwrap();
        match contexts.with(url, &doc) { Ok(c) => contexts = c, Err(err) => eprintln!("{url}: {err:?}") }
    }
    let files: Vec<String> = serde_json::from_str(&std::io::read_to_string(std::io::stdin()).unwrap()).unwrap();
    let mut out = serde_json::Map::new();
    let start = std::time::Instant::now();
    for f in files {
        let (file, ptr) = f.split_once('#').unwrap();
        let doc: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let doc = doc.pointer(ptr).unwrap();
        out.insert(f.clone(), match canonical(doc, &contexts, &CanonLimits::default()) { Ok(c) => json!({"nq": c.nquads}), Err(e) => json!({"err": format!("{e:?}")}) });
    }
    eprintln!("{:?}", start.elapsed());
    println!("{}", Value::Object(out));
}
