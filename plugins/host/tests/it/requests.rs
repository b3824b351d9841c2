//! How much a request may carry, and how much may come back of many.

use std::sync::Arc;

use wellspring_host::{Attachment, DeliverCall, Host, Limits, Work};
use wellspring_model::delivery::{DeliveryFailure, FailureCode, Receipt};

use crate::{
    canned::{Canned, NOTE},
    handmade::{Handmade, ID},
    support::{call, host, id, result, tight},
};

const REQUEST: &str = r#"
    (import "wellspring:connector/host@0.1.0" "attachment" (func $attachment (param i32 i32 i32)))
    (import "wellspring:connector/http@0.1.0" "send" (func $send (param i32 i32)))
    (import "wellspring:connector/http@0.1.0" "send-many" (func $send_many (param i32 i32 i32)))
"#;
/// `$request` puts a request to `api` there, `POST /`, as the contract's record lies in memory.
const FIELDS: &str = r#"
    (data (i32.const 4096) "a")
    (data (i32.const 4100) "api")
    (data (i32.const 4104) "POST")
    (data (i32.const 4108) "/")
    (data (i32.const 4112) "too-large")
    (func $request (param $at i32)
      (i32.store (local.get $at) (i32.const 4104))
      (i32.store offset=4 (local.get $at) (i32.const 4))
      (i32.store offset=8 (local.get $at) (i32.const 4100))
      (i32.store offset=12 (local.get $at) (i32.const 3))
      (i32.store offset=16 (local.get $at) (i32.const 4108))
      (i32.store offset=20 (local.get $at) (i32.const 1)))
    ;; Whether the answer there is the failure `too-large`.
    (func $is_too_large (param $at i32) (result i32)
      (i32.and
        (i32.eq (i32.load8_u (local.get $at)) (i32.const 1))
        (i32.eq (i32.load8_u offset=4 (local.get $at)) (i32.const 2))))
"#;

/// Sends a form of so many parts, each of which is the attachment `a`, and says `too-large` where that is what it is told.
pub fn repeats(parts: u32) -> Handmade {
    let deliver = format!(
        "(local $n i32)
        (local $part i32)
        (call $attachment (i32.const 4096) (i32.const 1) (i32.const 4128))
        (if (i32.eqz (i32.load8_u (i32.const 4128))) (then unreachable))
        (local.set $part (i32.const 8192))
        (loop $again
          (i32.store8 offset=32 (local.get $part) (i32.const 2))
          (i32.store offset=36 (local.get $part) (i32.load offset=4 (i32.const 4128)))
          (local.set $part (i32.add (local.get $part) (i32.const 44)))
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get $n) (i32.const {parts}))))
        (call $request (i32.const 5000))
        (i32.store8 offset=40 (i32.const 5000) (i32.const 5))
        (i32.store offset=44 (i32.const 5000) (i32.const 8192))
        (i32.store offset=48 (i32.const 5000) (i32.const {parts}))
        (call $send (i32.const 5000) (i32.const 5200))
        (if (call $is_too_large (i32.const 5200)) (then (return (call $failed (i32.const 4112) (i32.const 9)))))
        (call $receipt (i32.const 0) (i32.const 0))"
    );
    Handmade { imports: REQUEST, fields: FIELDS.to_owned(), deliver: deliver.leak(), ..Handmade::default() }
}

/// Sends so many requests side by side, and says `too-large` where the last answer is that.
fn many(requests: u32) -> Handmade {
    let deliver = format!(
        "(local $n i32)
        (loop $again
          (call $request (i32.add (i32.const 8192) (i32.mul (local.get $n) (i32.const 76))))
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get $n) (i32.const {requests}))))
        (call $send_many (i32.const 8192) (i32.const {requests}) (i32.const 4128))
        (if (call $is_too_large (i32.add
              (i32.load (i32.const 4128)) (i32.mul (i32.sub (i32.const {requests}) (i32.const 1)) (i32.const 28))))
          (then (return (call $failed (i32.const 4112) (i32.const 9)))))
        (call $receipt (i32.const 0) (i32.const 0))"
    );
    Handmade { imports: REQUEST, fields: FIELDS.to_owned(), deliver: deliver.leak(), ..Handmade::default() }
}

/// A call with a file named `a` of so many bytes.
pub fn with_file(bytes: usize) -> DeliverCall {
    let bytes = vec![b'x'; bytes].into();
    let file = Attachment { name: "a".to_owned(), content_type: "text/plain".to_owned(), bytes };
    DeliverCall { work: Work::Result { result: Box::new(result()), attachments: vec![file] }, ..call(ID, "") }
}

async fn run(host: &Host, guest: &Handmade, bytes: usize) -> Result<Receipt, DeliveryFailure> {
    host.install(guest.package()).await.expect("it installs");
    host.deliver(&id(ID), with_file(bytes)).await.result
}

fn said_too_large(ended: Result<Receipt, DeliveryFailure>) {
    let failure = ended.expect_err("it is too large");
    assert_eq!((failure.code, failure.message.as_str()), (FailureCode::Internal, "too-large"));
}

/// Fails without the comparison of `multipart::most`; the largest then asks for 28 GiB. More than a thousand times a handle cannot be
/// lent.
#[tokio::test]
async fn a_form_that_names_one_file_again_and_again_is_refused_before_it_is_written() {
    let host = host(Limits { request_bytes: 10_000, ..tight() }).answered_by(Arc::new(NOTE));
    run(&host, &repeats(9), 100).await.expect("within the limit");
    said_too_large(run(&host, &repeats(9), 1_000).await);
    said_too_large(run(&host, &repeats(900), 32 << 20).await);
}

/// Fails without `may_wait`.
#[tokio::test]
async fn answers_that_wait_for_others_are_counted() {
    const ANSWER: Canned = Canned("0123456789");
    let host = host(Limits { held_bytes: 50, ..tight() }).answered_by(Arc::new(ANSWER));
    run(&host, &many(5), 0).await.expect("within the limit");
    said_too_large(run(&host, &many(6), 0).await);
}
