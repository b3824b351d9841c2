//! What fuzzing found (`cargo xtask fuzz`), each as the smallest input that shows it.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use ed25519::{badge, signed};
use judged::{judge, wrong};
use wellspring_model::{
    finding::{FindingCode as F, Outcome},
    report::CheckName::Structure,
};

mod ed25519;
mod judged;

fn baked(inside: &str) -> Vec<u8> {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential>{inside}</o:credential></svg>"#
    )
    .into_bytes()
}

#[test]
fn remarks_in_a_picture_are_no_part_of_the_credential() {
    let text = signed(badge()).to_string();
    let (begin, end) = text.split_at(1);
    let judged = |inside: &str| judge(&baked(inside)).report;
    assert_eq!(judged(&format!("{begin}<!-- \"extra\": 1, --><?extra 1?>{end}")).outcome(), Outcome::Passed);
    let unreadable = [(Structure, Outcome::Failed, F::PictureInvalid)];
    for inside in ["{<b>\"type\": \"Assertion\"</b>}", "<b>{}</b>", "{}<b/>"] {
        assert_eq!(wrong(&judged(inside).credentials[0]), unreadable, "{inside}");
    }
}
