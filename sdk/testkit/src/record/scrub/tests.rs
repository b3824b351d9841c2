//! What is left of people, and what still fits together.

use super::*;

fn scrubber() -> Scrubber {
    let real = Applicant {
        application: "88123".to_owned(),
        candidate: "77".to_owned(),
        name: "Greta Lindqvist".to_owned(),
        email: "greta@lindqvist.example".to_owned(),
    };
    Scrubber::new(&real, &Applicant::default())
}

#[test]
fn nobody_is_left_in_what_an_ats_answers_and_it_still_fits_together() {
    let mut scrubber = scrubber();
    let answer = json!({
        "id": 77, "name": "Greta Lindqvist", "status": "active", "created_at": "2026-11-26T14:00:00Z",
        "recruiter": {"id": 4711, "first_name": "Hans", "email": "hans@corp.example"},
        "notes": [{"id": 99, "author_id": 4711, "text": "Called Greta, she seemed tired."}],
        "access_token": "abc", "score": 71.25, "tags": ["priority"]
    });
    let scrubbed = scrubber.answer(&answer);
    let text = scrubbed.to_string();
    for gone in ["Greta", "Lindqvist", "Hans", "corp.example", "4711", "tired", "abc", "\"id\":77"] {
        assert!(!text.contains(gone), "{gone} is left in {text}");
    }
    assert_eq!(scrubbed["recruiter"]["id"], scrubbed["notes"][0]["author_id"]);
    assert_eq!(
        (&scrubbed["status"], &scrubbed["score"], &scrubbed["tags"][0]),
        (&json!("active"), &json!(71.25), &json!("priority"))
    );
    assert_eq!(scrubbed["created_at"], answer["created_at"]);
    assert_eq!(
        scrubber.path("/candidates/77/notes/99"),
        format!("/candidates/501/notes/{}", scrubbed["notes"][0]["id"])
    );
}

#[test]
fn what_we_wrote_is_kept_with_the_stand_in_s_ids() {
    let mut scrubber = scrubber();
    scrubber.keep(&json!({"headline": "5 of 7 required skills verified", "marker": "[wellspring:con_1:88123]"}));
    let text = "5 of 7 required skills verified\n\n[wellspring:con_1:88123]";
    assert_eq!(scrubber.answer(&json!(text)), json!("5 of 7 required skills verified\n\n[wellspring:con_1:61001]"));
}

#[test]
fn what_the_connector_sends_back_is_replaced_as_it_was_in_the_answer() {
    let mut scrubber = scrubber();
    let answered = scrubber.answer(&json!({"salary": {"amount": 41_000, "unit": "EUR"}, "hobby": "Rowing on lakes"}));
    let sent =
        scrubber.request("", &json!({"fields": [{"amount": 41_000}, {"value": "Rowing on lakes"}, {"score": 71.25}]}));
    assert_eq!(sent["fields"][0]["amount"], answered["salary"]["amount"]);
    assert_eq!(sent["fields"][1]["value"], answered["hobby"]);
    assert_eq!(sent["fields"][2]["score"], 71.25);
    assert!(!sent.to_string().contains("41000") && !sent.to_string().contains("Rowing"), "{sent}");
}

#[test]
fn an_id_is_taken_out_of_texts_and_not_out_of_longer_numbers_or_other_counts() {
    assert_eq!(scrubber().apply("77"), "501");
    assert_eq!(scrubber().apply("application 88123 of 881234, 77 %"), "application 61001 of 881234, 77 %");
    let mut scrubber = scrubber();
    scrubber.keep(&json!("1234 of 5678 requirements"));
    scrubber.answer(&json!({"id": 5678}));
    assert_eq!(scrubber.apply("1234 of 5678 requirements"), "1234 of 5678 requirements", "it is ours");
}

/// Without the words' digits, the parent's meaning, the names' parts or their order, one of these is left.
#[test]
fn words_are_kept_where_they_are_nobody_s_only() {
    let answers = [
        json!({"phone_numbers": [{"value": "555-12-34", "kind": ["work"]}]}),
        json!({"remark": "555-123-4567"}),
        json!({"remark": "555-12-34-567"}),
        json!({"remark": "greta.lindqvist"}),
        json!({"remark": "LINDQVIST"}),
        json!({"remark": "/candidates/88123"}),
        json!({"login": "hans"}),
        json!({"remark": "hans", "by": {"first_name": "Hans", "email": "hans@corp.example"}}),
        json!({"token": {"value": "abc"}}),
        json!({"addresses": {"home": {"number": 12, "line": "lakeside"}}}),
    ];
    for answer in answers {
        let mut scrubber = scrubber();
        scrubber.meet(&answer);
        let text = scrubber.answer(&answer).to_string();
        let gone = ["555", "greta", "lindqvist", "LINDQVIST", "88123", "hans", "abc", "12", "lakeside"];
        assert!(gone.iter().all(|gone| !text.contains(gone)), "{answer} became {text}");
    }
    let kept = json!({"status": "in-progress", "kind": "note", "version": "v1.2", "count": 3});
    assert_eq!(scrubber().answer(&kept), kept);
}

#[test]
fn members_that_are_called_by_an_id_or_an_address_are_called_otherwise() {
    let mut scrubber = scrubber();
    let answer = json!({"by": {"88123": 1, "hans@corp.example": 2, "status": 3}});
    let scrubbed = scrubber.answer(&answer);
    assert_eq!(scrubbed, json!({"by": {"61001": 1, "person1@example.org": 2, "status": 3}}));
}

#[test]
fn a_path_is_read_without_its_percent_encoding() {
    let mut scrubber = scrubber();
    assert_eq!(
        scrubber.path("/people/greta%40lindqvist.example/Greta%20Lindqvist/notes"),
        "/people/ana.ruiz%40example.org/Ana%20Ruiz/notes"
    );
    assert_eq!(scrubber.path("/people/greta.lindqvist"), "/people/ana.ruiz");
}

/// A segment or member that is called as somebody's stage, source or list is.
#[test]
fn a_word_that_a_path_is_made_of_stays() {
    let mut scrubber = scrubber();
    scrubber.answer(&json!({"name": "notes"}));
    assert_eq!(scrubber.path("/candidates/77/notes"), "/candidates/501/notes");
    assert_eq!(scrubber.answer(&json!({"notes": 1})), json!({"notes": 1}));
}

/// The query of a link was kept as it came, and the request that followed it scrubbed.
#[test]
fn a_link_is_scrubbed_as_the_request_that_follows_it() {
    let mut scrubber = scrubber();
    let link = "<https://ats.example/v1/notes?application=88123&cursor=Zm9vOmJhcg&email=hans%40corp.example&page=2>; rel=\"next\"";
    let scrubbed = scrubber.link(link);
    let mut query = |name: &str, text: &str| {
        let value = scrubber.request(name, &json!(text));
        value.as_str().map(encoded).expect("a text")
    };
    let pairs = [("application", "88123"), ("cursor", "Zm9vOmJhcg"), ("email", "hans@corp.example"), ("page", "2")];
    for (name, text) in pairs {
        let pair = format!("{name}={}", query(name, text).replace("%20", "+"));
        assert!(scrubbed.contains(&pair), "{pair} is not in {scrubbed}");
    }
    assert!(!scrubbed.contains("88123") && !scrubbed.contains("Zm9v") && !scrubbed.contains("hans"), "{scrubbed}");
}

#[test]
fn a_first_name_alone_is_another_one_in_what_the_connector_wrote() {
    let mut scrubber = scrubber();
    scrubber.keep(&json!({"headline": "5 of 7 required skills verified", "marker": "[wellspring:con_1:88123]"}));
    let text = json!("For Greta: 5 of 7 required skills verified [wellspring:con_1:88123]");
    assert_eq!(scrubber.request("text", &text), "For Ana: 5 of 7 required skills verified [wellspring:con_1:61001]");
}

#[test]
fn a_token_that_is_sent_back_is_replaced_as_in_the_answer() {
    let mut scrubber = scrubber();
    scrubber.answer(&json!({"next_page_token": "q7X-29", "other_token": "abc"}));
    assert_eq!(scrubber.request("page_token", &json!("q7X-29")), "secret");
    assert_eq!(scrubber.request("token", &json!("abc")), "secret");
    assert_eq!(scrubber.request("kind", &json!("abc")), "abc");
}
