//! The planted secret, and what gives it away.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use wellspring_testkit::GreenhouseSeed;

/// With letters that every encoding has to write in another way.
pub const SECRET: &str = "c4nary/s3cret+\"one\"&<42>";
/// What tokens begin with.
pub const TOKEN: &str = "c4nary-t0ken/";
/// Parts of the above that stand nowhere else.
const PARTS: [&str; 5] = ["c4nary", "C4NARY", "s3cret", "t0ken", "c4n\\u"];

/// An ATS whose client secret is the planted one.
pub fn with_secret(seed: GreenhouseSeed) -> GreenhouseSeed {
    GreenhouseSeed { client_secret: SECRET.to_owned(), ..seed }
}

/// A text in the spellings that servers echo it in.
pub fn spellings(text: &str) -> Vec<String> {
    let percent = |byte: u8| {
        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    let json = serde_json::to_string(text).expect("JSON");
    let json = json[1..json.len() - 1].to_owned();
    let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let mut all = vec![text.to_owned(), STANDARD.encode(text), text.bytes().map(percent).collect()];
    all.extend([json.replace('/', "\\/"), json, units]);
    for before in ["a", "ab", "double-client:"] {
        let whole = format!("{before}{text}");
        all.extend([STANDARD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)]);
    }
    all
}

/// What gives these secrets away: their spellings, each without what its ends share with their neighbours, and parts of them.
pub fn traces(secrets: &[String]) -> Vec<String> {
    let trimmed = |text: String| text[4..text.len() - 4].to_owned();
    let whole = secrets.iter().flat_map(|secret| spellings(secret)).map(trimmed);
    whole.chain(PARTS.map(str::to_owned)).collect()
}
