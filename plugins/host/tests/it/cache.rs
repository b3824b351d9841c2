//! Abuse 30 of the design: somebody writes into the cache of compiled code. What is not as we left it is never loaded.

use std::{
    fs,
    path::{Path, PathBuf},
};

use wellspring_host::{Cache, CacheKey, CompileLimits, Compiler, CompilerFigures, Host, Workplace};

use crate::support::{deliver, guest, host, tight};

/// A host that keeps compiled code in `folder`, with a key made of `key`.
fn keeping(folder: &Path, key: u8) -> Host {
    let cache = Cache::new(folder.to_owned(), CacheKey::new([key; 32].into()));
    host(tight()).with_compiler(Compiler::new(Workplace::Thread, CompileLimits::default(), Some(cache)))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("the folder").map(|one| one.expect("an entry").path()).collect();
    files.sort();
    files
}

async fn figures_after_installing(host: &Host, names: &[&str]) -> CompilerFigures {
    for name in names {
        host.install(guest(name)).await.expect("it installs");
    }
    host.compiler_figures()
}

#[tokio::test]
async fn code_is_compiled_once_and_loaded_from_then_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("compiled");
    let first = figures_after_installing(&keeping(&cache, 1), &["echoes", "traps"]).await;
    assert_eq!(first, CompilerFigures { compiled: 2, ..CompilerFigures::default() });
    let again = keeping(&cache, 1);
    let second = figures_after_installing(&again, &["echoes", "traps"]).await;
    assert_eq!(second, CompilerFigures { loaded: 2, ..CompilerFigures::default() });
    deliver(&again, "echoes", "key").await.expect("loaded code works");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_gateway_can_write_where_compiled_code_lies() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("compiled");
    // Somebody made it before, open to all. Fails without `set_permissions` in `make_folder`.
    fs::create_dir(&cache).expect("the folder is made");
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).expect("it is open");
    figures_after_installing(&keeping(&cache, 1), &["echoes"]).await;
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&cache), 0o700);
    assert_eq!(entries(&cache).iter().map(|file| mode(file)).collect::<Vec<_>>(), [0o600]);
}

#[tokio::test]
async fn an_entry_that_was_tampered_with_is_compiled_anew_and_never_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("compiled");
    figures_after_installing(&keeping(&cache, 1), &["echoes"]).await;
    let file = entries(&cache).remove(0);
    let good = fs::read(&file).expect("the entry");
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let refused = CompilerFigures { compiled: 1, refused: 1, ..CompilerFigures::default() };
    // Fails without the comparison of codes (`verify_slice`) in `Cache::find`: of such a change in the middle of machine code
    // wasmtime notices nothing.
    for bytes in [flipped(good.len() / 2), flipped(good.len() - 1), good[..good.len() - 32].to_vec(), b"short".to_vec()]
    {
        fs::write(&file, bytes).expect("it is tampered with");
        assert_eq!(figures_after_installing(&keeping(&cache, 1), &["echoes"]).await, refused);
        assert_eq!(fs::read(&file).expect("the entry").len(), good.len(), "it was compiled anew and kept");
    }
    // Made with another key, as by somebody who has a gateway of their own.
    assert_eq!(figures_after_installing(&keeping(&cache, 2), &["echoes"]).await, refused);
}

#[tokio::test]
async fn an_entry_under_the_name_of_another_is_not_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("compiled");
    figures_after_installing(&keeping(&cache, 1), &["echoes", "strays"]).await;
    let [one, two] = entries(&cache).try_into().expect("two entries");
    // The gateway's own code with a right code of authenticity, but of another package. Fails without the package's digest among
    // what `Cache::mac` is over.
    fs::copy(&one, &two).expect("it is copied");
    let figures = figures_after_installing(&keeping(&cache, 1), &["echoes", "strays"]).await;
    assert_eq!(figures, CompilerFigures { compiled: 1, loaded: 1, refused: 1 });
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_costs_time_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a file");
    fs::write(&file, "no folder").expect("it is written");
    let host = keeping(&file, 1);
    let figures = figures_after_installing(&host, &["echoes"]).await;
    assert_eq!(figures, CompilerFigures { compiled: 1, ..CompilerFigures::default() });
    deliver(&host, "echoes", "key").await.expect("it works");
}
