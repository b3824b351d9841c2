use super::*;

fn noted(kind: u32, path: &Path, numbers: [u64; 3], data: &[u8]) -> Vec<u8> {
    let path = path.to_str().expect("a name").as_bytes();
    let mut bytes = kind.to_ne_bytes().to_vec();
    bytes.extend(u32::try_from(path.len()).expect("short").to_ne_bytes());
    numbers.iter().chain([&(data.len() as u64)]).for_each(|number| bytes.extend(number.to_ne_bytes()));
    [bytes.as_slice(), path, data].concat()
}

fn disk(records: &[Vec<u8>]) -> Disk {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("undo"), records.concat()).expect("it is written");
    Disk::read(folder.path()).expect("it is read")
}

#[test]
fn what_was_synced_stays_and_what_came_later_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, b"new and longer").expect("it is written");
    let first = noted(1, &file, [0, 3, 0], b"");
    let sync = noted(6, &file, [first.len() as u64, 0, 0], b"");
    let second = noted(1, &file, [3, 11, 3], b"");
    let cut = disk(&[first, sync, second]).cut(Left::Nothing, &mut Chance::new(1)).expect("it is cut");
    assert_eq!((cut.unsynced, cut.taken_back), (1, 1));
    assert_eq!(fs::read(&file).expect("it is there"), b"new");
}

#[test]
fn a_change_that_was_noted_while_the_disk_synced_is_not_safe() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, b"abXd").expect("it is written");
    let sync = noted(6, &file, [0, 0, 0], b"");
    disk(&[noted(1, &file, [2, 1, 4], b"c"), sync]).cut(Left::Nothing, &mut Chance::new(1)).expect("it is cut");
    assert_eq!(fs::read(&file).expect("it is there"), b"abcd");
}

#[test]
fn a_name_is_safe_when_its_folder_was_synced_and_not_when_the_file_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    let made = noted(3, &file, [0, 0, 0], b"");
    for (synced, stays) in [(folder.path(), true), (file.as_path(), false)] {
        fs::write(&file, b"x").expect("it is written");
        let sync = noted(6, synced, [made.len() as u64, 0, 0], b"");
        disk(&[made.clone(), sync]).cut(Left::Nothing, &mut Chance::new(1)).expect("it is cut");
        assert_eq!(file.exists(), stays, "{}", synced.display());
    }
}

#[test]
fn a_torn_write_leaves_each_sector_as_it_was_or_as_it_became() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    let (mut old, mut new) = (false, false);
    for seed in 0..20 {
        fs::write(&file, [b'n'; 2048]).expect("it is written");
        let torn = disk(&[noted(1, &file, [0, 2048, 2048], &[b'o'; 2048])]);
        torn.cut(Left::Torn, &mut Chance::new(seed)).expect("it is cut");
        for sector in fs::read(&file).expect("it is there").chunks(512) {
            assert!(sector.iter().all(|byte| *byte == sector[0]), "a sector is whole");
            (old, new) = (old || sector[0] == b'o', new || sector[0] == b'n');
        }
    }
    assert!(old && new, "both come about");
}

#[test]
fn a_record_that_is_not_whole_is_left_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, b"x").expect("it is written");
    let whole = noted(1, &file, [0, 1, 1], b"y");
    let part = whole[..whole.len() - 1].to_vec();
    assert_eq!(disk(&[part]).cut(Left::Nothing, &mut Chance::new(1)).expect("it is cut").unsynced, 0);
}
