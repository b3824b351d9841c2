//! Ashby's API: every call is a POST of JSON to `/noun.verb`. What went wrong stands in the body, mostly with status 200, so
//! `success` is looked at before anything else.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use wellspring_sdk::{Error, ErrorCode, Request, Response, Retry, by_cursor};

/// Items of one page of a list.
const PAGE: u32 = 100;

/// Around every answer.
#[derive(Deserialize)]
struct Envelope {
    success: bool,
    #[serde(default)]
    results: Value,
    #[serde(default)]
    errors: Vec<String>,
    #[serde(default, rename = "errorInfo")]
    error_info: Option<ErrorInfo>,
    #[serde(default, rename = "moreDataAvailable")]
    more_data_available: bool,
    #[serde(default, rename = "nextCursor")]
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct ErrorInfo {
    code: String,
}

/// Calls, and gives the results.
pub fn call<T: DeserializeOwned>(verb: &str, arguments: &impl Serialize) -> Result<T, Error> {
    let response = send(verb, arguments)?;
    results(verb, &response, opened(verb, &response)?)
}

/// Calls for something that may not be there.
pub fn find<T: DeserializeOwned>(verb: &str, arguments: &impl Serialize) -> Result<Option<T>, Error> {
    match call(verb, arguments) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Calls, and needs no results. Some verbs are documented without any body.
pub fn tell(verb: &str, arguments: &impl Serialize) -> Result<(), Error> {
    let response = send(verb, arguments)?;
    if response.bytes().is_empty() && (200..300).contains(&response.status) {
        return Ok(());
    }
    opened(verb, &response).map(drop)
}

/// One page of a list, with the cursor of the next.
pub fn page<T: DeserializeOwned>(
    verb: &str,
    mut arguments: Map<String, Value>,
    cursor: Option<&str>,
) -> Result<(Vec<T>, Option<String>), Error> {
    arguments.insert("limit".to_owned(), PAGE.into());
    if let Some(cursor) = cursor {
        arguments.insert("cursor".to_owned(), cursor.into());
    }
    let response = send(verb, &arguments)?;
    let mut envelope = opened(verb, &response)?;
    let next = envelope.next_cursor.take().filter(|_| envelope.more_data_available);
    Ok((results(verb, &response, envelope)?, next))
}

/// The items of a list, asked for as far as they are read.
pub fn list<T: DeserializeOwned>(
    verb: &'static str,
    arguments: Map<String, Value>,
) -> impl Iterator<Item = Result<T, Error>> {
    by_cursor(move |cursor| page(verb, arguments.clone(), cursor))
}

fn send(verb: &str, arguments: &impl Serialize) -> Result<Response, Error> {
    let request = Request::post("api", &format!("/{verb}")).credential("main").json(arguments);
    request.header("accept", "application/json; version=1").send_any()
}

/// The envelope of a success; anything else is an error.
fn opened(verb: &str, response: &Response) -> Result<Envelope, Error> {
    let is_good = (200..300).contains(&response.status);
    match response.json::<Envelope>() {
        Ok(envelope) if envelope.success && is_good => Ok(envelope),
        Ok(envelope) => Err(refusal(verb, response, &envelope)),
        Err(error) if is_good => Err(error),
        Err(_) => Err(response.error()),
    }
}

fn results<T: DeserializeOwned>(verb: &str, response: &Response, envelope: Envelope) -> Result<T, Error> {
    serde_json::from_value(envelope.results).map_err(|_| {
        Error::upstream(format!("{verb}: the results are not what Ashby documents")).with_status(response.status)
    })
}

/// What Ashby's error code means. Its message is left alone: it may quote what was sent.
fn refusal(verb: &str, response: &Response, envelope: &Envelope) -> Error {
    let code = envelope.error_info.as_ref().map(|info| &info.code).or(envelope.errors.first());
    let code: String = code.into_iter().flat_map(|code| code.chars()).filter(char::is_ascii_graphic).take(60).collect();
    let known =
        |code, retry, said: &str| Error::new(code, format!("{verb}: {said}"), retry).with_status(response.status);
    let wait = response.retry_after_ms().map_or(Retry::Backoff, Retry::AfterMs);
    match code.as_str() {
        text if text.ends_with("_not_found") => {
            known(ErrorCode::NotFound, Retry::Never, &format!("Ashby does not have it ({text})"))
        }
        text if text.contains("permission") => {
            known(ErrorCode::Forbidden, Retry::Never, &format!("the API key lacks a permission ({text})"))
        }
        "rate_limit_exceeded" => known(ErrorCode::RateLimited, wait, "Ashby asks to wait"),
        // A status that says it all already.
        _ if !(200..300).contains(&response.status) => response.error(),
        text if text.contains("internal") || text.contains("timeout") => {
            known(ErrorCode::Unavailable, wait, &format!("Ashby has a problem of its own ({text})"))
        }
        text => known(ErrorCode::InvalidInput, Retry::Never, &format!("Ashby refuses it ({text})")),
    }
}
