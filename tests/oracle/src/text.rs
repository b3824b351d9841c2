//! Texts, identifiers and dates as they stand in records, with what makes writing N-Quads hard among them.

use crate::rng::Rng;

const WORDS: [&str; 16] = [
    "Introduction to Chemistry",
    "Nurse Assistant",
    "Data Science",
    "Welding II",
    "Bilan de compétences",
    "Grundkurs",
    "Ελληνικά",
    "Алгебра",
    "数据科学入门",
    "مقدمة في الكيمياء",
    "🎓 graduate",
    "e\u{301}tude",
    "œuvre",
    "Ünïcödé",
    "a\u{a0}b",
    "A+",
];

/// What N-Quads escape, what they must not, and what sorts differently in UTF-8 and UTF-16.
const HARD: [&str; 19] = [
    "\"quoted\" and \\back\\",
    "line\nbreak\r\nand\ttab",
    "\u{8}\u{c}\u{b}",
    "\u{0}",
    "nul\u{0}within",
    "\u{1}\u{1f}\u{7f}\u{80}\u{9f}",
    "\u{2028}\u{2029}",
    "\u{feff}mark",
    "\u{fffd}\u{ffff}",
    "",
    " ",
    "\\u0041",
    "'",
    "<a> & </a>",
    "_:b0",
    "@en",
    "^^<urn:a>",
    "ﬁne",
    "\u{202e}right to left",
];

/// Beyond the first plane: sorted otherwise by code points than by UTF-16 units.
const ASTRAL: [&str; 4] = ["\u{10000}", "\u{1f393}", "x\u{10ffff}", "𝔘nicode"];

const SCHEMES: [&str; 6] =
    ["urn:uuid:", "https://example.org/", "did:example:", "http://example.com/a/b?c=d#", "mailto:", "tag:x,2024:"];

pub fn plain(rng: &mut Rng) -> String {
    format!("{} {}", rng.pick(&WORDS), rng.below(40))
}

pub fn any(rng: &mut Rng) -> String {
    match rng.below(40) {
        0..8 => rng.pick(&HARD).to_owned(),
        8 => rng.pick(&ASTRAL).to_owned(),
        9 => rng.pick(&WORDS).repeat(rng.between(100, 900)),
        10 => format!("{}{}", rng.pick(&HARD), rng.pick(&WORDS)),
        11 => (0..rng.between(1, 12)).filter_map(|_| char::from_u32(rng.below(0x3000) as u32)).collect(),
        _ => plain(rng),
    }
}

pub fn iri(rng: &mut Rng) -> String {
    let tail = match rng.below(12) {
        0 => "ünïcode".to_owned(),
        1 => "学校/成績".to_owned(),
        2 => "%7Btilde%7D~".to_owned(),
        3 => "a:b:c".to_owned(),
        4 => "path/../dots/./here".to_owned(),
        5 => "'()*!$&+,;=[]".to_owned(),
        _ => format!("{:08x}-{}", rng.below(1 << 32), rng.below(9)),
    };
    format!("{}{tail}", rng.pick(&SCHEMES))
}

pub fn urn(rng: &mut Rng) -> String {
    format!("urn:uuid:{:08x}-0000-4000-8000-{:012x}", rng.below(1 << 32), rng.below(1 << 40))
}

pub fn date_time(rng: &mut Rng) -> String {
    let zone = rng.pick(&["Z", "+02:00", "-11:30", ".123Z", ".000000Z"]);
    format!(
        "20{:02}-{:02}-{:02}T{:02}:00:{:02}{zone}",
        rng.below(40),
        rng.between(1, 12),
        rng.between(1, 28),
        rng.below(24),
        rng.below(60)
    )
}

pub fn date(rng: &mut Rng) -> String {
    format!("20{:02}-{:02}-{:02}", rng.below(40), rng.between(1, 12), rng.between(1, 28))
}
