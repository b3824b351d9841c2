//! The list of frameworks that a CASE provider gives.

use http::StatusCode;
use serde_json::{Value, json};

use super::{ask, import, is_valid};
use crate::gateway::{Answer, Gateway};

fn framework(n: usize, title: &str, status: &str) -> String {
    let guid = |kind: usize| format!("{kind:08x}-0000-4000-8000-{n:012x}");
    json!({
        "CFDocument": {"identifier": guid(1), "uri": "urn:x", "creator": "x", "title": title, "adoptionStatus": status,
            "lastChangeDateTime": format!("2026-01-0{n}T00:00:00Z")},
        "CFItems": [{"identifier": guid(2), "uri": "urn:y", "fullStatement": "f", "lastChangeDateTime": "2026-01-01T00:00:00Z"}],
    })
    .to_string()
}

/// A gateway with five frameworks.
async fn five() -> Gateway {
    let gateway = Gateway::start().await;
    for (n, title) in ["Physics", "art", "Maths", "Biology", "Zoology"].into_iter().enumerate() {
        let status = if n < 3 { "Adopted" } else { "Draft" };
        import(&gateway, &framework(n + 1, title, status)).await;
        gateway.clock.advance(1);
    }
    gateway
}

async fn list(gateway: &Gateway, query: &str) -> Answer {
    let answer = ask(gateway, Some(&gateway.tenant.key), &format!("v1p1/CFDocuments?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text);
    answer
}

fn titles(answer: &Answer) -> Vec<String> {
    let documents = answer.json()["CFDocuments"].as_array().expect("a list").clone();
    documents.iter().map(|one| one["title"].as_str().expect("a title").to_owned()).collect()
}

#[tokio::test]
async fn pages_go_through_everything_once_and_name_their_neighbours() {
    let gateway = five().await;
    let mut seen = Vec::new();
    let mut query = "limit=2&sort=title".to_owned();
    loop {
        let answer = list(&gateway, &query).await;
        assert_eq!(answer.headers["x-total-count"], "5");
        assert!(is_valid("case-1.1/case_v1p1_cfdocumentset-jsonschema1", &answer.json()));
        seen.extend(titles(&answer));
        let links = answer.headers["link"].to_str().expect("text").to_owned();
        assert!(links.contains("rel=\"first\"") && links.contains("rel=\"last\""), "{links}");
        let next = links.split(", ").find(|link| link.ends_with("rel=\"next\""));
        let Some(next) = next else { break };
        let address = next.split(['<', '>']).nth(1).expect("an address");
        query = address.split_once('?').expect("a query").1.to_owned();
    }
    assert_eq!(seen, ["art", "Biology", "Maths", "Physics", "Zoology"]);
    let last = list(&gateway, "limit=2&offset=4").await;
    assert!(last.headers["link"].to_str().expect("text").contains("rel=\"prev\""));
    let beyond = ask(&gateway, Some(&gateway.tenant.key), "v1p1/CFDocuments?offset=5").await;
    assert_eq!(beyond.status, StatusCode::NOT_FOUND, "a set of CASE has one document at least");
}

#[tokio::test]
async fn documents_are_sorted_filtered_and_cut_to_fields() {
    let gateway = five().await;
    assert_eq!(titles(&list(&gateway, "").await), ["Physics", "art", "Maths", "Biology", "Zoology"], "as they came");
    let newest = list(&gateway, "sort=lastChangeDateTime&orderBy=desc&limit=2").await;
    assert_eq!(titles(&newest), ["Zoology", "Biology"]);
    let adopted = list(&gateway, "filter=adoptionStatus%3D%27Adopted%27%20AND%20title~%27T%27&sort=title").await;
    assert_eq!(titles(&adopted), ["art", "Maths"]);
    assert_eq!(adopted.headers["x-total-count"], "2");
    let cut = list(&gateway, "fields=title,identifier&limit=1").await.json();
    let document = cut["CFDocuments"][0].as_object().expect("an object").clone();
    assert_eq!(document.keys().collect::<Vec<_>>(), ["identifier", "title"]);
}

#[tokio::test]
async fn a_new_edition_takes_the_place_of_the_one_before() {
    let gateway = Gateway::start().await;
    import(&gateway, &framework(1, "Physics", "Draft")).await;
    import(&gateway, &framework(1, "Physics II", "Draft")).await;
    let answer = list(&gateway, "").await;
    assert_eq!(titles(&answer), ["Physics II"]);
    let document: Value = answer.json()["CFDocuments"][0].clone();
    assert_eq!(document["caseVersion"], "1.1", "what came in as 1.0 is answered as 1.1");
    assert!(
        document["CFPackageURI"]["uri"].as_str().expect("an address").starts_with("https://gateway.example/case/ten_")
    );
}
