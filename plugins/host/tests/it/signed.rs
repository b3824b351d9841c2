//! Requests of which only the guest can tell whether they are genuine.

use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use wellspring_host::{Answered, Host, InboundCall, InboundRequest, NotAnswered, Purpose};

use crate::{
    handmade::{Handmade, ID},
    support::{connection, host, id, tight},
};

const SECRET: &str = "s3cret of both sides";
const VERIFY: &str = r#"
    (import "wellspring:connector/host@0.1.0" "verify-hmac"
      (func $verify_hmac (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
"#;

/// Says that these bytes were signed, and asks the host whether the signature is of so many bodies one behind the other.
fn guest(signed: &[u8], bodies: u32) -> Handmade {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key will do");
    mac.update(signed);
    let signature: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    // Segments lie beyond what the call's own arguments take.
    let receive = format!(
        "(local $n i32)
        (loop $again
          (i32.store8 (i32.add (i32.const 4194304) (i32.mul (local.get $n) (i32.const 12))) (i32.const 2))
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get $n) (i32.const {bodies}))))
        (drop (call $verify_hmac
          (i32.const 4096) (i32.const 4) (i32.const 1) (i32.const 4194304) (i32.const {bodies})
          (i32.const 4104) (i32.const 64) (i32.const 0)))
        (i32.store16 offset=16 (i32.const 3072) (i32.const 200))
        (i32.const 3072)"
    );
    let fields = format!(r#"(data (i32.const 4096) "hook") (data (i32.const 4104) "{signature}")"#);
    Handmade { imports: VERIFY, fields, receive: Some(receive.leak()), pages: "150", ..Handmade::default() }
}

async fn receive(host: &Host, guest: &Handmade, body: &[u8]) -> Result<Answered, NotAnswered> {
    host.install(guest.package()).await.expect("it installs");
    let call = InboundCall {
        connection: connection(ID, &[], &[("hook", &format!(r#"{{"secret":"{SECRET}"}}"#))]),
        call_id: "hook_test".to_owned(),
        deadline: Duration::from_secs(20),
        purpose: Purpose::Receive,
        request: InboundRequest {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: body.to_vec(),
        },
    };
    host.inbound(&id(ID), call).await
}

/// Fails without `size` in `lent`: the last asks for 300 GB to be hashed.
#[tokio::test]
async fn a_guest_cannot_have_a_body_hashed_again_and_again() {
    let host = host(tight());
    receive(&host, &guest(b"body", 1), b"body").await.expect("it is signed");
    let twice = receive(&host, &guest(b"bodybody", 2), b"body").await;
    assert_eq!(twice, Err(NotAnswered::NotGenuine));
    let begun = Instant::now();
    let often = receive(&host, &guest(b"", 300_000), &[b'x'; 1 << 20]).await;
    assert_eq!(often, Err(NotAnswered::NotGenuine));
    assert!(begun.elapsed() < Duration::from_secs(20), "it took {:?}", begun.elapsed());
}
