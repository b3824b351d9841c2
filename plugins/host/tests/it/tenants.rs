//! What one tenant's call leaves behind, looked for by the next: one slot, tenants in turn, each searches all memory, tables and
//! globals there are, and then fills them itself.

use uuid::Uuid;
use wasmtime::{Engine, Instance, Module, Store, Val};
use wellspring_host::{DeliverCall, Host};
use wellspring_model::id::{ConnectionId, TenantId};

use crate::{
    handmade::{Handmade, ID, RESULT},
    support::{call, host_of, id, tight},
};

const TENANTS: u128 = 16;

/// The module's memory has 48 pages in the end, 3 MiB: part of a slot is cleared by writing, part by handing it back, and this is
/// of both. What is not its own text or the host's arguments is to be zero.
fn scanner() -> Handmade {
    Handmade {
        fields: r#"
            (data (i32.const 1900) "memory")
            (data (i32.const 1910) "table")
            (data (i32.const 1920) "global")
            (global $whole (mut i64) (i64.const 0))
            (global $broken (mut f64) (f64.const 0))
            (table $table 10 funcref)
            (elem declare func $clean)
            ;; Whether all is zero in between.
            (func $clean (param $at i32) (param $end i32) (result i32)
              (local $seen i64)
              (loop $again
                (local.set $seen (i64.or (local.get $seen) (i64.load (local.get $at))))
                (local.set $at (i32.add (local.get $at) (i32.const 8)))
                (br_if $again (i32.lt_u (local.get $at) (local.get $end))))
              (i64.eqz (local.get $seen)))
            (func $unused (result i32)
              (local $n i32)
              (if (i32.ne (table.size $table) (i32.const 10)) (then (return (i32.const 0))))
              (loop $again
                (if (i32.eqz (ref.is_null (table.get $table (local.get $n)))) (then (return (i32.const 0))))
                (local.set $n (i32.add (local.get $n) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $n) (i32.const 10))))
              (drop (table.grow $table (ref.null func) (i32.const 90)))
              (loop $more
                (if (i32.eqz (ref.is_null (table.get $table (local.get $n)))) (then (return (i32.const 0))))
                (local.set $n (i32.add (local.get $n) (i32.const 1)))
                (br_if $more (i32.lt_u (local.get $n) (i32.const 100))))
              (i32.const 1))
            (func $fill
              (memory.fill (i32.const 0) (i32.const 0xa5) (i32.const 1024))
              (memory.fill (i32.const 4096) (i32.const 0xa5) (i32.sub (i32.const 3145728) (i32.const 4096)))
              (table.fill $table (i32.const 0) (ref.func $clean) (i32.const 100))
              (global.set $whole (i64.const 0x5eed5eed))
              (global.set $broken (f64.const 5.5)))
        "#
        .to_owned(),
        deliver: "
            (if (i32.ne (memory.size) (i32.const 4)) (then (return (call $failed (i32.const 1900) (i32.const 6)))))
            (if (i32.eq (memory.grow (i32.const 44)) (i32.const -1)) (then unreachable))
            (if (i32.eqz (i32.and (i32.and
                  (call $clean (i32.const 0) (i32.const 1024))
                  (call $clean (i32.const 2048) (i32.const 65536)))
                  (call $clean
                    (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)) (i32.const 3145728))))
              (then (return (call $failed (i32.const 1900) (i32.const 6)))))
            (if (i32.eqz (call $unused)) (then (return (call $failed (i32.const 1910) (i32.const 5)))))
            (if (i32.or (i64.ne (global.get $whole) (i64.const 0)) (f64.ne (global.get $broken) (f64.const 0)))
              (then (return (call $failed (i32.const 1920) (i32.const 6)))))
            (call $fill)
            (call $receipt (i32.const 0) (i32.const 0))",
        ..Handmade::default()
    }
}

/// Calls of tenants in turn, on the one slot there is.
async fn nothing_is_found(host: &Host, calls: u128) {
    host.install(scanner().package()).await.expect("it installs");
    for n in 0..calls {
        let tenant = TenantId::from_uuid(Uuid::from_u128(n % TENANTS));
        let mut call = DeliverCall { tenant, ..call(ID, "") };
        call.connection.connection.tenant = tenant;
        call.connection.connection.id = ConnectionId::from_uuid(Uuid::from_u128(1_000 + n % TENANTS));
        let found = host.deliver(&id(ID), call).await.result;
        assert!(found.is_ok(), "call {n} found what another left: {found:?}");
    }
}

#[tokio::test]
async fn no_tenant_finds_anything_of_another() {
    nothing_is_found(&host_of(tight(), 1), 400).await;
}

/// `cargo xtask prove tenants`.
#[tokio::test]
#[ignore = "takes minutes: `cargo xtask prove tenants` runs it"]
async fn no_tenant_finds_anything_of_another_in_a_hundred_thousand_calls() {
    nothing_is_found(&host_of(tight(), 1), 100_000).await;
}

/// The other half of the proof: in an instance that is used again, the same search finds what the call before left.
#[test]
fn the_search_finds_what_an_instance_that_is_used_again_has_kept() {
    let engine = Engine::default();
    let module = Module::new(&engine, scanner().module()).expect("it compiles");
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("it starts");
    let deliver = instance.get_func(&mut store, "deliver").expect("it is exported");
    let memory = instance.get_memory(&mut store, "memory").expect("it is exported");
    for expected in [0, 1] {
        let mut answer = [Val::I32(0)];
        deliver.call(&mut store, &[Val::I32(0); 14], &mut answer).expect("it returns");
        assert_eq!(memory.data(&store)[RESULT], expected);
    }
}
