//! The record of installed connectors: it only grows, one version runs, and every trail is told.

use wellspring_model::{digest::Digest, ed25519::Ed25519};
use wellspring_store::{ConnectorVersion, NewConnectorVersion, StoreError, VersionState};

use crate::world::{World, now, on_both_stores};

fn new(version: &str, accepted: bool) -> NewConnectorVersion {
    NewConnectorVersion {
        connector: "acme/ats".parse().unwrap(),
        version: version.parse().unwrap(),
        digest: Digest::from_bytes([u8::try_from(version.len()).unwrap(); 32]),
        key: Some(Ed25519([9; 32])),
        rights: "[]".to_owned(),
        accepted: accepted.then(|| Digest::from_bytes([7; 32])),
    }
}

async fn add(world: &World, version: &str, accepted: bool) -> Result<(), StoreError> {
    world.store.add_connector_version(new(version, accepted), now(), "operator").await
}

async fn states(world: &World) -> Vec<(String, VersionState)> {
    let state = |version: ConnectorVersion| (version.version.to_string(), version.state);
    let connector = "acme/ats".parse().unwrap();
    world.store.versions_of_connector(&connector).await.unwrap().into_iter().map(state).collect()
}

fn expected(states: &[(&str, VersionState)]) -> Vec<(String, VersionState)> {
    states.iter().map(|(version, state)| ((*version).to_owned(), *state)).collect()
}

async fn what_runs_goes_on_until_a_newer_version_is_accepted(world: World) {
    use VersionState::{Active, Superseded, Waiting};
    add(&world, "0.9.0", true).await.unwrap();
    add(&world, "0.10.0", false).await.unwrap();
    assert_eq!(states(&world).await, expected(&[("0.10.0", Waiting), ("0.9.0", Active)]));
    add(&world, "0.10.1", false).await.unwrap();
    assert_eq!(
        states(&world).await,
        expected(&[("0.10.1", Waiting), ("0.10.0", Superseded), ("0.9.0", Active)]),
        "what waited is not to be accepted any more"
    );
    let approve = async |version: &str| {
        let (connector, version) = ("acme/ats".parse().unwrap(), version.parse().unwrap());
        let accepted = Digest::from_bytes([7; 32]);
        world.store.approve_connector_version(&connector, version, accepted, now(), "operator").await.unwrap()
    };
    assert!(!approve("0.10.0").await, "there is a newer one");
    assert!(approve("0.10.1").await);
    assert_eq!(states(&world).await, expected(&[("0.10.1", Active), ("0.10.0", Superseded), ("0.9.0", Superseded)]));
}

async fn nothing_older_and_nothing_else_under_the_same_version_is_ever_recorded(world: World) {
    add(&world, "1.2.0", true).await.unwrap();
    for version in ["1.2.0", "1.1.9", "0.99.0"] {
        // Fails without the comparison in `add_connector_version`.
        assert!(matches!(add(&world, version, true).await, Err(StoreError::Exists(_))), "{version}");
    }
    let connector = "acme/ats".parse().unwrap();
    world.store.revoke_connector(&connector, now(), "operator").await.unwrap().unwrap();
    assert!(matches!(add(&world, "1.1.9", true).await, Err(StoreError::Exists(_))), "also once it is revoked");
    assert_eq!(states(&world).await, expected(&[("1.2.0", VersionState::Revoked)]));
    add(&world, "1.2.1", true).await.unwrap();
    let listed = world.store.connector_versions().await.unwrap();
    let listed: Vec<_> = listed.iter().map(|version| version.version.to_string()).collect();
    assert_eq!(listed, ["1.2.1", "1.2.0"]);
}

async fn every_trail_is_told_of_what_is_done_to_connectors(world: World) {
    let other = world.tenant("another").await;
    let connector = "acme/ats".parse().unwrap();
    add(&world, "1.0.0", true).await.unwrap();
    let unsigned = NewConnectorVersion { key: None, ..new("1.10.0", false) };
    world.store.add_connector_version(unsigned, now(), "operator").await.unwrap();
    let (version, accepted) = ("1.10.0".parse().unwrap(), Digest::from_bytes([8; 32]));
    assert!(world.store.approve_connector_version(&connector, version, accepted, now(), "operator").await.unwrap());
    assert!(world.store.revoke_connector(&connector, now(), "operator").await.unwrap().is_some());
    assert!(world.store.revoke_connector(&connector, now(), "operator").await.unwrap().is_none(), "nothing is left");
    for tenant in [world.place.tenant, other.tenant] {
        let rows = world.store.audit_rows(tenant, 5, 9).await.unwrap();
        let told: Vec<_> =
            rows.iter().map(|row| (row.action.as_str(), row.detail.map(|detail| detail.bytes()[0]))).collect();
        assert_eq!(
            told,
            [
                ("connector.installed", Some(5)),
                ("connector.approved", Some(7)),
                ("connector.installed_unsigned", Some(6)),
                ("connector.approved", Some(8)),
                ("connector.revoked", Some(6)),
            ]
        );
        assert!(rows.iter().all(|row| row.subject == "acme/ats" && row.actor == "operator"));
        assert_eq!(world.store.audit_verify(tenant, &[]).await.unwrap().result, Ok(()));
    }
}

on_both_stores! {
    what_runs_goes_on_until_a_newer_version_is_accepted,
    nothing_older_and_nothing_else_under_the_same_version_is_ever_recorded,
    every_trail_is_told_of_what_is_done_to_connectors,
}
