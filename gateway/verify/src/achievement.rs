//! What a credential awards (OB 3.0 §Achievement, §Alignment, §Result).

use serde_json::{Map, Value};
use wellspring_model::{
    credential::{Achievement, Alignment, IssuerId},
    pointer::Pointer,
};

use crate::document::{each, id_of, text, words};

/// Results that say that nothing was earned, or not yet (OB 3.0 §ResultStatusType).
const UNEARNED: [&str; 5] = ["Failed", "Enrolled", "InProgress", "Withdrew", "OnHold"];

/// The achievements of an AchievementCredential. `path` is where it stands in the input. Nothing here says that they may
/// be believed.
pub(crate) fn of(credential: &Map<String, Value>, path: &Pointer) -> Vec<Achievement> {
    let mut achievements = Vec::new();
    for (at, subject) in each(credential, "credentialSubject") {
        let Value::Object(subject) = subject else { continue };
        let unearned = unearned(subject);
        for (tail, achievement) in each(subject, "achievement") {
            let Value::Object(achievement) = achievement else { continue };
            let pointer = path.join(&at).join(&tail);
            achievements.push(Achievement {
                id: text(achievement, "id").unwrap_or_default().to_owned(),
                name: words(achievement, "name").unwrap_or_default(),
                creator: id_of(achievement, "creator").map(|id| IssuerId(id.to_owned())),
                kind: text(achievement, "achievementType").map(str::to_owned),
                alignments: alignments(achievement, &pointer),
                unearned: unearned.clone(),
                pointer,
            });
        }
    }
    achievements
}

fn unearned(subject: &Map<String, Value>) -> Option<String> {
    let status = |result: &Value| result.get("status").and_then(Value::as_str).map(str::to_owned);
    let mut statuses = each(subject, "result").into_iter().filter_map(|(_, result)| status(result));
    statuses.find(|status| UNEARNED.contains(&status.as_str()))
}

fn alignments(achievement: &Map<String, Value>, pointer: &Pointer) -> Vec<Alignment> {
    let read = |(tail, alignment): (Pointer, &Value)| {
        let alignment = alignment.as_object()?;
        Some(Alignment {
            pointer: pointer.join(&tail),
            target_url: text(alignment, "targetUrl")?.to_owned(),
            target_code: text(alignment, "targetCode").map(str::to_owned),
            target_framework: words(alignment, "targetFramework"),
            target_name: words(alignment, "targetName"),
        })
    };
    each(achievement, "alignment").into_iter().filter_map(read).collect()
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
}
