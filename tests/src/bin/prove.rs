//! Runs one proof. `cargo xtask prove` starts what it needs, and says in the environment where that is.

use std::{env, process::ExitCode, time::Duration};

use wellspring_tests::{
    Failure,
    prove::{
        Server,
        clock::{self, Clocks},
        crash::{self, Crash},
        disk_full,
        network::{self, Network},
        nodes, postgres,
        power::{self, Power},
        upgrade::{self, Upgrade},
    },
};

const USAGE: &str = "usage: prove crash [--kills N] | power [--cuts N] | postgres [--restarts N] | disk-full | clock | network [--seconds N] \
                     | upgrade [--kills N] | nodes, and for all --seed N";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
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
    let [name, options @ ..] = words.as_slice() else { return Err(Failure::new(USAGE)) };
    let number = |name: &str, otherwise: u64| -> Result<u64, Failure> {
        let place = options.iter().position(|word| *word == name);
        let value = place.and_then(|place| options.get(place + 1));
        value.map_or(Ok(otherwise), |value| value.parse().map_err(|_| Failure::new(format!("{name} wants a number"))))
    };
    let seed = number("--seed", 1)?;
    let server = server()?;
    let shared = || server.as_ref().ok_or_else(|| Failure::new("this proof needs a PostgreSQL"));
    let url = server.as_ref().map(Server::url);
    match *name {
        "crash" => crash::run(&Crash { kills: number("--kills", 200)?, seed, postgres: url }).await,
        "power" => {
            power::run(&Power { cuts: number("--cuts", 60)?, seed, library: given("PROVE_POWER")?.into() }).await
        }
        "nodes" => nodes::run(&shared()?.url()).await,
        "postgres" => postgres::run(shared()?, number("--restarts", 12)?).await,
        "disk-full" => disk_full::run(server.as_ref()).await,
        "clock" => {
            let library = given("PROVE_FAKETIME")?.into();
            clock::run(&Clocks { library, seed, postgres: url }).await
        }
        "network" => {
            let bad = Duration::from_secs(number("--seconds", 90)?);
            network::run(&Network { bad, seed }, server.as_ref()).await
        }
        "upgrade" => upgrade::run(&Upgrade { kills: number("--kills", 20)?, seed }, server.as_ref()).await,
        _ => Err(Failure::new(USAGE)),
    }
}

/// The PostgreSQL that was started for us, if any.
fn server() -> Result<Option<Server>, Failure> {
    let Ok(url) = given("PROVE_POSTGRES") else { return Ok(None) };
    let user = given("PROVE_POSTGRES_USER").ok().filter(|user| !user.is_empty());
    Server::new(&url, given("PROVE_POSTGRES_PROGRAMS")?.into(), given("PROVE_POSTGRES_DATA")?.into(), user).map(Some)
}

#[expect(clippy::disallowed_methods, reason = "how `cargo xtask prove` names what it has started")]
fn given(name: &str) -> Result<String, Failure> {
    env::var(name).map_err(|_| Failure::new(format!("{name} is not set: use `cargo xtask prove`")))
}
