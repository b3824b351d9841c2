//! A trail as a file, which is checked without the database.

use std::io::Cursor;

use wellspring_store::{
    Action, AuditPublicKey, Broken, ExportCheck, ExportError, ExportFault, ExportRange, Fault, SignedHead, check_export,
};

use crate::{
    audit::trail,
    world::{World, at, now, on_both_stores},
};

async fn export(world: &World, range: ExportRange) -> String {
    let mut file = Vec::new();
    world.store.audit_export(world.place.tenant, range, &mut file).await.unwrap();
    String::from_utf8(file).unwrap()
}

fn check(file: &str, trusted: &[AuditPublicKey], kept: &[SignedHead]) -> ExportCheck {
    check_export(Cursor::new(file.as_bytes()), trusted, kept).unwrap()
}

async fn an_export_is_checked_without_the_database(world: World) {
    trail(&world).await;
    world.store.sign_audit_heads(now()).await.unwrap();
    world.note(Action::SubmissionViewed, "sub_1").await;
    let file = export(&world, ExportRange::default()).await;
    let checked = check(&file, &[], &[]);
    assert_eq!((checked.rows, checked.last, checked.signed, checked.result), (10, 10, 9, Ok(())));
    assert_eq!(checked.export.tenant, world.place.tenant);
    assert_eq!(checked.keys.len(), 1);

    let part = export(&world, ExportRange { after: 6, ..ExportRange::default() }).await;
    let checked = check(&part, &[], &[]);
    assert_eq!((checked.rows, checked.last, checked.signed, checked.result), (4, 10, 9, Ok(())));
    let none = ExportRange { since: Some(at("2030-01-01T00:00:00Z")), ..ExportRange::default() };
    assert_eq!(check(&export(&world, none).await, &[], &[]).rows, 0);
    let early = ExportRange { since: Some(at("2020-01-01T00:00:00Z")), until: Some(now()), ..ExportRange::default() };
    assert_eq!(check(&export(&world, early).await, &[], &[]).rows, 0, "nothing was before");
    let (past, mut nowhere) = (ExportRange { after: 99, ..ExportRange::default() }, Vec::new());
    let no_row = world.store.audit_export(world.place.tenant, past, &mut nowhere);
    assert!(matches!(no_row.await, Err(ExportError::NoRow(99))));
}

async fn a_byte_changed_anywhere_in_an_export_is_found(world: World) {
    trail(&world).await;
    world.store.sign_audit_heads(now()).await.unwrap();
    world.store.rotate_audit_key(at("2026-02-01T00:00:00Z")).await.unwrap();
    world.store.sign_audit_heads(now()).await.unwrap();
    let file = export(&world, ExportRange::default()).await;
    let first_key = world.store.audit_keys().await.unwrap()[0].public_key;
    assert_eq!(check(&file, &[first_key], &[]).result, Ok(()));
    let (mut line, mut found) = (1_u64, 0);
    for index in 0..file.len() {
        let mut bytes = file.clone().into_bytes();
        bytes[index] ^= 1;
        let of_line = line;
        if file.as_bytes()[index] == b'\n' {
            line += 1;
        }
        match check_export(Cursor::new(&bytes), &[first_key], &[]) {
            Err(ExportError::NotAnExport | ExportError::Version(_)) => assert_eq!(of_line, 1),
            Err(other) => panic!("byte {index}: {other}"),
            Ok(checked) => {
                let fault = checked.result.expect_err("it is found");
                // Rows are on lines 2 to 11; a row that is changed is named by its number.
                if let (2..=11, ExportFault::Broken(Broken { number, .. })) = (of_line, fault) {
                    assert_eq!(number, of_line - 1, "byte {index}: {fault}");
                } else if file.as_bytes()[index] != b'\n' {
                    assert!(of_line == 1 || of_line > 11, "byte {index} of line {of_line}: {fault}");
                }
            }
        }
        found += 1;
    }
    assert_eq!(found, file.len());
}

async fn lines_taken_out_doubled_or_moved_are_found(world: World) {
    trail(&world).await;
    world.store.sign_audit_heads(now()).await.unwrap();
    let kept = world.store.audit_heads(world.place.tenant, 0, 9).await.unwrap();
    let file = export(&world, ExportRange::default()).await;
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines.len(), 13, "a line for the trail, nine rows, a head, a key, the end");
    let with = |lines: &[&str]| check(&(lines.join("\n") + "\n"), &[], &[]).result;
    let without = |which: usize| {
        let mut lines = lines.clone();
        lines.remove(which);
        lines
    };
    let broken = |number, fault| Err(ExportFault::Broken(Broken { number, fault }));
    for row in 1..9 {
        assert_eq!(with(&without(row)), broken(row as u64, Fault::Missing));
    }
    assert_eq!(with(&without(9)), broken(9, Fault::TailMissing));
    assert_eq!(with(&without(11)), broken(9, Fault::HeadKeyUnknown));
    assert_eq!(with(&without(12)), Err(ExportFault::CutOff));
    let mut doubled = lines.clone();
    doubled.insert(3, lines[2]);
    assert_eq!(with(&doubled), broken(3, Fault::OutOfPlace));
    let mut moved = lines.clone();
    moved.swap(4, 5);
    assert_eq!(with(&moved), broken(4, Fault::Missing));
    // The last rows taken out together with their head: only one that was kept elsewhere tells.
    let shorter = [&lines[..8], &[lines[11], r#"{"kind":"end","rows":7}"#]].concat().join("\n") + "\n";
    assert_eq!(check(&shorter, &[], &[]).result, Ok(()));
    assert_eq!(check(&shorter, &[], &kept).result, broken(8, Fault::TailMissing));
}

async fn only_keys_that_are_trusted_and_those_that_follow_them_count(world: World) {
    trail(&world).await;
    world.store.sign_audit_heads(now()).await.unwrap();
    for month in 2..5 {
        world.store.rotate_audit_key(at(&format!("2026-0{month}-01T00:00:00Z"))).await.unwrap();
        world.store.sign_audit_heads(now()).await.unwrap();
    }
    let keys = world.store.audit_keys().await.unwrap();
    let file = export(&world, ExportRange::default()).await;
    assert_eq!(check(&file, &[keys[0].public_key], &[]).result, Ok(()), "each follows the one before it");
    let of_the_third = check(&file, &[keys[2].public_key], &[]).result;
    let unknown = |number| Err(ExportFault::Broken(Broken { number, fault: Fault::HeadKeyUnknown }));
    assert_eq!(of_the_third, unknown(9), "none comes before it");
    let stranger: AuditPublicKey = format!("ed25519:{}", "58".repeat(32)).parse().unwrap();
    assert_eq!(check(&file, &[stranger], &[]).result, unknown(9));
}

/// A file that is made to keep a checker busy, or to make it stumble.
async fn an_export_that_means_harm_costs_little(world: World) {
    trail(&world).await;
    world.store.sign_audit_heads(now()).await.unwrap();
    let file = export(&world, ExportRange::default()).await;
    let lines: Vec<&str> = file.lines().collect();
    let past = lines[0].replacen("\"after\":0", "\"after\":18446744073709551615", 1);
    let shifted = [&[past.as_str()], &lines[1..]].concat().join("\n") + "\n";
    assert!(check(&shifted, &[], &[]).result.is_err());
    for (line, times) in [(lines[11], 241), (lines[10], 200_001)] {
        let many = format!("{}\n{}", lines[0], format!("{line}\n").repeat(times));
        let refused = check_export(Cursor::new(many.as_bytes()), &[], &[]);
        assert!(matches!(refused, Err(ExportError::TooMany)), "{times} of {line}");
    }
}

#[test]
fn what_is_no_export_is_refused_whatever_its_length() {
    for text in ["", "{}", "\n\n", "PK\u{3}\u{4}", &"x".repeat(1_000_000)] {
        let refused = check_export(Cursor::new(text.as_bytes()), &[], &[]);
        assert!(matches!(refused, Err(ExportError::NotAnExport)), "{}", &text[..text.len().min(9)]);
    }
}

on_both_stores! {
    an_export_is_checked_without_the_database,
    a_byte_changed_anywhere_in_an_export_is_found,
    lines_taken_out_doubled_or_moved_are_found,
    only_keys_that_are_trusted_and_those_that_follow_them_count,
    an_export_that_means_harm_costs_little,
}
