//! Whether the connection works, in words.

use serde::Deserialize;
use serde_json::{Value, json};
use wellspring_sdk::{CheckLine, Error, ErrorCode};

use crate::{fields, rpc, settings::Settings};

#[derive(Deserialize)]
struct Key {
    #[serde(default)]
    scopes: Option<Vec<String>>,
}

pub fn lines() -> Result<Vec<CheckLine>, Error> {
    let settings = Settings::read()?;
    let mut lines = Vec::new();
    match rpc::call::<Key>("apiKey.info", &json!({})) {
        Ok(key) => {
            lines.push(CheckLine::good("credentials", "Ashby accepts the API key."));
            lines.extend(key.scopes.as_deref().map(writing));
        }
        Err(error) if error.code() == ErrorCode::Auth => {
            return Ok(vec![CheckLine::bad("credentials", format!("Ashby does not accept the API key. {error}"))]);
        }
        // Without apiKeysRead it cannot say what it may do; the reads below show some of it.
        Err(error) if error.code() == ErrorCode::Forbidden => {}
        Err(error) => return Err(error),
    }
    lines.push(readable("candidates", "candidate.list", "candidatesRead")?);
    lines.push(readable("jobs", "job.list", "jobsRead")?);
    lines.extend(fields::check(&settings)?);
    lines.push(match settings.partner_id {
        Some(_) => CheckLine::good("assessment", "Results are added as completed assessments."),
        None => CheckLine::good("assessment", "No partner id is set up: only ordered assessments get results."),
    });
    Ok(lines)
}

fn writing(scopes: &[String]) -> CheckLine {
    match scopes.iter().any(|scope| scope == "candidates:write") {
        true => CheckLine::good("writing", "The key may write to candidates."),
        false => CheckLine::bad("writing", "The permission candidatesWrite is missing: nothing could be delivered."),
    }
}

fn readable(name: &str, verb: &str, permission: &str) -> Result<CheckLine, Error> {
    match rpc::call::<Value>(verb, &json!({ "limit": 1 })) {
        Ok(_) => Ok(CheckLine::good(name, format!("The {name} can be read."))),
        Err(error) if error.code() == ErrorCode::Forbidden => {
            Ok(CheckLine::bad(name, format!("The permission {permission} is missing. {error}")))
        }
        Err(error) => Err(error),
    }
}
