//! Memory: what a guest grows, how deep it calls, and what its allocator says to the host.

use std::time::{Duration, Instant};

use wellspring_host::Host;
use wellspring_model::delivery::{DeliveryFailure, FailureCode, Receipt};

use crate::{
    handmade::{Handmade, ID},
    support::{deliver, guest, host, tight},
};

async fn run(host: &Host, guest: &Handmade) -> Result<Receipt, DeliveryFailure> {
    host.install(guest.package()).await.expect("it installs");
    deliver(host, ID, "key").await
}

/// Sees that the guest traps, and that the host goes on.
async fn trapped(guest: &Handmade) -> String {
    let host = host(tight());
    let begun = Instant::now();
    let failure = run(&host, guest).await.expect_err("it traps");
    assert_eq!(failure.code, FailureCode::GuestTrap, "{}", failure.message);
    assert!(begun.elapsed() < Duration::from_secs(20));
    run(&host, &Handmade::default()).await.expect("the next call works");
    failure.message
}

#[tokio::test]
async fn a_table_grows_to_its_limit_and_no_further() {
    let growing = |by: &str| Handmade {
        fields: "(table $table 10 funcref)".to_owned(),
        deliver: format!(
            "(if (i32.eq (table.grow $table (ref.null func) (i32.const {by})) (i32.const -1)) (then unreachable))
            (call $receipt (i32.const 0) (i32.const 0))"
        )
        .leak(),
        ..Handmade::default()
    };
    let host = host(tight());
    run(&host, &growing("19990")).await.expect("within the limit");
    let failure = run(&host, &growing("19991")).await.expect_err("beyond it");
    assert_eq!(failure.code, FailureCode::GuestMemory);
    deliver_after(&host).await;
}

#[tokio::test]
async fn a_table_that_begins_beyond_the_limit_is_refused() {
    let huge = Handmade { fields: "(table $table 5000000 funcref)".to_owned(), ..Handmade::default() };
    assert!(host(tight()).install(huge.package()).await.is_err());
}

#[tokio::test]
async fn memory_that_begins_beyond_the_limit_is_refused() {
    let huge = Handmade { pages: "32768", ..Handmade::default() };
    assert!(host(tight()).install(huge.package()).await.is_err());
}

/// 128 MiB are 2,048 pages; the first memory begins with four.
#[tokio::test]
async fn memories_share_one_limit() {
    let growing = |by: &str| Handmade {
        fields: "(memory $second 0)".to_owned(),
        deliver: format!(
            "(if (i32.eq (memory.grow (i32.const 1000)) (i32.const -1)) (then unreachable))
            (if (i32.eq (memory.grow $second (i32.const {by})) (i32.const -1)) (then unreachable))
            (call $receipt (i32.const 0) (i32.const 0))"
        )
        .leak(),
        ..Handmade::default()
    };
    let host = host(tight());
    run(&host, &growing("1044")).await.expect("within the limit");
    let failure = run(&host, &growing("1045")).await.expect_err("beyond it");
    assert_eq!(failure.code, FailureCode::GuestMemory);
}

async fn deliver_after(host: &Host) {
    host.install(guest("echoes")).await.expect("it installs");
    deliver(host, "echoes", "after").await.expect("the next call works");
}

/// Each of its frames takes more than sixteen bytes, so that so many calls within one another need more than the stack.
fn deep(calls: &str) -> Handmade {
    Handmade {
        fields: "(func $descend (param $n i64) (result i64)
                   (if (result i64) (i64.eqz (local.get $n))
                     (then (i64.const 0))
                     (else (i64.add (local.get $n) (call $descend (i64.sub (local.get $n) (i64.const 1)))))))"
            .to_owned(),
        deliver: format!("(drop (call $descend (i64.const {calls}))) (call $receipt (i32.const 0) (i32.const 0))")
            .leak(),
        ..Handmade::default()
    }
}

#[tokio::test]
async fn a_stack_has_half_a_mebibyte() {
    run(&host(tight()), &deep("4000")).await.expect("4,000 calls within one another");
    // It would come back by itself, from a stack of some mebibytes.
    assert!(trapped(&deep("40000")).await.contains("stack"));
}

/// Takes whatever the host has for it.
fn with_realloc(realloc: &'static str) -> Handmade {
    Handmade {
        imports: r#"(import "wellspring:connector/host@0.1.0" "random" (func $random (param i32 i32)))
                    (import "wellspring:connector/host@0.1.0" "log" (func $log (param i32 i32 i32)))"#,
        fields: "(global $calls (mut i32) (i32.const 0))".to_owned(),
        realloc,
        deliver: "(call $random (i32.const 16) (i32.const 4096)) (call $receipt (i32.const 0) (i32.const 0))",
        ..Handmade::default()
    }
}

#[tokio::test]
async fn an_allocator_that_lies_ends_in_a_trap_and_never_in_memory_of_the_host() {
    let honest = Handmade::default().realloc;
    run(&host(tight()), &with_realloc(honest)).await.expect("an honest one");
    for (lie, realloc) in [
        ("beyond its memory", "(i32.const 0x7ffffff0)"),
        ("at the end of the address space", "(i32.const 0xfffffff8)"),
        ("across the end of its memory", "(i32.const 262140)"),
        (
            "not aligned",
            "(i32.add (i32.const 1) (call $bump (i32.const 0) (i32.const 0) (i32.const 8) (local.get $new)))",
        ),
        ("a trap", "unreachable"),
        ("for ever deeper", "(call $realloc (local.get $old) (local.get $size) (local.get $align) (local.get $new))"),
        // While the host writes its arguments, a guest may not call the host.
        ("a call of the host", "(call $log (i32.const 1) (i32.const 4096) (i32.const 0)) (i32.const 4096)"),
        (
            "a call of the host from the second one on",
            "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
             (if (i32.gt_u (global.get $calls) (i32.const 1))
               (then (call $random (i32.const 16) (i32.const 4096))))
             (call $bump (local.get $old) (local.get $size) (local.get $align) (local.get $new))",
        ),
    ] {
        // A guest whose texts need no alignment gets away with an odd address; in UTF-16 they need it.
        let encoding = wit_component::StringEncoding::UTF16;
        let message = trapped(&Handmade { encoding, ..with_realloc(realloc) }).await;
        assert!(!message.is_empty(), "{lie}");
    }
}

#[tokio::test]
async fn an_allocator_that_gives_the_same_place_twice_harms_its_own_guest_alone() {
    // All arguments lie over one another: the guest reads nonsense, which is its own affair.
    let host = host(tight());
    let guest = with_realloc("(i32.const 8192)");
    run(&host, &guest).await.expect("it does not read them");
    deliver_after(&host).await;
}

#[tokio::test]
async fn an_allocator_that_moves_its_memory_meanwhile_is_followed() {
    let growing = "(drop (memory.grow (i32.const 1)))
        (call $bump (local.get $old) (local.get $size) (local.get $align) (local.get $new))";
    run(&host(tight()), &with_realloc(growing)).await.expect("memory may grow");
}
