//! Runs one proof. `cargo xtask prove` starts what it needs.

use std::process::ExitCode;

use wellspring_tests::{
    Failure,
    prove::{
        crash::{self, Crash},
        nodes,
    },
};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments).await {
        Ok(()) => {
            println!("it holds");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("it does not hold, or could not be shown: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> Result<(), Failure> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [name @ ("crash" | "nodes"), options @ ..] = words.as_slice() else {
        return Err(Failure::new("usage: prove crash [--kills N] [--seed N] | nodes"));
    };
    let number = |name: &str, otherwise: u64| -> Result<u64, Failure> {
        let place = options.iter().position(|word| *word == name);
        let value = place.and_then(|place| options.get(place + 1));
        value.map_or(Ok(otherwise), |value| value.parse().map_err(|_| Failure::new(format!("{name} wants a number"))))
    };
    #[expect(clippy::disallowed_methods, reason = "how `cargo xtask prove` names the server it has started")]
    let postgres = std::env::var("PROVE_POSTGRES").ok();
    if *name == "nodes" {
        return nodes::run(&postgres.ok_or_else(|| Failure::new("nodes share a PostgreSQL"))?).await;
    }
    crash::run(&Crash { kills: number("--kills", 200)?, seed: number("--seed", 1)?, postgres }).await
}
