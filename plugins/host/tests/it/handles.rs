//! Handles: those that were never given, those given back, those of something else, and too many of them.

use wellspring_host::{Attachment, DeliverCall, Host, Limits, Work};
use wellspring_model::delivery::{DeliveryFailure, FailureCode, Receipt};

use crate::{
    handmade::{Handmade, ID},
    support::{call, host, id, result, tight},
};

const BLOBS: &str = r#"
    (import "wellspring:connector/host@0.1.0" "attachment" (func $attachment (param i32 i32 i32)))
    (import "wellspring:connector/http@0.1.0" "[method]blob.size" (func $size (param i32) (result i64)))
    (import "wellspring:connector/http@0.1.0" "[resource-drop]blob" (func $drop (param i32)))
"#;
/// Gets the attachment `a`, a blob, and gives its handle.
const TAKE: &str = r#"
    (data (i32.const 4096) "a")
    (func $take (result i32)
      (call $attachment (i32.const 4096) (i32.const 1) (i32.const 4104))
      (if (i32.eqz (i32.load8_u (i32.const 4104))) (then unreachable))
      (i32.load offset=4 (i32.const 4104)))
"#;
/// A world with a resource of the guest's own. Exports that nobody knows are ignored.
const THINGS: &str = "
    package test:things;
    interface things { resource thing { constructor(); } }
    world hoarder { include wellspring:connector/connector@0.1.0; export things; }
";
const NEW_THING: &str = r#"
    (import "[export]test:things/things" "[resource-new]thing" (func $new (param i32) (result i32)))
    (import "wellspring:connector/http@0.1.0" "[method]blob.size" (func $size (param i32) (result i64)))
"#;
const THINGS_FIELDS: &str =
    r#"(func (export "test:things/things#[constructor]thing") (result i32) (call $new (i32.const 1)))"#;

/// A call with a file of one byte named `a`.
async fn run(host: &Host, guest: &Handmade) -> Result<Receipt, DeliveryFailure> {
    host.install(guest.package()).await.expect("it installs");
    let file = Attachment { name: "a".to_owned(), content_type: "text/plain".to_owned(), bytes: "x".into() };
    let work = Work::Result { result: Box::new(result()), attachments: vec![file] };
    host.deliver(&id(ID), DeliverCall { work, ..call(ID, "") }).await.result
}

fn guest(deliver: &'static str) -> Handmade {
    Handmade { imports: BLOBS, fields: TAKE.to_owned(), deliver, ..Handmade::default() }
}

async fn trapped(guest: &Handmade) {
    let host = host(tight());
    let failure = run(&host, guest).await.expect_err("it traps");
    assert_eq!(failure.code, FailureCode::GuestTrap, "{}", failure.message);
}

const HONEST: &str = "
    (local $blob i32)
    (local.set $blob (call $take))
    (if (i64.ne (call $size (local.get $blob)) (i64.const 1)) (then unreachable))
    (call $drop (local.get $blob))
    (call $receipt (i32.const 0) (i32.const 0))
";

#[tokio::test]
async fn a_handle_that_was_given_is_good_until_it_is_given_back() {
    run(&host(tight()), &guest(HONEST)).await.expect("as the contract says");
    trapped(&guest(
        "(local $blob i32)
        (local.set $blob (call $take))
        (call $drop (local.get $blob))
        (drop (call $size (local.get $blob)))
        (call $receipt (i32.const 0) (i32.const 0))",
    ))
    .await;
    trapped(&guest(
        "(local $blob i32)
        (local.set $blob (call $take))
        (call $drop (local.get $blob))
        (call $drop (local.get $blob))
        (call $receipt (i32.const 0) (i32.const 0))",
    ))
    .await;
}

#[tokio::test]
async fn a_handle_that_was_never_given_leads_nowhere() {
    for handle in ["0", "2", "7", "0x7fffffff", "-1"] {
        let deliver = format!(
            "(drop (call $take)) (drop (call $size (i32.const {handle}))) (call $receipt (i32.const 0) (i32.const 0))"
        );
        trapped(&guest(deliver.leak())).await;
    }
}

#[tokio::test]
async fn a_handle_of_something_else_is_no_blob() {
    let of_things = |deliver| Handmade {
        imports: NEW_THING,
        fields: THINGS_FIELDS.to_owned(),
        deliver,
        world: Some(THINGS),
        ..Handmade::default()
    };
    let made = "(drop (call $new (i32.const 1))) (call $receipt (i32.const 0) (i32.const 0))";
    run(&host(tight()), &of_things(made)).await.expect("a guest may have resources of its own");
    trapped(&of_things("(drop (call $size (call $new (i32.const 1)))) (call $receipt (i32.const 0) (i32.const 0))"))
        .await;
}

#[tokio::test]
async fn a_guest_has_a_thousand_handles_of_its_own_and_not_a_hundred_thousand() {
    let making = |many: &str| Handmade {
        imports: NEW_THING,
        fields: THINGS_FIELDS.to_owned(),
        deliver: format!(
            "(local $n i32)
            (loop $again
              (drop (call $new (local.get $n)))
              (local.set $n (i32.add (local.get $n) (i32.const 1)))
              (br_if $again (i32.lt_u (local.get $n) (i32.const {many}))))
            (call $receipt (i32.const 0) (i32.const 0))"
        )
        .leak(),
        world: Some(THINGS),
        ..Handmade::default()
    };
    run(&host(tight()), &making("900")).await.expect("within the limit");
    trapped(&making("100000")).await;
}

#[tokio::test]
async fn a_guest_has_a_thousand_blobs_at_a_time() {
    let taking = |many: &str| {
        guest(
            format!(
                "(local $n i32)
                (loop $again
                  (drop (call $take))
                  (local.set $n (i32.add (local.get $n) (i32.const 1)))
                  (br_if $again (i32.lt_u (local.get $n) (i32.const {many}))))
                (call $receipt (i32.const 0) (i32.const 0))"
            )
            .leak(),
        )
    };
    run(&host(tight()), &taking("900")).await.expect("within the limit");
    trapped(&taking("5000")).await;
    // Given back, they do not count.
    let turning = guest(
        "(local $n i32)
        (loop $again
          (call $drop (call $take))
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get $n) (i32.const 4000))))
        (call $receipt (i32.const 0) (i32.const 0))",
    );
    run(&host(tight()), &turning).await.expect("one at a time");
}

#[tokio::test]
async fn a_guest_has_the_host_hold_so_many_bytes_and_no_more() {
    let host = host(Limits { held_bytes: 100, ..tight() });
    let taking = guest(
        "(local $n i32)
        (loop $again
          (drop (call $take))
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get $n) (i32.const 101))))
        (call $receipt (i32.const 0) (i32.const 0))",
    );
    // The one too many ends the call: `none` would mean that there is no such file.
    let failure = run(&host, &taking).await.expect_err("101 bytes");
    let message = "the connector had the host hold more than 100 bytes at once";
    assert_eq!((failure.code, failure.message.as_str()), (FailureCode::GuestHostCalls, message));
    let host = self::host(Limits { held_bytes: 101, ..tight() });
    run(&host, &taking).await.expect("101 bytes");
}
