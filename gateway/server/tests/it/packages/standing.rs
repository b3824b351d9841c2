//! What is revoked stops, what was tampered with is not loaded, and both are told.

use wellspring_host::{Host, HostConfig, InMemory, Workplace, signature::public};
use wellspring_server::{
    clock::{SystemClock, SystemEntropy},
    installed, metrics, start,
};

use super::{ADDRESS, Operator, VENDOR, contents, echoes, key, told_digest};

#[tokio::test]
async fn what_the_trust_file_revokes_stops_and_cannot_be_accepted_again() {
    let operator = Operator::start().await;
    operator.installs(&echoes("0.1.0", ADDRESS));
    assert_eq!(operator.running().await.as_deref(), Some("0.1.0"));
    let digest = wellspring_host::inspect(&echoes("0.1.0", ADDRESS)).expect("a package").digest;
    for revoked in [format!("keys = [\"{}\"]", public(&key(VENDOR))), format!("digests = [\"{digest}\"]")] {
        operator.trusts(&format!("[revoked]\n{revoked}\n"));
        // Fails without `trust.stands` in `installed/take_up.rs`.
        assert_eq!(operator.running().await, None, "{revoked}");
        assert!(operator.listed()[0].contains("active, barred"), "{:?}", operator.listed());
        assert!(operator.connectors(&["show", "echoes"]).text.contains("but it does not run"));
        let figures = metrics::text(&operator.gateway.app).await.expect("figures");
        assert!(figures.contains("wellspring_connectors{state=\"revoked\"} 1"), "{figures}");
        operator.trusts("");
        assert_eq!(operator.running().await.as_deref(), Some("0.1.0"), "the operator changed his mind");
    }
}

#[tokio::test]
async fn a_key_that_is_taken_out_of_the_trust_file_bars_what_is_new_and_not_what_runs() {
    let operator = Operator::start().await;
    operator.installs(&echoes("0.1.0", ADDRESS));
    std::fs::write(operator.file("trust.toml"), "").expect("nobody is relied on any more");
    assert_eq!(operator.running().await.as_deref(), Some("0.1.0"));
    assert!(operator.listed()[0].contains("(not in the trust file)"), "{:?}", operator.listed());
    let file = operator.package("next.wasm", &echoes("0.2.0", ADDRESS), Some(VENDOR));
    let said = operator.connectors(&["install", &file]);
    assert_eq!(said.code, Some(65), "{}", said.text);
}

#[tokio::test]
async fn what_an_operator_revokes_stops_until_its_rights_are_accepted_anew() {
    let operator = Operator::start().await;
    operator.installs(&echoes("0.1.0", ADDRESS));
    assert_eq!(operator.running().await.as_deref(), Some("0.1.0"));
    assert_eq!(operator.connectors(&["revoke", "echoes"]).code, Some(0));
    assert_eq!(operator.running().await, None);
    assert!(operator.listed()[0].contains("revoked"));
    assert_eq!(operator.connectors(&["revoke", "echoes"]).code, Some(64), "there is nothing to revoke");
    let shown = operator.connectors(&["show", "echoes"]).text;
    let digest = told_digest(&shown).to_string();
    assert_eq!(operator.connectors(&["approve", "echoes", &digest]).code, Some(0));
    assert_eq!(operator.running().await.as_deref(), Some("0.1.0"));
}

#[tokio::test]
async fn a_trust_file_that_others_can_write_to_stops_everything_new_and_nothing_that_runs() {
    use std::os::unix::fs::PermissionsExt as _;
    let operator = Operator::start().await;
    operator.installs(&echoes("0.1.0", ADDRESS));
    assert_eq!(operator.running().await.as_deref(), Some("0.1.0"));
    let open = std::fs::Permissions::from_mode(0o666);
    std::fs::set_permissions(operator.file("trust.toml"), open).expect("it is open to all");
    let said = operator.connectors(&["list"]);
    assert!(said.code == Some(70) && said.text.contains("others can write to the trust file"), "{}", said.text);
    assert_eq!(operator.running().await.as_deref(), Some("0.1.0"));
}

#[tokio::test]
async fn tampered_code_raises_an_alarm_and_is_compiled_anew() {
    let operator = Operator::start().await;
    let app = &operator.gateway.app;
    let compiled = app.config.connectors.folder.join(".compiled");
    let entries = contents(&compiled);
    assert_eq!(entries.len(), 1, "Greenhouse's, which this gateway compiled at its start");
    let (file, mut bytes) = entries.into_iter().next().expect("one");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).expect("it is tampered with");
    // As the gateway does at its next start, with the real program as the child that compiles.
    let program = Workplace::Child {
        program: env!("CARGO_BIN_EXE_wellspring").into(),
        arguments: vec![installed::COMPILE.to_owned()],
    };
    let master = start::master_key(&app.config).expect("the master key");
    let compiler = installed::compiler(&app.config.connectors, &master, program).expect("a compiler");
    let host = Host::new(
        HostConfig::default(),
        std::sync::Arc::new(InMemory::default()),
        std::sync::Arc::new(SystemClock),
        std::sync::Arc::new(SystemEntropy),
    );
    let host = host.expect("an engine").with_compiler(compiler);
    let taken_up = installed::take_up(&host, &app.store, &app.config.connectors).await.expect("it is taken up");
    assert!(taken_up.failed.is_empty(), "{:?}", taken_up.failed);
    let figures = host.compiler_figures();
    assert_eq!((figures.compiled, figures.loaded, figures.refused), (1, 0, 1));
    assert!(crate::log::text().contains("compiled code is not as it was left"));
    let text = metrics::text(app).await.expect("figures");
    assert!(text.contains("wellspring_connector_code_total{end=\"refused\"} 0"), "{text}");
}

#[tokio::test]
async fn packages_of_an_earlier_version_without_a_record_stop_the_start_with_what_to_do() {
    let operator = Operator::start().await;
    let app = &operator.gateway.app;
    std::fs::write(app.config.connectors.folder.join("greenhouse.wasm"), b"").expect("as an earlier version left it");
    let started = start::app_with(app.config.clone(), app.clock.clone(), app.entropy.clone()).await;
    let error = started.err().expect("it does not start").to_string();
    assert!(error.contains("--unsigned"), "{error}");
}
