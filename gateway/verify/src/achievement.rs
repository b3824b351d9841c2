//! What a credential awards (OB 3.0 §Achievement, §Alignment, §Result).

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use wellspring_model::{
    Date,
    achievement::{AchievedLevel, Achievement, Alignment, AssessedResult},
    credential::IssuerId,
    pointer::Pointer,
};

use crate::{
    document::{each, id_of, text, words},
    validity,
};

/// Results that say that nothing was earned, or not yet (OB 3.0 §ResultStatusType): everything but `Completed`.
const UNEARNED: [&str; 6] = ["Failed", "Enrolled", "InProgress", "Withdrew", "OnHold", "Provisional"];

/// What people graduate with (OB 3.0 §AchievementType). The day of it tells how old they are, and is not read.
const GRADUATION: [&str; 13] = [
    "ApprenticeshipCertificate",
    "AssociateDegree",
    "BachelorDegree",
    "Degree",
    "Diploma",
    "DoctoralDegree",
    "GeneralEducationDevelopment",
    "JourneymanCertificate",
    "MasterCertificate",
    "MasterDegree",
    "ProfessionalDoctorate",
    "ResearchDoctorate",
    "SecondarySchoolDiploma",
];

/// The achievements of an AchievementCredential. `path` is where it stands in the input. Nothing here says that they may
/// be believed.
pub(crate) fn of(credential: &Map<String, Value>, path: &Pointer) -> Vec<Achievement> {
    let mut achievements = Vec::new();
    for (at, subject) in each(credential, "credentialSubject") {
        let Value::Object(subject) = subject else { continue };
        for (tail, achievement) in each(subject, "achievement") {
            let Value::Object(achievement) = achievement else { continue };
            let results = results(subject, achievement, &path.join(&at));
            let pointer = path.join(&at).join(&tail);
            let kind = text(achievement, "achievementType");
            let of_the_whole = results.iter().filter(|result| result.alignments.is_empty());
            achievements.push(Achievement {
                id: text(achievement, "id").unwrap_or_default().to_owned(),
                name: words(achievement, "name").unwrap_or_default(),
                creator: id_of(achievement, "creator").map(|id| IssuerId(id.to_owned())),
                kind: kind.map(str::to_owned),
                date: if kind.is_some_and(|kind| GRADUATION.contains(&kind)) {
                    None
                } else {
                    date(subject, credential)
                },
                alignments: alignments(achievement, &pointer),
                // Which of several comes first nobody has signed.
                unearned: of_the_whole.filter_map(|result| result.unearned.clone()).min(),
                results,
                pointer,
            });
        }
    }
    achievements
}

/// When something was achieved: when its activity ended, else when it was awarded, else since when the credential is valid. To
/// the day, in UTC.
fn date(subject: &Map<String, Value>, credential: &Map<String, Value>) -> Option<Date> {
    let awarded = ["awardedDate", "validFrom", "issuanceDate"].into_iter().map(|name| credential.get(name));
    let mut named = [subject.get("activityEndDate")].into_iter().chain(awarded).flatten();
    let at = named.find_map(validity::date)?;
    Some(TimeZone::UTC.to_datetime(at).date())
}

/// The results of a subject, each with what its description says. One without a description of its own, or whose
/// description cannot be found, is a result all the same.
fn results(subject: &Map<String, Value>, achievement: &Map<String, Value>, at: &Pointer) -> Vec<AssessedResult> {
    let descriptions = each(achievement, "resultDescription");
    let described = |result: &Map<String, Value>| {
        let id = id_of(result, "resultDescription")?;
        descriptions.iter().filter_map(|(_, one)| one.as_object()).find(|one| text(one, "id") == Some(id))
    };
    let read = |(tail, result): (Pointer, &Value)| {
        let result = result.as_object()?;
        let (pointer, description) = (at.join(&tail), described(result));
        let mut aligned = alignments(result, &pointer);
        // They stand elsewhere, and are this result's own word: its place is told.
        let described = description.map(items).unwrap_or_default();
        aligned.extend(described.into_iter().map(|alignment| Alignment { pointer: pointer.clone(), ..alignment }));
        let status = text(result, "status").filter(|status| UNEARNED.contains(status));
        Some(AssessedResult {
            kind: description.and_then(|description| text(description, "resultType")).map(str::to_owned),
            level: level(result, description),
            unearned: status.map(str::to_owned),
            alignments: aligned,
            pointer,
        })
    };
    each(subject, "result").into_iter().filter_map(read).collect()
}

/// The level that a result names: that of a rubric, or its value.
fn level(result: &Map<String, Value>, description: Option<&Map<String, Value>>) -> Option<AchievedLevel> {
    let achieved = id_of(result, "achievedLevel");
    let levels = description.map(|description| each(description, "rubricCriterionLevel")).unwrap_or_default();
    let of_rubric = achieved.and_then(|id| {
        levels.iter().filter_map(|(_, level)| level.as_object()).find(|level| text(level, "id") == Some(id))
    });
    let title = of_rubric.and_then(|level| words(level, "name"));
    let title = title.or_else(|| words(result, "value")).or_else(|| achieved.map(str::to_owned))?;
    let aligned = of_rubric.map(addresses).unwrap_or_default();
    Some(AchievedLevel {
        title,
        ids: sorted(achieved.map(str::to_owned).into_iter().chain(aligned)),
        scales: description.map(scales).unwrap_or_default(),
    })
}

fn scales(description: &Map<String, Value>) -> Vec<String> {
    sorted(text(description, "id").map(str::to_owned).into_iter().chain(addresses(description)))
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What something is aligned with.
fn addresses(object: &Map<String, Value>) -> Vec<String> {
    alignments(object, &Pointer::root()).into_iter().map(|alignment| alignment.target_url).collect()
}

/// The items that a description names. What it says of rubrics and their levels is about scales.
fn items(description: &Map<String, Value>) -> Vec<Alignment> {
    let is_item = |alignment: &Value| {
        !alignment.get("targetType").and_then(Value::as_str).is_some_and(|kind| kind.starts_with("CFRubric"))
    };
    let of_items = each(description, "alignment").into_iter().filter(|(_, alignment)| is_item(alignment));
    of_items.filter_map(|(_, alignment)| self::alignment(alignment, Pointer::root())).collect()
}

fn alignments(object: &Map<String, Value>, pointer: &Pointer) -> Vec<Alignment> {
    let aligned = each(object, "alignment").into_iter();
    aligned.filter_map(|(tail, one)| alignment(one, pointer.join(&tail))).collect()
}

fn alignment(alignment: &Value, pointer: Pointer) -> Option<Alignment> {
    let alignment = alignment.as_object()?;
    Some(Alignment {
        pointer,
        target_url: text(alignment, "targetUrl")?.to_owned(),
        target_code: text(alignment, "targetCode").map(str::to_owned),
        target_framework: words(alignment, "targetFramework"),
        target_name: words(alignment, "targetName"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn achievements_are_found_with_their_alignments_and_places() {
        let credential = json!({"credentialSubject": [{
            "achievement": {"id": "urn:a", "name": {"es": "Soldadura"}, "alignment": [{}, {"targetUrl": "urn:t"}]},
            "result": [{"status": "Completed"}, {"status": "InProgress"}],
        }]});
        let found = of(credential.as_object().unwrap(), &Pointer::from_text("/credentials/0"));
        let [achievement] = &found[..] else { panic!("one achievement: {found:?}") };
        assert_eq!(achievement.name, "Soldadura");
        assert_eq!(achievement.unearned.as_deref(), Some("InProgress"));
        assert_eq!(achievement.pointer.as_str(), "/credentials/0/credentialSubject/0/achievement");
        let [alignment] = &achievement.alignments[..] else { panic!("one alignment") };
        assert_eq!(alignment.pointer.as_str(), "/credentials/0/credentialSubject/0/achievement/alignment/1");
    }

    #[test]
    fn a_result_is_read_with_its_description_and_names_its_level_by_every_name() {
        let credential = json!({"credentialSubject": {
            "achievement": {
                "id": "urn:a",
                "alignment": {"targetUrl": "urn:item:whole"},
                "resultDescription": [{
                    "id": "urn:description",
                    "resultType": "RubricCriterionLevel",
                    "alignment": [
                        {"targetUrl": "urn:criterion", "targetType": "CFRubricCriterion"},
                        {"targetUrl": "urn:item:own", "targetType": "CFItem"},
                    ],
                    "rubricCriterionLevel": [{
                        "id": "urn:level:2",
                        "name": "Works alone",
                        "alignment": [{"targetUrl": "urn:case:level:2"}],
                    }],
                }],
            },
            "result": [
                {"resultDescription": "urn:description", "achievedLevel": "urn:level:2", "status": "Withdrew"},
                {"value": "B+"},
            ],
        }});
        let found = of(credential.as_object().unwrap(), &Pointer::root());
        let [achievement] = &found[..] else { panic!("one achievement: {found:?}") };
        let [criterion, grade] = &achievement.results[..] else { panic!("two results: {achievement:?}") };
        let level = criterion.level.as_ref().unwrap();
        assert_eq!(level.title, "Works alone");
        assert_eq!(level.ids, ["urn:case:level:2", "urn:level:2"]);
        assert_eq!(level.scales, ["urn:criterion", "urn:description", "urn:item:own"]);
        let [own] = &criterion.alignments[..] else { panic!("its own item: {criterion:?}") };
        assert_eq!(own.target_url, "urn:item:own");
        assert_eq!(own.pointer.as_str(), "/credentialSubject/result/0");
        assert_eq!(grade.level.as_ref().unwrap().title, "B+");
        assert_eq!(criterion.unearned.as_deref(), Some("Withdrew"));
        assert_eq!(achievement.unearned, None, "what was not earned is one item of its own");
    }

    #[test]
    fn the_day_is_that_on_which_it_was_achieved_or_else_awarded_and_none_of_a_graduation() {
        let day = |kind: &str, end: Value, awarded: Value| {
            let credential = json!({
                "validFrom": "2024-03-03T00:00:00Z", "awardedDate": awarded,
                "credentialSubject": {"activityEndDate": end, "achievement": {"achievementType": kind}},
            });
            of(credential.as_object().unwrap(), &Pointer::root())[0].date.map(|date| date.to_string())
        };
        let (end, awarded) = (json!("2024-01-01T23:30:00-05:00"), json!("2024-02-02T00:00:00Z"));
        assert_eq!(day("Course", end.clone(), awarded.clone()).as_deref(), Some("2024-01-02"), "in UTC");
        assert_eq!(day("Course", Value::Null, awarded.clone()).as_deref(), Some("2024-02-02"));
        assert_eq!(day("Course", json!("last spring"), json!(["2024"])).as_deref(), Some("2024-03-03"));
        for kind in GRADUATION {
            assert_eq!(day(kind, end.clone(), awarded.clone()), None, "{kind}");
        }
    }

    #[test]
    fn whatever_is_not_completed_was_not_earned() {
        for status in UNEARNED {
            let credential =
                json!({"credentialSubject": {"achievement": {"id": "urn:a"}, "result": {"status": status}}});
            let found = of(credential.as_object().unwrap(), &Pointer::root());
            assert_eq!(found[0].unearned.as_deref(), Some(status));
        }
    }
}
