//! `wellspring framework import|show`, as an operator runs them beside a served gateway.

use clap::Parser as _;
use serde_json::{Value, json};
use wellspring_server::cli::{Cli, Command, Failure, exit, frameworks};

use super::{example, service::Service, tenant_of};
use crate::gateway::{Gateway, framework};

struct Operator {
    gateway: Gateway,
    tenant: String,
}

impl Operator {
    async fn start() -> Self {
        let gateway = Gateway::start().await;
        let tenant = tenant_of(&gateway, &gateway.tenant).await.to_string();
        Self { gateway, tenant }
    }

    /// A file in the gateway's folder.
    fn write(&self, name: &str, text: &str) -> String {
        let path = self.gateway.file().with_file_name(name);
        std::fs::write(&path, text).expect("it is written");
        path.display().to_string()
    }

    async fn run(&self, config: &str, words: &[&str]) -> Result<u8, Failure> {
        let tail = ["--tenant", &self.tenant, "--config", config];
        let cli = Cli::try_parse_from(["wellspring", "framework"].iter().chain(words).chain(&tail));
        let Command::Framework(command) = cli.expect("it is a command").command else { panic!("it is of frameworks") };
        frameworks::run(command).await
    }

    async fn import(&self, words: &[&str]) -> Result<u8, Failure> {
        let config = self.gateway.file().display().to_string();
        self.run(&config, &[&["import"], words].concat()).await
    }

    async fn list(&self) -> Vec<Value> {
        self.gateway.get("/v1/frameworks").await.json()["items"].as_array().expect("a list").clone()
    }
}

#[tokio::test]
async fn a_file_is_imported_and_shown_and_once_more_is_nothing_new() {
    let operator = Operator::start().await;
    let file = operator.write("data-work.json", &example());
    for _ in 0..2 {
        assert_eq!(operator.import(&[&file]).await.expect("it is imported"), exit::PASSED);
    }
    let list = operator.list().await;
    assert_eq!(list.len(), 1);
    let id = list[0]["id"].as_str().expect("an id");
    let config = operator.gateway.file().display().to_string();
    assert_eq!(operator.run(&config, &["show", id]).await.expect("it is shown"), exit::PASSED);
    let table = operator.write("skills.csv", "Skill Name,Skill Statement\nSQL,Asks databases.\n");
    operator.import(&[&table, "--title", "Skills"]).await.expect("it is imported");
    assert_eq!(operator.list().await[1]["title"], "Skills");
}

#[tokio::test]
async fn faults_are_told_a_line_each() {
    let operator = Operator::start().await;
    let mut broken: Value = serde_json::from_str(&example()).expect("JSON");
    broken["CFItems"][0]["identifier"] = json!("one");
    broken["CFItems"][1].as_object_mut().expect("an object").remove("fullStatement");
    let file = operator.write("broken.json", &broken.to_string());
    let failure = operator.import(&[&file]).await.expect_err("it is refused");
    assert_eq!(failure.code, exit::UNREADABLE);
    let lines: Vec<&str> = failure.message.lines().skip(1).map(str::trim).collect();
    assert!(lines[0].starts_with("NO_UUID at `/CFItems/0/identifier`: "), "{}", failure.message);
    assert!(lines[1].starts_with("MISSING at `/CFItems/1/fullStatement`: "), "{}", failure.message);
    let absent = operator.import(&["/nowhere/at/all.json"]).await.expect_err("it is refused");
    assert_eq!(absent.code, exit::NO_INPUT);
    assert!(operator.list().await.is_empty());
}

#[tokio::test]
async fn an_address_is_asked_with_what_is_in_files_and_several_are_named_to_choose_from() {
    let operator = Operator::start().await;
    let mut second = framework();
    second["CFDocument"]["identifier"] = json!("8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b30");
    second["CFDocument"]["title"] = json!("The other one");
    let service = Service::start(vec![framework(), second], true, true).await;
    let settings =
        format!("public_url = \"https://gateway.example/\"\n[egress]\nframework_origins = [\"{}\"]\n", service.origin);
    let config = operator.write("reaching.toml", &settings);
    let secret = operator.write("secret", "a secret\n");
    let (token, url) = (format!("{}/token", service.origin), service.url());
    let client = ["--token-url", &token, "--client-id", "an id", "--client-secret-file", &secret];
    let several =
        operator.run(&config, &[&["import", &url], client.as_slice()].concat()).await.expect_err("which one?");
    assert!(
        several.message.contains("--document 8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b30  The other one"),
        "{}",
        several.message
    );
    let one = ["--document", "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b30"];
    let words = [&["import", &url], client.as_slice(), &one].concat();
    assert_eq!(operator.run(&config, &words).await.expect("it is imported"), exit::PASSED);
    assert_eq!(operator.list().await[0]["title"], "The other one");
    let refused = operator.run(&config, &["import", &url]).await.expect_err("it wants a token");
    assert!(refused.message.contains("401"), "{}", refused.message);
}
