//! Abuse 29 of the design: what was replaced does not come back, and nothing is put under another's name.

use super::{ADDRESS, FURTHER, Operator, VENDOR, contents, echoes};

#[tokio::test]
async fn an_older_version_is_refused_though_it_is_signed_and_the_newer_one_goes_on() {
    let operator = Operator::start().await;
    operator.installs(&echoes("0.1.0", ADDRESS));
    operator.installs(&echoes("0.2.0", ADDRESS));
    let folder = &operator.gateway.app.config.connectors.folder;
    let before = (operator.listed(), contents(folder));
    // A signature that was good once still is: only the record tells. Fails without `Older` in `installed/install.rs` and
    // without the comparison in the store.
    for version in ["0.1.0", "0.1.9"] {
        let file = operator.package("older.wasm", &echoes(version, ADDRESS), Some(VENDOR));
        let said = operator.connectors(&["install", &file, "--accept-rights"]);
        assert_eq!(said.code, Some(1), "{}", said.text);
        assert!(said.text.contains("older than 0.2.0"), "{}", said.text);
    }
    assert_eq!((operator.listed(), contents(folder)), before);
    assert_eq!(operator.running().await.as_deref(), Some("0.2.0"));
}

#[tokio::test]
async fn another_content_under_the_same_version_is_refused_though_it_is_signed() {
    let operator = Operator::start().await;
    operator.installs(&echoes("0.2.0", ADDRESS));
    let folder = &operator.gateway.app.config.connectors.folder;
    let before = (operator.listed(), contents(folder));
    // Fails without `OtherContent` in `installed/install.rs`, but for the store's comparison.
    let file = operator.package("other.wasm", &echoes("0.2.0", FURTHER), Some(VENDOR));
    let said = operator.connectors(&["install", &file, "--accept-rights"]);
    assert_eq!(said.code, Some(1), "{}", said.text);
    assert!(said.text.contains("installed before with another content"), "{}", said.text);
    assert_eq!((operator.listed(), contents(folder)), before);
    // The very same is nothing new.
    let file = operator.package("same.wasm", &echoes("0.2.0", ADDRESS), Some(VENDOR));
    let said = operator.connectors(&["install", &file]);
    assert!(said.code == Some(0) && said.text.contains("nothing is different"), "{}", said.text);
}

#[tokio::test]
async fn a_right_signature_beside_the_wrong_file_is_refused() {
    let operator = Operator::start().await;
    operator.installs(&echoes("0.1.0", ADDRESS));
    let good = operator.package("good.wasm", &echoes("0.2.0", ADDRESS), Some(VENDOR));
    let other = operator.package("other.wasm", &echoes("0.3.0", FURTHER), None);
    let said = operator.connectors(&["install", &other, "--signature", &format!("{good}.sig"), "--accept-rights"]);
    assert_eq!(said.code, Some(65), "{}", said.text);
    assert!(said.text.contains("is over another file"), "{}", said.text);
    // Signed, but the key may not sign for this connector.
    let file = operator.package("greenhouse.wasm", &crate::gateway::built_connector("greenhouse"), Some(VENDOR));
    let said = operator.connectors(&["install", &file, "--accept-rights"]);
    assert_eq!(said.code, Some(65), "{}", said.text);
    assert!(said.text.contains("may not sign for `greenhouse`"), "{}", said.text);
    assert_eq!(operator.running().await.as_deref(), Some("0.1.0"));
}

#[tokio::test]
async fn a_file_that_somebody_swapped_on_disk_is_not_taken_up() {
    let operator = Operator::start().await;
    operator.installs(&echoes("0.1.0", ADDRESS));
    let app = &operator.gateway.app;
    let folder = &app.config.connectors.folder;
    std::fs::write(folder.join("echoes@0.1.0.wasm"), echoes("0.1.0", FURTHER)).expect("it is swapped");
    let taken_up = wellspring_server::installed::take_up(&app.host, &app.store, &app.config.connectors).await;
    // Fails without the comparison with the digest on record in `installed/take_up.rs`.
    let failed: Vec<String> = taken_up.expect("the rest is in order").failed.iter().map(ToString::to_string).collect();
    assert!(failed.len() == 1 && failed[0].contains("somebody has put another file there"), "{failed:?}");
    assert_eq!(operator.running().await, None);
    // And so is one whose signature is gone, since it was installed with one.
    std::fs::write(folder.join("echoes@0.1.0.wasm"), echoes("0.1.0", ADDRESS)).expect("it is the right one again");
    let signature = folder.join("echoes@0.1.0.wasm.sig");
    let kept = std::fs::read(&signature).expect("the signature");
    std::fs::remove_file(&signature).expect("it is taken away");
    assert_eq!(operator.running().await, None);
    std::fs::write(&signature, kept).expect("it is put back");
    assert_eq!(operator.running().await.as_deref(), Some("0.1.0"));
}
