//! The dashboard and the alerts that people import name only figures that there are.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;
use wellspring_tests::{gateway::eventually, world::Application};

use super::{credentials, world};

fn document(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder above");
    std::fs::read_to_string(root.join("docs/operations").join(name)).expect("it is there")
}

/// Every name of ours or of the process in a PromQL expression.
fn named(expression: &str) -> BTreeSet<String> {
    let words = expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let is_ours = |word: &&str| word.starts_with("wellspring_") || word.starts_with("process_");
    words.filter(is_ours).map(str::to_owned).collect()
}

/// All `expr` of a dashboard, wherever they are.
fn expressions(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let own = members.get("expr").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(members.values().flat_map(expressions)).collect()
        }
        Value::Array(items) => items.iter().flat_map(expressions).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn every_figure_that_the_dashboard_and_the_alerts_name_is_there_after_one_delivery() {
    let world = world(1, "").await;
    let application = Application::numbered(1);
    let submission = world.submit(&application, &credentials(&application)).await.expect("it is accepted");
    world.delivered(&submission).await.expect("it is delivered");
    let figures = format!("{}/metrics", world.gateway.figures_url());
    // It is counted after it is settled.
    let text = eventually("the delivery is not counted", async || {
        let (status, text) = world.client.open(&figures).await?;
        assert_eq!(status, 200, "{text}");
        let counted =
            "wellspring_delivery_attempt_duration_seconds_count{connector=\"greenhouse\",code=\"DELIVERED\"} 1";
        let done = "wellspring_task_duration_seconds_count{kind=\"deliver\",end=\"done\"} 1";
        Ok((text.contains(counted) && text.contains(done)).then_some(text))
    });
    let text = text.await.expect("it is counted");
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let there: BTreeSet<&str> = samples.filter_map(|line| line.split(['{', ' ']).next()).collect();
    let mut alerts: Vec<String> = Vec::new();
    for line in document("alerts.yml").lines() {
        alerts.extend(line.trim_start().strip_prefix("expr:").map(str::to_owned));
    }
    let dashboard = expressions(&serde_json::from_str(&document("grafana-dashboard.json")).expect("it is JSON"));
    assert!(alerts.len() >= 8 && dashboard.len() >= 16, "{} and {} were read", alerts.len(), dashboard.len());
    for expression in dashboard.iter().chain(&alerts) {
        let names = named(expression);
        assert!(!names.is_empty(), "it names no figure of ours: {expression}");
        for name in names {
            assert!(there.contains(name.as_str()), "`{name}` is not in /metrics: {expression}\n{text}");
        }
    }
    for (line, why) in [
        ("wellspring_submissions_accepted_total 1", "one was accepted"),
        ("wellspring_submissions_assessed_total{outcome=\"passed\"} 1", "and assessed"),
        ("wellspring_credentials_verified_total{outcome=\"passed\"} 1", "with one credential"),
        ("wellspring_acceptance_to_delivery_seconds_count 1", "and delivered"),
        (
            "wellspring_http_request_duration_seconds_count{method=\"POST\",route=\"/v1/submissions\",status=\"2xx\"} 1",
            "by a route",
        ),
        ("wellspring_ready 1", "and it is ready"),
    ] {
        assert!(text.lines().any(|one| one == line), "{why}: {line}\n{text}");
    }
    for secret in [world.tenant.as_str(), world.connection.as_str(), submission.as_str()] {
        assert!(!text.contains(secret), "{secret} is no label");
    }
    let outside = world.client.open(&format!("{}/metrics", world.gateway.url())).await.expect("it answers");
    assert_eq!(outside.0, 404, "figures are not for everybody");
}
