//! Texts between guest and host, in each encoding that a guest may have.

use wellspring_host::{DeliverCall, Host, Work};
use wellspring_model::{
    delivery::{DeliveryFailure, FailureCode, Receipt},
    id::ExternalId,
};
use wit_component::StringEncoding;

use crate::{
    handmade::{Handmade, ID},
    support::{call, deliver, host, id, result, tight},
};

const LOG: &str = r#"(import "wellspring:connector/host@0.1.0" "log" (func $log (param i32 i32 i32)))"#;
const ENCODINGS: [StringEncoding; 3] = [StringEncoding::UTF8, StringEncoding::UTF16, StringEncoding::CompactUTF16];

async fn run(host: &Host, guest: &Handmade) -> Result<Receipt, DeliveryFailure> {
    host.install(guest.package()).await.expect("it installs");
    deliver(host, ID, "key").await
}

/// Logs these bytes as a text of this many units.
fn saying(encoding: StringEncoding, bytes: &[u8], units: i64) -> Handmade {
    let escaped: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
    Handmade {
        encoding,
        imports: LOG,
        fields: format!("(data (i32.const 4096) \"{escaped}\")"),
        deliver: format!(
            "(call $log (i32.const 3) (i32.const 4096) (i32.const {units})) (call $receipt (i32.const 0) (i32.const 0))"
        )
        .leak(),
        ..Handmade::default()
    }
}

fn utf16(units: &[u16]) -> Vec<u8> {
    units.iter().flat_map(|unit| unit.to_le_bytes()).collect()
}

/// In compact UTF-16, marks a length as one in UTF-16 units.
const WIDE: i64 = 1 << 31;

#[tokio::test]
async fn whatever_is_a_text_arrives() {
    let host = host(tight());
    for guest in [
        saying(StringEncoding::UTF8, "Zoë 🎓".as_bytes(), 9),
        saying(StringEncoding::UTF16, &utf16(&"Zoë 🎓".encode_utf16().collect::<Vec<_>>()), 6),
        saying(StringEncoding::CompactUTF16, b"Zo\xeb", 3),
        saying(StringEncoding::CompactUTF16, &utf16(&"Zoë 🎓".encode_utf16().collect::<Vec<_>>()), WIDE | 6),
    ] {
        run(&host, &guest).await.expect("it is a text");
    }
}

#[tokio::test]
async fn what_is_no_text_ends_in_a_trap() {
    let surrogate = utf16(&[0x41, 0xd800, 0x42]);
    let reversed = utf16(&[0xdf93, 0xd83c]);
    let at_the_end = utf16(&[0x41, 0xd83c]);
    let cases = [
        ("a byte that never occurs", saying(StringEncoding::UTF8, b"a\xffb", 3)),
        ("half a letter", saying(StringEncoding::UTF8, "ë".as_bytes(), 1)),
        ("a letter written too long", saying(StringEncoding::UTF8, b"\xc0\x80", 2)),
        ("a surrogate", saying(StringEncoding::UTF8, b"\xed\xa0\x80", 3)),
        ("beyond Unicode", saying(StringEncoding::UTF8, b"\xf4\x90\x80\x80", 4)),
        ("a lone surrogate", saying(StringEncoding::UTF16, &surrogate, 3)),
        ("surrogates the wrong way round", saying(StringEncoding::UTF16, &reversed, 2)),
        ("half a pair at the end", saying(StringEncoding::UTF16, &at_the_end, 2)),
        ("a lone surrogate, compact", saying(StringEncoding::CompactUTF16, &surrogate, WIDE | 3)),
        ("longer than its memory", saying(StringEncoding::UTF8, b"a", 1 << 30)),
        ("longer than its memory in UTF-16", saying(StringEncoding::UTF16, b"a\0", 0x7fff_ffff)),
        ("longer than there can be", saying(StringEncoding::UTF16, b"a\0", 0xffff_ffff)),
        ("longer than there can be, compact", saying(StringEncoding::CompactUTF16, b"a\0", 0xffff_ffff)),
    ];
    for (what, guest) in cases {
        let host = host(tight());
        let failure = run(&host, &guest).await.expect_err(what);
        // A length beyond what may be handed over is refused for that before anybody looks at the text.
        assert!(
            matches!(failure.code, FailureCode::GuestTrap | FailureCode::GuestHostCalls),
            "{what}: {}",
            failure.message
        );
        run(&host, &Handmade::default()).await.expect("the next call works");
    }
}

#[tokio::test]
async fn what_is_no_text_is_no_answer_either() {
    for (encoding, bytes, units) in [
        (StringEncoding::UTF8, b"a\xffb".to_vec(), 3),
        (StringEncoding::UTF16, utf16(&[0x41, 0xdc00]), 2),
        (StringEncoding::CompactUTF16, utf16(&[0x41, 0xdc00]), WIDE | 2),
    ] {
        let escaped: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let answering = |export: &str| Handmade {
            encoding,
            fields: format!("(data (i32.const 4096) \"{escaped}\")"),
            deliver: format!("(call ${export} (i32.const 4096) (i32.const {units}))").leak(),
            ..Handmade::default()
        };
        for export in ["receipt", "failed"] {
            let failure = run(&host(tight()), &answering(export)).await.expect_err("no text");
            assert_eq!(failure.code, FailureCode::GuestTrap, "{export}, {encoding}: {}", failure.message);
        }
    }
}

#[tokio::test]
async fn a_text_comes_back_as_it_went_in_whatever_the_guests_encoding_is() {
    // Of one, two, three and four bytes in UTF-8; within Latin-1 and beyond it.
    for marker in ["ascii", "Zoë", "東京", "🎓 and 东", "\u{feff}\u{0}x\u{10ffff}"] {
        for encoding in ENCODINGS {
            // The idempotency key is the guest's, as it is.
            let guest = Handmade {
                encoding,
                deliver: "(call $receipt (local.get $key) (local.get $key_len))",
                ..Handmade::default()
            };
            let host = host(tight());
            host.install(guest.package()).await.expect("it installs");
            let work = Work::Result { result: Box::new(result()), attachments: Vec::new() };
            let call = DeliverCall { work, ..call(ID, marker) };
            let receipt = host.deliver(&id(ID), call).await.result.expect("delivers");
            assert_eq!(receipt.remote_id, Some(ExternalId(marker.to_owned())), "{encoding}");
        }
    }
}
