//! Payloads come back as they were handed in, wherever they lie; what a crash leaves behind is swept; nothing is lost to it.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use wellspring_model::{Timestamp, digest::Digest, id::PostingId, submission::SubmissionState};
use wellspring_store::{Accepted, Page, PayloadPlace, PayloadSettings, Store, StoreError, TaskKind};

use crate::world::{LONG, Place, World, now, on_both_stores, payload};

/// Up to here these tests keep payloads in the database.
const INLINE: usize = 1_000;

/// Bytes in which there is nothing to be compressed.
pub fn noise(length: usize, seed: u64) -> Vec<u8> {
    let blocks = 0..u64::try_from(length.div_ceil(32)).unwrap();
    let mut bytes: Vec<u8> =
        blocks.flat_map(|block| Sha256::digest([seed.to_be_bytes(), block.to_be_bytes()].concat())).collect();
    bytes.truncate(length);
    bytes
}

/// The world's store with a folder for what is long.
pub fn with_folder(world: &World) -> Store {
    let settings = PayloadSettings { inline_bytes: INLINE, place: PayloadPlace::Folder(world.folder()) };
    world.store.clone().with_payloads(&settings).unwrap()
}

/// Hands in a credential of these bytes.
pub async fn hand_in(world: &World, store: &Store, place: Place, bytes: &[u8]) -> Digest {
    let new = world.submission_of(place, bytes);
    let digest = new.payloads[0].digest;
    assert_eq!(store.accept(new).await.unwrap(), Accepted::New);
    digest
}

/// All files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// So many hours after a file was written, by the file's own clock.
fn hours_after(file: &Path, hours: u64) -> Timestamp {
    let written = std::fs::metadata(file).unwrap().modified().unwrap();
    Timestamp::try_from(written + std::time::Duration::from_secs(hours * 60 * 60)).unwrap()
}

async fn short_ones_lie_in_the_database_and_long_ones_in_the_folder_both_compressed_where_that_helps(world: World) {
    let store = with_folder(&world);
    let record = br#"{"type": "AchievementCredential", "name": "Data cleaning"}"#.repeat(300);
    let text = noise(40_000, 1).iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect::<Vec<_>>();
    let picture = noise(5_000, 2);
    let empty = Vec::new();
    for bytes in [&record, &text, &picture, &empty] {
        let digest = hand_in(&world, &store, world.place, bytes).await;
        assert_eq!(store.payload(world.place.tenant, digest).await.unwrap().as_ref(), Some(bytes));
    }
    let count = async |condition: &str| world.number(&format!("SELECT count(*) FROM payloads WHERE {condition}")).await;
    assert_eq!(count("object IS NULL").await, 2, "the record, which compresses to little, and nothing at all");
    assert_eq!(count("object IS NOT NULL").await, 2);
    assert_eq!(count("encoding = 'zstd'").await, 2);
    let mut lengths: Vec<u64> = files(&world.folder()).iter().map(|file| file.metadata().unwrap().len()).collect();
    lengths.sort_unstable();
    assert_eq!(lengths[0], 5_000, "what compression does not make smaller stays as it is");
    assert!((5_001..60_000).contains(&lengths[1]), "80,000 digits: {lengths:?}");
}

async fn the_same_bytes_of_one_tenant_are_kept_once_and_those_of_two_twice(world: World) {
    let (store, other) = (with_folder(&world), world.tenant("other").await);
    for bytes in [noise(100, 1), noise(9_000, 2)] {
        let digest = hand_in(&world, &store, world.place, &bytes).await;
        hand_in(&world, &store, world.place, &bytes).await;
        assert_eq!(store.payload(other.tenant, digest).await.unwrap(), None);
        hand_in(&world, &store, other, &bytes).await;
        for tenant in [world.place.tenant, other.tenant] {
            assert_eq!(store.payload(tenant, digest).await.unwrap().as_ref(), Some(&bytes));
        }
    }
    assert_eq!(world.number("SELECT count(*) FROM payloads").await, 4);
    assert_eq!(world.number("SELECT count(*) FROM submission_payloads").await, 6);
    assert_eq!(files(&world.folder()).len(), 2);
}

async fn one_record_handed_in_by_many_at_once_is_kept_once_and_leaves_nothing_behind(world: World) {
    let store = with_folder(&world);
    let bytes = noise(9_000, 1);
    let all = (0..12).map(|_| store.accept(world.submission_of(world.place, &bytes)));
    for accepted in futures_util::future::join_all(all).await {
        assert_eq!(accepted.unwrap(), Accepted::New);
    }
    assert_eq!(world.number("SELECT count(*) FROM payloads").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM submission_payloads").await, 12);
    let all = files(&world.folder());
    assert_eq!(store.sweep_objects(hours_after(&all[0], 25)).await.unwrap(), all.len() as u64 - 1);
    let digest = payload(bytes.clone()).digest;
    assert_eq!(store.payload(world.place.tenant, digest).await.unwrap(), Some(bytes));
}

/// The process ends after the object was put and before the transaction is committed: as if its job had never been.
async fn crash_before_the_commit(world: &World, store: &Store, seed: u64) {
    let mut new = world.submission_of(world.place, &noise(9_000, seed));
    new.submission.posting = PostingId::from_uuid(world.uuid());
    assert!(matches!(store.accept(new).await, Err(StoreError::Dangling)));
}

async fn an_object_whose_transaction_never_came_is_swept_after_a_day_and_not_before(world: World) {
    let store = with_folder(&world);
    let kept = hand_in(&world, &store, world.place, &noise(9_000, 1)).await;
    crash_before_the_commit(&world, &store, 2).await;
    let all = files(&world.folder());
    assert_eq!(all.len(), 2);
    assert_eq!(store.sweep_objects(hours_after(&all[0], 23)).await.unwrap(), 0, "its transaction may still come");
    assert_eq!(files(&world.folder()).len(), 2);
    assert_eq!(store.sweep_objects(hours_after(&all[0], 25)).await.unwrap(), 1);
    assert_eq!(files(&world.folder()).len(), 1);
    assert!(store.payload(world.place.tenant, kept).await.unwrap().is_some());
}

async fn what_is_left_of_a_file_that_was_being_written_is_swept_too(world: World) {
    let store = with_folder(&world);
    hand_in(&world, &store, world.place, &noise(9_000, 1)).await;
    let whole = files(&world.folder()).remove(0);
    let half = whole.with_file_name(format!("{}#1", whole.file_name().unwrap().to_str().unwrap()));
    std::fs::write(&half, b"half").unwrap();
    assert_eq!(store.sweep_objects(hours_after(&half, 23)).await.unwrap(), 0);
    assert_eq!(store.sweep_objects(hours_after(&half, 25)).await.unwrap(), 1);
    assert_eq!(files(&world.folder()), [whole]);
}

async fn what_is_not_ours_is_left_alone(world: World) {
    let store = with_folder(&world);
    hand_in(&world, &store, world.place, &noise(9_000, 1)).await;
    let ours = files(&world.folder()).remove(0);
    let tenant = world.folder().join(world.place.tenant.to_string());
    let strangers = [
        world.folder().join("notes.txt"),
        tenant.join("notes.txt"),
        // Of a tenant that another database has.
        PathBuf::from(ours.to_str().unwrap().replace("ten_0", "ten_f")),
    ];
    for stranger in &strangers {
        std::fs::create_dir_all(stranger.parent().unwrap()).unwrap();
        std::fs::write(stranger, b"not ours").unwrap();
    }
    let swept = store.sweep_objects(hours_after(&strangers[2], 1_000)).await;
    assert_eq!(swept.unwrap(), 0);
    assert_eq!(files(&world.folder()).len(), 4);
}

async fn a_damaged_payload_is_an_error_that_names_it(world: World) {
    let store = with_folder(&world);
    let (tenant, record) = (world.place.tenant, noise(9_000, 1).repeat(3));
    let damaged = async |digest: Digest| match store.payload(tenant, digest).await {
        Err(error @ StoreError::Damaged(_)) => assert!(error.to_string().contains(&digest.to_string()), "{error}"),
        other => panic!("{other:?}"),
    };
    let long = hand_in(&world, &store, world.place, &record).await;
    let file = files(&world.folder()).remove(0);
    let whole = std::fs::read(&file).unwrap();
    let mut turned = whole.clone();
    *turned.last_mut().unwrap() ^= 1;
    let other = hand_in(&world, &store, world.place, &noise(9_000, 2)).await;
    let of_other = files(&world.folder()).into_iter().find(|one| *one != file).unwrap();
    let others = std::fs::read(&of_other).unwrap();
    for instead in [turned, whole[..whole.len() / 2].to_vec(), Vec::new(), others, vec![b' '; 10_000_000]] {
        std::fs::write(&file, instead).unwrap();
        damaged(long).await;
    }
    std::fs::remove_file(&file).unwrap();
    damaged(long).await;
    std::fs::write(&file, whole).unwrap();
    assert_eq!(store.payload(tenant, long).await.unwrap(), Some(record), "restored from a copy");
    assert!(store.payload(tenant, other).await.unwrap().is_some());
}

async fn a_damaged_row_is_an_error_that_names_it(world: World) {
    let digest = hand_in(&world, &world.store, world.place, b"[1, 2, 3]").await;
    let other = if world.url().is_some() { "'[1, 2, 4]'::bytea" } else { "CAST('[1, 2, 4]' AS BLOB)" };
    world.sql(&format!("UPDATE payloads SET bytes = {other} WHERE size = 9")).await;
    let refused = world.store.payload(world.place.tenant, digest).await;
    assert!(matches!(refused, Err(StoreError::Damaged(of)) if of == digest), "{refused:?}");
}

async fn a_folder_that_is_another_one_than_before_is_noticed(world: World) {
    world.store.check_payloads().await.unwrap();
    let store = with_folder(&world);
    store.check_payloads().await.unwrap();
    assert!(files(&world.folder()).is_empty(), "what was written to see whether it can be is gone");
    let digest = hand_in(&world, &store, world.place, &noise(9_000, 1)).await;
    store.check_payloads().await.unwrap();
    let without = world.store.check_payloads().await.unwrap_err();
    assert!(without.to_string().contains("payloads.url"), "{without}");
    assert!(matches!(world.store.payload(world.place.tenant, digest).await, Err(StoreError::ObjectsUnnamed)));
    let elsewhere = PayloadPlace::Folder(world.folder().join("elsewhere"));
    let elsewhere = PayloadSettings { inline_bytes: INLINE, place: elsewhere };
    let elsewhere = world.store.clone().with_payloads(&elsewhere).unwrap().check_payloads().await;
    assert!(matches!(elsewhere, Err(StoreError::ObjectsElsewhere(of)) if of == digest), "{elsewhere:?}");
}

async fn a_folder_that_cannot_be_made_says_so(world: World) {
    let file = world.folder();
    std::fs::write(&file, b"a file").unwrap();
    let settings = PayloadSettings { inline_bytes: INLINE, place: PayloadPlace::Folder(file.join("below")) };
    let Err(refused) = world.store.clone().with_payloads(&settings) else { panic!("a folder below a file") };
    assert!(refused.to_string().contains("payloads/below"), "{refused}");
}

async fn what_could_not_be_put_is_not_acknowledged(world: World) {
    let store = with_folder(&world);
    hand_in(&world, &store, world.place, &noise(100, 1)).await;
    // Where the tenant's folder should be there is a file.
    std::fs::write(world.folder().join(world.place.tenant.to_string()), b"a file").unwrap();
    let new = world.submission_of(world.place, &noise(9_000, 2));
    let id = new.submission.id;
    let refused = store.accept(new).await;
    assert!(matches!(refused, Err(StoreError::ObjectsUnavailable(_))), "{refused:?}");
    assert!(store.submission(world.place.tenant, id).await.unwrap().is_none());
    assert_eq!(store.tasks_waiting().await.unwrap(), 1);
    let short = hand_in(&world, &store, world.place, &noise(100, 3)).await;
    assert!(store.payload(world.place.tenant, short).await.unwrap().is_some(), "short ones need no folder");
}

/// Gives up on everything that waits, so that it may be retired.
pub async fn end_all(world: &World, store: &Store) {
    for lease in store.claim(100, LONG, world.token()).await.unwrap() {
        let TaskKind::Assess { submission } = lease.kind else { panic!("{lease:?}") };
        store.reject(&lease, submission, "TEST", now()).await.unwrap();
    }
}

/// Retiring and handing in the same bytes at the same time: whoever was acknowledged has their bytes.
async fn nothing_is_retired_that_somebody_begins_to_rely_on_at_the_same_moment(world: World) {
    let store = with_folder(&world);
    let other = world.again([7; 32]).await;
    let settings = PayloadSettings { inline_bytes: INLINE, place: PayloadPlace::Folder(world.folder()) };
    let other = other.with_payloads(&settings).unwrap();
    let (short, long) = (noise(100, 1), noise(9_000, 2));
    let digests = [payload(short.clone()).digest, payload(long.clone()).digest];
    let mut refused = 0;
    for round in 0..30_u32 {
        for bytes in [&short, &long] {
            hand_in(&world, &store, world.place, bytes).await;
        }
        end_all(&world, &store).await;
        let (first, second) = (world.submission_of(world.place, &short), world.submission_of(world.place, &long));
        let (retired, first, second) =
            tokio::join!(other.retire_submissions(now(), 100, now()), store.accept(first), store.accept(second));
        retired.unwrap();
        for accepted in [first, second] {
            match accepted {
                Ok(Accepted::New) => {}
                Err(StoreError::NotCommitted) => refused += 1,
                other => panic!("round {round}: {other:?}"),
            }
        }
        let page = Page { after: None, limit: 1_000 };
        let (submissions, _) = store.submissions(world.place.tenant, page).await.unwrap();
        for one in submissions.iter().filter(|one| matches!(one.state, SubmissionState::Received)) {
            let kept = store.payload(world.place.tenant, one.payloads[0].digest).await.unwrap();
            assert!(kept.is_some(), "round {round}: {} was acknowledged and its bytes are gone", one.id);
        }
        end_all(&world, &store).await;
    }
    while store.retire_submissions(now(), 100, now()).await.unwrap() > 0 {}
    for digest in digests {
        assert_eq!(store.payload(world.place.tenant, digest).await.unwrap(), None);
    }
    assert_eq!(world.number("SELECT count(*) FROM payloads").await, 0, "refused: {refused}");
}

on_both_stores! {
    short_ones_lie_in_the_database_and_long_ones_in_the_folder_both_compressed_where_that_helps,
    the_same_bytes_of_one_tenant_are_kept_once_and_those_of_two_twice,
    one_record_handed_in_by_many_at_once_is_kept_once_and_leaves_nothing_behind,
    an_object_whose_transaction_never_came_is_swept_after_a_day_and_not_before,
    what_is_left_of_a_file_that_was_being_written_is_swept_too,
    what_is_not_ours_is_left_alone,
    a_damaged_payload_is_an_error_that_names_it,
    a_damaged_row_is_an_error_that_names_it,
    a_folder_that_is_another_one_than_before_is_noticed,
    a_folder_that_cannot_be_made_says_so,
    what_could_not_be_put_is_not_acknowledged,
    nothing_is_retired_that_somebody_begins_to_rely_on_at_the_same_moment,
}
