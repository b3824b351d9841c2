//! What is proposed, and how much work it costs at most.

use wellspring_model::{assessment::Ppm, competency::Item, submission::Language};
use wellspring_suggest::{Lexical, Suggest as _, Suggested};

fn item(name: &str, statement: &str) -> Item {
    Item {
        identifier: format!("https://case.example/{name}"),
        uri: format!("https://case.example/{name}"),
        full_statement: statement.to_owned(),
        abbreviated_statement: None,
        human_coding_scheme: None,
        status_end_date: None,
    }
}

fn items(prefix: &str, statements: &[&str]) -> Vec<Item> {
    statements.iter().enumerate().map(|(number, text)| item(&format!("{prefix}{number}"), text)).collect()
}

fn suggest<'a>(origins: &'a [Item], destinations: &'a [Item], language: Language) -> Vec<Suggested<'a>> {
    let refs = |items: &'a [Item]| items.iter().collect::<Vec<_>>();
    Lexical::new(language).suggest(&refs(origins), &refs(destinations), 5)
}

const ASKED: [&str; 4] = [
    "Cleans and prepares data before analysing it",
    "Writes clear reports for customers",
    "Operates a forklift safely",
    "Explains the results of an analysis to customers",
];

#[test]
fn the_item_that_says_the_same_comes_first_with_the_words_that_say_so() {
    let (origins, destinations) = (items("o", &["Clean data and prepare it for analysis"]), items("d", &ASKED));
    let suggested = suggest(&origins, &destinations, Language::En);
    assert_eq!(suggested[0].destination.full_statement, ASKED[0]);
    assert_eq!(suggested[0].matched, ["clean", "data", "prepare"], "in other forms, and no word that says nothing");
    assert!(suggested.iter().all(|one| one.destination.full_statement != ASKED[2]), "nothing in common");
    assert!(suggested.windows(2).all(|pair| pair[0].score >= pair[1].score));
}

#[test]
fn the_same_statement_has_everything_in_common_and_common_words_alone_have_nothing() {
    let (origins, destinations) = (items("o", &[ASKED[1], "It is the one that they are for"]), items("d", &ASKED));
    let suggested = suggest(&origins, &destinations, Language::En);
    assert_eq!((suggested[0].score, suggested[0].destination.full_statement.as_str()), (Ppm::ONE, ASKED[1]));
    assert!(suggested.iter().all(|one| one.origin.full_statement == ASKED[1]));
}

#[test]
fn a_rare_word_says_more_than_one_that_many_items_have() {
    let mut statements = vec!["Uses spreadsheets", "Uses tools at work", "Uses machines at work", "Works at heights"];
    statements.extend(["Works in teams"; 20]);
    let destinations = items("d", &statements);
    let origins = items("o", &["Work with spreadsheets"]);
    let suggested = suggest(&origins, &destinations, Language::En);
    assert_eq!(suggested[0].destination.full_statement, "Uses spreadsheets");
}

#[test]
fn statements_in_spanish_are_compared_by_their_own_stems() {
    let origins = items("o", &["Limpiar los datos antes de analizarlos"]);
    let destinations = items("d", &["Limpia datos", "Conduce una carretilla"]);
    let suggested = suggest(&origins, &destinations, Language::Es);
    assert_eq!(suggested.len(), 1);
    assert_eq!(suggested[0].matched, ["datos", "limpiar"]);
}

#[test]
fn an_item_that_both_frameworks_have_is_not_proposed_to_itself() {
    let both = items("d", &ASKED);
    let suggested = suggest(&both, &both, Language::En);
    assert!(suggested.iter().all(|one| one.origin.uri != one.destination.uri));
}

#[test]
fn the_order_of_the_destinations_changes_scores_in_nothing() {
    let origins = items("o", &["Prepares reports of data for customers"]);
    let destinations = items("d", &ASKED);
    let mut reversed = destinations.clone();
    reversed.reverse();
    let scores = |suggested: Vec<Suggested>| suggested.iter().map(|one| one.score).collect::<Vec<_>>();
    let (one, other) = (suggest(&origins, &destinations, Language::En), suggest(&origins, &reversed, Language::En));
    assert!(!one.is_empty());
    assert_eq!(scores(one), scores(other));
}

#[test]
fn a_text_of_a_million_words_costs_no_more_than_its_beginning() {
    let long = (0..1_000_000).map(|number| format!("word{number} ")).collect::<String>();
    let origins = items("o", &[&long]);
    let mut near = "word63 ".to_owned();
    near.extend((0..63).map(|number| format!("word{number} ")));
    let destinations = items("d", &[&near, "word5000"]);
    let suggested = suggest(&origins, &destinations, Language::En);
    assert_eq!((suggested.len(), suggested[0].matched.len()), (1, 64));
}
