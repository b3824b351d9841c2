//! Abuse 10 of the design: packages that take the compiler minutes or gigabytes, or bring it down. They cost a child process with
//! limits, and nothing else.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use wellspring_host::{CompileLimits, Compiler, Host, HostConfig, InMemory, PackageError, Workplace, inspect, package};
use wellspring_server::{
    clock::{SystemClock, SystemEntropy},
    installed,
};

use super::{ADDRESS, Operator, VENDOR, echoes};

/// Locals and loops: 25 KB that take the compiler more than a minute and some gigabytes.
const BOMB: (usize, usize) = (1_500, 1_500);
const MANIFEST: &str = "id = \"acme/bomb\"\nversion = \"1.0.0\"\ncontract = \"0.1\"\ndisplay-level = \"note\"\n\
                        serialize-by = \"application\"\nevents = [\"deliver\"]\n";

/// A component with these types, and this in its only function that does something.
fn component(types: &str, function: &str) -> Vec<u8> {
    let exports: String = ["describe", "check", "deliver", "correct", "withdraw", "receive", "partner", "list-jobs"]
        .map(|name| format!(r#"(func (export "{name}") (canon lift (core func $i "none")))"#))
        .concat();
    let text = format!(
        r#"(component {types} (core module $m (func (export "none")) (func (param i32) {function}))
           (core instance $i (instantiate $m)) {exports})"#
    );
    wat::parse_str(text).expect("well-formed text")
}

/// A package with this in a function, after `locals` numbers. Well-formed, and small enough for every cap.
fn bomb(locals: usize, code: &str) -> Vec<u8> {
    let component = component("", &format!("(local {}) {code}", "i32 ".repeat(locals)));
    let package = package::embed(component, MANIFEST, &json!({ "type": "object" })).expect("embeds");
    inspect(&package).expect("nothing is wrong with it to look at");
    package
}

/// Loops within loops, each of which carries every local: what the compiler notes of it is their product.
fn nested(locals: usize, loops: usize) -> Vec<u8> {
    let change: String =
        (1..=locals).map(|local| format!("(local.set {local} (i32.add (local.get {local}) (local.get 0)))")).collect();
    let back: String = (0..loops).map(|at| format!("local.get {} br_if 0 end ", at % locals + 1)).collect();
    bomb(locals, &format!("{}{change}{back}", "loop ".repeat(loops)))
}

fn host(limits: CompileLimits) -> Host {
    let workplace = Workplace::Child {
        program: env!("CARGO_BIN_EXE_wellspring").into(),
        arguments: vec![installed::COMPILE.to_owned()],
    };
    let host =
        Host::new(HostConfig::default(), Arc::new(InMemory::default()), Arc::new(SystemClock), Arc::new(SystemEntropy))
            .expect("an engine");
    host.with_compiler(Compiler::new(workplace, limits, None))
}

/// Why it is refused, and in which time.
async fn refused(limits: CompileLimits, package: Vec<u8>) -> (String, Duration) {
    let began = Instant::now();
    match host(limits).install(package).await.expect_err("it is refused") {
        PackageError::Compile(reason) => (reason, began.elapsed()),
        error => panic!("{error}"),
    }
}

/// Whether a child is there that was told this limit, which no other test tells.
fn is_there(memory_bytes: u64) -> bool {
    let limit = memory_bytes.to_string();
    let processes = std::fs::read_dir("/proc").expect("processes").filter_map(Result::ok);
    let told = |process: std::fs::DirEntry| std::fs::read(process.path().join("cmdline")).unwrap_or_default();
    processes.map(told).any(|words| words.split(|byte| *byte == 0).any(|word| word == limit.as_bytes()))
}

/// Waits until there is one, or none.
async fn until_there(memory_bytes: u64, expected: bool) {
    let waited = async {
        while is_there(memory_bytes) != expected {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waited).await.expect("in half a minute");
}

#[tokio::test]
async fn a_package_is_compiled_in_a_child_with_the_limits_as_they_are() {
    host(CompileLimits::default()).install(echoes("0.1.0", ADDRESS)).await.expect("it installs");
}

#[tokio::test]
async fn a_package_that_takes_too_much_processor_time_is_refused() {
    // Fails without `Resource::Cpu` in `compile/child.rs`: the clock on the wall has it refused, for another reason.
    let limits = CompileLimits { cpu_seconds: 1, wall: Duration::from_secs(30), ..CompileLimits::default() };
    let (reason, took) = refused(limits, nested(BOMB.0, BOMB.1)).await;
    assert!(reason.contains("more than 1 s of processor time"), "{reason}");
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[tokio::test]
async fn a_package_that_takes_too_much_memory_is_refused() {
    // Fails without `Resource::As` in `compile/child.rs`: then it goes on until its time is over.
    let limits = CompileLimits { memory_bytes: 512 << 20, cpu_seconds: 30, wall: Duration::from_secs(60) };
    let (reason, _) = refused(limits, nested(BOMB.0, BOMB.1)).await;
    assert!(reason.contains("more than 512 MiB of memory"), "{reason}");
    host(limits).install(echoes("0.1.0", ADDRESS)).await.expect("that is plenty for a connector");
}

#[tokio::test]
async fn a_package_that_takes_too_long_is_refused_and_its_child_is_gone() {
    let memory_bytes = (4 << 30) + 4096;
    // Fails without the time-out in `compile/parent.rs`.
    let limits = CompileLimits { memory_bytes, cpu_seconds: 30, wall: Duration::from_secs(1) };
    let (reason, took) = refused(limits, nested(BOMB.0, BOMB.1)).await;
    assert!(reason.contains("takes more than 1 s"), "{reason}");
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert!(!is_there(memory_bytes), "it was ended and waited for");
}

#[tokio::test]
async fn whoever_stops_waiting_ends_the_child_too() {
    let memory_bytes = (4 << 30) + 8192;
    let limits = CompileLimits { memory_bytes, ..CompileLimits::default() };
    let waiting = tokio::spawn(refused(limits, nested(BOMB.0, BOMB.1)));
    until_there(memory_bytes, true).await;
    waiting.abort();
    // Fails without `kill_on_drop` in `compile/parent.rs`.
    until_there(memory_bytes, false).await;
}

#[tokio::test]
async fn too_many_and_too_large_functions_are_refused_without_a_compiler() {
    let text = |functions: &str| {
        let component = wat::parse_str(format!("(component (core module {functions}))")).expect("well-formed");
        inspect(&component).expect_err("refused")
    };
    // Each fails without its cap in `package.rs`.
    assert!(matches!(text(&"(func)".repeat(200_001)), PackageError::TooComplex(_)));
    assert!(matches!(text(&format!("(func {})", "nop ".repeat(1 << 20))), PackageError::TooComplex(_)));
    // Types that double with each step: the validator counts what they come to.
    let doubling: String = (1..40).map(|at| format!("(type $t{at} (tuple $t{} $t{}))", at - 1, at - 1)).collect();
    let types = format!("(type $t0 (tuple u8 u8)) {doubling}");
    assert!(matches!(inspect(&component(&types, "")), Err(PackageError::Malformed(_))));
}

/// Fails where the command that installs runs what it tries in its own process, which holds the master key.
#[cfg(unix)]
#[tokio::test]
async fn what_is_tried_before_it_is_installed_runs_in_a_process_of_its_own() {
    let operator = Operator::start().await;
    let file = operator.package("tried.wasm", &echoes("1.0.0", ADDRESS), Some(VENDOR));
    let mut install = operator.command(&["install", &file, "--accept-rights"]);
    let done = install.env("WELLSPRING_LOG__FILTER", "wellspring_host=debug").output().expect("the program runs");
    let text = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{text}");
    assert!(text.contains("connectors run in a process of their own"), "{text}");
}
