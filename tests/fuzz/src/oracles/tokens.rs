//! Which of the tokens that somebody really signed stand in an input, at whatever depth.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

/// How many times these tokens occur, those within other tokens included.
pub fn occurrences(bytes: &[u8], signed: &[String]) -> usize {
    count(bytes, signed, 0)
}

fn count(bytes: &[u8], signed: &[String], depth: usize) -> usize {
    if depth > 4 {
        return 0;
    }
    // JSON may write any letter as an escape; unescaped, the text that a reader sees stands there.
    let text = match serde_json::from_slice::<serde_json::Value>(bytes) {
        Ok(tree) => tree.to_string(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    };
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.split(|c| !letter(c))
        .filter(|word| word.matches('.').count() == 2)
        .map(|word| {
            let inner = word.split('.').nth(1).and_then(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok());
            usize::from(signed.iter().any(|token| token == word))
                + inner.map_or(0, |inner| count(&inner, signed, depth + 1))
        })
        .sum()
}
