//! `cargo xtask`: set-up, demo, tests and checks. The only place that installs anything.

mod bench;
mod browser;
mod checks;
mod conformance;
mod connectors;
mod demo;
mod fuzz;
mod guests;
mod moto;
mod oracle;
mod postgres;
mod prism;
mod process;
mod prove;
mod tests;
mod toolchain;
mod toolchain_debian;
mod webhooks;

use std::process::ExitCode;

use process::Failure;

const HELP: &str = "\
cargo xtask <command>

  demo [--once]   run the main job: credentials in, verified and scored, into an ATS double through a sandboxed connector.
                  With --once: one run, a table, exit code 0. Without: keep serving and print the pages to open.
  test            set everything up and run all tests
  connectors      build the connectors (and the test guests) into target/connectors/
  guests          build the guests in JavaScript and Python, with their tools in target/languages/ (needs npm, Python)
  browser         look at the demo's pages in a browser: screenshots into target/browser/, accessibility checked
  ashby-prism     the Ashby connector's requests, and our answers to Ashby, against Ashby's OpenAPI document (needs npm
                  and ../shared/ats)
  conformance     what the verifier makes of what others publish: a table per suite (needs ../shared/fixtures)
  oracle          our canonical N-Quads beside those of jsonld and rdf-canonize: published documents, and records made up
                  from a seed (--count N, --seed N; needs Node and ../shared/fixtures)
  bench NAME      measure: `verify` (beside others; also --json), `hostile`, `delivery` (submissions, queue and the way
                  through, on both stores, beside apalis), `frameworks` (import and lookups), `score`, `sandbox` (guests in Rust, JavaScript and Python, beside extism), `day` (ten million applications a day in small; --store, --scale N)
  fuzz [TARGET]   fuzz the verifier: jsonld, jwt, png, svg, status; the way out: egress; or all; [--seconds N] each
  prove NAME      what happens when it breaks (--store sqlite|postgres first, where it is about both; --seed N):
                  `crash` (kill -9 under load; --kills N), `power` (power cuts; --cuts N), `postgres` (restarts, failover;
                  --restarts N), `nodes` (three on one PostgreSQL, one killed, one frozen), `disk-full`, `clock`, `network` (--seconds N),
                  `upgrade` (an earlier version's database; migrations killed; --kills N), `tenants` (what one leaves in the sandbox's
                  memory for the next: 100,000 calls)
  postgres        a throw-away PostgreSQL on loopback to work with, until Enter
  check           formatting, lints, dependency rules (what CI does besides the tests)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["demo"] => demo::run(false),
        ["demo", "--once"] => demo::run(true),
        ["test", rest @ ..] => tests::run(rest),
        ["connectors"] => connectors::build(),
        ["guests"] => guests::build(),
        ["browser"] => browser::run(),
        ["ashby-prism"] => prism::run(),
        ["check"] => checks::run(),
        ["conformance"] => conformance::run(),
        ["oracle", rest @ ..] => oracle::run(rest),
        ["postgres"] => postgres::keep(),
        ["prove", name, rest @ ..] => prove::run(name, rest),
        ["bench", name, rest @ ..] => bench::run(name, rest),
        ["fuzz", rest @ ..] => fuzz::run(rest),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(Failure::new(format!("there is no such command\n\n{HELP}"))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}
