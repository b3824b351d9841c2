use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use proptest::prelude::*;

use super::*;

/// With letters that every encoding writes in another way.
const SECRET: &str = "c4nary/s3cret+\"42? é";

fn scrubber(secret: &str) -> Scrubber {
    Scrubber::new([SecretString::from(secret)])
}

fn percent(text: &str, upper: bool) -> String {
    text.bytes().map(|byte| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") }).collect()
}

fn json_units(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// Guards `View::of` and all needles: without a layer, an alphabet or an offset one of these comes through.
#[test]
fn a_secret_is_taken_out_in_every_spelling_and_what_stands_beside_it_stays() {
    let form: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let json = serde_json::to_string(SECRET).unwrap().trim_matches('"').to_owned();
    let html = SECRET.replace('"', "&quot;").replace('/', "&#x2F;").replace('+', "&#43;");
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    for spelling in [
        SECRET.to_owned(),
        form.clone(),
        form.replace('+', "%20"),
        form.to_lowercase(),
        percent(SECRET, true),
        percent(SECRET, false),
        percent(&json, true),
        json.clone(),
        json.replace('/', "\\/"),
        json.replace('/', "\\u002F"),
        json_units(SECRET),
        serde_json::to_string(&serde_json::to_string(&json).unwrap()).unwrap(),
        html,
        hex.to_uppercase(),
        hex,
        // Only some letters escaped, and line breaks within.
        "c4%6eary/s\\u0033cret&#43;\\\"42%3F é".to_owned(),
        "c4nary/s\r\n3cret+\"42? é".to_owned(),
    ] {
        let shown = scrubber(SECRET).text(format!("before <{spelling}> after"));
        let shown = shown.replace('"', "");
        assert_eq!(
            shown.replace("\\[", "[").replace("]\\", "]").replace("\\\\", ""),
            "before <[secret]> after",
            "{spelling}"
        );
    }
}

#[test]
fn in_base64_a_secret_is_found_whatever_stands_before_and_after() {
    for (before, after) in [("", ""), ("a", ""), ("ab", ""), ("user:", "\n"), ("", "b"), ("xy", "yz"), ("é", "é")] {
        let whole = format!("{before}{SECRET}{after}");
        for encoded in [STANDARD.encode(&whole), URL_SAFE.encode(&whole)] {
            let lines: Vec<&str> =
                encoded.as_bytes().chunks(10).map(|line| std::str::from_utf8(line).unwrap()).collect();
            for written in [encoded.clone(), lines.join("\r\n"), lines.join("\\n"), percent(&encoded, false)] {
                let shown = scrubber(SECRET).text(format!("<{written}>"));
                let left: String = shown.replace("[secret]", "").replace(['\r', '\n', '<', '>'], "");
                assert!(shown.contains("[secret]"), "{written} came through");
                // What is left is of the neighbours: a few letters at each end.
                assert!(left.len() <= 24, "{written} became {shown}");
                let rest = STANDARD.decode(left.trim_end_matches("\\n")).unwrap_or_default();
                assert!(!String::from_utf8_lossy(&rest).contains("s3cret"), "{written} became {shown}");
            }
        }
    }
}

/// Guards `before` and `after`: the letters at the ends hold a part of the secret too.
#[test]
fn of_a_secret_in_base64_no_letter_is_left_that_holds_a_part_of_it() {
    let secret = "c4nary-s3cret!";
    for before in ["", "a", "ab", "abc"] {
        for after in ["", "y", "yz", "xyz"] {
            let encoded = STANDARD.encode(format!("{before}{secret}{after}"));
            let (first, last) = (before.len() * 8 / 6, ((before.len() + secret.len()) * 8).div_ceil(6));
            let left = format!("<{}[secret]{}>", &encoded[..first], &encoded[last..]);
            assert_eq!(scrubber(secret).text(format!("<{encoded}>")), left, "{before} {after}");
        }
    }
}

#[test]
fn a_name_of_a_field_that_holds_a_secret_is_left_out_whatever_its_capitals() {
    let scrubber = scrubber("C4nary-S3cret");
    let field = |name: &str| (name.to_owned(), "C4nary-S3cret!".to_owned());
    let fields = scrubber.headers(vec![field("x-c4nary-s3cret"), field("x-c4nary%2ds3cret"), field("x-own")]);
    assert_eq!(fields, [("x-own".to_owned(), "[secret]!".to_owned())]);
}

#[tokio::test]
async fn other_text_stays_as_it_is() {
    let scrubber = Arc::new(scrubber("c4nary-s3cret"));
    for text in ["nothing to see", "100% of \\ and &amp; c4nary", "line\r\nline", ""] {
        assert_eq!(scrubber.text(text.to_owned()), text);
    }
    assert_eq!(scrubber.body(Bytes::from_static(b"\xff\x00%ff")).await, Ok(Bytes::from_static(b"\xff\x00%ff")));
}

#[test]
fn a_short_secret_is_not_looked_for_since_it_would_blot_out_ordinary_text() {
    assert_eq!(scrubber("short").text("in short".to_owned()), "in short");
}

#[test]
fn the_last_tokens_are_looked_for_and_older_ones_forgotten() {
    let scrubber = Scrubber::new([]);
    let token = |number: usize| SecretString::from(format!("t0ken-number-{number}."));
    (0..=TOKENS).for_each(|number| scrubber.learn(&token(number)));
    let hidden = |number: usize| scrubber.text(token(number).expose_secret().to_owned()) == "[secret]";
    assert_eq!((0..=TOKENS).map(hidden).collect::<Vec<_>>(), [vec![false], vec![true; TOKENS]].concat());
    scrubber.learn(&token(1));
    assert!(hidden(1) && hidden(TOKENS), "one that is known pushes none out");
    // Fails where it stays in its place, the oldest.
    scrubber.learn(&token(0));
    assert!(hidden(1) && !hidden(2), "and becomes the newest");
}

/// Guards the linear search: with one that begins anew at each place this takes minutes.
#[tokio::test]
async fn a_large_body_made_of_beginnings_of_the_secret_is_searched_in_time() {
    let secret = format!("{}b", "a".repeat(4_000));
    let scrubber = Arc::new(Scrubber::new([SecretString::from(secret)]));
    let body = Bytes::from(vec![b'a'; 4 * 1024 * 1024]);
    let searched = tokio::time::timeout(std::time::Duration::from_secs(20), scrubber.body(body.clone())).await;
    assert!(searched.expect("in time").expect("searched") == body);
}

proptest! {
    #[test]
    fn however_a_secret_is_escaped_in_parts_it_does_not_come_through(
        ways in prop::collection::vec(0_usize..6, 14), before in "[a-z ]{0,4}", after in "[a-z ]{0,4}",
    ) {
        let secret = "c4nary-s3cret!";
        let written: String = secret.chars().zip(ways).map(|(char, way)| match way {
            0 => format!("%{:02x}", u32::from(char)),
            1 => format!("%{:02X}", u32::from(char)),
            2 => format!("\\u{:04x}", u32::from(char)),
            3 => format!("&#{};", u32::from(char)),
            4 => format!("&#x{:X};", u32::from(char)),
            _ => char.to_string(),
        }).collect();
        let shown = scrubber(secret).text(format!("{before}{written}{after}"));
        prop_assert_eq!(shown, format!("{before}[secret]{after}"));
    }
}
