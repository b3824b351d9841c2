//! Input that means harm: each of about a megabyte, in a process of its own, with what it cost.

use std::{io::Write as _, process::Command};

use serde_json::{Value, json};
use wellspring_model::{credential::Applicant, pointer::Pointer};
use wellspring_verify::{Document, Limits, Material, Policy, parse, verify};

const MEGABYTE: usize = 1 << 20;
const V2: &str = "https://www.w3.org/ns/credentials/v2";
const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

type Make = fn() -> (Vec<u8>, Material);

const INPUTS: [(&str, Make); 22] = [
    ("nothing", || plain(b"{}".to_vec())),
    ("depth 20,000", || plain([b"[".repeat(20_000), b"]".repeat(20_000)].concat())),
    ("depth of objects", || plain(br#"{"a":"#.repeat(MEGABYTE / 5))),
    ("a key a million times", || plain(format!("{{{}}}", vec![r#""a":1"#; MEGABYTE / 6].join(",")).into_bytes())),
    ("a million keys", || plain(keys(1_000_000))),
    ("a million keys in a credential", || {
        plain(credential(|c| c["x"] = serde_json::from_slice(&keys(90_000)).expect("JSON")))
    }),
    ("an endless number", || plain(format!("[{}]", "9".repeat(MEGABYTE)).into_bytes())),
    ("a megabyte of text", || plain(credential(|c| c["name"] = json!("a".repeat(MEGABYTE))))),
    ("a megabyte of escapes", || plain(credential(|c| c["name"] = json!("\u{1}".repeat(MEGABYTE / 6))))),
    ("a signature of a megabyte", || {
        plain(credential(|c| c["proof"]["proofValue"] = json!(format!("z{}", "1".repeat(MEGABYTE)))))
    }),
    ("a key of a megabyte", || {
        plain(credential(|c| c["proof"]["verificationMethod"] = json!(format!("did:key:z{}", "1".repeat(MEGABYTE)))))
    }),
    ("ten thousand proofs", || plain(credential(|c| c["proof"] = Value::from(vec![c["proof"].clone(); 4_000])))),
    ("sixteen proofs of a large credential", || {
        plain(credential(|c| {
            c["proof"] = Value::from(vec![c["proof"].clone(); 16]);
            c["name"] = json!("a".repeat(900_000));
        }))
    }),
    ("a chain of proofs that meet", || plain(credential(chain))),
    ("clique of 5", || plain(clique(5))),
    ("clique of 8", || plain(clique(8))),
    ("clique of 12", || plain(clique(12))),
    ("many cliques", || plain(cliques(400, 6))),
    ("a list that unfolds to a gigabyte", status_bomb),
    ("a picture of endless chunks", || plain(png())),
    ("entities in a picture", || plain(svg(&format!("<!DOCTYPE svg [{}]>", entities())))),
    ("a picture of a million elements", || plain(svg("").into_iter().chain(b"<a/>".repeat(MEGABYTE / 4)).collect())),
];

fn plain(bytes: Vec<u8>) -> (Vec<u8>, Material) {
    (bytes, Material::default())
}

fn keys(count: usize) -> Vec<u8> {
    let mut text = String::from("{");
    for n in 0..count {
        if text.len() > MEGABYTE {
            break;
        }
        text.push_str(&format!(r#""{n:x}":1,"#));
    }
    text.pop();
    text.push('}');
    text.into_bytes()
}

fn credential(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut credential = crate::documents::badge(1);
    change(&mut credential);
    credential.to_string().into_bytes()
}

/// Each of sixteen proofs names all the others.
fn chain(credential: &mut Value) {
    let names: Vec<String> = (0..16).map(|n| format!("urn:uuid:{n}")).collect();
    let proofs = names.iter().map(|name| {
        let mut proof = credential["proof"].clone();
        proof["id"] = json!(name);
        proof["previousProof"] = json!(names.iter().filter(|other| *other != name).collect::<Vec<_>>());
        proof
    });
    credential["proof"] = Value::from(proofs.collect::<Vec<_>>());
}

/// Blank nodes, each of which names all the others.
fn nodes(prefix: usize, count: usize) -> Vec<Value> {
    let name = |n: usize| format!("_:b{prefix}x{n}");
    let node = |n: usize| json!({"id": name(n), "urn:p": (0..count).filter(|m| *m != n).map(|m| json!({"id": name(m)})).collect::<Vec<_>>()});
    (0..count).map(node).collect()
}

fn clique(count: usize) -> Vec<u8> {
    cliques(1, count)
}

fn cliques(many: usize, count: usize) -> Vec<u8> {
    credential(|c| {
        c["@context"] = json!([V2, OB]);
        c["urn:q"] = Value::from((0..many).flat_map(|prefix| nodes(prefix, count)).collect::<Vec<_>>());
    })
}

fn status_bomb() -> (Vec<u8>, Material) {
    let address = "https://status.example/1";
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..1_024 {
        encoder.write_all(&vec![0; MEGABYTE]).expect("it is packed");
    }
    let packed = base64(&encoder.finish().expect("it is packed"));
    let list = crate::documents::signed(json!({
        "@context": [V2], "id": address, "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": crate::documents::key().did_key(), "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "urn:list", "type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": format!("u{packed}")}
    }));
    let mut material = Material::default();
    let fetched_at = "2026-11-01T00:00:00Z".parse().expect("a time");
    material.insert(
        address,
        Document { status: Some(200), content_type: None, bytes: list.to_string().into_bytes(), fetched_at },
    );
    let bytes = credential(|c| {
        c["credentialStatus"] = json!({
            "id": "urn:entry", "type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "1",
            "statusListCredential": address
        });
    });
    (bytes, material)
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn png() -> Vec<u8> {
    let chunk = [&0_u32.to_be_bytes()[..], b"iTXt", &[0; 4]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk.repeat(MEGABYTE / 12)].concat()
}

fn entities() -> String {
    let line = |n: usize| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n.wrapping_sub(1)).repeat(10));
    format!("<!ENTITY e0 \"ha\">{}", (1..30).map(line).collect::<String>())
}

fn svg(doctype: &str) -> Vec<u8> {
    format!("{doctype}<svg xmlns=\"http://www.w3.org/2000/svg\">&e29;").into_bytes()
}

pub fn run_all() {
    println!("{:<40} {:>9} {:>9} {:>9}  came to", "input", "bytes", "CPU", "memory");
    for (name, _) in INPUTS {
        let me = std::env::current_exe().expect("this program");
        let output = Command::new(me).args(["hostile", name]).output().expect("it starts");
        print!("{}", String::from_utf8_lossy(&output.stdout));
        if !output.status.success() {
            println!("{name}: {} {}", output.status, String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// One input, judged once, with what that cost beyond making it.
pub fn run_one(name: &str) {
    let (_, make) = INPUTS.iter().find(|(known, _)| *known == name).expect("an input of that name");
    let (bytes, material) = make();
    // Tables and schemas are made at first use, once in a process.
    crate::ours::all(crate::documents::badge(1).to_string().as_bytes());
    let (before, memory) = (cpu_ms(), memory_mb("VmRSS"));
    std::fs::write("/proc/self/clear_refs", "5").ok();
    let came_to = match parse(&bytes, Pointer::root(), &Limits::default()) {
        Err(error) => format!("refused: {error}").chars().take(60).collect(),
        Ok(unverified) => {
            let now = "2026-11-01T00:00:00Z".parse().expect("a time");
            let report = verify(&unverified, &material, &Policy::default(), &Applicant::default(), now).report;
            let worst = report.credentials[0].checks.iter().max_by_key(|check| check.outcome).expect("a check");
            format!("{} ({})", report.outcome(), worst.finding.code)
        }
    };
    let (cpu, memory) = (cpu_ms() - before, memory_mb("VmHWM") - memory);
    println!("{name:<40} {:>9} {cpu:>6.0} ms {memory:>6.0} MB  {came_to}", bytes.len());
}

/// The processor time of this process so far.
fn cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().filter_map(|f| f.parse().ok()).collect();
    // The state is no number, so user and system time stand one place earlier; in hundredths of a second.
    fields.get(10).zip(fields.get(11)).map_or(0.0, |(user, system)| (user + system) * 10.0)
}

fn memory_mb(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).map_or(0.0, |kb| kb / 1_024.0)
}
