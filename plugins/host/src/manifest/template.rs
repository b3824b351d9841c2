//! Addresses with room for a value: `https://{settings.host}/v3`, `{bases.auth}/token`.

/// Replaces `{kind.name}` by what `value` gives for the name. The error is the name that has no value.
pub(super) fn fill(template: &str, kind: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((head, tail)) = rest.split_once('{') {
        let (slot, tail) = tail.split_once('}').ok_or_else(|| tail.to_owned())?;
        let name = slot.strip_prefix(kind).and_then(|slot| slot.strip_prefix('.')).ok_or_else(|| slot.to_owned())?;
        filled.push_str(head);
        filled.push_str(&value(name).ok_or_else(|| name.to_owned())?);
        rest = tail;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Letters, digits, dots and hyphens: nothing that could move an address elsewhere.
pub(super) fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}
