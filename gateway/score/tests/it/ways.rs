//! Which associations lead from evidence to a requirement, and what each is worth.

use wellspring_model::assessment::{Line, LineCode, LineState};
use wellspring_score::{Factors, ScoringPolicy};

use crate::world::{associated, credential, guid, run_over};

/// The line of item 0, given these associations and evidence for these items, each from a credential of its own.
fn line(associations: &[(usize, &str, usize)], items: &[usize]) -> Line {
    line_by(&ScoringPolicy::default(), associations, items)
}

fn line_by(policy: &ScoringPolicy, associations: &[(usize, &str, usize)], items: &[usize]) -> Line {
    let evidence: Vec<_> = items.iter().enumerate().map(|(index, item)| credential(index, &[*item])).collect();
    run_over(&associated(associations), &[1], &evidence, policy).lines.remove(0)
}

fn scored(line: &Line) -> (u32, LineCode) {
    (line.score.get(), line.code)
}

const NOTHING: (u32, LineCode) = (0, LineCode::NoEvidence);

#[test]
fn every_type_of_association_leads_as_the_policy_says() {
    let from_5 = |kind, to_0: bool| {
        let association = if to_0 { (5, kind, 0) } else { (0, kind, 5) };
        scored(&line(&[association], &[5]))
    };
    for kind in ["exactMatchOf", "isTranslationOf"] {
        let code = if kind == "exactMatchOf" { LineCode::ExactMatch } else { LineCode::Translation };
        assert_eq!(from_5(kind, true), (1_000_000, code));
        assert_eq!(from_5(kind, false), (1_000_000, code), "either end is as good");
    }
    assert_eq!(from_5("replacedBy", true), (950_000, LineCode::EarlierEdition));
    assert_eq!(from_5("replacedBy", false), NOTHING, "a later edition need not hold what the earlier one asked for");
    for kind in ["isChildOf", "isPartOf"] {
        assert_eq!(from_5(kind, true), (800_000, LineCode::Parts), "the only part there is, and so much at most");
        assert_eq!(from_5(kind, false), (500_000, LineCode::Broader));
    }
    for kind in ["isPeerOf", "precedes", "isRelatedTo", "exemplar", "hasSkillLevel", "ext:isNear", ""] {
        assert_eq!((from_5(kind, true), from_5(kind, false)), (NOTHING, NOTHING), "{kind}");
    }
}

#[test]
fn peers_and_later_steps_count_where_a_policy_says_so() {
    let default = ScoringPolicy::default();
    let share = |ppm| wellspring_model::assessment::Ppm::new(ppm).unwrap();
    let factors = Factors { peer: share(300_000), later_step: share(500_000), ..default.factors };
    let policy = ScoringPolicy { factors, ..default };
    let scored = |association| scored(&line_by(&policy, &[association], &[5]));
    assert_eq!(scored((5, "isPeerOf", 0)), (300_000, LineCode::Peer));
    assert_eq!(scored((0, "isPeerOf", 5)), (300_000, LineCode::Peer));
    assert_eq!(scored((0, "precedes", 5)), (500_000, LineCode::LaterStep), "5 comes after what is asked for");
    assert_eq!(scored((5, "precedes", 0)), NOTHING, "5 comes before what is asked for");
}

#[test]
fn parts_are_worth_the_share_that_is_shown() {
    let parts = [(1, "isChildOf", 0), (2, "isPartOf", 0), (3, "isChildOf", 0), (3, "isPartOf", 0)];
    assert_eq!(scored(&line(&parts, &[1])), (333_333, LineCode::Parts));
    assert_eq!(scored(&line(&parts, &[1, 1, 1])), (333_333, LineCode::Parts), "the same part three times is one part");
    assert_eq!(scored(&line(&parts, &[3, 1])), (666_666, LineCode::Parts));
    assert_eq!(scored(&line(&parts, &[1, 2, 3])), (800_000, LineCode::Parts), "all parts are not the whole");
    assert_eq!(scored(&line(&parts, &[1, 2, 3, 0])), (1_000_000, LineCode::SameItem));
    let part = line(&parts, &[2]);
    assert_eq!((part.path[0].from.as_str(), part.path[0].to.as_str()), (&*guid(2), &*guid(0)));
}

#[test]
fn factors_along_a_path_are_multiplied_and_the_least_gives_the_reason() {
    // 5 was replaced by 4, which is a match of 1, one of two parts of 0.
    let chain = [(5, "replacedBy", 4), (4, "exactMatchOf", 1), (1, "isChildOf", 0), (2, "isChildOf", 0)];
    let three = line(&chain, &[5]);
    assert_eq!(scored(&three), (475_000, LineCode::Parts));
    let path: Vec<_> = three.path.iter().map(|step| (step.from.as_str(), step.kind.as_str(), step.against)).collect();
    assert_eq!(
        path,
        [(&*guid(5), "replacedBy", false), (&*guid(4), "exactMatchOf", false), (&*guid(1), "isChildOf", false)]
    );
    let four = [(6, "replacedBy", 5), (5, "replacedBy", 4), (4, "exactMatchOf", 1), (1, "isChildOf", 0)];
    assert_eq!(scored(&line(&four, &[6])), NOTHING, "four edges are one too many");
    assert_eq!(scored(&line(&four, &[5])).1, LineCode::Parts);
}

#[test]
fn a_step_down_may_be_followed_by_nothing_but_the_same_in_other_words() {
    // 0 is a match of 3, which is a part of 4; evidence is for 5, a match of 4.
    let down = [(3, "isChildOf", 4), (5, "exactMatchOf", 4), (0, "exactMatchOf", 3)];
    let line_down = line(&down, &[5]);
    assert_eq!(scored(&line_down), (500_000, LineCode::Broader));
    let path: Vec<_> = line_down.path.iter().map(|step| (step.to.as_str(), step.against)).collect();
    assert_eq!(path, [(&*guid(4), false), (&*guid(3), true), (&*guid(0), true)]);
    let twice = [(0, "isChildOf", 3), (3, "isChildOf", 4)];
    assert_eq!(scored(&line(&twice, &[4])), NOTHING, "two steps down");
    let sibling = [(0, "isChildOf", 3), (4, "isChildOf", 3)];
    assert_eq!(scored(&line(&sibling, &[4])), NOTHING, "another part of the same whole");
    let up_and_down = [(3, "isChildOf", 4), (3, "isChildOf", 0)];
    assert_eq!(scored(&line(&up_and_down, &[4])), NOTHING, "what is broader than a part of it");
}

#[test]
fn the_best_way_wins_and_ways_are_not_added_up() {
    let ways = [(5, "isChildOf", 0), (6, "replacedBy", 0), (0, "isChildOf", 7)];
    assert_eq!(scored(&line(&ways, &[5, 6, 7])), (950_000, LineCode::EarlierEdition));
    assert_eq!(scored(&line(&ways, &[5, 7])), (800_000, LineCode::Parts));
    assert_eq!(scored(&line(&ways, &[7])), (500_000, LineCode::Broader));
}

#[test]
fn cycles_lead_nowhere_new() {
    let cycle = [(1, "isChildOf", 0), (0, "isChildOf", 1), (2, "isChildOf", 0), (0, "isPartOf", 0)];
    assert_eq!(scored(&line(&cycle, &[0])), (1_000_000, LineCode::SameItem));
    let part = line(&cycle, &[2]);
    assert_eq!(part.code, LineCode::Parts);
    let mut seen: Vec<_> = part.path.iter().map(|step| step.to.as_str()).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), part.path.len(), "no item twice");
}

#[test]
fn what_is_shown_in_part_is_evidence_and_no_met_must() {
    let evidence = [credential(0, &[5])];
    let assessment = run_over(&associated(&[(0, "isChildOf", 5)]), &[1, 1], &evidence, &ScoringPolicy::default());
    assert_eq!(assessment.lines[0].code.state(), LineState::Partly);
    assert_eq!((assessment.coverage.with_evidence, assessment.musts.met), (1, 0));
    assert_eq!(assessment.score.value.to_string(), "25.00");
    assert_eq!(assessment.score.low, assessment.score.high, "nothing about it is unknown");
    assert!(assessment.not_counted.is_empty(), "it is asked for: {:?}", assessment.not_counted);
}
