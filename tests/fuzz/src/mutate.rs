//! Mutations that keep JSON whole: a byte flipped in a document mostly makes it none, and a byte flipped in a token's part
//! makes it unreadable, so neither would get beyond the first check.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzzer_mutate;
use serde_json::{Map, Value, json};

use crate::{
    rewrite, wire,
    words::{DATATYPES, VOCABULARIES, WORDS},
};

/// SplitMix64: the fuzzer gives a seed for each mutation, and the same seed has to mutate the same way.
pub struct Chance {
    state: u64,
    words: &'static [&'static str],
}

impl Chance {
    fn new(seed: u32, words: &'static [&'static str]) -> Self {
        Self { state: seed.into(), words }
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end.max(1) as u64) as usize
    }

    fn word(&mut self) -> String {
        self.words[self.below(self.words.len())].to_owned()
    }
}

/// Mutates a JSON document: mostly as a tree, now and then as bytes. Often a signed credential takes its place, written
/// differently: what was mutated at random for long states something else than anybody signed.
pub fn document(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let mut chance = Chance::new(seed, WORDS);
    let changed = match chance.below(8) {
        0 => return fuzzer_mutate(data, size, most),
        1..4 => Some(rewrite::credential(&mut chance).to_string().into_bytes()),
        _ => tree_text(&data[..size], &mut chance),
    };
    put(data, size, most, changed)
}

/// Mutates a token, one of its parts as JSON; or, in an input of lines, one line.
pub fn token(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let mut chance = Chance::new(seed, WORDS);
    if chance.below(8) == 0 {
        return fuzzer_mutate(data, size, most);
    }
    let lines = matches!(data.first(), Some(b'+' | b'-'));
    let (head, rest) = data[..size].split_at(usize::from(lines).min(size));
    let separator = if lines { b'\n' } else { b'.' };
    let mut parts: Vec<Vec<u8>> = rest.split(|byte| *byte == separator).map(<[u8]>::to_vec).collect();
    let at = chance.below(parts.len());
    let changed = match lines {
        true => tree_text(&parts[at], &mut chance),
        false => BASE64_URL_SAFE_NO_PAD
            .decode(&parts[at])
            .ok()
            .and_then(|json| tree_text(&json, &mut chance))
            .map(|json| BASE64_URL_SAFE_NO_PAD.encode(json).into_bytes())
            .or_else(|| tree_text(rest, &mut chance).filter(|_| parts.len() == 1)),
    };
    let joined = changed.map(|changed| {
        parts[at] = changed;
        [head, &parts.join(&separator)].concat()
    });
    put(data, size, most, joined)
}

/// Mutates an input that has some bytes of its own before a document.
pub fn after_head(head: usize, data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let mut chance = Chance::new(seed, WORDS);
    if size <= head || chance.below(4) == 0 {
        return fuzzer_mutate(data, size, most);
    }
    let changed = tree_text(&data[head..size], &mut chance).map(|text| [&data[..head], &text].concat());
    put(data, size, most, changed)
}

/// Mutates a request of a connector, with words that mean something on the wire.
pub fn request(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let mut chance = Chance::new(seed, wire::WORDS);
    let changed = match chance.below(16) {
        0 => return fuzzer_mutate(data, size, most),
        _ => tree_text(&data[..size], &mut chance),
    };
    put(data, size, most, changed)
}

/// Writes what came of a mutation; what is no JSON or has become too large is mutated as bytes.
fn put(data: &mut [u8], size: usize, most: usize, changed: Option<Vec<u8>>) -> usize {
    match changed.filter(|changed| changed.len() <= most.min(data.len())) {
        Some(changed) => {
            data[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        None => fuzzer_mutate(data, size, most),
    }
}

fn tree_text(text: &[u8], chance: &mut Chance) -> Option<Vec<u8>> {
    let mut tree: Value = serde_json::from_slice(text).ok()?;
    for _ in 0..=chance.below(3) {
        let donor = nth(&tree, chance.below(count(&tree))).clone();
        let at = chance.below(count(&tree));
        visit(&mut tree, &mut { at }, &mut |value| change(value, &donor, chance));
    }
    Some(tree.to_string().into_bytes())
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(members) => members.iter().collect(),
        Value::Object(members) => members.values().collect(),
        _ => Vec::new(),
    }
}

fn count(value: &Value) -> usize {
    1 + children(value).into_iter().map(count).sum::<usize>()
}

fn nth(value: &Value, n: usize) -> &Value {
    let mut left = n;
    let mut stack = vec![value];
    while let Some(next) = stack.pop() {
        if left == 0 {
            return next;
        }
        left -= 1;
        stack.extend(children(next));
    }
    value
}

/// Goes to the node with this number, outer before inner.
fn visit(value: &mut Value, left: &mut usize, change: &mut impl FnMut(&mut Value)) -> bool {
    if *left == 0 {
        change(value);
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(members) => members.iter_mut().any(|member| visit(member, left, change)),
        Value::Object(members) => members.values_mut().any(|member| visit(member, left, change)),
        _ => false,
    }
}

fn change(value: &mut Value, donor: &Value, chance: &mut Chance) {
    let old = value.take();
    *value = match (chance.below(10), old) {
        (0, _) => donor.clone(),
        (1, _) => json!(chance.word()),
        (2, old) => json!([old]),
        (3, old) => json!({["@id", "@value", "@list", "@set", "@graph", "id"][chance.below(6)]: old}),
        (4, old) => json!([old, donor]),
        (_, Value::Object(members)) => Value::Object(object(members, donor, chance)),
        (_, Value::Array(members)) => Value::Array(array(members, donor, chance)),
        (5..7, Value::String(text)) => json!(letters(&text)),
        (7, Value::String(text)) => json!(text + &chance.word()),
        (_, scalar) => scalar_for(scalar, chance),
    };
}

fn object(members: Map<String, Value>, donor: &Value, chance: &mut Chance) -> Map<String, Value> {
    let mut list: Vec<(String, Value)> = members.into_iter().collect();
    let at = chance.below(list.len());
    match (chance.below(8), list.get_mut(at)) {
        (0, Some((name, _))) => *name = chance.word(),
        // The IRI that the member means, or would mean in another vocabulary.
        (1, Some((name, _))) => *name = format!("{}{name}", VOCABULARIES[chance.below(VOCABULARIES.len())]),
        (5, Some((_, value))) => {
            let datatype = DATATYPES[chance.below(DATATYPES.len())];
            *value = json!({"@value": value, "@type": datatype});
        }
        (2, Some(_)) => drop(list.remove(at)),
        (3, Some(_)) => list.rotate_left(at),
        (4, Some((_, value))) => {
            // The same member under another name as well.
            let value = value.clone();
            list.push((chance.word(), value));
        }
        _ => list.push((chance.word(), donor.clone())),
    }
    list.into_iter().collect()
}

fn array(mut members: Vec<Value>, donor: &Value, chance: &mut Chance) -> Vec<Value> {
    let at = chance.below(members.len());
    match (chance.below(5), members.get(at).cloned()) {
        (0, Some(_)) => drop(members.remove(at)),
        (1, Some(twice)) => members.push(twice),
        (2, Some(_)) => members.reverse(),
        (3, Some(only)) => members = vec![only],
        _ => members.push(donor.clone()),
    }
    members
}

/// A text changed by the fuzzer's own mutations, which know what the program compares with.
fn letters(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let size = bytes.len();
    bytes.resize(size + 64, 0);
    let most = bytes.len();
    let size = fuzzer_mutate(&mut bytes, size, most);
    String::from_utf8_lossy(&bytes[..size]).into_owned()
}

fn scalar_for(old: Value, chance: &mut Chance) -> Value {
    match chance.below(10) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(0),
        3 => json!(-1),
        4 => json!(u64::MAX),
        5 => json!(1e21),
        6 => json!(0.1),
        7 => json!({}),
        8 => json!([]),
        _ => old.as_i64().map_or(json!(chance.word()), |number| json!(number.wrapping_add(1))),
    }
}
