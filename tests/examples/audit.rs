//! Whether a tenant's audit trail is whole: `audit URL TENANT` prints how many rows it has.

use std::{process::ExitCode, sync::Arc};

use wellspring_model::time::Entropy;
use wellspring_store::{Database, MasterKey, Store};

/// Nothing is sealed here.
struct Nothing;

impl Entropy for Nothing {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, tenant] = words.as_slice() else {
        eprintln!("usage: audit URL TENANT");
        return ExitCode::FAILURE;
    };
    match verified(url, tenant).await {
        Ok(rows) => {
            println!("{rows}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn verified(url: &str, tenant: &str) -> Result<u32, Box<dyn std::error::Error>> {
    let database = match url.strip_prefix("sqlite://") {
        Some(path) => Database::Sqlite(path.into()),
        None => Database::Postgres(url.to_owned().into()),
    };
    let store = Store::open(&database, MasterKey::new([0; 32]), Arc::new(Nothing)).await?;
    let verified = store.audit_verify(tenant.parse()?).await?;
    verified.map_err(|broken| format!("the row {} does not follow from the one before", broken.number).into())
}
